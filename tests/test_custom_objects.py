"""Classes and functions of the user's own in configurations and files: breaks when one is lost."""

import base64
import functools
import json
import marshal
import pickle
import subprocess
import sys
import threading
import types

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from small_models import make_model, regression

X, Y = regression()
saving = keras.saving


class Sevens(keras.initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return np.full(shape, 7, dtype)


class Doubled(keras.layers.Dense):
    """A class over one of cornu's, with nothing of its own that the core would pass over."""


def mine(x):
    return keras.activations.relu(x)


def scaled(y_true, y_pred, factor=1.0):
    return factor * np.mean(np.abs(y_true - y_pred), axis=-1)


@pytest.fixture
def nothing_registered(monkeypatch):
    """What a test registers is gone after it."""
    from cornu.utils import custom_objects

    monkeypatch.setattr(custom_objects, "_registered", {})
    monkeypatch.setattr(custom_objects, "_names", {})


def test_names_are_found_within_scopes_only():
    layer = functools.partial(keras.layers.Dense, 1, kernel_initializer="Sevens")
    with saving.custom_object_scope({"Sevens": Sevens, "mine": mine}) as scope:
        assert isinstance(layer().kernel_initializer, Sevens)
        assert keras.activations.get("mine") is mine
        # An inner scope adds, covers and can be the same one again.
        with saving.CustomObjectScope({"Sevens": keras.initializers.Ones}):
            assert isinstance(layer().kernel_initializer, keras.initializers.Ones)
            assert keras.activations.get("mine") is mine
        with scope, scope:
            pass
        assert isinstance(layer().kernel_initializer, Sevens)
        found = []
        thread = threading.Thread(target=lambda: found.append(saving.get_registered_object("mine")))
        thread.start()
        thread.join()
        assert found == [None]
    refused(layer, "Unknown initializer: 'Sevens'")
    refused(lambda: keras.activations.get("mine"), "Unknown activation: 'mine'")


def test_what_is_registered_needs_no_scope(tmp_path, nothing_registered):
    register = saving.register_keras_serializable
    register("p")(Sevens)
    register()(Doubled)
    model = keras.Sequential([keras.Input((4,)), Doubled(3, kernel_initializer=Sevens())])
    model.save(tmp_path / "m.keras")
    other = keras.models.load_model(tmp_path / "m.keras")
    assert type(other.layers[0]) is Doubled
    assert isinstance(other.layers[0].kernel_initializer, Sevens)
    assert saving.get_registered_name(Doubled) == "Custom>Doubled"
    assert saving.get_custom_objects() == {"p>Sevens": Sevens, "Custom>Doubled": Doubled}
    # A function that Keras up to 3.6 wrote without its package.
    register("p")(mine)
    old = {"module": "builtins", "class_name": "function", "config": "mine"}
    assert saving.deserialize_keras_object(old) is mine


def test_one_is_registered_while_another_is_looked_for(nothing_registered):
    """By another thread, as it were, in the middle of the search."""
    objects = saving.get_custom_objects()

    class Name(str):
        __slots__ = ()

        def endswith(self, *ending):
            objects[f"late {len(objects)}"] = mine
            return super().endswith(*ending)

    objects |= {Name("first>other"): mine, Name("second>mine"): mine}
    config = {"module": "builtins", "class_name": "function", "config": "mine"}
    assert saving.deserialize_keras_object(config) is mine
    assert len(objects) == 4


def test_custom_objects_reach_every_part(tmp_path):
    model = make_model()
    model.add(Doubled(2, name="own"))
    model.compile(keras.optimizers.SGD(), "mse")
    own = {"Doubled": Doubled}
    model.save(tmp_path / "m")
    for again in (
        keras.models.load_model(tmp_path / "m", custom_objects=own),
        keras.models.model_from_json(model.to_json(), custom_objects=own),
        keras.Sequential.from_config(model.get_config(), custom_objects=own),
    ):
        assert type(again.layers[-1]) is Doubled
    refused(lambda: keras.models.model_from_json(model.to_json()), "'Doubled'", "register_keras")
    assert type(keras.models.clone_model(model).layers[-1]) is Doubled
    for module in (keras.losses, keras.metrics, keras.layers):
        kind = {keras.losses: keras.losses.Poisson, keras.metrics: keras.metrics.Poisson}.get(
            module, Doubled
        )
        config = {"class_name": "Own", "config": {"units": 2} if kind is Doubled else {}}
        assert type(module.deserialize(config, custom_objects={"Own": kind})) is kind
        refused(lambda m=module, c=config: m.deserialize(c), "'Own'")
    refused(lambda: keras.layers.deserialize("relu"), "`config`", "'relu'")


def test_a_clone_is_compiled_with_parts_of_its_own():
    model = make_model()
    model.compile(keras.optimizers.SGD(0.5), "mse", loss_weights=2.0, metrics=["mae"])
    model.fit(X, Y, verbose=0)
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    assert clone.optimizer is not model.optimizer
    assert clone.optimizer.iterations == 0
    assert clone.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)


