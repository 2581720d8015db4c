"""Numbers put into arrays at many places, and gathered by segments."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.ops.documented import documented
from cornu.ops.promotion import as_tensor, cast_to
from cornu.ops.reductions import max as max_of
from cornu.ops.reductions import min as min_of
from cornu.ops.reductions import prod
from cornu.utils.tracing import Differentiable, any_traced, numpy_of, untraced

_scattered = documented(
    "core",
    "An array.",
    indices="Places, of shape (places, axes): one index for each of the first axes.",
    values="The numbers to add there, of shape (places, ...).",
    inputs="Numbers, of any shape.",
    updates="Numbers, of shape (places, ...).",
    reduction="What to do with what is there: None to replace it, `add`, `max`, `min` or `mul`.",
)
_segments = documented(
    "core",
    "An array of shape (segments, ...); a segment without rows has what changes nothing.",
)


def _replaced(inputs: Any, updates: Any, place: Any) -> Any:
    found = inputs.copy()
    found[place] = updates
    return found


def _added(inputs: Any, updates: Any, place: Any) -> Any:
    found = inputs.copy()
    np.add.at(found, place, updates)
    return found


# Each is a function of an array, of what is put there, and of the index of where.
set_at: Differentiable = Differentiable(
    _replaced,
    lambda ans, inputs, updates, place: (
        lambda g: set_at(g, np.zeros(np.shape(untraced(updates)), g.dtype), place)
    ),
    lambda ans, inputs, updates, place: lambda g: g[place],
)
add_at = Differentiable(
    _added,
    lambda ans, inputs, updates, place: lambda g: g,
    lambda ans, inputs, updates, place: lambda g: g[place],
)


@_scattered
def scatter(indices: Any, values: Any, shape: Any) -> Any:
    """Put numbers into an array of zeros; those for one place are added up.

    >>> ops.scatter([[0], [2], [2]], [1.0, 2.0, 3.0], (4,))
    array([1., 0., 5., 0.], dtype=float32)
    """
    values = as_tensor(values)
    place = _places(indices)
    return add_at(np.zeros(shape, values.dtype), values, place)


@_scattered
def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: Any = None) -> Any:
    """Return a copy of an array in which numbers at some places are replaced.

    >>> ops.scatter_update([1.0, 2.0, 3.0], [[0], [2]], [7.0, 8.0])
    array([7., 2., 8.], dtype=float32)
    """
    inputs = as_tensor(inputs)
    updates, place = cast_to(as_tensor(updates), inputs.dtype), _places(indices)
    if reduction is None:
        return set_at(inputs, updates, place)
    if reduction == "add":
        return add_at(inputs, updates, place)
    if reduction not in _REDUCTIONS:
        raise ValueError(
            "`reduction` must be None, 'add', 'max', 'min' or 'mul'. "
            f"Received: reduction={reduction!r}"
        )
    if not any_traced(inputs, updates):
        found = inputs.copy()
        _REDUCTIONS[reduction].at(found, place, updates)
        return found
    # One update after another, each at a single place.
    function = getattr(numpy_of(inputs, updates), _REDUCTIONS[reduction].__name__)
    for number in range(len(place[0])):
        at = tuple(int(index[number]) for index in place)
        inputs = set_at(inputs, function(inputs[at], updates[number]), at)
    return inputs


@_segments
def segment_sum(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> Any:
    """Add up the rows of each segment.

    >>> ops.segment_sum([1.0, 2.0, 4.0], [0, 1, 1], 2)
    array([1., 6.], dtype=float32)
    """
    return _by_segments("sum", data, segment_ids, num_segments)


@_segments
def segment_max(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> Any:
    """Take the greatest numbers of the rows of each segment.

    >>> ops.segment_max([1.0, 2.0, 4.0], [0, 1, 1], 2)
    array([1., 4.], dtype=float32)
    """
    return _by_segments("max", data, segment_ids, num_segments)


@_segments
def segment_min(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> Any:
    """Take the least numbers of the rows of each segment.

    >>> ops.segment_min([1.0, 2.0, 4.0], [0, 1, 1], 2)
    array([1., 2.], dtype=float32)
    """
    return _by_segments("min", data, segment_ids, num_segments)


@_segments
def segment_prod(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> Any:
    """Multiply the rows of each segment.

    >>> ops.segment_prod([1.0, 2.0, 4.0], [0, 1, 1], 2)
    array([1., 8.], dtype=float32)
    """
    return _by_segments("prod", data, segment_ids, num_segments)


_REDUCTIONS = {"max": np.maximum, "min": np.minimum, "mul": np.multiply}
_OF_SEGMENTS = {"sum": np.add, "max": np.maximum, "min": np.minimum, "prod": np.multiply}


def _places(indices: Any) -> tuple[np.ndarray, ...]:
    array = as_tensor(untraced(indices))
    if array.dtype.kind not in "iu" or array.ndim < 2:
        raise ValueError(
            "`indices` must be integers of shape (places, axes). "
            f"Received: an array of shape {array.shape}, dtype {array.dtype}"
        )
    return tuple(np.moveaxis(array, -1, 0))


def _by_segments(name: str, data: Any, segment_ids: Any, num_segments: int | None) -> Any:
    data, ids = as_tensor(data), as_tensor(untraced(segment_ids))
    if ids.ndim != 1 or ids.dtype.kind not in "iu" or data.shape[:1] != ids.shape:
        raise ValueError(
            "`segment_ids` must be integers, one a row of `data`. "
            f"Received: segment_ids of shape {ids.shape}, dtype {ids.dtype}, for data of shape "
            f"{data.shape}"
        )
    count = int(ids.max(initial=-1)) + 1 if num_segments is None else num_segments
    # Rows of no segment, as Keras has it, don't count.
    known = (ids >= 0) & (ids < count)
    data, ids = data[known], ids[known]
    empty = np.full((count, *data.shape[1:]), _nothing(name, data.dtype), data.dtype)
    if name == "sum":
        return add_at(empty, data, (ids,))
    if not any_traced(data):
        _OF_SEGMENTS[name].at(empty, ids, data)
        return empty
    reduce = {"max": max_of, "min": min_of, "prod": prod}[name]
    rows = [reduce(data[ids == i], axis=0) if (ids == i).any() else empty[i] for i in range(count)]
    return numpy_of(data).stack(rows)


def _nothing(name: str, dtype: np.dtype) -> Any:
    """What a sum, product or extreme begins with."""
    if name in ("sum", "prod"):
        return 0 if name == "sum" else 1
    if dtype.kind == "f":
        return -np.inf if name == "max" else np.inf
    limits = np.iinfo(dtype)
    return limits.min if name == "max" else limits.max
