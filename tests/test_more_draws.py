"""Further distributions, and numbers drawn from arrays: their moments, seeds and refusals."""

import numpy as np
import pytest

from cornu import random

N = 20_000
# name -> (arguments behind the shape, mean, variance)
DISTRIBUTIONS = {
    "gamma": ((2.5,), 2.5, 2.5),
    "beta": ((2.0, 3.0), 0.4, 0.04),
    "binomial": ((10, 0.3), 3.0, 2.1),
    "randint": ((0, 11), 5.0, 10.0),
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_moments_and_seeds(name):
    arguments, mean, variance = DISTRIBUTIONS[name]
    draw = getattr(random, name)
    values = draw((N,), *arguments, seed=5)
    assert values.dtype == ("int32" if name == "randint" else "float32")
    # Five standard deviations of the mean.
    assert abs(values.mean() - mean) < 5 * np.sqrt(variance / N)
    assert values.var() == pytest.approx(variance, rel=0.06)
    assert np.array_equal(values, draw((N,), *arguments, seed=5))
    assert not np.array_equal(values, draw((N,), *arguments, seed=6))
    generator = random.SeedGenerator(5)
    assert np.array_equal(draw((3,), *arguments, seed=generator), values[:3])
    assert not np.array_equal(draw((9,), *arguments, seed=generator), values[:9])


def test_parameters_may_be_arrays():
    assert random.gamma((2, 3), np.array([1.0, 2.0, 3.0])).shape == (2, 3)
    assert random.binomial((2,), [0, 5], [0.5, 1.0]).tolist() == [0.0, 5.0]


def test_categorical():
    found = random.categorical(np.log([[0.2, 0.5, 0.3], [1.0, 1e-30, 1e-30]]), N, seed=1)
    assert found.shape == (2, N)
    assert np.bincount(found[0]) / N == pytest.approx([0.2, 0.5, 0.3], abs=0.02)
    assert not found[1].any()


def test_dropout():
    x = np.full((N, 2), 3.0, "float32")
    found = random.dropout(x, 0.25, seed=1)
    assert found.dtype == "float32"
    assert set(found.ravel().tolist()) == {0.0, 4.0}
    assert (found == 0).mean() == pytest.approx(0.25, abs=0.02)
    rows = random.dropout(x, 0.25, noise_shape=(None, 1), seed=1)
    assert (rows[:, 0] == rows[:, 1]).all()
    assert np.array_equal(random.dropout(x, 0), x)
    assert not random.dropout(x, 1).any()


def test_shuffle():
    x = np.arange(12).reshape(3, 4)
    found = random.shuffle(x, axis=1, seed=2)
    assert np.array_equal(np.sort(found, axis=1), x)
    assert np.array_equal(found - found[:1], x - x[:1])
    assert not np.array_equal(random.shuffle(np.arange(100)), np.arange(100))


REFUSED = {
    "`dtype` must be an integer type": lambda: random.randint((1,), 0, 2, dtype="float32"),
    "`alpha` must be above 0": lambda: random.gamma((1,), 0.0),
    "`beta` must be above 0": lambda: random.beta((1,), 1.0, -1.0),
    "`counts` must be at least 0": lambda: random.binomial((1,), 2, 1.5),
    "`logits` must have the shape": lambda: random.categorical([0.0], 1),
    "`rate` must be from 0 to 1": lambda: random.dropout([1.0], 2),
    "`axis` must be in": lambda: random.shuffle([1.0], axis=1),
    "`seed` must be an integer": lambda: random.gamma((1,), 1.0, seed="a"),
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    with pytest.raises(ValueError, match=text):
        REFUSED[text]()
