"""Sums, means, extremes and whatever else makes fewer numbers of many, after NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.ops.documented import documented
from cornu.ops.indexing import sort
from cornu.ops.promotion import as_float, as_tensor, axes_of, cast_to, promoted, standardize
from cornu.utils.arrays import normalize_axes
from cornu.utils.tracing import is_traced, numpy_of, untraced

_reduced = documented(
    "numpy",
    "An array of x's shape without the axes, of x's type; of 32 bits for bools and short integers.",
    dtype="The type to compute in; None: x's.",
)
_floating = documented(
    "numpy",
    "An array of x's shape without the axes, in x's float type or `floatx()`.",
    weights="What each number counts; None: 1.",
)
_extreme = documented("numpy", "An array of x's shape without the axes, of x's type.")
_truth = documented("numpy", "An array of bools, of x's shape without the axes.")
_index = documented(
    "numpy",
    "An array of int32, of x's shape without the axis.",
    axis="The axis; None: of all numbers in one row.",
)
_counts = documented("numpy", "An array of int32, of x's shape without the axes.")
_along = documented(
    "numpy",
    "An array of x's shape; of one axis where `axis` is None.",
    axis="The axis; None: all numbers in one row.",
    dtype="The type to compute in; None: x's.",
)
_at = documented(
    "numpy",
    "An array of x's shape without the axes, with q's first.",
    q="Which parts are below, from 0 to 1 (from 0 to 100 for percentiles), one or several.",
)


def summable(x: Any) -> Any:
    """Return `x` in the type that Keras sums it in: 32 bits for bools and shorter integers."""
    x = as_tensor(x)
    if x.dtype.kind not in "biu" or x.dtype.itemsize >= 4:
        return x
    return cast_to(x, np.dtype(np.uint32 if x.dtype.kind == "u" else np.int32))


def _sum_like(name: str, x: Any, axis: Any, **options: Any) -> Any:
    x = summable(x)
    # NumPy would widen integers.
    if x.dtype.kind in "iu":
        options["dtype"] = x.dtype
    with np.errstate(all="ignore"):
        return getattr(numpy_of(x), name)(x, axis=axes_of(axis), **options)


def _mean_like(name: str, x: Any, axis: Any, keepdims: bool) -> Any:
    x = as_float(x)
    with np.errstate(all="ignore"):
        return getattr(numpy_of(x), name)(x, axis=axes_of(axis), keepdims=keepdims)


def _extreme_of(name: str, x: Any, axis: Any, keepdims: bool, initial: Any) -> Any:
    x = as_tensor(x)
    options = {} if initial is None else {"initial": initial}
    if options and numpy_of(x) is not np:
        found = getattr(numpy_of(x), name)(x, axis=axes_of(axis), keepdims=keepdims)
        return getattr(numpy_of(x), name + "imum")(found, x.dtype.type(initial))
    return getattr(numpy_of(x), name)(x, axis=axes_of(axis), keepdims=keepdims, **options)


def _index_of(name: str, x: Any, axis: Any, keepdims: bool) -> Any:
    found = getattr(np, name)(as_tensor(untraced(x)), axis=axis, keepdims=keepdims)
    return found.astype(np.int32)


@_reduced
def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Add up numbers.

    >>> ops.sum([[1.0, 2.0], [3.0, 5.0]], axis=0)
    array([4., 7.], dtype=float32)
    """
    return _sum_like("sum", x, axis, keepdims=keepdims)