@pytest.mark.parametrize("function", [scaled, keras.losses.huber, keras.losses.Huber(2.0)])
def test_a_metric_of_a_function(function, tmp_path):
    more = {"factor": 3.0} if function is scaled else {}
    metric = keras.metrics.MeanMetricWrapper(function, "mine", "float64", **more)
    own = {"scaled": scaled}
    kept = json.loads(json.dumps(keras.metrics.serialize(metric)))
    again = keras.metrics.deserialize(kept, custom_objects=own)
    assert (again.name, again.dtype, again._fn_kwargs) == ("mine", "float64", more)
    model = make_model()
    model.compile("sgd", "mse", metrics=[metric], weighted_metrics=[metric])
    model.fit(X, Y, verbose=0)
    models = [keras.models.clone_model(model), pickle.loads(pickle.dumps(model))]
    models.append(keras.models.model_from_json(model.to_json(), own))
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"m.{ending}")
        models.append(keras.models.load_model(tmp_path / f"m.{ending}", own))
    for other in models:
        other.set_weights(model.get_weights())
        assert other.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)
    if function is scaled:
        refused(lambda: keras.metrics.deserialize(kept), "custom_objects={'scaled': scaled}")
    kept["config"]["fn"] = "scaled"
    refused(lambda: keras.metrics.deserialize(kept), "`fn` must be a function", "'scaled'")


def test_a_clone_has_the_lambda_of_a_metric():
    model = make_model()
    metric = keras.metrics.MeanMetricWrapper(lambda y_true, y_pred: np.abs(y_true - y_pred))
    model.compile("sgd", "mse", metrics=[metric])
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    assert clone.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)


def test_configurations_of_older_keras():
    """Keras 2 wrote no module: every class that Keras has is found by its name."""
    config = {
        "class_name": "Sequential",
        "config": {
            "layers": [
                {
                    "class_name": "Dense",
                    "config": {
                        "units": 2,
                        "activation": "relu",
                        "batch_input_shape": [None, 3],
                        "kernel_initializer": {"class_name": "HeNormal", "config": {"seed": None}},
                    },
                }
            ]
        },
    }
    model = keras.models.model_from_json(json.dumps(config))
    assert model.output_shape == (None, 2)
    assert isinstance(model.layers[0].kernel_initializer, keras.initializers.HeNormal)
    source = {
        "module": "keras.src.layers.core.dense",
        "class_name": "Dense",
        "config": {"units": 1},
    }
    assert keras.layers.deserialize(source).units == 1
    # A class of the program's own is not taken for Keras's of that name.
    source.update(module=None, registered_name="Dense")
    refused(lambda: keras.layers.deserialize(source), "'Dense'", "custom_objects")


def test_built_and_compiled_as_it_was():
    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    config = json.loads(json.dumps(saving.serialize_keras_object(layer)))
    assert saving.deserialize_keras_object(config).kernel.shape == (3, 2)
    model = make_model()
    model.compile("sgd", "mse")
    assert saving.deserialize_keras_object(saving.serialize_keras_object(model)).compiled


