"""Keras 2's helpers whose arguments or meaning are not those of an operation of Keras 3."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import config, ops
from cornu.ops.documented import documented
from cornu.ops.promotion import as_float, as_tensor
from cornu.utils.errors import shown
from cornu.utils.tracing import untraced

_helper = documented(
    "backend",
    "An array.",
    y="Numbers, of a shape that fits.",
    axis="The axis.",
    axes="The axis, or a tuple of axes; for `batch_dot` the two that are summed over.",
    tensors="A list of arrays.",
    min_value="The least number; None: there is none.",
    max_value="The greatest number; None: there is none.",
    reference="Numbers, of one axis or more.",
    indices="Integers.",
    pattern="The axes in their new order.",
    n="How often; for `repeat`, of rows.",
    rep="How often.",
    condition="Bools, or one.",
    then_expression="An array, or a function without arguments that returns one.",
    else_expression="An array, or a function without arguments that returns one.",
    a="The exponent.",
    size="The number of rows and columns.",
    value="Numbers, or one number.",
    name="A name, which has no effect on a plain array.",
    fn="A function.",
    elems="Numbers, of one axis or more.",
    initializer="What to begin with; None: the first slice.",
)


@_helper
def argmax(x: Any, axis: int = -1) -> Any:
    """Find the index of the greatest number, along the last axis if no other is named.

    >>> from cornu import backend as K
    >>> K.argmax([[1.0, 2.0], [3.0, 0.0]])
    array([1, 0], dtype=int32)
    """
    return ops.argmax(x, axis)


@_helper
def argmin(x: Any, axis: int = -1) -> Any:
    """Find the index of the least number, along the last axis if no other is named.

    >>> from cornu import backend as K
    >>> K.argmin([[1.0, 2.0], [3.0, 0.0]])
    array([0, 1], dtype=int32)
    """
    return ops.argmin(x, axis)


@_helper
def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """Sum products of each row of x and the same row of y; (rows,) becomes (rows, 1).

    >>> from cornu import backend as K
    >>> K.batch_dot([[1.0, 2.0]], [[3.0, 4.0]], axes=1)
    array([[11.]], dtype=float32)
    """
    x, y = as_tensor(x), as_tensor(y)
    if x.ndim < 2 or y.ndim < 2:
        raise ValueError(
            f"`x` and `y` must have two axes or more. Received: shapes {x.shape} and {y.shape}"
        )
    if axes is None:
        axes = x.ndim - 1, max(1, y.ndim - 2)
    first, second = axes if isinstance(axes, list | tuple) else (axes, axes)
    first, second = first % x.ndim, second % y.ndim
    if not first or not second or x.shape[first] != y.shape[second]:
        raise ValueError(
            "`axes` must name axes of one size, not the first. "
            f"Received: axes={shown(axes)} of shapes {x.shape} and {y.shape}"
        )
    letters = "bcdefghijklmnop"
    left = letters[: x.ndim]
    right = letters[0] + letters[x.ndim : x.ndim + y.ndim - 1]
    right = right[:second] + left[first] + right[second + 1 :]
    kept = left.replace(left[first], "") + right[1:].replace(left[first], "")
    found = ops.einsum(f"{left},{right}->{kept}", x, y)
    return found[:, None] if found.ndim == 1 else found


@_helper
def batch_flatten(x: Any) -> Any:
    """Put the numbers of each row into one axis.

    >>> from cornu import backend as K
    >>> K.batch_flatten([[[1, 2], [3, 4]]])
    array([[1, 2, 3, 4]], dtype=int32)
    """
    x = as_tensor(x)
    return ops.reshape(x, (x.shape[0], -1))


@_helper
def cast_to_floatx(x: Any) -> Any:
    """Turn numbers into `floatx()`.

    >>> from cornu import backend as K
    >>> K.cast_to_floatx([1, 2])
    array([1., 2.], dtype=float32)
    """
    return ops.cast(x, config.floatx())


@_helper
def clip(x: Any, min_value: Any, max_value: Any) -> Any:
    """Replace what is below or above two limits by them.

    >>> from cornu import backend as K
    >>> K.clip([-1.0, 0.5, 2.0], 0, 1)
    array([0. , 0.5, 1. ], dtype=float32)
    """
    low = -np.inf if min_value is None else min_value
    high = np.inf if max_value is None else max_value
    if isinstance(low, int | float) and isinstance(high, int | float):
        # As Keras 2 has it, the least wins.
        high = max(low, high)
    return ops.clip(x, low, high)


@_helper
def concatenate(tensors: Any, axis: int = -1) -> Any:
    """Join arrays along the last axis if no other is named.

    >>> from cornu import backend as K
    >>> K.concatenate([[[1]], [[2]]])
    array([[1, 2]], dtype=int32)
    """
    return ops.concatenate(tensors, axis)


@_helper
def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """Make an array of numbers, or of one number in a shape.

    >>> from cornu import backend as K
    >>> K.constant(3.0, shape=(2,))
    array([3., 3.], dtype=float32)
    """
    found = ops.convert_to_tensor(value, config.floatx() if dtype is None else dtype)
    return found if shape is None else ops.broadcast_to(found, shape)


@_helper
def cumprod(x: Any, axis: int = 0) -> Any:
    """Multiply numbers one after another.

    >>> from cornu import backend as K
    >>> K.cumprod([1.0, 2.0, 3.0])
    array([1., 2., 6.], dtype=float32)
    """
    return ops.cumprod(x, axis)


@_helper
def cumsum(x: Any, axis: int = 0) -> Any:
    """Add up numbers one after another.

    >>> from cornu import backend as K
    >>> K.cumsum([1.0, 2.0, 3.0])
    array([1., 3., 6.], dtype=float32)
    """
    return ops.cumsum(x, axis)


@_helper
def expand_dims(x: Any, axis: int = -1) -> Any:
    """Put in an axis of size 1, the last if no other is named.

    >>> from cornu import backend as K
    >>> K.expand_dims([1, 2])
    array([[1],
           [2]], dtype=int32)
    """
    return ops.expand_dims(x, axis)


@_helper
def flatten(x: Any) -> Any:
    """Put the numbers into one row.

    >>> from cornu import backend as K
    >>> K.flatten([[1, 2], [3, 4]])
    array([1, 2, 3, 4], dtype=int32)
    """
    return ops.ravel(x)


@_helper
def foldl(fn: Any, elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """Join slices from the first to the last by a function of two.

    >>> from cornu import backend as K
    >>> int(K.foldl(lambda a, b: a + b, [1, 2, 3]))
    6
    """
    return _folded(fn, list(as_tensor(elems)), initializer)


@_helper
def foldr(fn: Any, elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """Join slices from the last to the first by a function of two.

    >>> from cornu import backend as K
    >>> int(K.foldr(lambda a, b: a - b, [1, 2, 3]))
    0
    """
    return _folded(fn, list(as_tensor(elems))[::-1], initializer)


@_helper
def gather(reference: Any, indices: Any) -> Any:
    """Take slices along the first axis.

    >>> from cornu import backend as K
    >>> K.gather([10, 20, 30], [2, 0])
    array([30, 10], dtype=int32)
    """
    return ops.take(reference, indices, axis=0)


@_helper
def map_fn(fn: Any, elems: Any, name: str | None = None, dtype: Any = None) -> Any:
    """Call a function with each slice along the first axis.

    >>> from cornu import backend as K
    >>> K.map_fn(lambda x: x + x, [1, 2])
    array([2, 4], dtype=int32)
    """
    found = ops.map(fn, elems)
    return found if dtype is None else ops.cast(found, dtype)


@_helper
def permute_dimensions(x: Any, pattern: Any) -> Any:
    """Put the axes into another order.

    >>> from cornu import backend as K
    >>> K.permute_dimensions([[1, 2]], (1, 0))
    array([[1],
           [2]], dtype=int32)
    """
    return ops.transpose(x, pattern)


@_helper
def pow(x: Any, a: Any) -> Any:
    """Take x to the power of a.

    >>> from cornu import backend as K
    >>> K.pow([2.0, 3.0], 2)
    array([4., 9.], dtype=float32)
    """
    return ops.power(x, a)


@_helper
def repeat(x: Any, n: int) -> Any:
    """Repeat rows of shape (rows, size) along a new second axis.

    >>> from cornu import backend as K
    >>> K.repeat([[1, 2]], 2)
    array([[[1, 2],
            [1, 2]]], dtype=int32)
    """
    x = as_tensor(x)
    if x.ndim != 2:
        raise ValueError(f"`x` must have two axes. Received: an array of shape {x.shape}")
    return ops.repeat(x[:, None], n, axis=1)


@_helper
def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Repeat each slice along an axis.

    >>> from cornu import backend as K
    >>> K.repeat_elements([1, 2], 2, 0)
    array([1, 1, 2, 2], dtype=int32)
    """
    return ops.repeat(x, rep, axis)


