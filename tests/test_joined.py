"""A softmax or sigmoid and its cross-entropy are taken together from the logits, in a model too.

From the probabilities, which Keras clips at 1e-7, a loss is at most 16.1 and its derivative 0 out
there.
"""

import numpy as np
import pytest

import cornu as keras
from cornu import layers

# Activation, loss, kernel, targets, gradient: the class of logit -1000 is the right one; the binary
# loss is of two logits of 2000, both of the wrong side. All losses are 2000.
CASES = [
    ("softmax", "sparse_categorical_crossentropy", [[1000.0, -1000.0]], [1], [[1.0, -1.0]]),
    ("softmax", "categorical_crossentropy", [[1000.0, -1000.0]], [[0.0, 1.0]], [[1.0, -1.0]]),
    ("sigmoid", "binary_crossentropy", [[2000.0, -2000.0]], [[0.0, 1.0]], [[0.5, -0.5]]),
]


def chain(activation, apart, dtype):
    if not apart:
        return [layers.Dense(2, activation=activation, use_bias=False, dtype=dtype)]
    return [
        layers.Dense(2, use_bias=False, dtype=dtype),
        layers.Activation(activation, dtype=dtype),
    ]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("apart", [False, True], ids=["in-dense", "as-a-layer"])
@pytest.mark.parametrize(("activation", "loss", "kernel", "target", "gradient"), CASES)
def test_large_logits_of_the_wrong_class(activation, loss, kernel, target, gradient, apart, dtype):
    model = keras.Sequential([keras.Input((1,), dtype=dtype), *chain(activation, apart, dtype)])
    model.compile(keras.optimizers.SGD(1.0), loss)
    model.set_weights([np.array(kernel)])
    x, y = np.ones((1, 1)), np.array(target)
    came, gradients = model.loss_and_gradients(x, y)
    assert came == 2000.0
    np.testing.assert_array_equal(gradients[0], gradient)
    assert model.evaluate(x, y, verbose=0) == 2000.0
    assert model.train_on_batch(x, y) == 2000.0
    np.testing.assert_array_equal(model.get_weights()[0], np.array(kernel) - gradient)


@pytest.mark.parametrize(("activation", "loss", "kernel", "target", "gradient"), CASES)
def test_large_logits_of_the_right_class(activation, loss, kernel, target, gradient):
    """0 on this side, and no NaN of infinity minus infinity."""
    model = keras.Sequential(
        [keras.Input((1,), dtype="float64"), *chain(activation, False, "float64")]
    )
    model.compile("sgd", loss)
    model.set_weights([-np.array(kernel)])
    came, gradients = model.loss_and_gradients(np.ones((1, 1)), np.array(target))
    assert came == 0.0
    np.testing.assert_array_equal(gradients[0], np.zeros((1, 2)))
