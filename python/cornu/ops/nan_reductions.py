"""Reductions that leave NaN out, after NumPy."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from cornu.ops.documented import documented
from cornu.ops.elementwise import sqrt
from cornu.ops.indexing import where
from cornu.ops.promotion import as_float, as_tensor, axes_of
from cornu.ops.reductions import cumprod, cumsum, prod
from cornu.ops.reductions import max as max_of
from cornu.ops.reductions import min as min_of
from cornu.ops.reductions import sum as sum_of
from cornu.utils.tracing import untraced

_reduced = documented(
    "numpy",
    "An array of x's shape without the axes; NaN where there is nothing but NaN.",
    q="Which parts are below, from 0 to 1 (from 0 to 100 for percentiles), one or several.",
)
_index = documented(
    "numpy",
    "An array of int32, of x's shape without the axis; -1 where there is nothing but NaN.",
    axis="The axis; None: of all numbers in one row.",
)
_along = documented(
    "numpy",
    "An array of x's shape; of one axis where `axis` is None.",
    axis="The axis; None: all numbers in one row.",
    dtype="The type to compute in; None: x's.",
)


def _filled(x: Any, value: float) -> tuple[Any, np.ndarray]:
    """The numbers with a value in place of NaN, and where there were none."""
    x = as_tensor(x)
    bad = np.isnan(untraced(x))
    return (where(bad, x.dtype.type(value), x) if bad.any() else x), bad


def _extreme(reduce: Any, x: Any, worst: float, axis: Any, keepdims: bool) -> Any:
    filled, bad = _filled(x, worst)
    found = reduce(filled, axis, keepdims)
    nothing = np.all(bad, axis=axes_of(axis), keepdims=keepdims)
    return where(nothing, found.dtype.type(np.nan), found) if nothing.any() else found


def _index_of(name: str, x: Any, worst: float, axis: Any, keepdims: bool) -> Any:
    filled, bad = _filled(untraced(x), worst)
    found = getattr(np, name)(filled, axis=axis, keepdims=keepdims)
    return np.where(np.all(bad, axis=axis, keepdims=keepdims), -1, found).astype(np.int32)


@_reduced
def nansum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Add up the numbers that are not NaN.

    >>> float(ops.nansum([1.0, float('nan'), 3.0]))
    4.0
    """
    return sum_of(_filled(x, 0)[0], axis, keepdims)


@_reduced
def nanprod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Multiply the numbers that are not NaN.

    >>> float(ops.nanprod([1.0, float('nan'), 3.0]))
    3.0
    """
    return prod(_filled(x, 1)[0], axis, keepdims)


@_reduced
def nanmean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Take the mean of the numbers that are not NaN.

    >>> float(ops.nanmean([1.0, float('nan'), 3.0]))
    2.0
    """
    filled, bad = _filled(as_float(x), 0)
    count = np.sum(~bad, axis=axes_of(axis), keepdims=keepdims).astype(filled.dtype)
    with np.errstate(all="ignore"):
        return sum_of(filled, axis, keepdims) / count


@_reduced
def nanvar(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Take the variance of the numbers that are not NaN.

    >>> float(ops.nanvar([1.0, float('nan'), 3.0]))
    1.0
    """
    x = as_float(x)
    distances = x - nanmean(x, axis, keepdims=True)
    return nanmean(distances * distances, axis, keepdims)


@_reduced
def nanstd(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Take the standard deviation of the numbers that are not NaN.

    >>> float(ops.nanstd([1.0, float('nan'), 3.0]))
    1.0
    """
    return sqrt(nanvar(x, axis, keepdims))


@_reduced
def nanmax(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Take the greatest of the numbers that are not NaN.

    >>> float(ops.nanmax([1.0, float('nan'), 3.0]))
    3.0
    """
    if as_tensor(x).dtype.kind != "f":
        return max_of(x, axis, keepdims)
    return _extreme(max_of, x, -np.inf, axis, keepdims)


@_reduced
def nanmin(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Take the least of the numbers that are not NaN.

    >>> float(ops.nanmin([1.0, float('nan'), 3.0]))
    1.0
    """
    if as_tensor(x).dtype.kind != "f":
        return min_of(x, axis, keepdims)
    return _extreme(min_of, x, np.inf, axis, keepdims)


@_reduced
def nanmedian(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Take the number in the middle of those that are not NaN.

    >>> float(ops.nanmedian([1.0, float('nan'), 3.0]))
    2.0
    """
    return nanquantile(x, 0.5, axis, keepdims=keepdims)


@_reduced
def nanquantile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """Take the numbers below which given parts of those that are not NaN are.

    >>> float(ops.nanquantile([1.0, float('nan'), 3.0], 0.25))
    1.5
    """
    x = as_float(untraced(x))
    parts = np.asarray(untraced(q), np.float64)
    with warnings.catch_warnings():
        # Of nothing but NaN it is a NaN.
        warnings.simplefilter("ignore", RuntimeWarning)
        found = np.nanquantile(  # type: ignore[call-overload]  # NumPy checks the method's name
            x, parts, axes_of(axis), method=method, keepdims=keepdims
        )
    return np.asarray(found).astype(x.dtype)[()]


@_reduced
def nanpercentile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """Take the numbers below which given percentages of those that are not NaN are.

    >>> float(ops.nanpercentile([1.0, float('nan'), 3.0], 25))
    1.5
    """
    return nanquantile(x, np.asarray(untraced(q), np.float64) / 100, axis, method, keepdims)


@_index
def nanargmax(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Find the index of the greatest of the numbers that are not NaN.

    >>> ops.nanargmax([1.0, float('nan'), 3.0])
    array(2, dtype=int32)
    """
    return _index_of("argmax", as_float(untraced(x)), -np.inf, axis, keepdims)


@_index
def nanargmin(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Find the index of the least of the numbers that are not NaN.

    >>> ops.nanargmin([1.0, float('nan'), 3.0])
    array(0, dtype=int32)
    """
    return _index_of("argmin", as_float(untraced(x)), np.inf, axis, keepdims)


@_along
def nancumsum(x: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Add up numbers one after another, a NaN as 0.

    >>> ops.nancumsum([1.0, float('nan'), 3.0])
    array([1., 1., 4.], dtype=float32)
    """
    return cumsum(_filled(x, 0)[0], axis, dtype)


@_along
def nancumprod(x: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Multiply numbers one after another, a NaN as 1.

    >>> ops.nancumprod([1.0, float('nan'), 3.0])
    array([1., 1., 3.], dtype=float32)
    """
    return cumprod(_filled(x, 1)[0], axis, dtype)
