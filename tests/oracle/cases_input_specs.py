"""What layers expect of their inputs, and which inputs a layer with an `input_spec` takes."""

import numpy as np

from .harness import Case


def of_layers(keras, dtype):
    layers = keras.layers
    made = [
        (layers.Dense(2, dtype=dtype), (None, 3)),
        (layers.Flatten(dtype=dtype), (None, 3)),
        (layers.RepeatVector(2, dtype=dtype), (None, 3)),
        (layers.Permute((2, 1), dtype=dtype), (None, 3, 2)),
        (layers.BatchNormalization(axis=1, dtype=dtype), (None, 3, 2)),
        (layers.GroupNormalization(1, dtype=dtype), (None, 3)),
        (layers.PReLU(dtype=dtype), (None, 3)),
        (layers.PReLU(shared_axes=[1], dtype=dtype), (None, 3, 2)),
        (layers.EinsumDense("ab,bc->ac", 4, dtype=dtype), (None, 3)),
        (layers.LayerNormalization(dtype=dtype), (None, 3)),
        (layers.ReLU(dtype=dtype), (None, 3)),
    ]
    texts = []
    for layer, shape in made:
        texts.append(repr(layer.input_spec))
        layer.build(shape)
        texts.append(repr(layer.input_spec))
        texts.append(f"{layer.dtype_policy!r} {layer.input_dtype}")
    return {"texts": np.array(texts)}


SPECS = [
    {"ndim": 2},
    {"ndim": 3},
    {"max_ndim": 1},
    {"max_ndim": 2},
    {"min_ndim": 3},
    {"min_ndim": 2},
    {"axes": {-1: 4}},
    {"axes": {-1: 3}},
    {"axes": {1: None}},
    {"shape": (None, 4)},
    {"shape": [None, 3]},
    {"shape": (None, None)},
    {"shape": (None, 3, 1)},
    {"shape": (None, 3, 1), "allow_last_axis_squeeze": True},
    {"shape": (None, 3), "axes": {1: 3}},
    {"ndim": 3, "allow_last_axis_squeeze": True},
]


def of_own_layers(keras, dtype):
    class Own(keras.layers.Layer):
        def __init__(self, spec):
            super().__init__(dtype=dtype)
            self.input_spec = spec

        def call(self, x):
            return x * 1

    def takes(spec, shape):
        try:
            Own(spec)(np.ones(shape, dtype))
        except ValueError:
            return False
        return True

    specs = [keras.InputSpec(**arguments) for arguments in SPECS]
    specs = [*specs, [specs[0]], [specs[0], specs[0]]]
    taken = [[takes(spec, shape) for shape in ((2, 3), (2, 3, 1), (2, 4, 2))] for spec in specs]
    again = [keras.InputSpec.from_config(spec.get_config()) for spec in specs[: len(SPECS)]]
    return {"taken": np.array(taken), "texts": np.array([repr(spec) for spec in again])}


def policies(keras, dtype):
    made, older = keras.DTypePolicy(dtype), keras.FloatDTypePolicy(dtype)
    found = [
        keras.dtype_policies.get(each)
        for each in (dtype, np.dtype(dtype).type, made, keras.dtype_policies.serialize(older))
    ]
    texts = [*map(repr, found), str(keras.dtype_policies.serialize(made)), str(older.get_config())]
    texts.append(str(keras.dtype_policies.serialize(older)))
    texts.append(str(keras.saving.serialize_keras_object(keras.InputSpec(ndim=2))["module"]))
    texts.append(repr(keras.dtype_policies.get(None)) + repr(keras.DTypePolicy()))
    whole, floats = np.arange(3, dtype="int32"), np.ones(2, "float32")
    converted = [
        made.convert_input(x, cast, dtype).dtype for x in (whole, floats) for cast in (True, False)
    ]
    return {
        "texts": np.array(texts),
        "converted": np.array([str(each) for each in converted]),
        "facts": np.array([made == older, older == made, made.quantization_mode is None]),
    }


CASES = [
    Case("layers", of_layers),
    Case("own layers", of_own_layers),
    Case("policies", policies),
]
