"""What Keras documents of Dropout in training; its random numbers are nobody's to compare.

Each bound is 5 standard errors of the count named with it, for a fixed seed.
"""

import numpy as np
import pytest

from oracle import harness

ROWS, COLUMNS = 200, 150


@pytest.fixture(params=harness.DTYPES)
def dtype(request):
    return request.param


@pytest.fixture
def keras(dtype):
    keras = harness.target()
    with harness.float_type(keras, dtype):
        keras.utils.set_random_seed(20)
        yield keras


def dropped(keras, rate, dtype, **options):
    layer = keras.layers.Dropout(rate, **options)
    return np.asarray(layer(np.ones((ROWS, COLUMNS), dtype), training=True))


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_kept_values_are_scaled_and_their_share_is_right(keras, dtype, rate):
    output = dropped(keras, rate, dtype, seed=1)
    assert output.dtype == dtype
    kept = output[output != 0]
    np.testing.assert_allclose(kept, 1 / (1 - rate), rtol=1e-6)
    count = ROWS * COLUMNS
    error = 5 * np.sqrt(rate * (1 - rate) / count)
    assert abs(kept.size / count - (1 - rate)) < error


def test_entries_are_dropped_independently(keras, dtype):
    """Neighbours in rows and in columns agree as often as chance has it: 30,000 pairs each."""
    kept = dropped(keras, 0.5, dtype, seed=2) != 0
    for first, second in ((kept[1:], kept[:-1]), (kept[:, 1:], kept[:, :-1])):
        assert abs((first == second).mean() - 0.5) < 5 * 0.5 / np.sqrt(first.size)
    shares = kept.mean(axis=0)
    assert np.all(np.abs(shares - 0.5) < 5 * 0.5 / np.sqrt(ROWS))


def test_calls_differ_and_seeds_repeat(keras, dtype):
    layer, x = keras.layers.Dropout(0.5, seed=3), np.ones((20, 20), dtype)
    first, second = (np.asarray(layer(x, training=True)) for _ in range(2))
    again = np.asarray(keras.layers.Dropout(0.5, seed=3)(x, training=True))
    other = np.asarray(keras.layers.Dropout(0.5, seed=4)(x, training=True))
    assert np.any(first != second)
    assert np.array_equal(first, again)
    assert np.any(first != other)


def test_set_random_seed_repeats_unseeded_layers(keras, dtype):
    outputs = []
    for _ in range(2):
        keras.utils.set_random_seed(7)
        outputs.append(dropped(keras, 0.5, dtype))
    assert np.array_equal(*outputs)


def test_gradients_pass_where_values_passed(keras, dtype):
    """One step on mean absolute error from below: a bias moves by 0 or by 1/(1 - rate)/n."""
    n, rate = 400, 0.25
    layers = keras.layers
    model = keras.Sequential([keras.Input((1,)), layers.Dense(n), layers.Dropout(rate, seed=5)])
    model.set_weights([np.zeros((1, n), dtype), np.ones(n, dtype)])
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=1.0), loss="mae")
    x, y = np.ones((1, 1), dtype), np.full((1, n), -10, dtype)
    loss = model.train_on_batch(x, y)
    moved = 1 - model.get_weights()[1]
    passed = np.abs(moved) > 1e-9
    np.testing.assert_allclose(moved[passed], 1 / (1 - rate) / n, rtol=1e-4)
    assert abs(passed.mean() - (1 - rate)) < 5 * np.sqrt(rate * (1 - rate) / n)
    # The loss saw the same mask: 10 for each entry, and 1/(1 - rate) more where it passed.
    assert loss == pytest.approx(10 + passed.mean() / (1 - rate), rel=1e-5)


def test_fit_drops_and_evaluate_does_not(keras, dtype):
    model = keras.Sequential([keras.Input((50,)), keras.layers.Dropout(0.5, seed=6)])
    x = np.ones((40, 50), dtype)
    assert np.array_equal(model.predict(x, verbose=0), x)
    assert np.array_equal(np.asarray(model(x)), x)
    trained = np.asarray(model(x, training=True))
    assert set(np.unique(trained)) == {0.0, 2.0}
