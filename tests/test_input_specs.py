"""Layers of one's own that say what they take: breaks when one is called on something else."""

import numpy as np
import pytest

import cornu as keras
from bad_input import refused


class Summed(keras.layers.Layer):
    """Its specification comes in `build`, and says the features that it was built for."""

    def __init__(self, spec=None, **kwargs):
        super().__init__(**kwargs)
        self.input_spec = spec

    def build(self, input_shape):
        self.input_spec = keras.InputSpec(min_ndim=2, axes={-1: input_shape[-1]})

    def call(self, x):
        return x + 1


def test_what_a_model_is_given_is_checked_before_the_layer_is_built():
    layer = Summed(keras.InputSpec(ndim=3, name="pictures"), name="own")
    model = keras.Sequential([layer, keras.layers.Flatten(), keras.layers.Dense(1)])
    words = "The input ('pictures') of layer \"own\" is incompatible", "ndim=3, found ndim=2"
    refused(lambda: model.predict(np.ones((4, 3)), verbose=0), *words)
    refused(lambda: layer(keras.Input((3,))), *words)
    assert not layer.built
    assert model.predict(np.ones((4, 2, 3)), verbose=0).shape == (4, 1)
    # What `build` has set is heeded from then on.
    assert repr(layer.input_spec) == "InputSpec(min_ndim=2, axes={-1: 3})"
    refused(lambda: layer(np.ones((4, 2, 2))), "expected axis -1", "value 3", "(4, 2, 2)")
    assert layer(np.ones((4, 3))).shape == (4, 3)


def test_within_a_layer_that_is_trained():
    class Outer(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = Summed(keras.InputSpec(ndim=2))

        def call(self, x):
            return self.inner(x.reshape((x.shape[0], -1, 1)) if self.wide else x)

    layer = Outer()
    layer.wide = False
    model = keras.Sequential([layer, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((6, 3)), np.ones(6)
    model.fit(x, y, verbose=0)
    layer.inner.input_spec = keras.InputSpec(ndim=2)
    layer.wide = True
    refused(lambda: model.fit(x, y, verbose=0), "expected ndim=2, found ndim=3")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (keras.InputSpec(shape=(4, 3)), ("any number of rows", "(4, 3)")),
        (keras.InputSpec(axes={0: 4}), ("any number of rows", "{0: 4}")),
        (keras.InputSpec(dtype="int32"), ("the layer's, 'float32'", "dtype=int32")),
        ("ndim", ("must be an InputSpec", "'ndim'")),
    ],
)
def test_specifications_that_are_refused(spec, words):
    refused(lambda: Summed(spec), *words)


def test_specifications_that_are_none():
    refused(lambda: keras.InputSpec(shape=(None, -3)), "`shape`", "(None, -3)")
    refused(lambda: keras.InputSpec(shape=3), "`shape`", "shape=3")
    refused(lambda: keras.InputSpec(ndim=1.5), "`ndim`", "1.5")
    refused(lambda: keras.InputSpec(dtype="float16"), "float16")
    refused(lambda: keras.InputSpec(axes={"a": 1}), "dict with integer keys", error=TypeError)
    refused(lambda: keras.InputSpec(ndim=2, axes={3: 1}), "Axis 3", "maximum allowed value: 1")
    spec = keras.InputSpec(shape=(None, 1), allow_last_axis_squeeze=True, name="x")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(spec))
    assert again.get_config() == spec.get_config()
    layer = keras.layers.Dense(2)
    refused(lambda: setattr(layer, "input_spec", spec), "Dense", error=AttributeError)


def test_policies_that_are_refused():
    config = {"module": "keras.dtype_policies", "class_name": "QuantizedDTypePolicy"}
    config["config"] = {"mode": "int8", "source_name": "float32"}
    refused(lambda: keras.dtype_policies.get(config), "QuantizedDTypePolicy")
    refused(lambda: keras.dtype_policies.get("int8_from_float32"), "int8_from_float32")
    refused(lambda: keras.dtype_policies.deserialize("float32"), "configuration of a policy")
    refused(lambda: keras.DTypePolicy(123), "'name' must be a string", "123", error=TypeError)
    assert keras.layers.Dense(2, dtype="float64").dtype_policy == keras.DTypePolicy("float64")