@_reduced
def prod(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
    """Multiply numbers.

    >>> ops.prod([[1.0, 2.0], [3.0, 5.0]], axis=0)
    array([ 3., 10.], dtype=float32)
    """
    x = as_tensor(x)
    if dtype is not None:
        x = cast_to(x, standardize(dtype))
    if is_traced(x) and np.any(untraced(x) == 0):
        return _prod_with_zeros(x, axis, keepdims)
    return _sum_like("prod", x, axis, keepdims=keepdims)


@_floating
def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Take the mean.

    >>> ops.mean([[1.0, 2.0], [3.0, 5.0]], axis=0)
    array([2. , 3.5], dtype=float32)
    """
    return _mean_like("mean", x, axis, keepdims)


@_floating
def var(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Take the variance: the mean of the squared distances from the mean.

    >>> ops.var([[1.0, 2.0], [3.0, 5.0]], axis=0)
    array([1.  , 2.25], dtype=float32)
    """
    return _mean_like("var", x, axis, keepdims)


@_floating
def std(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Take the standard deviation: the root of the variance.

    >>> ops.std([[1.0, 2.0], [3.0, 5.0]], axis=0)
    array([1. , 1.5], dtype=float32)
    """
    return _mean_like("std", x, axis, keepdims)


@_extreme
def max(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """Take the greatest number; a NaN wins.

    >>> ops.max([[1.0, 2.0], [3.0, 5.0]], axis=0)
    array([3., 5.], dtype=float32)
    """
    return _extreme_of("max", x, axis, keepdims, initial)


@_extreme
def amax(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Take the greatest number, as `max`.

    >>> ops.amax([[1.0, 2.0], [3.0, 5.0]], axis=0)
    array([3., 5.], dtype=float32)
    """
    return max(x, axis, keepdims)


@_extreme
def min(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """Take the least number; a NaN wins.

    >>> ops.min([[1.0, 2.0], [3.0, 5.0]], axis=0)
    array([1., 2.], dtype=float32)
    """
    return _extreme_of("min", x, axis, keepdims, initial)


@_extreme
def amin(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Take the least number, as `min`.

    >>> ops.amin([[1.0, 2.0], [3.0, 5.0]], axis=0)
    array([1., 2.], dtype=float32)
    """
    return min(x, axis, keepdims)


@_extreme
def ptp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Take the distance from the least number to the greatest.

    >>> ops.ptp([[1.0, 2.0], [3.0, 5.0]], axis=0)
    array([2., 3.], dtype=float32)
    """
    return max(x, axis, keepdims) - min(x, axis, keepdims)


@_truth
def all(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Tell whether all numbers are true, that is not 0.

    >>> ops.all([[True, False], [True, True]], axis=0)
    array([ True, False])
    """
    return np.all(as_tensor(untraced(x)), axis=axes_of(axis), keepdims=keepdims)


@_truth
def any(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Tell whether some number is true, that is not 0.

    >>> ops.any([[True, False], [False, False]], axis=0)
    array([ True, False])
    """
    return np.any(as_tensor(untraced(x)), axis=axes_of(axis), keepdims=keepdims)


@_index
def argmax(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Find the index of the greatest number, the first of several.

    >>> ops.argmax([[1.0, 2.0], [3.0, 5.0]], axis=1)
    array([1, 1], dtype=int32)
    """
    return _index_of("argmax", x, axis, keepdims)


@_index
def argmin(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Find the index of the least number, the first of several.

    >>> ops.argmin([[1.0, 2.0], [3.0, 5.0]], axis=1)
    array([0, 0], dtype=int32)
    """
    return _index_of("argmin", x, axis, keepdims)


@_counts
def count_nonzero(x: Any, axis: Any = None) -> Any:
    """Count the numbers that are not 0.

    >>> ops.count_nonzero([[0, 1], [2, 3]], axis=0)
    array([1, 2], dtype=int32)
    """
    return np.asarray(np.count_nonzero(as_tensor(untraced(x)), axes_of(axis))).astype(np.int32)[()]


@_floating
def average(x: Any, axis: Any = None, weights: Any = None) -> Any:
    """Take the mean, in which numbers may count differently.

    >>> round(float(ops.average([1.0, 2.0, 3.0], weights=[3, 1, 0])), 4)
    1.25
    """
    if weights is None:
        return mean(x, axis)
    x, weights = promoted(x, weights, floating=True)
    if axis is not None and weights.shape != x.shape:
        sizes = [1] * x.ndim
        sizes[axis] = -1
        weights = numpy_of(weights).reshape(weights, sizes)
    return sum(x * weights, axis) / sum(weights + np.zeros(x.shape, x.dtype), axis)


@_floating
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Take `log(sum(exp(x)))`, which does not overflow on the way.

    >>> ops.logsumexp([1000.0, 1000.0])
    array(1000.6932, dtype=float32)
    """
    x = as_float(x)
    axis = axes_of(axis)
    module = numpy_of(x)
    top = np.max(untraced(x), axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, top.dtype.type(0))
    with np.errstate(all="ignore"):
        found = module.log(module.sum(module.exp(x - top), axis=axis, keepdims=True)) + top
    if keepdims:
        return found
    return found.reshape(np.sum(untraced(found), axis=axis).shape)


@_along
def cumsum(x: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Add up numbers one after another.

    >>> ops.cumsum([1.0, 2.0, 3.0])
    array([1., 3., 6.], dtype=float32)
    """
    x = as_tensor(x)
    if dtype is not None:
        x = cast_to(x, standardize(dtype))
    return _sum_like("cumsum", x, axis)


@_along
def cumprod(x: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Multiply numbers one after another.

    >>> ops.cumprod([1.0, 2.0, 3.0])
    array([1., 2., 6.], dtype=float32)
    """
    x = as_tensor(x)
    if dtype is not None:
        x = cast_to(x, standardize(dtype))
    return _sum_like("cumprod", x, axis)


@_floating
def median(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Take the number in the middle, or the mean of the two there.

    >>> round(float(ops.median([1.0, 4.0, 2.0])), 4)
    2.0
    """
    return quantile(x, 0.5, axis, keepdims=keepdims)


@_at
def quantile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """Take the numbers below which given parts are.

    >>> round(float(ops.quantile([1.0, 2.0, 4.0], 0.25)), 4)
    1.5
    """
    x = as_float(x)
    axes = normalize_axes(axes_of(axis), x.ndim)
    module = numpy_of(x)
    others = tuple(i for i in range(x.ndim) if i not in axes)
    outer = tuple(x.shape[i] for i in others)
    rows = sort(module.reshape(module.transpose(x, others + axes), (*outer, -1)))
    parts = np.asarray(untraced(q), np.float64)
    places = parts * (rows.shape[-1] - 1)
    low, high, share = _neighbours(places, method)
    share = share.astype(x.dtype)
    # With a 1 of Python's, NumPy 1 makes a float64 of a single share.
    rest = np.ones((), x.dtype) - share
    found = rows[..., low] * rest + rows[..., high] * share
    # The parts come first.
    found = module.moveaxis(found, tuple(range(len(outer), found.ndim)), tuple(range(parts.ndim)))
    # A NaN among the numbers is sorted last, and is the result.
    bad = np.isnan(untraced(rows)[..., -1])
    found = module.where(bad, x.dtype.type(np.nan), found) if bad.any() else found
    if keepdims:
        kept = tuple(1 if i in axes else size for i, size in enumerate(x.shape))
        found = module.reshape(found, parts.shape + kept)
    return found


@_at
def percentile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """Take the numbers below which given percentages are.

    >>> round(float(ops.percentile([1.0, 2.0, 4.0], 25)), 4)
    1.5
    """
    return quantile(x, np.asarray(untraced(q), np.float64) / 100, axis, method, keepdims)


def _prod_with_zeros(x: Any, axis: Any, keepdims: bool) -> Any:
    """A product whose derivative is right at 0, where autograd's divides by the factors."""
    axes = normalize_axes(axes_of(axis), x.ndim)
    others = tuple(i for i in range(x.ndim) if i not in axes)
    module = numpy_of(x)
    outer = tuple(x.shape[i] for i in others)
    rows = module.reshape(module.transpose(x, others + axes), (*outer, -1))
    found = module.cumprod(rows, -1)[..., -1]
    kept = tuple(1 if i in axes else size for i, size in enumerate(x.shape))
    return module.reshape(found, kept) if keepdims else found


def _neighbours(places: np.ndarray, method: str) -> tuple[Any, Any, np.ndarray]:
    """The sorted numbers on both sides of a place, and how much the upper one counts."""
    low, high = np.floor(places).astype(int), np.ceil(places).astype(int)
    shares = {
        "linear": places - low,
        "lower": np.zeros_like(places),
        "higher": np.ones_like(places),
        "midpoint": np.full_like(places, 0.5),
        "nearest": np.round(places) - low,
    }
    if method not in shares:
        raise ValueError(f"`method` must be one of {tuple(shares)}. Received: method={method!r}")
    return low, high, np.asarray(shares[method])