def byte_code(function):
    """What a file has of a lambda."""
    with pytest.warns(UserWarning, match="no name.*'<lambda>'.*safe_mode=False"):
        return json.loads(json.dumps(saving.serialize_keras_object({"f": function})))


def test_the_code_of_a_lambda_is_never_run():
    config = byte_code(lambda: 7)
    for safe_mode in (True, False):
        load = functools.partial(saving.deserialize_keras_object, config, safe_mode=safe_mode)
        refused(load, "a lambda", "never run", "custom_objects={'<lambda>': ...}")
        assert load({"<lambda>": mine})["f"] is mine
    # Nobody looks at it.
    config["f"]["config"] = {"value": "????"}
    assert saving.deserialize_keras_object(config, {"<lambda>": mine})["f"] is mine


def test_nor_where_harm_is_allowed_for_the_whole_process():
    code = (
        "import warnings, cornu; warnings.simplefilter('ignore')\n"
        "config = cornu.saving.serialize_keras_object([lambda: 7])\n"
        "cornu.config.enable_unsafe_deserialization()\n"
        "try: cornu.saving.deserialize_keras_object(config)\n"
        "except ValueError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "refused\n"


def test_lambdas_are_written_as_keras_makes_them_again():
    offset = 3
    code, defaults, closure = byte_code(lambda x, y=2: x**y + offset)["f"]["config"]["value"]
    assert (defaults, closure) == ([2], [3])
    made = types.FunctionType(marshal.loads(base64.b64decode(code)), {}, None, (2,), (cell_of(3),))
    assert made(3) == 12
    # What JSON hasn't is left out: here it is loaded by name.
    module = json
    assert byte_code(lambda x: module)["f"]["config"]["value"][1:] == [None] * 2
    assert byte_code(lambda x, y=module: x)["f"]["config"]["value"][1:] == [None] * 2
    later = lambda x: unset(x)  # noqa: E731
    assert byte_code(later)["f"]["config"]["value"][2] is None
    unset = mine


def cell_of(value):
    return (lambda: value).__closure__[0]


def test_a_lambda_that_is_registered_has_a_name(nothing_registered):
    twice = saving.register_keras_serializable("tests", "twice")(lambda x: 2 * x)
    config = saving.serialize_keras_object({"f": twice})
    assert config["f"]["config"] == "tests>twice"
    assert saving.deserialize_keras_object(config)["f"] is twice


def test_what_is_refused(nothing_registered):
    register = saving.register_keras_serializable
    refused(lambda: register(Sevens), "`package`", "@register", error=TypeError)
    refused(lambda: register("p", 3), "`name`", "3", error=TypeError)
    refused(lambda: register()(3), "classes and functions", "3", error=TypeError)
    refused(lambda: register()(type("Bare", (), {})), "get_config()", "Bare")
    refused(lambda: saving.get_registered_name("x"), "`obj`", "'x'", error=TypeError)
    for wrong in (3, {3: mine}, [mine]):
        refused(lambda wrong=wrong: saving.CustomObjectScope(wrong), "`custom_objects`")
    refused(lambda: keras.losses.get({"config": {}}), "'class_name'", "{'config': {}}")
    refused(
        lambda: saving.deserialize_keras_object({"class_name": "function", "config": "qqq"}),
        "function 'qqq'",
        "custom_objects",
    )
    refused(
        lambda: saving.deserialize_keras_object({"class_name": "function", "config": "get"}),
        "function 'get'",
    )
    refused(
        lambda: saving.save_weights(make_model(), "w", max_shard_size=1), "`max_shard_size`", "1"
    )
    own = type("Own", (), {"get_config": lambda self: [1]})
    refused(lambda: saving.serialize_keras_object(own()), "dictionary", "[1]")
    config = {"class_name": "Own", "config": {}}
    for wrong in (3, "relu", abs, dict):
        work = functools.partial(saving.deserialize_keras_object, config, {"Own": wrong})
        refused(work, "'Own' must be a class with `from_config`", "custom_objects", str(wrong)[:6])
    # What else is in the dictionary is of no concern: it may be `globals()`.
    assert saving.deserialize_keras_object({"class_name": "Zeros", "config": {}}, {"a": 3})
