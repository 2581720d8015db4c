"""Arrays in other shapes, put together and taken apart, after NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.ops.documented import documented
from cornu.ops.promotion import as_tensor, axes_of
from cornu.utils.arrays import normalize_axes
from cornu.utils.tracing import is_traced, numpy_of, untraced

_shaped = documented(
    "numpy",
    "An array of x's type.",
    newshape="The shape; one size may be -1, for what is left.",
    shape="The shape, to which x's broadcasts.",
    axes="The axes in their new order; None: turned around.",
    axis="The axis, or a tuple of axes.",
    source="The axis, or axes, to move.",
    destination="Where they go.",
    shift="By how many places, one number or one an axis.",
    repeats="How often, one number or several.",
    xs="Arrays to have one shape.",
    indexing="`xy`, where x comes first, or `ij`.",
)
_turned = documented(
    "numpy",
    "An array of its type.",
    array="Numbers, of two axes or more.",
    k="How often.",
    axes="The two axes of the plane.",
)
_padded = documented(
    "numpy",
    "An array of x's type.",
    pad_width="How many numbers before and after, `((before, after), ...)` for each axis, or one"
    " pair,\n        or one number, for all.",
    mode="`constant`, `reflect`, `symmetric` or another one of NumPy's.",
    constant_values="The number to put there; None: 0. In `constant` mode alone.",
)


@_shaped
def reshape(x: Any, newshape: Any) -> Any:
    """Give the numbers another shape, in their order.

    >>> ops.reshape([[1, 2], [3, 4]], (4,))
    array([1, 2, 3, 4], dtype=int32)
    """
    x = as_tensor(x)
    return numpy_of(x).reshape(x, newshape)


@_shaped
def ravel(x: Any) -> Any:
    """Put the numbers into one row.

    >>> ops.ravel([[1, 2], [3, 4]])
    array([1, 2, 3, 4], dtype=int32)
    """
    return reshape(x, (-1,))


@_shaped
def transpose(x: Any, axes: Any = None) -> Any:
    """Put the axes into another order.

    >>> ops.transpose([[1, 2], [3, 4]])
    array([[1, 3],
           [2, 4]], dtype=int32)
    """
    x = as_tensor(x)
    return numpy_of(x).transpose(x, axes)


@_shaped
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Exchange two axes.

    >>> ops.swapaxes([[1, 2], [3, 4]], 0, 1)
    array([[1, 3],
           [2, 4]], dtype=int32)
    """
    x = as_tensor(x)
    return numpy_of(x).swapaxes(x, axis1, axis2)


@_shaped
def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """Move axes to other places; the rest stay in order.

    >>> ops.shape(ops.moveaxis(ops.ones((2, 3, 4)), 0, -1))
    (3, 4, 2)
    """
    x = as_tensor(x)
    return numpy_of(x).moveaxis(x, axes_of(source), axes_of(destination))


@_shaped
def expand_dims(x: Any, axis: Any) -> Any:
    """Put in axes of size 1.

    >>> ops.expand_dims([1, 2], axis=0)
    array([[1, 2]], dtype=int32)
    """
    x = as_tensor(x)
    if not isinstance(axis, list | tuple):
        return numpy_of(x).expand_dims(x, axis)
    axes = normalize_axes(axis, x.ndim + len(axis))
    sizes = iter(x.shape)
    return reshape(x, [1 if i in axes else next(sizes) for i in range(x.ndim + len(axes))])


@_shaped
def squeeze(x: Any, axis: Any = None) -> Any:
    """Take out axes of size 1; None: all of them.

    >>> ops.squeeze([[1, 2]])
    array([1, 2], dtype=int32)
    """
    x = as_tensor(x)
    return numpy_of(x).squeeze(x, axis=axes_of(axis))


@_shaped
def broadcast_to(x: Any, shape: Any) -> Any:
    """Repeat numbers along axes where there is one, to a shape.

    >>> ops.broadcast_to([1, 2], (2, 2))
    array([[1, 2],
           [1, 2]], dtype=int32)
    """
    x = as_tensor(x)
    if is_traced(x):
        return x + np.zeros(shape, x.dtype)
    return np.broadcast_to(x, shape).copy()


@_shaped
def flip(x: Any, axis: Any = None) -> Any:
    """Turn the order around along axes; None: all.

    >>> ops.flip([[1, 2], [3, 4]], axis=0)
    array([[3, 4],
           [1, 2]], dtype=int32)
    """
    x = as_tensor(x)
    axes = normalize_axes(axes_of(axis), x.ndim)
    return x[tuple(slice(None, None, -1) if i in axes else slice(None) for i in range(x.ndim))]


@_shaped
def fliplr(x: Any) -> Any:
    """Turn the order of the columns around.

    >>> ops.fliplr([[1, 2], [3, 4]])
    array([[2, 1],
           [4, 3]], dtype=int32)
    """
    return flip(x, axis=1)


@_shaped
def flipud(x: Any) -> Any:
    """Turn the order of the rows around.

    >>> ops.flipud([[1, 2], [3, 4]])
    array([[3, 4],
           [1, 2]], dtype=int32)
    """
    return flip(x, axis=0)


@_turned
def rot90(array: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """Turn an array by right angles, from the first axis towards the second.

    >>> ops.rot90([[1, 2], [3, 4]])
    array([[2, 4],
           [1, 3]], dtype=int32)
    """
    array = as_tensor(array)
    first, second = normalize_axes(tuple(axes), array.ndim)
    for _ in range(k % 4):
        array = flip(swapaxes(array, first, second), first)
    return array


@_shaped
def roll(x: Any, shift: Any, axis: Any = None) -> Any:
    """Shift numbers along axes; what falls off comes back at the other end.

    >>> ops.roll([1, 2, 3], 1)
    array([3, 1, 2], dtype=int32)
    """
    x = as_tensor(x)
    return numpy_of(x).roll(x, shift, axis=axes_of(axis))


@_shaped
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Repeat each number; None: in one row.

    >>> ops.repeat([1, 2], 2)
    array([1, 1, 2, 2], dtype=int32)
    """
    x = as_tensor(x)
    if axis is None:
        x, axis = ravel(x), 0
    indices = np.repeat(np.arange(x.shape[axis]), np.asarray(untraced(repeats)))
    return x[(slice(None),) * (axis % x.ndim) + (indices,)]


@_shaped
def tile(x: Any, repeats: Any) -> Any:
    """Repeat the whole array along each axis.

    >>> ops.tile([1, 2], 2)
    array([1, 2, 1, 2], dtype=int32)
    """
    x = as_tensor(x)
    return numpy_of(x).tile(x, repeats)


@_padded
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Any:
    """Put numbers around an array.

    >>> ops.pad([1, 2], 1)
    array([0, 1, 2, 0], dtype=int32)
    """
    x = as_tensor(x)
    if constant_values is not None and mode != "constant":
        raise ValueError(
            "`constant_values` must be None where `mode` is not 'constant'. "
            f"Received: constant_values={constant_values}, mode={mode!r}"
        )
    pairs = np.broadcast_to(np.asarray(pad_width, int), (x.ndim, 2))
    # What comes from x itself is taken by index, which any mode does alike.
    indices = np.arange(x.size).reshape(x.shape)
    if mode == "constant":
        outside = np.pad(indices, pairs, constant_values=-1)
        value = x.dtype.type(0 if constant_values is None else constant_values)
        if x.size == 0:
            return np.full(outside.shape, value, x.dtype)
        return numpy_of(x).where(outside < 0, value, ravel(x)[outside])
    return ravel(x)[np.pad(indices, pairs, mode=mode)]  # type: ignore[call-overload]
