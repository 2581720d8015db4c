"""Files and configurations of models with layers, losses and metrics of the user's own."""

import h5py
import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from cornu.saving.legacy_config import from_legacy
from hostile_files import with_config
from oracle import harness, lambda_models
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


class Parted(keras.layers.Layer):
    """Layers in every kind of place, one of them in two."""

    def __init__(self, shared, **options):
        super().__init__(**options)
        self.z = keras.layers.Dense(2)
        self.many = [keras.layers.Dense(2), 5, keras.layers.Dense(2)]
        self.named = {"one": keras.layers.PReLU(), "two": ([shared],)}
        self._model = keras.Sequential([keras.layers.ReLU(), keras.layers.Dense(2)])

    @property
    def broken(self):
        raise RuntimeError("not to be asked")

    def build(self, input_shape):
        self.scale = self.add_weight((2,), "ones", name="scale")

    def call(self, x):
        x = self.many[2](self.many[0](self.z(x))) * self.scale
        return self._model(self.named["two"][0][0](self.named["one"](x)))


def parted():
    shared = keras.layers.Dense(2)
    return keras.Sequential([keras.Input((2,)), Parted(shared), Parted(shared)])


def test_weights_of_layers_within_are_where_keras_has_them(tmp_path):
    """By attribute, in containers by class; a layer that stands twice where it stands first."""
    model = parted()
    model.save_weights(tmp_path / "a.weights.h5")
    with h5py.File(tmp_path / "a.weights.h5", "r") as file:
        found = []
        file.visititems(lambda name, it: found.append(name) if hasattr(it, "shape") else None)
    own = [
        "vars/0",
        *(f"{part}/vars/{at}" for part in ("many/dense", "many/dense_1", "z") for at in (0, 1)),
        *(f"_model/layers/dense/vars/{at}" for at in (0, 1)),
        "named/p_re_lu/vars/0",
    ]
    shared = [f"named/container/container/dense/vars/{at}" for at in (0, 1)]
    wanted = [f"layers/{layer}/{name}" for layer in ("parted", "parted_1") for name in own]
    assert sorted(found) == sorted(wanted + [f"layers/parted/{name}" for name in shared])
    again = parted()
    again.load_weights(tmp_path / "a.weights.h5")
    x = np.arange(8.0).reshape(4, 2)
    np.testing.assert_array_equal(again(x), model(x))


def test_weights_of_layers_within_that_lie_in_one_group_are_read(tmp_path):
    """As files had them before they were where Keras has them."""
    model, path = parted(), tmp_path / "a.weights.h5"
    with h5py.File(path, "w") as file:
        for at, layer in enumerate(model.layers):
            group = file.create_group("layers/parted" + (f"_{at}" if at else "") + "/vars")
            for index, weight in enumerate(layer.weights):
                group[str(index)] = np.asarray(weight)
    again = parted()
    again.load_weights(path)
    x = np.arange(8.0).reshape(4, 2)
    np.testing.assert_array_equal(again(x), model(x))
    with h5py.File(path, "r+") as file:
        del file["layers/parted/vars/11"], file["layers/parted/vars/1"]
    refused(lambda: again.load_weights(path), "parted", "has weights of shapes")


def test_what_is_not_registered(tmp_path):
    class Plain(keras.layers.Layer):
        def call(self, x):
            return 2 * x

    model = keras.Sequential([keras.Input((FEATURES,)), Plain(name="plain")])
    model.save(tmp_path / "model.keras")
    refused(lambda: keras.models.load_model(tmp_path / "model.keras"), "Plain", error=Exception)
    again = keras.models.load_model(tmp_path / "model.keras", custom_objects={"Plain": Plain})
    np.testing.assert_array_equal(again.predict(X, verbose=0), 2 * X)


def test_a_layer_finds_its_lambdas_by_its_name(tmp_path):
    made = keras.layers.Lambda
    layers = [
        made(lambda x: 2 * x, lambda shape: shape, lambda x, mask: mask, name="twice"),
        made(lambda x: x + 1, name="raised"),
        keras.layers.Dense(FEATURES, lambda x: -x, kernel_initializer="identity", name="turned"),
    ]
    model = keras.Sequential([keras.Input((FEATURES,)), *layers])
    own = {"twice": lambda x: 3 * x, "twice/output_shape": lambda shape: shape}
    own |= {"twice/mask": lambda x, mask: None, "raised": lambda x: x + 2}
    own["turned/activation"] = abs
    for name in ("model.keras", "model.h5"):
        path = tmp_path / name
        with pytest.warns(UserWarning, match="no name"):
            model.save(path)
        for key in own:
            rest = {other: own[other] for other in own if other != key}
            layer, _, argument = key.partition("/")
            refused(
                lambda path=path, rest=rest: keras.models.load_model(path, rest, safe_mode=False),
                repr(str(path)),
                f"{argument or 'function'!r} of layer {layer!r}",
                f"{{{key!r}: ...}}",
            )
        again = keras.models.load_model(path, own)
        np.testing.assert_allclose(again.predict(X, verbose=0), abs(3 * X + 2), 1e-6)
        assert again.layers[0].mask is own["twice/mask"]
        # What has no name of its own: but a mask is not taken for a function.
        more = {"<lambda>": lambda x: 3 * x}
        refused(lambda path=path, more=more: keras.models.load_model(path, more), "twice/output")


