"""Arrays of random numbers from the core's generator."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import _core
from cornu.config import resolve_dtype
from cornu.random.seed_generator import SeedGenerator, draw_stream
from cornu.utils.errors import shown
from cornu.utils.number import as_integer, check_finite


def normal(
    shape: Any,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = None,
    seed: int | SeedGenerator | None = None,
) -> np.ndarray:
    """Draw from the normal distribution.

    Its density is `exp(-(x - mean)**2 / (2 * stddev**2)) / (stddev * sqrt(2 * pi))`.

    Args:
        shape: The shape of the result.
        mean: The mean.
        stddev: The standard deviation, at least 0.
        dtype: `"float32"` or `"float64"`; None: `floatx()`.
        seed: An integer, for the same numbers each time; a `SeedGenerator`; None: the process's
            own.

    Returns:
        An array.

    Raises:
        ValueError: the shape, a parameter, the type or the seed can't be.

    Example:

    >>> import cornu
    >>> values = cornu.random.normal((1000,), mean=5.0, seed=1)
    >>> bool(4.8 < values.mean() < 5.2)
    True

    Source: https://keras.io/api/random/random_ops/
    """
    return fill("normal", shape, check_finite("mean", mean), _deviation(stddev), dtype, seed)


def truncated_normal(
    shape: Any,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = None,
    seed: int | SeedGenerator | None = None,
) -> np.ndarray:
    """Draw from the normal distribution, and again for what is beyond two deviations.

    Args:
        shape: The shape of the result.
        mean: The mean.
        stddev: The standard deviation of the distribution that is cut, at least 0.
        dtype: `"float32"` or `"float64"`; None: `floatx()`.
        seed: An integer, for the same numbers each time; a `SeedGenerator`; None: the process's
            own.

    Returns:
        An array.

    Raises:
        ValueError: the shape, a parameter, the type or the seed can't be.

    Example:

    >>> import cornu
    >>> values = cornu.random.truncated_normal((1000,), seed=1)
    >>> bool(abs(values).max() <= 2)
    True

    Source: https://keras.io/api/random/random_ops/
    """
    return fill(
        "truncated_normal", shape, check_finite("mean", mean), _deviation(stddev), dtype, seed
    )


def uniform(
    shape: Any,
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: Any = None,
    seed: int | SeedGenerator | None = None,
) -> np.ndarray:
    """Draw evenly from `[minval, maxval)`.

    Args:
        shape: The shape of the result.
        minval: The least number.
        maxval: What all numbers are below.
        dtype: `"float32"` or `"float64"`; None: `floatx()`.
        seed: An integer, for the same numbers each time; a `SeedGenerator`; None: the process's
            own.

    Returns:
        An array.

    Raises:
        ValueError: the shape, a parameter, the type or the seed can't be.

    Example:

    >>> import cornu
    >>> values = cornu.random.uniform((1000,), -1.0, 3.0, seed=1)
    >>> bool(values.min() >= -1 and values.max() < 3)
    True

    Source: https://keras.io/api/random/random_ops/
    """
    low, high = check_finite("minval", minval), check_finite("maxval", maxval)
    if low > high:
        raise ValueError(
            f"`minval` must not be above `maxval`. Received: minval={minval}, maxval={maxval}"
        )
    return fill("uniform", shape, low, high, dtype, seed)


def fill(
    distribution: str, shape: Any, a: float, b: float, dtype: Any, seed: int | SeedGenerator | None
) -> np.ndarray:
    """Return an array of random numbers; `a` and `b` are the distribution's parameters."""
    values = np.empty(check_shape(shape), resolve_dtype(dtype))
    number, stream = draw_stream(seed)
    _core.fill_random(distribution, values.reshape(-1), number, stream, a, b)
    return values


def check_shape(shape: Any) -> tuple[int, ...]:
    """Return a shape as a tuple.

    Raises:
        ValueError: it is not a sequence of integers of at least 0.
    """
    try:
        numbers = tuple(map(as_integer, shape))
    except TypeError:  # no sequence
        numbers = (None,)
    sizes = tuple(size for size in numbers if size is not None and size >= 0)
    if len(sizes) != len(numbers):
        raise ValueError(
            f"`shape` must be a tuple of integers of at least 0. Received: shape={shown(shape)}"
        )
    return sizes


def _deviation(stddev: Any) -> float:
    number = check_finite("stddev", stddev)
    if number < 0:
        raise ValueError(f"`stddev` must be at least 0. Received: stddev={shown(stddev)}")
    return number
