"""Objects as plain values, and back."""

import json

import numpy as np

from .harness import Case


def cubed(x):
    return x**3


class Held:
    """An object of the user's own."""

    def __init__(self, value):
        self.value = value

    def get_config(self):
        return {"value": self.value}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def registered(x):
    return x


class Registered(Held):
    pass


def text(value):
    return np.array(json.dumps(value, sort_keys=True))


def run_plain(keras, dtype):
    serialize = keras.saving.serialize_keras_object
    values = {
        "nested": {"a": (1, 2.5, None, True, "x"), "b": [{"c": (1, 2)}]},
        "numbers": [np.float32(0.5), np.int64(3), np.zeros(())],
        "array": np.arange(3, dtype=dtype),
        "bytes": b"abc",
        "slice": slice(None, 20, 2),
        "ellipsis": {"all": ...},
        "function": cubed,
        "held": Held((1, cubed)),
    }
    return {name: text(serialize(value)) for name, value in values.items()}


def run_registered(keras, dtype):
    saving = keras.saving
    saving.register_keras_serializable("oracle")(registered)
    saving.register_keras_serializable("oracle", "Other")(Registered)
    scope = saving.custom_object_scope({"cubed": cubed})
    with scope:
        found = saving.get_registered_object("cubed")
    back = saving.deserialize_keras_object(saving.serialize_keras_object(Registered(3)))
    own = saving.deserialize_keras_object(
        json.loads(json.dumps(saving.serialize_keras_object(Held([cubed])))), {"Held": Held}
    )
    return {
        "function": text(saving.serialize_keras_object(registered)),
        "object": text(saving.serialize_keras_object([Registered(1), registered])),
        "names": text([saving.get_registered_name(o) for o in (registered, Registered, cubed)]),
        "found": text([found is cubed, saving.get_registered_object("cubed") is None]),
        "object's kind": text([type(back).__name__, back.value]),
        "own": text([type(own).__name__, len(own.value)]),
    }


def run_modules(keras, dtype):
    dense = keras.layers.Dense(2, activation="relu", name="d", dtype=dtype)
    with_own = keras.layers.Activation(keras.activations.tanh, name="a", dtype=dtype)
    loss = keras.losses.Poisson(name="p")
    metric = keras.metrics.BinaryAccuracy(threshold=0.25, name="right", dtype=dtype)
    fields = {
        "layer": keras.layers.serialize(with_own),
        "loss": keras.losses.serialize(loss),
        "loss function": keras.losses.serialize(keras.losses.mean_squared_error),
        "metric": keras.metrics.serialize(metric),
        "metric function": keras.metrics.serialize(keras.metrics.binary_accuracy),
        "activation": keras.activations.serialize(keras.activations.selu),
        "own activation": keras.activations.serialize(cubed),
    }
    again = keras.layers.deserialize(keras.layers.serialize(dense))
    fields["units"] = again.units
    named = keras.losses.get({"class_name": "Huber", "config": {"delta": 0.5}})
    y_true, y_pred = np.array([[0.0, 2.0]], dtype), np.array([[0.25, 0.0]], dtype)
    named = named(y_true, y_pred)
    function = keras.losses.deserialize("mean_squared_error")(y_true, y_pred)
    return {name: text(value) for name, value in fields.items()} | {
        "named": np.asarray(named),
        "by name": np.asarray(function),
    }


def run_back(keras, dtype):
    """What is made of plain values again."""
    saving, fields = keras.saving, {}
    values = {
        "bytes": b"abc",
        "slice": slice(1, 20, 2),
        "open slice": slice(None, 3),
        "ellipsis": ...,
        "pair": (1, (2.5, None)),
    }
    for name, value in values.items():
        back = saving.deserialize_keras_object(saving.serialize_keras_object(value))
        fields[name] = np.array(repr(back))
    array = saving.deserialize_keras_object(saving.serialize_keras_object(np.arange(3.0)))
    fields["array"] = np.asarray(array).astype(dtype)
    return fields


def run_compiled(keras, dtype):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    fields = {"before": text(model.get_compile_config())}
    loss = keras.losses.MeanSquaredError(reduction="sum", name="m")
    model.compile(None, loss, metrics=["mae"], weighted_metrics=["mse"])
    config = model.get_compile_config()
    # The first is chosen by the machine that Keras finds.
    fields["config"] = text({key: value for key, value in config.items() if key != "jit_compile"})
    model.compile("sgd", "mse")
    copies = keras.models.model_from_json(model.to_json()), keras.models.clone_model(model)
    from_config = keras.Sequential.from_config(model.get_config())
    fields["compiled"] = text([copy.compiled for copy in (*copies, from_config)])
    return fields


CASES = [
    Case("plain values", run_plain),
    Case("registered", run_registered),
    Case("modules", run_modules),
    Case("back", run_back),
    Case("compiled", run_compiled),
]
