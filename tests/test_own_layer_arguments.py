"""What layers of one's own are made with: noted by themselves, and called as Keras 2 did."""

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from own_layers import OUTPUTS, QUIET, X, Y, model_of

layers = keras.layers


class Scaled(layers.Layer):
    """Tells nothing of its arguments."""

    def __init__(self, factor=2, *, shape=(1,), **kwargs):
        super().__init__(**kwargs)
        self.factor, self.shape = factor, shape

    def call(self, x):
        return x * self.factor


class Short(layers.Layer):
    def __init__(self, factor=2):
        super().__init__()
        self.factor = factor

    def call(self, x):
        return x * self.factor


@pytest.mark.parametrize("kind", [Scaled, Short])
def test_arguments_are_noted(kind, tmp_path):
    """Copies and files have a layer like it, not one of the default arguments."""
    model = model_of(kind(3))
    assert keras.models.clone_model(model).layers[0].factor == 3
    path = tmp_path / "model.keras"
    model.save(path)
    loaded = keras.models.load_model(path, custom_objects={kind.__name__: kind})
    assert loaded.layers[0].factor == 3


def test_configurations():
    config = Scaled(3, shape=[1, {"a": 2}], name="own", trainable=False).get_config()
    assert config.pop("dtype")["config"] == {"name": "float32"}
    assert config == {
        "factor": 3,
        "shape": [1, {"a": 2}],
        "name": "own",
        "trainable": False,
    }

    class Variadic(Scaled):
        def __init__(self, *factors, **kwargs):
            super().__init__(*factors, **kwargs)

    assert Variadic().get_config()["name"] == "variadic"
    refused(lambda: Variadic(3).get_config(), "positional", error=NotImplementedError)
    for value in (np.ones(2), object(), [np.tanh]):
        refused(
            lambda value=value: keras.Sequential([Scaled(value)]).get_config(),
            "Scaled",
            "non-serializable argument values",
            "get_config",
            error=NotImplementedError,
        )


def test_weights_with_the_name_first():
    class Keras2(layers.Layer):
        def build(self, input_shape):
            self.kernel = self.add_weight("kernel", shape=(input_shape[-1], 2), initializer="ones")
            self.bias = self.add_weight("bias", (2,), "float32", "zeros", None, False)

        def call(self, x):
            return np.matmul(x, self.kernel) + self.bias

    layer = Keras2()
    np.testing.assert_allclose(layer(X), X.sum(1, keepdims=True) + np.zeros(2), rtol=1e-5)
    assert [weight.name for weight in layer.trainable_weights] == ["kernel"]
    assert [weight.name for weight in layer.non_trainable_weights] == ["bias"]
    metric = keras.metrics.Mean()
    assert metric.add_weight("seen", shape=(2,), initializer="ones").shape == (2,)
    refused(lambda: metric.add_weight("seen", (2,), shape=(2,)), "by place", error=TypeError)


def test_a_layer_that_is_never_called():
    """It is an attribute and no more; one that only training calls has no weights in time."""

    class Idle(layers.Layer):
        def __init__(self, only_in_training, **kwargs):
            super().__init__(**kwargs)
            self.idle = layers.Dense(4)
            self.only_in_training = only_in_training

        def call(self, x, training=None):
            return self.idle(x) if training and self.only_in_training else 2 * x

    model = model_of(Idle(False), layers.Dense(OUTPUTS))
    model.fit(X, Y, **QUIET)
    assert len(model.weights) == 2
    model = model_of(Idle(True), layers.Dense(OUTPUTS))
    refused(lambda: model.fit(X, Y, **QUIET), "dense", "must be built by the end")


def test_a_constructor_that_forgets_super():
    class Forgetful(layers.Layer):
        def __init__(self):
            self.size = 2

        def call(self, x):
            return x

    for use in (lambda layer: layer(X), lambda layer: keras.Sequential([layer]), lambda x: x.name):
        refused(lambda use=use: use(Forgetful()), "super().__init__()", error=RuntimeError)
    with pytest.raises(AttributeError, match="'Scaled' object has no attribute 'nothing'"):
        Scaled().nothing  # noqa: B018


def test_layers_as_activations(tmp_path):
    """The core computes those it has; files and configurations keep them as layers."""
    made = [layers.LeakyReLU(0.2), layers.ReLU(3), layers.ELU(0.5), layers.Softmax()]
    for activation in (*made, layers.PReLU(), layers.Softmax(axis=1)):
        model = model_of(layers.Dense(3, activation=activation), layers.Dense(OUTPUTS))
        assert model.layers[0]._is_own == (activation not in made)
        np.testing.assert_allclose(
            model.layers[0](X), activation(X @ model.weights[0] + model.weights[1]), rtol=1e-5
        )
        model.fit(X, Y, **QUIET)
        config = model.layers[0].get_config()["activation"]
        assert config["class_name"] == type(activation).__name__
        assert config["config"] == activation.get_config()
        for name in ("model.keras", "model.h5"):
            model.save(tmp_path / name)
            loaded = keras.models.load_model(tmp_path / name)
            assert loaded.layers[0].get_config()["activation"] == config
            np.testing.assert_array_equal(loaded(X), model(X))


def test_a_policy_is_no_argument_to_remember():
    """As `from_config` gives one to a layer whose own configuration has it."""

    class Plain(layers.Layer):
        def call(self, x):
            return x

    layer = Plain(dtype=keras.DTypePolicy("float64"))
    again = Plain.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert again.dtype == "float64"
