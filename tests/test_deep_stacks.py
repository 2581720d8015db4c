"""Why deep sigmoid stacks stop learning: the engine's own gradients, first layer against last."""

import numpy as np
import pytest

import cornu as keras

DEPTH, WIDTH, ROWS = 10, 32, 64
SEEDS = range(10)


def first_over_last(activation, initializer, seed):
    """The size of the first layer's kernel gradient over the last layer's."""
    keras.utils.set_random_seed(seed)
    layers = [
        keras.layers.Dense(
            WIDTH, activation=activation, kernel_initializer=initializer, dtype="float64"
        )
        for _ in range(DEPTH)
    ]
    model = keras.Sequential([keras.Input(shape=(WIDTH,), dtype="float64"), *layers])
    model.compile(optimizer="sgd", loss="mse")
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((ROWS, WIDTH)), rng.standard_normal((ROWS, WIDTH))
    _, gradients = model.loss_and_gradients(x, y)
    kernels = gradients[::2]
    assert len(kernels) == DEPTH
    return np.linalg.norm(kernels[0]) / np.linalg.norm(kernels[-1])


@pytest.mark.parametrize("seed", SEEDS)
def test_sigmoid_gradients_vanish(seed):
    assert first_over_last("sigmoid", "glorot_uniform", seed) < 1e-5


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("activation", "initializer"), [("tanh", "glorot_uniform"), ("relu", "he_uniform")]
)
def test_tanh_and_relu_gradients_do_not(activation, initializer, seed):
    assert first_over_last(activation, initializer, seed) > 0.1
