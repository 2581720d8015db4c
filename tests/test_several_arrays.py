"""Layers of one's own that are called on several arrays: breaks when these come as rows of one."""

import numpy as np
import pytest

import cornu as keras
from bad_input import refused

X, Y = np.arange(6.0).reshape(3, 2), -np.ones((3, 2))


class Sum(keras.layers.Layer):
    def call(self, inputs, training=False):
        first, second = inputs.values() if isinstance(inputs, dict) else inputs
        return (first + second) * (2 if training else 1)


class Same(keras.layers.Layer):
    def call(self, inputs):
        assert not any(part.flags.writeable for part in dict(inputs).values())
        return inputs


@pytest.mark.parametrize("inputs", [{"a": X, "b": Y}, [X, Y], (X, Y)])
@pytest.mark.parametrize("make", [Sum, lambda: keras.Sequential([Sum()])])
def test_one_array_comes_of_several(make, inputs):
    thing = make()
    for training, factor in ((None, 1), (True, 2)):
        result = thing(inputs, training=training)
        assert (type(result), result.dtype) == (np.ndarray, "float32")
        np.testing.assert_array_equal(result, (X + Y) * factor)


def test_layers_behind_it_have_their_weights():
    dense = keras.layers.Dense(3, kernel_initializer="ones")
    model = keras.Sequential([Sum(), dense])
    np.testing.assert_array_equal(model([X, Y]), dense(X + Y))
    assert len(model.weights) == 2


def test_several_come_back():
    model = keras.Sequential([Same(dtype="float64"), Same(dtype="float64")])
    given = {"a": X, "b": X.astype("int8")}
    result = model(given)
    assert [value.dtype for value in result.values()] == ["float64"] * 2
    result["a"][:] = 0
    assert X.any()
    model.summary(print_fn=lambda text: None)


def test_what_is_no_several_arrays():
    """Rows in a list are rows; layers with weights, and training, take one array."""

    class Plain(keras.layers.Layer):
        def call(self, x):
            return np.stack([x, x], axis=-1)

    assert Plain()([X[0], X[1]]).shape == (2, 2, 2)
    model = keras.Sequential([keras.Input((3, 2)), Plain()])
    assert model([X, Y]).shape == (2, 3, 2, 2)

    class Weighted(Sum):
        def build(self, input_shape):
            self.scale = self.add_weight((1,))

    refused(lambda: Weighted()([X, Y]), "one array", "list")
    refused(lambda: Sum(activity_regularizer="l2")({"a": X, "b": Y}), "one array", "dict")
    refused(lambda: Sum()({"a": X, "b": ["x"]}), "inputs")
    model = keras.Sequential([Sum()])
    model.compile("sgd", "mse")
    for call in (model.predict, lambda x: model.fit(x, X)):
        refused(lambda call=call: call({"a": X, "b": Y}), "dict", error=TypeError)
    refused(lambda: keras.layers.Dense(2)({"a": X}), "dict", error=TypeError)
