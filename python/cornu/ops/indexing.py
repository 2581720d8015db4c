"""Numbers taken from arrays and put into them, sorted, searched and counted, after NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.ops.documented import documented
from cornu.ops.promotion import as_tensor, promoted, result_type, standardize
from cornu.ops.shapes import ravel
from cornu.utils.errors import shown
from cornu.utils.tracing import numpy_of, untraced

_taken = documented(
    "numpy",
    "An array of x's type.",
    indices="Integers.",
    axis="The axis; None: of all numbers in one row.",
    key="What stands in brackets: integers, slices, `...` and None.",
    condition="Bools.",
    x1="What to take where it is true.",
    x2="What to take elsewhere.",
)
_chosen = documented(
    "numpy",
    "An array of the type that they have in common.",
    condition="Bools, or numbers, which are true where they are not 0.",
    x1="Numbers for where it is true.",
    x2="Numbers for elsewhere.",
    condlist="A list of arrays of bools; the first that is true counts.",
    choicelist="A list of arrays, one a condition.",
    default="The number where no condition is true.",
)
_sorted = documented(
    "numpy",
    "An array of x's shape.",
    axis="The axis; None: all numbers in one row.",
    kth="The index up to which the least numbers are put.",
)
_places = documented(
    "numpy",
    "An array of int32.",
    sorted_sequence="Ascending numbers, of one axis.",
    values="Numbers to find the place of.",
    side="`left` of equal numbers, or `right` of them.",
    bins="Ascending or descending borders, of one axis.",
    weights="What each counts; None: 1.",
    minlength="The least length of the result.",
    sparse="Whether the result is sparse: False.",
    indices="Integers, places in a row of all numbers.",
    shape="The shape of the array.",
)
_told = documented(
    "numpy",
    "A tuple of arrays.",
    bins="The number of bins, or their borders.",
    range="The least and the greatest border; None: those of x.",
    sorted="Whether the numbers ascend.",
    return_index="Whether to return where each is first.",
    return_inverse="Whether to return the place of each number of x among them.",
    return_counts="Whether to return how often each occurs.",
    axis="The axis whose slices are compared; None: single numbers.",
    size="How many to return; None: as many as there are.",
    fill_value="What stands for those that are not there; None: the least of them.",
)
_top = documented(
    "core",
    "The greatest numbers, and their indices as int32.",
    k="How many.",
    sorted="Whether they descend; they always do.",
)
_in_top = documented(
    "core",
    "An array of bools, of the shape of `targets`.",
    targets="Class numbers, of shape (rows,).",
    predictions="Numbers, of shape (rows, classes).",
    k="How many.",
)


@_taken
def get_item(x: Any, key: Any) -> Any:
    """Take `x[key]`.

    >>> ops.get_item([1, 2, 3], slice(1, None))
    array([2, 3], dtype=int32)
    """
    return as_tensor(x)[untraced(key)]


@_taken
def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """Take the numbers, or slices, at indices; one out of range is an error.

    >>> ops.take([10, 20, 30], [2, 0])
    array([30, 10], dtype=int32)
    """
    x = as_tensor(x)
    if axis is None:
        x, axis = ravel(x), 0
    return x[(slice(None),) * (axis % x.ndim) + (_as_index(indices),)]


@_taken
def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Any:
    """Take numbers along an axis, in each row by indices of its own.

    >>> ops.take_along_axis([[10, 20], [30, 40]], [[1], [0]], axis=1)
    array([[20],
           [30]], dtype=int32)
    """
    x, indices = as_tensor(x), _as_index(indices)
    if axis is None:
        x, axis = ravel(x), 0
    axis %= x.ndim
    sizes = [1 if i == axis else size for i, size in enumerate(x.shape)]
    others = np.indices(sizes, sparse=True)
    return x[tuple(indices if i == axis else others[i] for i in range(x.ndim))]


@_chosen
def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """Take x1 where a condition is true, else x2; of a condition alone, where it is true.

    >>> ops.where([True, False], [1, 2], [3, 4])
    array([1, 4], dtype=int32)
    """
    condition = as_tensor(untraced(condition))
    if (x1 is None) != (x2 is None):
        raise ValueError("`x1` and `x2` must both be given, or neither")
    if x1 is None:
        return nonzero(condition)
    x1, x2 = promoted(x1, x2)
    return numpy_of(x1, x2).where(condition, x1, x2)


@_chosen
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """Take from the first array whose condition is true.

    >>> ops.select([[True, False], [True, True]], [[1, 2], [3, 4]])
    array([1, 4], dtype=int32)
    """
    *choices, found = promoted(*choicelist, default)
    if len(choices) != len(condlist):
        raise ValueError(
            "`condlist` and `choicelist` must be of one length. "
            f"Received: {len(condlist)} and {len(choices)}"
        )
    for condition, choice in zip(reversed(condlist), reversed(choices), strict=True):
        found = where(condition, choice, found)
    return found


@_places
def nonzero(x: Any) -> Any:
    """Find the numbers that are not 0: a tuple of their indices, one array an axis.

    >>> ops.nonzero([[0, 1], [2, 0]])
    (array([0, 1], dtype=int32), array([1, 0], dtype=int32))
    """
    return tuple(
        index.astype(np.int32) for index in np.nonzero(np.atleast_1d(as_tensor(untraced(x))))
    )


@_sorted
def sort(x: Any, axis: Any = -1) -> Any:
    """Sort numbers, the least first.

    >>> ops.sort([3, 1, 2])
    array([1, 2, 3], dtype=int32)
    """
    x = as_tensor(x)
    if axis is None:
        x, axis = ravel(x), -1
    return take_along_axis(x, np.argsort(untraced(x), axis, kind="stable"), axis)


@_sorted
def argsort(x: Any, axis: Any = -1) -> Any:
    """Find the indices that sort numbers, the least first.

    >>> ops.argsort([3, 1, 2])
    array([1, 2, 0], dtype=int32)
    """
    return np.argsort(as_tensor(untraced(x)), axis, kind="stable").astype(np.int32)


@_sorted
def argpartition(x: Any, kth: int, axis: Any = -1) -> Any:
    """Find indices that put the least numbers first, in no certain order.

    >>> int(ops.argpartition([3, 1, 2], 0)[0])
    1
    """
    return np.argpartition(as_tensor(untraced(x)), kth, axis).astype(np.int32)


@_places
def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Any:
    """Find where numbers would have to be put in for the order to stay.

    >>> ops.searchsorted([1, 3, 5], [2, 5])
    array([1, 2], dtype=int32)
    """
    if np.ndim(untraced(sorted_sequence)) != 1:
        raise ValueError(
            "`sorted_sequence` must have one axis. Received: an array of shape "
            f"{np.shape(untraced(sorted_sequence))}"
        )
    first, second = promoted(untraced(sorted_sequence), untraced(values))
    return np.searchsorted(first, second, side).astype(np.int32)  # type: ignore[call-overload]


@_places
def digitize(x: Any, bins: Any) -> Any:
    """Find the bin that each number is in: how many borders are not above it.

    >>> ops.digitize([0.5, 2.5], [1.0, 2.0, 3.0])
    array([0, 2], dtype=int32)
    """
    first, second = promoted(untraced(x), untraced(bins))
    return np.digitize(first, second).astype(np.int32)


@_places
def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Any:
    """Count how often each integer from 0 on occurs; of a matrix, in each row.

    >>> ops.bincount([1, 1, 3])
    array([0, 2, 0, 1], dtype=int32)
    """
    if sparse:
        raise ValueError(
            f"`sparse` must be False: there are no sparse arrays. Received: sparse={shown(sparse)}"
        )
    x = as_tensor(untraced(x)).astype(np.int64)
    weights = None if weights is None else as_tensor(untraced(weights))
    dtype = (
        np.dtype(np.int32) if weights is None else result_type(np.dtype(np.int32), weights.dtype)
    )
    if x.ndim > 1:
        length = max(minlength, int(x.max(initial=-1)) + 1)
        rows = [
            bincount(row, None if weights is None else weights[i], length)
            for i, row in enumerate(x)
        ]
        return np.stack(rows)
    return np.bincount(x, weights, minlength).astype(dtype)


@_places
def unravel_index(indices: Any, shape: Any) -> Any:
    """Turn places in one row of all numbers into indices, one array an axis.

    >>> ops.unravel_index([3, 5], (2, 3))
    (array([1, 1], dtype=int32), array([0, 2], dtype=int32))
    """
    places = as_tensor(untraced(indices))
    return tuple(np.asarray(one).astype(places.dtype) for one in np.unravel_index(places, shape))


@_told
def histogram(x: Any, bins: Any = 10, range: Any = None) -> Any:
    """Count the numbers in each bin; return the counts and the borders.

    >>> ops.histogram([1.0, 2.0, 2.0], bins=2)
    (array([1., 2.], dtype=float32), array([1. , 1.5, 2. ], dtype=float32))
    """
    x = as_tensor(untraced(x))
    if isinstance(bins, int | np.integer) and bins < 0:
        raise ValueError(f"`bins` must be at least 0, or borders. Received: bins={bins}")
    found = np.histogram(x, bins, range)
    dtype = x.dtype if x.dtype.kind == "f" else standardize(None)
    return found[0].astype(dtype), found[1].astype(dtype)


@_told
def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """Find the numbers that differ, ascending; alone, they are no tuple.

    >>> ops.unique([3, 1, 3])
    array([1, 3], dtype=int32)
    """
    found = np.unique(as_tensor(untraced(x)), True, True, True, axis)
    values, first, inverse, counts = found
    if size is not None:
        axis_of = 0 if axis is None else axis
        kept = values.take(np.arange(min(size, counts.size)), axis_of)
        missing = size - kept.shape[axis_of]
        if missing > 0:
            filler = (
                kept.min(axis_of, keepdims=True)
                if fill_value is None
                else np.full_like(kept.take([0], axis_of), fill_value)
            )
            kept = np.concatenate([kept, np.repeat(filler, missing, axis_of)], axis_of)
        first = np.resize(np.append(first[:size], np.zeros(max(0, missing), int)), size)
        counts = np.append(counts[:size], np.zeros(max(0, missing), int))
        values = kept
    inverse = inverse.reshape(np.shape(untraced(x)) if axis is None else -1)
    asked = (return_index, first), (return_inverse, inverse), (return_counts, counts)
    more = [array.astype(np.int32) for wanted, array in asked if wanted]
    return (values, *more) if more else values


@_top
def top_k(x: Any, k: int, sorted: bool = True) -> Any:
    """Find the greatest numbers along the last axis, and their indices.

    >>> ops.top_k([1.0, 5.0, 3.0], 2)
    (array([5., 3.], dtype=float32), array([1, 2], dtype=int32))
    """
    x = as_tensor(x)
    order = np.argsort(-untraced(x), -1, kind="stable")[..., :k]
    return take_along_axis(x, order, -1), order.astype(np.int32)


@_in_top
def in_top_k(targets: Any, predictions: Any, k: int) -> Any:
    """Tell which classes are among the k of the greatest predictions.

    >>> ops.in_top_k([1, 0], [[0.1, 0.9], [0.2, 0.8]], 1)
    array([ True, False])
    """
    predictions = as_tensor(untraced(predictions))
    at_label = take_along_axis(predictions, _as_index(targets)[..., None], -1)
    at_label = np.where(np.isnan(at_label), -np.inf, at_label)
    return 1 + np.sum(predictions > at_label, -1) <= k


def _as_index(indices: Any) -> np.ndarray:
    array = as_tensor(untraced(indices))
    if array.dtype.kind not in "iu":
        raise TypeError(f"`indices` must be integers. Received: an array of {array.dtype}")
    return array
