"""sparsemax against its definition, where Keras 3.15 cannot be asked.

Keras 3.15 adds up the wrong sums when more than one entry is left, and its results do not add up
to 1 (keras-team/keras issue 23425, mended after 3.15). The reference here is the definition, the
nearest point of the probability simplex, found by bisection; its derivative is the projection on
the entries that are left: ds_i/dx_j = [i = j] - 1/|S| for i and j in S, and 0 elsewhere
(Martins and Astudillo 2016, https://arxiv.org/abs/1602.02068).
"""

import numpy as np
import pytest

from oracle import harness


@pytest.fixture(params=harness.DTYPES)
def dtype(request):
    return request.param


@pytest.fixture
def keras(dtype):
    keras = harness.target()
    with harness.float_type(keras, dtype):
        yield keras


def reference(x, axis=-1):
    """max(x - tau, 0) with the tau that makes the sum 1, halving its interval 200 times."""
    x = x.astype("float64")
    high = x.max(axis=axis, keepdims=True)
    low = high - 1
    for _ in range(200):
        tau = (low + high) / 2
        above = np.maximum(x - tau, 0).sum(axis=axis, keepdims=True) > 1
        low, high = np.where(above, tau, low), np.where(above, high, tau)
    return np.maximum(x - (low + high) / 2, 0)


def rows(dtype):
    special = [
        [0, 0, 0, 0, 0, 0],
        [1000, 0, -1000, 0, 1000, 1],
        [-1000, -1000, -1000, -1000, -1000, -999],
        [-1000, -1000, -1000, -1000, -1000, -999.5],
        [1, 1, 2, 2, 2, -3],
        [0.15, 0.2, 0.3, 0.4, 0.5, 0.0],
        [0.25, 0.5, 0.1, -0.2, 0.3, 0.05],
        [1e-30, -1e-30, 0.5, 0, 0.25, 1e-8],
    ]
    drawn = np.concatenate([harness.draw("sparsemax rows", 20, 6, scale=s) for s in (0.1, 0.5, 2)])
    return np.concatenate([np.array(special, "float64"), drawn]).astype(dtype)


def tolerance(dtype):
    # The sum that gives tau is taken near 1000, so a last bit of it is 1000 times the dtype's.
    return {"rtol": 0, "atol": 2e-4 if dtype == "float32" else 1e-12}


def test_values(keras, dtype):
    x = rows(dtype)
    found = np.asarray(keras.activations.sparsemax(x))
    assert found.dtype == dtype
    np.testing.assert_allclose(found, reference(x), **tolerance(dtype))
    small = np.abs(x).max(axis=1) < 100
    np.testing.assert_allclose(found[small].sum(axis=1), 1, rtol=0, atol=1e-6)
    close = 1e-6 if dtype == "float32" else 1e-14
    np.testing.assert_allclose(found[small], reference(x)[small], rtol=0, atol=close)


@pytest.mark.parametrize("axis", [-1, 1, 0])
def test_axes(keras, dtype, axis):
    x = harness.draw("sparsemax cube", 3, 5, 4, dtype=dtype, scale=0.5)
    found = np.asarray(keras.activations.sparsemax(x, axis=axis))
    np.testing.assert_allclose(found, reference(x, axis), rtol=0, atol=1e-6)
    one = np.asarray(keras.activations.sparsemax(x[0, 0]))
    np.testing.assert_allclose(one, reference(x[0, 0]), rtol=0, atol=1e-6)


@pytest.mark.parametrize("width", [1, 2, 7, 8, 9, 31, 100])
def test_widths(keras, dtype, width):
    x = harness.draw("sparsemax width", 5, width, dtype=dtype, scale=0.3)
    found = np.asarray(keras.activations.sparsemax(x))
    np.testing.assert_allclose(found, reference(x), rtol=0, atol=1e-6)


def test_in_layers(keras, dtype):
    layers = keras.layers
    x = harness.draw("sparsemax layer", 6, 4, dtype=dtype)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(5, activation="sparsemax")])
    kernel, bias = harness.set_drawn_weights(model, "sparsemax layer")
    expected = reference(x @ kernel + bias)
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=0, atol=2e-6)
    alone = np.asarray(layers.Activation("sparsemax")(x))
    np.testing.assert_allclose(alone, reference(x), rtol=0, atol=1e-6)


def test_derivative(keras, dtype):
    """The gradient of a bias in front, for mean absolute error with targets far to both sides."""
    n, far = 6, 1e4
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(n, activation="sparsemax")])
    model.compile(optimizer="sgd", loss="mae")
    x = np.ones((1, 1), dtype)
    for row in rows(dtype):
        left = reference(row) > 0
        for signs in ([1] * n, [-1, 1, 1, 1, 1, 1], [1, -1, 1, -1, 1, -1]):
            above = np.array(signs) * left
            expected = (above - left * above.sum() / left.sum()) / n
            model.set_weights([np.zeros((1, n), dtype), row])
            y = (-far * np.array([signs])).astype(dtype)
            _, (_, found) = harness.gradients(keras, model, x, y)
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
