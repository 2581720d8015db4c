"""Diagonals and triangles of matrices, after NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.ops.documented import documented
from cornu.ops.promotion import as_tensor
from cornu.ops.reductions import sum as sum_of
from cornu.ops.scattering import set_at
from cornu.utils.arrays import normalize_axes
from cornu.utils.tracing import numpy_of

_diagonals = documented("numpy", "An array of x's type.")
_window = documented(
    "numpy",
    "An array of floats, of shape (x,).",
    x="The number of points.",
    beta="The shape: 0 is a rectangle, and higher is narrower.",
)
_powers = documented(
    "numpy",
    "An array of shape (numbers, N).",
    x="Numbers, of one axis.",
    N="How many columns; None: as many as numbers.",
    increasing="Whether the powers go up from left to right.",
)
_traces = documented("numpy", "An array of x's type, without the two axes.")
_distances = documented(
    "numpy",
    "An array of floats, of shape (rows of x, rows of y).",
    x="Numbers, of shape (rows, size).",
    y="Numbers, of shape (rows, size).",
)


@_diagonals
def tril(x: Any, k: int = 0) -> Any:
    """Keep what is on and below a diagonal; the rest becomes 0.

    >>> ops.tril([[1, 2], [3, 4]])
    array([[1, 0],
           [3, 4]], dtype=int32)
    """
    x = as_tensor(x)
    return numpy_of(x).tril(x, k)


@_diagonals
def triu(x: Any, k: int = 0) -> Any:
    """Keep what is on and above a diagonal; the rest becomes 0.

    >>> ops.triu([[1, 2], [3, 4]])
    array([[1, 2],
           [0, 4]], dtype=int32)
    """
    x = as_tensor(x)
    return numpy_of(x).triu(x, k)


@_diagonals
def diag(x: Any, k: int = 0) -> Any:
    """Take a diagonal of a matrix, or make a matrix of its diagonal.

    >>> ops.diag([1, 2])
    array([[1, 0],
           [0, 2]], dtype=int32)
    """
    x = as_tensor(x)
    if x.ndim == 2:
        return diagonal(x, k)
    if x.ndim != 1:
        raise ValueError(f"`x` must have one or two axes. Received: an array of shape {x.shape}")
    count = x.shape[0] + abs(k)
    place = np.arange(x.shape[0])
    return set_at(np.zeros((count, count), x.dtype), x, (place + max(0, -k), place + max(0, k)))


@_diagonals
def diagflat(x: Any, k: int = 0) -> Any:
    """Make a matrix of its diagonal, all numbers in one row.

    >>> ops.diagflat([[1], [2]])
    array([[1, 0],
           [0, 2]], dtype=int32)
    """
    x = as_tensor(x)
    return diag(numpy_of(x).reshape(x, (-1,)), k)


@_powers
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """Make a matrix whose columns are the powers of numbers.

    >>> ops.vander([1, 2, 3], 3)
    array([[1, 1, 1],
           [4, 2, 1],
           [9, 3, 1]], dtype=int32)
    """
    x = as_tensor(x)
    count = x.shape[0] if N is None else N
    powers = np.arange(count) if increasing else np.arange(count - 1, -1, -1)
    return x[:, None] ** powers.astype(x.dtype)


@_traces
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Add up the numbers of a diagonal.

    >>> int(ops.trace([[1, 2], [3, 4]]))
    5
    """
    return sum_of(diagonal(x, offset, axis1, axis2), axis=-1)


@_traces
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Take a diagonal, as the last axis.

    >>> ops.diagonal([[1, 2], [3, 4]])
    array([1, 4], dtype=int32)
    """
    x = as_tensor(x)
    axes = normalize_axes((axis1, axis2), x.ndim)
    moved = numpy_of(x).moveaxis(x, axes, (-2, -1))
    rows, columns = moved.shape[-2:]
    start, first = max(0, -offset), max(0, offset)
    index = np.arange(max(0, min(rows - start, columns - first)))
    return moved[..., start + index, first + index]
