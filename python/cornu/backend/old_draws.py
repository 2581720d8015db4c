"""Random numbers, by the names that Keras 2's backend had."""

from __future__ import annotations

from typing import Any

from cornu import random
from cornu.backend.old_state import variable
from cornu.ops.documented import documented

_helper = documented(
    "backend",
    "What was asked for.",
    shape="A shape.",
    dtype="A type, or its name; None: `floatx()`.",
    name="A name; None: one of its own.",
    mean="The mean.",
    stddev="The standard deviation.",
    scale="The standard deviation.",
    minval="The least number.",
    maxval="What all numbers are below.",
    low="The least number.",
    high="What all numbers are below.",
    p="How likely a 1 is.",
    seed="An integer, a `SeedGenerator` or None.",
)


@_helper
def random_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Draw from the normal distribution.

    >>> from cornu import backend as K
    >>> K.random_normal((2, 3)).shape
    (2, 3)
    """
    return random.normal(shape, mean, stddev, dtype, seed)


@_helper
def random_uniform(
    shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Draw evenly from `[minval, maxval)`.

    >>> from cornu import backend as K
    >>> K.random_uniform((2, 3)).shape
    (2, 3)
    """
    return random.uniform(shape, minval, maxval, dtype, seed)


@_helper
def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Draw from the normal distribution, and again for what is beyond two deviations.

    >>> from cornu import backend as K
    >>> K.truncated_normal((2, 3)).shape
    (2, 3)
    """
    return random.truncated_normal(shape, mean, stddev, dtype, seed)


@_helper
def random_bernoulli(shape: Any, p: float = 0.0, dtype: Any = None, seed: Any = None) -> Any:
    """Draw zeros and ones.

    >>> from cornu import backend as K
    >>> K.random_bernoulli((3,), p=1.0)
    array([1., 1., 1.], dtype=float32)
    """
    drawn = random.uniform(shape, dtype=dtype, seed=seed)
    return (drawn < p).astype(drawn.dtype)


@_helper
def random_binomial(shape: Any, p: float = 0.0, dtype: Any = None, seed: Any = None) -> Any:
    """Draw zeros and ones; the older name of `random_bernoulli`.

    >>> from cornu import backend as K
    >>> K.random_binomial((3,), p=1.0)
    array([1., 1., 1.], dtype=float32)
    """
    return random_bernoulli(shape, p, dtype, seed)


@_helper
def random_normal_variable(
    shape: Any,
    mean: float,
    scale: float,
    dtype: Any = None,
    name: str | None = None,
    seed: Any = None,
) -> Any:
    """Make a variable of numbers from the normal distribution.

    >>> from cornu import backend as K
    >>> K.random_normal_variable((2, 3), 0, 1).shape
    (2, 3)
    """
    return variable(random.normal(shape, mean, scale, dtype, seed), dtype, name)


@_helper
def random_uniform_variable(
    shape: Any,
    low: float,
    high: float,
    dtype: Any = None,
    name: str | None = None,
    seed: Any = None,
) -> Any:
    """Make a variable of numbers drawn evenly from `[low, high)`.

    >>> from cornu import backend as K
    >>> K.random_uniform_variable((2, 3), 0, 1).shape
    (2, 3)
    """
    return variable(random.uniform(shape, low, high, dtype, seed), dtype, name)
