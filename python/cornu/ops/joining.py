"""Arrays joined and taken apart, after NumPy."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.ops.documented import documented
from cornu.ops.promotion import as_tensor, promoted
from cornu.ops.shapes import ravel, reshape
from cornu.utils.tracing import numpy_of

_joined = documented(
    "numpy",
    "An array of the type that they have in common.",
    x="A list of arrays of one shape.",
    x2="Numbers, of as many axes as x1.",
    axis="The axis.",
)
_parts = documented("numpy", "A list of arrays.", axis="The axis.")
_grids = documented(
    "numpy",
    "A list of arrays, as many as there are x.",
    x="Arrays of one axis, the coordinates.",
    indexing="`xy`, where the first runs along the second axis, or `ij`.",
)
_grids = documented(
    "numpy",
    "A list of arrays, as many as there are x.",
    x="Arrays of one axis, the coordinates.",
    indexing="`xy`, where the first runs along the second axis, or `ij`.",
)


def _join(xs: Any, function: str, **options: Any) -> Any:
    arrays = promoted(*xs)
    return getattr(numpy_of(*arrays), function)(arrays, **options)


@_joined
def concatenate(xs: Any, axis: int = 0) -> Any:
    """Join arrays along an axis that they have.

    >>> ops.concatenate([[1, 2], [3]])
    array([1, 2, 3], dtype=int32)
    """
    return _join(xs, "concatenate", axis=axis)


@_joined
def stack(x: Any, axis: int = 0) -> Any:
    """Join arrays of one shape along a new axis.

    >>> ops.stack([[1, 2], [3, 4]], axis=1)
    array([[1, 3],
           [2, 4]], dtype=int32)
    """
    return _join(x, "stack", axis=axis)


@_joined
def append(x1: Any, x2: Any, axis: int | None = None) -> Any:
    """Put x2 behind x1; None: both in one row.

    >>> ops.append([1, 2], [3])
    array([1, 2, 3], dtype=int32)
    """
    if axis is None:
        return concatenate([ravel(x1), ravel(x2)])
    return concatenate([x1, x2], axis)


@_joined
def hstack(xs: Any) -> Any:
    """Join arrays along the second axis, or the first where there is one.

    >>> ops.hstack([[1, 2], [3]])
    array([1, 2, 3], dtype=int32)
    """
    return _join(xs, "hstack")


@_joined
def vstack(xs: Any) -> Any:
    """Join arrays along the first axis; rows become matrices.

    >>> ops.vstack([[1, 2], [3, 4]])
    array([[1, 2],
           [3, 4]], dtype=int32)
    """
    return _join(xs, "vstack")


@_joined
def dstack(xs: Any) -> Any:
    """Join arrays along the third axis.

    >>> ops.dstack([[1, 2], [3, 4]])
    array([[[1, 3],
            [2, 4]]], dtype=int32)
    """
    arrays = [as_tensor(one) for one in xs]
    planes = [
        reshape(x, (1, x.size, 1) if x.ndim < 2 else (*x.shape, 1) if x.ndim == 2 else x.shape)
        for x in arrays
    ]
    return concatenate(planes, axis=2)


@_parts
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Take an array apart along an axis.

    >>> ops.split([1, 2, 3, 4], 2)
    [array([1, 2], dtype=int32), array([3, 4], dtype=int32)]
    """
    x = as_tensor(x)
    size = x.shape[axis]
    if isinstance(indices_or_sections, int | np.integer):
        if size % indices_or_sections:
            raise ValueError(
                "`indices_or_sections` must divide the axis into equal parts. "
                f"Received: indices_or_sections={indices_or_sections} for an axis of size {size}"
            )
        return array_split(x, indices_or_sections, axis)
    borders = [0, *map(int, indices_or_sections), size]
    return _cut(x, borders, axis)


@_parts
def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Take an array apart along an axis; the first parts may be one longer.

    >>> ops.array_split([1, 2, 3], 2)
    [array([1, 2], dtype=int32), array([3], dtype=int32)]
    """
    x = as_tensor(x)
    if not isinstance(indices_or_sections, int | np.integer):
        return split(x, indices_or_sections, axis)
    least, more = divmod(x.shape[axis], indices_or_sections)
    lengths = [least + 1] * more + [least] * (indices_or_sections - more)
    return _cut(x, [0, *np.cumsum(lengths).tolist()], axis)


@_parts
def hsplit(x: Any, indices_or_sections: Any) -> Any:
    """Take an array apart along the second axis, or the first where there is one.

    >>> ops.hsplit([[1, 2], [3, 4]], 2)
    [array([[1],
           [3]], dtype=int32), array([[2],
           [4]], dtype=int32)]
    """
    x = as_tensor(x)
    return split(x, indices_or_sections, 0 if x.ndim == 1 else 1)


@_parts
def vsplit(x: Any, indices_or_sections: Any) -> Any:
    """Take an array apart along the first axis.

    >>> ops.vsplit([[1, 2], [3, 4]], 2)
    [array([[1, 2]], dtype=int32), array([[3, 4]], dtype=int32)]
    """
    return split(x, indices_or_sections, 0)


@_parts
def dsplit(x: Any, indices_or_sections: Any) -> Any:
    """Take an array apart along the third axis.

    >>> ops.dsplit([[[1, 2]]], 2)
    [array([[[1]]], dtype=int32), array([[[2]]], dtype=int32)]
    """
    return split(x, indices_or_sections, 2)


@_grids
def meshgrid(*x: Any, indexing: str = "xy") -> Any:
    """Turn coordinates into grids of them.

    >>> ops.meshgrid([1, 2], [3, 4])
    [array([[1, 2],
           [1, 2]], dtype=int32), array([[3, 3],
           [4, 4]], dtype=int32)]
    """
    arrays = [ravel(one) for one in x]
    module = numpy_of(*arrays)
    count = len(arrays)
    shapes = [[-1 if i == j else 1 for j in range(count)] for i in range(count)]
    sizes = [one.size for one in arrays]
    if indexing == "xy" and count > 1:
        shapes = [[shape[1], shape[0], *shape[2:]] for shape in shapes]
        sizes[:2] = sizes[1], sizes[0]
    elif indexing not in ("xy", "ij"):
        raise ValueError(f"`indexing` must be 'xy' or 'ij'. Received: indexing={indexing!r}")
    return [
        module.reshape(one, shape) * np.ones(sizes, one.dtype)
        for one, shape in zip(arrays, shapes, strict=True)
    ]


def _cut(x: Any, borders: Sequence[int], axis: int) -> list[Any]:
    before = (slice(None),) * (axis % x.ndim)
    return [x[(*before, slice(*pair))] for pair in itertools.pairwise(borders)]