def test_other_lambdas_are_found_by_what_python_calls_them(tmp_path):
    loss = lambda y, out: (y - out)[:, 0] ** 2  # noqa: E731
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(keras.optimizers.SGD(lambda: 0.5), loss, metrics=[loss])
    x, y = np.ones((4, 3)), np.ones((4, 2))
    expected = model.evaluate(x, y, verbose=0)
    for name in ("model.keras", "model.h5"):
        path = tmp_path / name
        with pytest.warns(UserWarning, match="no name"):
            model.save(path)
        refused(lambda path=path: keras.models.load_model(path, safe_mode=False), "'<lambda>': ...")
        own = {"<lambda>": lambda *arrays: loss(*arrays) if arrays else 0.25}
        again = keras.models.load_model(path, own)
        assert again.evaluate(x, y, verbose=0) == expected
        assert again.optimizer.learning_rate == 0.25
    model.compile("sgd", loss)
    with pytest.warns(UserWarning, match="no name"):
        model.save(tmp_path / "model.h5")
    refused(lambda: keras.models.load_model(tmp_path / "model.h5"), "a lambda", "'<lambda>': ...")


def test_a_metric_by_its_name_in_the_older_format(tmp_path):
    def own(y, out):
        return abs(y - out)[:, 0]

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse", metrics=[own])
    x, y = np.ones((4, 3)), np.ones((4, 2))
    expected = model.evaluate(x, y, verbose=0)
    model.save(tmp_path / "model.h5")
    again = keras.models.load_model(tmp_path / "model.h5", {"own": own})
    assert again.evaluate(x, y, verbose=0) == expected


@pytest.mark.parametrize("ending", lambda_models.FORMATS)
def test_lambdas_of_keras(ending):
    path = harness.FILES / f"lambdas{ending}"
    lambda_models.check(keras.models.load_model(path, lambda_models.OWN))
    refused(lambda: keras.models.load_model(path, safe_mode=False), repr(str(path)), "'powers'")


def test_lambdas_of_keras_2():
    """Their forms in its files, of which the first is byte code too."""
    of_keras_2 = {
        "name": "twice",
        "function": ["4wEAAA==\n", None, None],
        "function_type": "lambda",
        "module": "__main__",
        "output_shape": None,
        "output_shape_type": "raw",
        "output_shape_module": None,
        "arguments": {},
    }
    config = from_legacy({"class_name": "Lambda", "config": of_keras_2})
    assert keras.layers.deserialize(config, {"twice": abs}).function is abs
    refused(lambda: keras.layers.deserialize(config), "layer 'twice'", "{'twice': ...}")
    named = {**of_keras_2, "function": "bent", "function_type": "function"}
    config = from_legacy({"class_name": "Lambda", "config": named})
    assert keras.layers.deserialize(config, {"bent": bent}).function is bent


def test_a_class_may_make_itself_of_all_of_its_configuration(tmp_path):
    """As Keras's guide does it, with the policy as plain values."""

    @keras.saving.register_keras_serializable(package="own")
    class Times(keras.layers.Layer):
        def __init__(self, factor, **options):
            super().__init__(**options)
            self.factor = factor

        def call(self, x):
            return self.factor * x

        def get_config(self):
            return {**super().get_config(), "factor": self.factor}

        @classmethod
        def from_config(cls, config):
            return cls(**config)

    model = keras.Sequential([keras.Input((2,)), Times(3, dtype="float64")])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras").layers[0]
    assert (again.factor, again.dtype) == (3, "float64")
    dense = keras.layers.Dense(2, dtype="float64")
    assert keras.layers.Dense(**dense.get_config()).dtype == "float64"
    wrong = {**dense.get_config()["dtype"], "config": {"name": "mixed_float16"}}
    refused(lambda: keras.layers.Dense(2, dtype=wrong), "'float32' or 'float64'", "mixed_float16")


def test_a_variable_that_is_no_weight_is_told_of():
    class Held(keras.layers.Layer):
        def __init__(self):
            super().__init__(name="held")
            self.mine = keras.Variable([1.0, 2.0])
            self.weight = self.add_weight((2,))

        def call(self, x):
            return x * self.mine + self.weight

    with pytest.warns(UserWarning, match='`mine` of layer "held" is a Variable, but no weight'):
        keras.Sequential([keras.Input((2,)), Held()])


@pytest.mark.parametrize("size", [2**28, 2**60])
def test_an_input_that_is_too_large_to_try_a_layer_with(size, tmp_path):
    """What the layer gives for it is found by zeros, which would take the machine's memory."""

    class Negated(keras.layers.Layer):
        def call(self, x):
            return -x

    path = tmp_path / "model.keras"
    keras.Sequential([keras.Input((3,)), Negated(name="negated")]).save(path)

    def change(config):
        config["build_config"]["input_shape"][1] = size
        config["config"]["layers"][0]["config"]["batch_shape"][1] = size

    with_config(path, change)
    own = {"Negated": Negated}
    refused(
        lambda: keras.models.load_model(path, own), "model.keras", "negated", "must take at most"
    )
