"""Arrays of random numbers of further distributions, and numbers drawn from arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.config import resolve_dtype
from cornu.ops.promotion import as_float, as_tensor, standardize
from cornu.random.draws import check_shape, uniform
from cornu.random.seed_generator import SeedGenerator, draw_stream
from cornu.utils.arrays import normalize_axes
from cornu.utils.errors import shown
from cornu.utils.number import as_float as as_number
from cornu.utils.tracing import untraced

Seed = int | SeedGenerator | None


def randint(
    shape: Any, minval: Any, maxval: Any, dtype: Any = "int32", seed: Seed = None
) -> np.ndarray:
    """Draw integers evenly from `[minval, maxval)`.

    Args:
        shape: The shape of the result.
        minval: The least number.
        maxval: What all numbers are below.
        dtype: An integer type.
        seed: An integer, for the same numbers each time; a `SeedGenerator`; None: the process's
            own.

    Returns:
        An array.

    Raises:
        ValueError: the shape, a limit, the type or the seed can't be.

    Example:

    >>> import cornu
    >>> values = cornu.random.randint((1000,), 3, 6, seed=1)
    >>> int(values.min()), int(values.max())
    (3, 5)

    Source: https://keras.io/api/random/random_ops/
    """
    kind = standardize(dtype)
    if kind.kind not in "iu":
        raise ValueError(f"`dtype` must be an integer type. Received: dtype={shown(dtype)}")
    return _generator(seed).integers(minval, maxval, check_shape(shape), np.int64).astype(kind)


def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: Seed = None) -> np.ndarray:
    """Draw from the gamma distribution of scale 1.

    Its density is `x**(alpha - 1) * exp(-x) / gamma(alpha)`.

    Args:
        shape: The shape of the result.
        alpha: The shape of the distribution, above 0: a number, or numbers that broadcast.
        dtype: `"float32"` or `"float64"`; None: `floatx()`.
        seed: An integer, for the same numbers each time; a `SeedGenerator`; None: the process's
            own.

    Returns:
        An array.

    Raises:
        ValueError: the shape, a parameter, the type or the seed can't be.

    Example:

    >>> import cornu
    >>> values = cornu.random.gamma((1000,), 3.0, seed=1)
    >>> bool(2.8 < values.mean() < 3.2)
    True

    Source: https://keras.io/api/random/random_ops/
    """
    a = _positive("alpha", alpha)
    return _generator(seed).standard_gamma(a, check_shape(shape)).astype(resolve_dtype(dtype))


def beta(shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: Seed = None) -> np.ndarray:
    """Draw from the beta distribution, whose density is in proportion to x**(a-1) * (1-x)**(b-1).

    Args:
        shape: The shape of the result.
        alpha: a, above 0: a number, or numbers that broadcast.
        beta: b, above 0: a number, or numbers that broadcast.
        dtype: `"float32"` or `"float64"`; None: `floatx()`.
        seed: An integer, for the same numbers each time; a `SeedGenerator`; None: the process's
            own.

    Returns:
        An array of numbers from 0 to 1.

    Raises:
        ValueError: the shape, a parameter, the type or the seed can't be.

    Example:

    >>> import cornu
    >>> values = cornu.random.beta((1000,), 2.0, 2.0, seed=1)
    >>> bool(0.45 < values.mean() < 0.55)
    True

    Source: https://keras.io/api/random/random_ops/
    """
    a, b = _positive("alpha", alpha), _positive("beta", beta)
    return _generator(seed).beta(a, b, check_shape(shape)).astype(resolve_dtype(dtype))


def binomial(
    shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: Seed = None
) -> np.ndarray:
    """Draw how many of some trials succeed.

    Args:
        shape: The shape of the result.
        counts: How many trials, at least 0: a number, or numbers that broadcast.
        probabilities: How likely each succeeds, from 0 to 1.
        dtype: `"float32"` or `"float64"`; None: `floatx()`.
        seed: An integer, for the same numbers each time; a `SeedGenerator`; None: the process's
            own.

    Returns:
        An array.

    Raises:
        ValueError: the shape, a parameter, the type or the seed can't be.

    Example:

    >>> import cornu
    >>> cornu.random.binomial((2,), 10, 1.0)
    array([10., 10.], dtype=float32)

    Source: https://keras.io/api/random/random_ops/
    """
    n, p = np.asarray(as_tensor(untraced(counts))), as_tensor(untraced(probabilities))
    if np.any(n < 0) or not np.all((p >= 0) & (p <= 1)):
        raise ValueError(
            "`counts` must be at least 0 and `probabilities` from 0 to 1. "
            f"Received: counts={shown(counts)}, probabilities={shown(probabilities)}"
        )
    drawn = _generator(seed).binomial(n.astype(np.int64), p.astype(np.float64), check_shape(shape))
    return drawn.astype(resolve_dtype(dtype))


def categorical(
    logits: Any, num_samples: int, dtype: Any = "int32", seed: Seed = None
) -> np.ndarray:
    """Draw classes, as likely as the softmax of logits says.

    Args:
        logits: Numbers, of shape (rows, classes).
        num_samples: How many to draw for each row.
        dtype: An integer type.
        seed: An integer, for the same numbers each time; a `SeedGenerator`; None: the process's
            own.

    Returns:
        An array of shape (rows, num_samples).

    Raises:
        ValueError: the logits have another number of axes, or the type or the seed can't be.

    Example:

    >>> import cornu
    >>> cornu.random.categorical([[0.0, 100.0]], 3)
    array([[1, 1, 1]], dtype=int32)

    Source: https://keras.io/api/random/random_ops/
    """
    array = as_float(untraced(logits)).astype(np.float64)
    if array.ndim != 2:
        raise ValueError(
            f"`logits` must have the shape (rows, classes). Received: shape {array.shape}"
        )
    kind = standardize(dtype)
    if kind.kind not in "iu":
        raise ValueError(f"`dtype` must be an integer type. Received: dtype={shown(dtype)}")
    sums = np.cumsum(np.exp(array - array.max(-1, keepdims=True)), -1)
    drawn = uniform((len(array), num_samples), dtype="float64", seed=seed) * sums[:, -1:]
    return (drawn[:, :, None] >= sums[:, None, :]).sum(-1).astype(kind)


def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Seed = None) -> Any:
    """Set a part of the numbers to 0, and multiply the others by `1 / (1 - rate)`.

    Args:
        inputs: Numbers, of any shape.
        rate: Which part, from 0 to 1.
        noise_shape: The shape of the mask, which broadcasts; None: that of `inputs`.
        seed: An integer, for the same numbers each time; a `SeedGenerator`; None: the process's
            own.

    Returns:
        An array of the shape of `inputs`.

    Raises:
        ValueError: `rate` is no number from 0 to 1, or the shape or the seed can't be.

    Example:

    >>> import cornu
    >>> sorted({float(x) for x in cornu.random.dropout([1.0] * 100, 0.5, seed=1)})
    [0.0, 2.0]

    Source: https://keras.io/api/random/random_ops/
    """
    number = as_number(rate)
    if not 0 <= number <= 1:
        raise ValueError(f"`rate` must be from 0 to 1. Received: rate={shown(rate)}")
    inputs = as_float(inputs)
    if noise_shape is None:
        shape = inputs.shape
    else:
        shape = tuple(
            size if one is None else one
            for one, size in zip(noise_shape, inputs.shape, strict=True)
        )
    kept = uniform(shape, dtype="float64", seed=seed) >= number
    scale = 0.0 if number == 1 else 1 / (1 - number)
    return inputs * (kept * scale).astype(inputs.dtype)


def shuffle(x: Any, axis: int = 0, seed: Seed = None) -> Any:
    """Put the slices along an axis into a random order.

    Args:
        x: Numbers, of one axis or more.
        axis: The axis.
        seed: An integer, for the same order each time; a `SeedGenerator`; None: the process's own.

    Returns:
        A new array.

    Raises:
        ValueError: there is no such axis, or the seed can't be.

    Example:

    >>> import cornu
    >>> sorted(cornu.random.shuffle([3, 1, 2], seed=1).tolist())
    [1, 2, 3]

    Source: https://keras.io/api/random/random_ops/
    """
    x = as_tensor(x)
    (number,) = normalize_axes(axis, x.ndim)
    order = np.argsort(uniform((x.shape[number],), dtype="float64", seed=seed), kind="stable")
    return x[(slice(None),) * number + (order,)]


def _generator(seed: Seed) -> np.random.Generator:
    """NumPy's generator that begins where the core's stream would."""
    return np.random.Generator(np.random.Philox(key=np.array(draw_stream(seed), np.uint64)))


def _positive(name: str, value: Any) -> np.ndarray:
    array = as_tensor(untraced(value)).astype(np.float64)
    if not np.all(array > 0):
        raise ValueError(f"`{name}` must be above 0. Received: {name}={shown(value)}")
    return array
