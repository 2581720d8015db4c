"""Products of arrays, after NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.ops.diagonals import diagonal
from cornu.ops.documented import documented
from cornu.ops.promotion import as_float, as_tensor, promoted
from cornu.ops.reductions import sum as sum_of
from cornu.utils.tracing import numpy_of, untraced

_products = documented(
    "numpy",
    "An array of the type that both have in common.",
    x2="Numbers, of a shape that fits.",
    axes="How many last axes of x1 and first axes of x2 are summed over; or the two lists of axes.",
    axisa="The axis of x1's vectors.",
    axisb="The axis of x2's vectors.",
    axisc="The axis of the result's vectors.",
    axis="One axis for all three; None: they have their own.",
    mode="`valid`, `same` or `full`: which overlaps of the two rows count.",
)
_einsum = documented(
    "numpy",
    "An array of the type that they have in common.",
    subscripts="The axes of each operand, a letter each, and of the result: `ij,jk->ik`.",
    operands="Arrays.",
)
_distances = documented(
    "numpy",
    "An array of floats, of shape (rows of x, rows of y).",
    x="Numbers, of shape (rows, size).",
    y="Numbers, of shape (rows, size).",
)
_rows = documented("numpy", "An array of floats.", x="Numbers, of shape (variables, observations).")
_differences = documented("numpy", "An array of a's type.", axis="The axis.", n="How often.")
_integrals = documented(
    "numpy",
    "An array of floats, of y's shape without the axis.",
    y="Numbers, of any shape.",
    x="The places of the numbers; None: `dx` apart.",
    axis="The axis.",
    dx="The distance of neighbours where there is no x.",
)


def _of_both(name: str, x1: Any, x2: Any) -> Any:
    x1, x2 = promoted(x1, x2)
    with np.errstate(all="ignore"):
        return getattr(numpy_of(x1, x2), name)(x1, x2)


@_products
def matmul(x1: Any, x2: Any) -> Any:
    """Multiply matrices; of more axes, one matrix with another.

    >>> ops.matmul([[1, 2], [3, 4]], [[1, 0], [0, 1]])
    array([[1, 2],
           [3, 4]], dtype=int32)
    """
    return _of_both("matmul", x1, x2)


@_products
def dot(x1: Any, x2: Any) -> Any:
    """Sum products over the last axis of x1 and the last but one of x2.

    >>> int(ops.dot([1, 2], [3, 4]))
    11
    """
    return _of_both("dot", x1, x2)


@_products
def vdot(x1: Any, x2: Any) -> Any:
    """Sum products over all numbers, x1 conjugated.

    >>> int(ops.vdot([1, 2], [3, 4]))
    11
    """
    x1, x2 = promoted(x1, x2)
    module = numpy_of(x1, x2)
    return module.dot(module.conj(module.reshape(x1, (-1,))), module.reshape(x2, (-1,)))


@_products
def inner(x1: Any, x2: Any) -> Any:
    """Sum products over the last axis of both.

    >>> int(ops.inner([1, 2], [3, 4]))
    11
    """
    return _of_both("inner", x1, x2)


@_products
def outer(x1: Any, x2: Any) -> Any:
    """Multiply each number of x1 with each of x2.

    >>> ops.outer([1, 2], [3, 4])
    array([[3, 4],
           [6, 8]], dtype=int32)
    """
    x1, x2 = promoted(x1, x2)
    return x1.reshape((-1, 1)) * x2.reshape((1, -1))


@_products
def kron(x1: Any, x2: Any) -> Any:
    """Multiply each number of x1 with the whole of x2 (Kronecker product).

    >>> ops.kron([1, 2], [3, 4])
    array([3, 4, 6, 8], dtype=int32)
    """
    return _of_both("kron", x1, x2)


@_products
def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Any:
    """Sum products over several axes.

    >>> ops.tensordot([[1, 2], [3, 4]], [1, 1], axes=1)
    array([3, 7], dtype=int32)
    """
    x1, x2 = promoted(x1, x2)
    return numpy_of(x1, x2).tensordot(x1, x2, axes)


@_products
def cross(
    x1: Any, x2: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    """Take the cross product of vectors of three numbers, or of two, which gives its third.

    >>> ops.cross([1, 0, 0], [0, 1, 0])
    array([0, 0, 1], dtype=int32)
    """
    x1, x2 = promoted(x1, x2)
    if axis is not None:
        axisa = axisb = axisc = axis
    module = numpy_of(x1, x2)
    a, b = module.moveaxis(x1, axisa, 0), module.moveaxis(x2, axisb, 0)
    if a.shape[0] not in (2, 3) or b.shape[0] not in (2, 3):
        raise ValueError(
            f"vectors must have 2 or 3 numbers. Received: {a.shape[0]} and {b.shape[0]}"
        )
    third = a[0] * b[1] - a[1] * b[0]
    if a.shape[0] == b.shape[0] == 2:
        return third
    zero = third * 0
    a2, b2 = (v[2] if v.shape[0] == 3 else zero for v in (a, b))
    parts = [a[1] * b2 - a2 * b[1], a2 * b[0] - a[0] * b2, third]
    return module.stack(parts, axis=axisc)


@_einsum
def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Any:
    """Sum products over the axes whose letters the result has not (Einstein's summation).

    >>> ops.einsum('ij,j->i', [[1, 2], [3, 4]], [1, 1])
    array([3, 7], dtype=int32)
    """
    if kwargs:
        raise TypeError(f"einsum takes `subscripts` and arrays. Received: {sorted(kwargs)}")
    arrays = promoted(*operands)
    return numpy_of(*arrays).einsum(subscripts, *arrays)


@_distances
def cdist(x: Any, y: Any) -> Any:
    """Take the distance of each row of x from each row of y.

    >>> ops.cdist([[0.0, 0.0]], [[3.0, 4.0], [0.0, 1.0]])
    array([[5., 1.]], dtype=float32)
    """
    x, y = promoted(x, y, floating=True)
    module = numpy_of(x, y)
    squares = module.sum((x[:, None, :] - y[None, :, :]) ** 2, axis=-1)
    far = untraced(squares) > 0
    # The root has no derivative at 0.
    return module.where(far, module.sqrt(module.where(far, squares, 1)), 0)


@_products
def correlate(x1: Any, x2: Any, mode: str = "valid") -> Any:
    """Sum products of a row with another one that is moved along it.

    >>> ops.correlate([1.0, 2.0, 3.0], [0.0, 1.0])
    array([2., 3.], dtype=float32)
    """
    x1, x2 = promoted(x1, x2)
    if x1.ndim != 1 or x2.ndim != 1:
        raise ValueError(
            f"`x1` and `x2` must have one axis each. Received: shapes {x1.shape} and {x2.shape}"
        )
    modes = ("valid", "same", "full")
    if mode not in modes:
        raise ValueError(f"`mode` must be one of {modes}. Received: mode={mode!r}")
    module = numpy_of(x1, x2)
    if module is np:
        return np.correlate(x1, x2, mode)  # type: ignore[call-overload]  # a name that was checked
    # Which number of x1 meets which of x2 at each place; -1: none.
    long, short = x1.shape[0], x2.shape[0]
    places = np.pad(np.arange(long), short - 1, constant_values=-1)
    windows = np.lib.stride_tricks.sliding_window_view(places, short)
    found = module.where(windows >= 0, x1[windows], 0) @ module.conj(x2)
    if mode == "full":
        return found
    length = max(long, short) if mode == "same" else max(long, short) - min(long, short) + 1
    start = (found.shape[0] - length) // 2 if mode == "same" else min(long, short) - 1
    return found[start : start + length]


@_rows
def corrcoef(x: Any) -> Any:
    """Take the correlation of each row with each other row.

    >>> ops.corrcoef([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
    array([[ 1., -1.],
           [-1.,  1.]], dtype=float32)
    """
    x = as_float(x)
    module = numpy_of(x)
    if x.ndim == 1:
        x = x[None]
    centred = x - module.mean(x, axis=1, keepdims=True)
    products = centred @ centred.T
    roots = module.sqrt(diagonal(products))
    with np.errstate(all="ignore"):
        found = module.clip(products / roots[:, None] / roots[None, :], -1, 1)
    return found if found.shape != (1, 1) else found[0, 0]


@_differences
def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    """Take the differences of neighbours, n times over.

    >>> ops.diff([1, 4, 9])
    array([3, 5], dtype=int32)
    """
    a = as_tensor(a)
    before = (slice(None),) * (axis % a.ndim)
    for _ in range(n):
        upper, lower = a[(*before, slice(1, None))], a[(*before, slice(None, -1))]
        a = upper ^ lower if a.dtype == bool else upper - lower
    return a


@_integrals
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """Take the integral of a function from its values, by the trapezoidal rule.

    >>> round(float(ops.trapezoid([1.0, 2.0, 3.0])), 4)
    4.0
    """
    y = as_float(y)
    before = (slice(None),) * (axis % y.ndim)
    if x is None:
        width = dx
    else:
        y, x = promoted(y, x, floating=True)
        width = diff(x, axis=-1 if x.ndim == 1 else axis)
        if x.ndim == 1:
            width = width.reshape([-1 if i == axis % y.ndim else 1 for i in range(y.ndim)])
    heights = y[(*before, slice(1, None))] + y[(*before, slice(None, -1))]
    return sum_of(heights * width / 2, axis=axis)
