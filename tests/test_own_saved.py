"""Files and configurations of models with layers, losses and metrics of the user's own."""

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from small_models import FEATURES, OUTPUTS, regression, state

X, Y = regression()
QUIET = {"verbose": 0, "shuffle": False, "batch_size": 10}


@keras.saving.register_keras_serializable(package="own")
class Scaled(keras.layers.Layer):
    def __init__(self, units, factor=1.0, **options):
        super().__init__(**options)
        self.units, self.factor = units, factor
        self.inner = keras.layers.Dense(units)

    def build(self, input_shape):
        self.shift = self.add_weight((self.units,), "ones", name="shift")
        self.calls = self.add_weight((), "zeros", "int32", trainable=False, name="calls")
        self.inner.build(input_shape)

    def call(self, x, training=None):
        if training:
            self.calls.assign_add(1)
        return self.factor * self.inner(x) + self.shift

    def get_config(self):
        return {**super().get_config(), "units": self.units, "factor": self.factor}


@keras.saving.register_keras_serializable(package="own")
def bent(x):
    return np.where(x > 0, x, 0.1 * x)


@keras.saving.register_keras_serializable(package="own")
def cubed(y_true, y_pred):
    return np.mean(np.abs(y_true - y_pred) ** 3, axis=-1)


@keras.saving.register_keras_serializable(package="own")
class Weighed(keras.losses.Loss):
    def __init__(self, weight=2.0, **options):
        super().__init__(**options)
        self.weight = weight

    def call(self, y_true, y_pred):
        return self.weight * cubed(y_true, y_pred)

    def get_config(self):
        return {**super().get_config(), "weight": self.weight}


@keras.saving.register_keras_serializable(package="own")
class Bias(keras.metrics.Mean):
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(np.mean(y_true - y_pred, axis=-1), sample_weight)


def trained(loss):
    model = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            Scaled(5, factor=0.5, name="scaled"),
            keras.layers.Dense(4, activation=bent),
            keras.layers.Lambda(bent),
            keras.layers.Dense(OUTPUTS),
        ]
    )
    model.compile("sgd", loss, metrics=[Bias(name="bias"), cubed])
    model.fit(X, Y, **QUIET)
    return model


@pytest.mark.parametrize("loss", [cubed, Weighed(3.0, name="weighed")])
def test_a_model_comes_back_from_its_file(tmp_path, loss):
    model = trained(loss)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert type(again.layers[0]) is Scaled
    assert (again.layers[0].factor, int(again.layers[0].calls)) == (0.5, 3)
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
    assert again.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)
    for one in (model, again):
        one.fit(X, Y, **QUIET)
    assert state(again)[0] == state(model)[0]


def test_weights_and_clones(tmp_path):
    model = trained(cubed)
    model.save_weights(tmp_path / "a.weights.h5")
    for again in (keras.models.clone_model(model), keras.models.model_from_json(model.to_json())):
        assert int(again.layers[0].calls) == 0
        again.load_weights(tmp_path / "a.weights.h5")
        np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
    assert Weighed.from_config(Weighed(7.0).get_config()).weight == 7.0


def test_what_is_not_registered(tmp_path):
    class Plain(keras.layers.Layer):
        def call(self, x):
            return 2 * x

    model = keras.Sequential([keras.Input((FEATURES,)), Plain(name="plain")])
    model.save(tmp_path / "model.keras")
    refused(lambda: keras.models.load_model(tmp_path / "model.keras"), "Plain", error=Exception)
    again = keras.models.load_model(tmp_path / "model.keras", custom_objects={"Plain": Plain})
    np.testing.assert_array_equal(again.predict(X, verbose=0), 2 * X)


def test_a_lambda_is_loaded_only_where_it_is_trusted(tmp_path):
    model = keras.Sequential([keras.Input((FEATURES,)), keras.layers.Lambda(lambda x: 2 * x)])
    path = tmp_path / "model.keras"
    with pytest.warns(UserWarning, match="byte code"):
        model.save(path)
    refused(lambda: keras.models.load_model(path), "safe_mode=False")
    again = keras.models.load_model(path, safe_mode=False)
    np.testing.assert_array_equal(again.predict(X, verbose=0), 2 * X)
