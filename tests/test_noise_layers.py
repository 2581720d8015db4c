"""Layers that draw random numbers: their distributions, seeds, and what training does with them.

Each bound is 5 standard errors of the count named with it, for a fixed seed.
"""

import numpy as np
import pytest

import cornu as keras
from cornu.layers import AlphaDropout, GaussianDropout, GaussianNoise

ROWS, COLUMNS = 301, 157
COUNT = ROWS * COLUMNS
MAKERS = [
    lambda **options: GaussianNoise(0.5, **options),
    lambda **options: GaussianDropout(0.5, **options),
    lambda **options: AlphaDropout(0.5, **options),
]


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    return request.param


@pytest.mark.parametrize("stddev", [0.1, 1])
def test_gaussian_noise(stddev, dtype):
    x = np.full((ROWS, COLUMNS), 3.0)
    noise = GaussianNoise(stddev, seed=1, dtype=dtype)(x, training=True) - 3
    assert noise.dtype == dtype
    assert abs(noise.mean()) < 5 * stddev / np.sqrt(COUNT)
    assert abs(noise.std() - stddev) < 5 * stddev / np.sqrt(2 * COUNT)
    # Neighbours have nothing to do with each other.
    assert abs((noise[1:] * noise[:-1]).mean()) < 5 * stddev**2 / np.sqrt(COUNT - COLUMNS)
    assert abs((noise[:, 1:] * noise[:, :-1]).mean()) < 5 * stddev**2 / np.sqrt(COUNT - ROWS)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_gaussian_dropout(rate, dtype):
    x = np.full((ROWS, COLUMNS), 2.0)
    noise = GaussianDropout(rate, seed=1, dtype=dtype)(x, training=True) / 2
    deviation = np.sqrt(rate / (1 - rate))
    assert noise.dtype == dtype
    assert abs(noise.mean() - 1) < 5 * deviation / np.sqrt(COUNT)
    assert abs(noise.std() - deviation) < 5 * deviation / np.sqrt(2 * COUNT)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_alpha_dropout_keeps_mean_and_deviation(rate, dtype):
    x = np.random.default_rng(3).standard_normal((ROWS, COLUMNS))
    x = (x - x.mean()) / x.std()
    got = AlphaDropout(rate, seed=1, dtype=dtype)(x, training=True)
    # A number of which a share `rate` is one value, the rest normal.
    assert abs(got.mean()) < 5 / np.sqrt(COUNT)
    assert abs(got.var() - 1) < 5 * 3 / np.sqrt(COUNT)
    values, counts = np.unique(got, return_counts=True)
    share = counts.max() / COUNT
    assert abs(share - rate) < 5 * np.sqrt(rate * (1 - rate) / COUNT)
    lowest = -1.0507009873554805 * 1.6732632423543772
    a = ((1 - rate) * (1 + rate * lowest**2)) ** -0.5
    b = -a * lowest * rate
    np.testing.assert_allclose(values[counts.argmax()], a * lowest + b, rtol=1e-5)
    kept = got != values[counts.argmax()]
    np.testing.assert_allclose(got[kept], (a * x + b)[kept], rtol=2e-5, atol=1e-6)


def test_alpha_dropouts_noise_shape():
    x = np.ones((50, 6, 4), "float32")
    got = AlphaDropout(0.5, noise_shape=(None, 1, 4), seed=1)(x, training=True)
    assert (got == got[:, :1]).all()
    assert len(np.unique(got[:, 0].sum(axis=1))) > 1


@pytest.mark.parametrize("make", MAKERS)
def test_seeds_and_calls(make):
    x = np.ones((20, 21), "float32")
    layer = make(seed=7)
    np.testing.assert_array_equal(layer(x), x)
    first, second = layer(x, training=True), layer(x, training=True)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(make(seed=7)(x, training=True), first)
    assert not np.array_equal(make(seed=8)(x, training=True), first)
    drawn = []
    for _ in range(2):
        keras.utils.set_random_seed(5)
        drawn.append(make()(x, training=True))
    np.testing.assert_array_equal(*drawn)
    with pytest.raises(ValueError, match="`seed` must be an integer or None"):
        make(seed="seed")


@pytest.mark.parametrize("make", MAKERS)
def test_an_abandoned_step_draws_nothing(make):
    x, y = np.ones((8, 5)), np.ones((8, 5))
    outcomes = []
    for asks in (0, 2):
        layer = make(seed=3)
        model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(5), layer])
        model.set_weights([np.eye(5), np.zeros(5)])
        model.compile(keras.optimizers.SGD(0.1), "mse")
        for _ in range(asks):
            model.loss_and_gradients(x, y)
        model.train_on_batch(x, y)
        outcomes.append(model.get_weights()[0])
    np.testing.assert_array_equal(*outcomes)


@pytest.mark.parametrize("make", [GaussianNoise, GaussianDropout, AlphaDropout])
def test_a_rate_of_0_does_nothing(make):
    x = np.random.default_rng(1).standard_normal((4, 5)).astype("float32")
    np.testing.assert_array_equal(make(0)(x, training=True), x)


@pytest.mark.parametrize("make", [GaussianNoise, GaussianDropout, AlphaDropout])
@pytest.mark.parametrize("rate", [-0.1, 1.1, None, "0.5", True, float("nan")])
def test_rates_out_of_range(make, rate):
    with pytest.raises(ValueError, match="Expected a float value between 0 and 1"):
        make(rate)


def test_a_rate_of_1():
    GaussianNoise(1)
    for make in (GaussianDropout, AlphaDropout):
        with pytest.raises(ValueError, match="`rate` must be less than 1"):
            make(1.0)