@_helper
def reverse(x: Any, axes: Any) -> Any:
    """Turn the order around along axes.

    >>> from cornu import backend as K
    >>> K.reverse([1, 2], 0)
    array([2, 1], dtype=int32)
    """
    return ops.flip(x, axes)


@_helper
def sqrt(x: Any) -> Any:
    """Take the square root; of less than 0 it is 0.

    >>> from cornu import backend as K
    >>> K.sqrt([4.0, -1.0])
    array([2., 0.], dtype=float32)
    """
    return ops.sqrt(ops.maximum(as_float(x), 0.0))


@_helper
def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """Take one array or the other, by one condition or one for each number or row.

    >>> from cornu import backend as K
    >>> K.switch([True, False], [1.0, 2.0], [3.0, 4.0])
    array([1., 4.], dtype=float32)
    """
    condition = as_tensor(untraced(condition)).astype(bool)
    if condition.ndim == 0:
        chosen = then_expression if condition else else_expression
        return chosen() if callable(chosen) else as_tensor(chosen)
    both = [one() if callable(one) else one for one in (then_expression, else_expression)]
    rank = as_tensor(both[0]).ndim
    if condition.ndim > rank:
        raise ValueError(
            "`condition` must not have more axes than the expressions. "
            f"Received: {condition.ndim} and {rank}"
        )
    condition = condition.reshape(condition.shape + (1,) * (rank - condition.ndim))
    return ops.where(condition, *both)


@_helper
def eye(size: int, dtype: Any = None, name: str | None = None) -> Any:
    """Make a square matrix of zeros with ones on the diagonal.

    >>> from cornu import backend as K
    >>> K.eye(2)
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """
    return ops.eye(size, dtype=dtype)


@_helper
def dot(x: Any, y: Any) -> Any:
    """Multiply matrices: over the last axis of x and the last but one of y.

    >>> from cornu import backend as K
    >>> K.dot([[1.0, 2.0]], [[1.0], [1.0]])
    array([[3.]], dtype=float32)
    """
    return ops.dot(x, y)


def _folded(fn: Any, slices: list[Any], initializer: Any) -> Any:
    if initializer is None:
        initializer, *slices = slices
    for one in slices:
        initializer = fn(initializer, one)
    return initializer
