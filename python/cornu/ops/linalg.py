"""Matrices: norms, decompositions and equations, after NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.ops.documented import documented
from cornu.ops.elementwise import abs as absolute
from cornu.ops.elementwise import sqrt, square
from cornu.ops.promotion import as_float, axes_of, promoted
from cornu.ops.reductions import max as max_of
from cornu.ops.reductions import min as min_of
from cornu.ops.reductions import sum as sum_of
from cornu.utils.arrays import normalize_axes
from cornu.utils.errors import shown
from cornu.utils.tracing import Differentiable, numpy_of, untraced

_matrix = documented(
    "linalg",
    "An array of x's shape.",
    x="Square matrices, of shape (..., n, n).",
    upper="Whether the factor is the upper one.",
)
_number = documented(
    "linalg",
    "A number for each matrix, of shape (...).",
    x="Matrices, of shape (..., rows, columns).",
    tol="From which singular value on one counts; None: by the greatest one.",
)
_several = documented(
    "linalg",
    "Several arrays, as a tuple.",
    x="Matrices, of shape (..., rows, columns).",
    mode="`reduced` or `complete`: how many columns the first factor has.",
    full_matrices="Whether the factors are square.",
    compute_uv="Whether to return the factors too, not the singular values alone.",
)
_solved = documented(
    "linalg",
    "An array of b's shape.",
    a="Matrices, of shape (..., n, n).",
    b="Right sides, of shape (..., n) or (..., n, columns).",
    lower="Whether the triangle is the lower one.",
    rcond="Which part of the greatest singular value counts as 0; None: by the type.",
)
_norms = documented(
    "linalg",
    "An array of floats.",
    ord="Which norm: a number, `inf`, `-inf`, `fro` or `nuc`, as NumPy has it; None: the "
    "root of the\n        sum of squares.",
    axis="An axis for vectors, a pair for matrices; None: all numbers, or the matrix.",
)
_inverses = documented(
    "linalg",
    "An array of shape (..., columns, rows).",
    x="Matrices, of shape (..., rows, columns).",
    rcond="Which part of the greatest singular value counts as 0; None: by the type.",
)


@_norms
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Take the norm of vectors or matrices.

    >>> round(float(ops.norm([3.0, 4.0])), 4)
    5.0
    """
    x = as_float(x)
    axis = axes_of(axis)
    if axis is None and ord is None:
        return sqrt(sum_of(square(absolute(x)), None, keepdims))
    axes = normalize_axes(axis, x.ndim)
    if len(axes) == 1:
        return _vector_norm(x, ord, axes, keepdims)
    if len(axes) != 2:
        raise ValueError(f"`axis` must be one axis or a pair. Received: axis={shown(axis)}")
    return _matrix_norm(x, ord, axes, keepdims)


@_number
def det(x: Any) -> Any:
    """Take the determinant.

    >>> round(float(ops.det([[2.0, 1.0], [1.0, 3.0]])), 4)
    5.0
    """
    x = _square(x)
    return numpy_of(x).linalg.det(x)


@_several
def slogdet(x: Any) -> Any:
    """Take the sign of the determinant, and the logarithm of its size.

    >>> [round(float(x), 4) for x in ops.slogdet([[2.0, 1.0], [1.0, 3.0]])]
    [1.0, 1.6094]
    """
    x = _square(x)
    if numpy_of(x) is np:
        return tuple(np.linalg.slogdet(x))
    sign, logarithm = numpy_of(x).linalg.slogdet(x)
    return untraced(sign), logarithm


@_number
def logdet(x: Any) -> Any:
    """Take the logarithm of the size of the determinant.

    >>> round(float(ops.logdet([[2.0, 1.0], [1.0, 3.0]])), 4)
    1.6094
    """
    return slogdet(x)[1]


@_matrix
def inv(x: Any) -> Any:
    """Take the inverse.

    >>> ops.inv([[2.0, 1.0], [1.0, 3.0]])
    array([[ 0.6, -0.2],
           [-0.2,  0.4]], dtype=float32)
    """
    x = _square(x)
    return numpy_of(x).linalg.inv(x)


@_matrix
def cholesky(x: Any, upper: bool = False) -> Any:
    """Take the triangle L of a positive definite matrix x = L @ L.T.

    >>> ops.cholesky([[2.0, 1.0], [1.0, 3.0]])
    array([[1.4142135 , 0.        ],
           [0.70710677, 1.5811388 ]], dtype=float32)
    """
    x = _square(x)
    factor = numpy_of(x).linalg.cholesky(x)
    return numpy_of(x).swapaxes(factor, -1, -2) if upper else factor


@_matrix
def cholesky_inverse(x: Any, upper: bool = False) -> Any:
    """Take the inverse of a matrix from its triangle of `cholesky`.

    >>> ops.cholesky_inverse([[1.0, 0.0], [1.0, 2.0]])
    array([[ 1.25, -0.25],
           [-0.25,  0.25]], dtype=float32)
    """
    x = _square(x)
    module = numpy_of(x)
    inverse = inv(module.triu(x) if upper else module.tril(x))
    other = module.swapaxes(inverse, -1, -2)
    return inverse @ other if upper else other @ inverse


@_solved
def solve(a: Any, b: Any) -> Any:
    """Solve a @ x = b.

    >>> ops.solve([[2.0, 1.0], [1.0, 3.0]], [1.0, 2.0])
    array([0.2, 0.6], dtype=float32)
    """
    a, b = promoted(a, b, floating=True)
    _square(a)
    module = numpy_of(a, b)
    if b.ndim == a.ndim - 1:
        return module.linalg.solve(a, b[..., None])[..., 0]
    return module.linalg.solve(a, b)


@_solved
def solve_triangular(a: Any, b: Any, lower: bool = False) -> Any:
    """Solve a @ x = b for a triangle, whose other half is not read.

    >>> ops.solve_triangular([[2.0, 1.0], [9.0, 3.0]], [1.0, 3.0])
    array([0., 1.], dtype=float32)
    """
    a, b = promoted(a, b, floating=True)
    module = numpy_of(a, b)
    return solve(module.tril(a) if lower else module.triu(a), b)


@_several
def qr(x: Any, mode: str = "reduced") -> Any:
    """Take the factors of x = Q @ R: orthogonal columns and an upper triangle.

    >>> ops.qr([[2.0, 1.0], [1.0, 3.0]])
    (array([[-0.8944272, -0.4472136],
           [-0.4472136,  0.8944272]], dtype=float32), array([[-2.236068, -2.236068],
           [ 0.      ,  2.236068]], dtype=float32))
    """
    if mode not in ("reduced", "complete"):
        raise ValueError(f"`mode` must be 'reduced' or 'complete'. Received: mode={mode!r}")
    x = _matrices(x)
    module = numpy_of(x)
    if module is np:
        return tuple(np.linalg.qr(x, mode))  # type: ignore[call-overload]  # a name that was checked
    if mode == "complete" or x.shape[-2] < x.shape[-1]:
        raise ValueError(
            "qr has a derivative in `reduced` mode, of no more columns than rows. "
            f"Received: mode={mode!r}, x of shape {x.shape}"
        )
    # R is the triangle of x.T @ x, save for its signs, which those of NumPy's R are put in for.
    triangle = module.swapaxes(module.linalg.cholesky(module.swapaxes(x, -1, -2) @ x), -1, -2)
    signs = np.sign(np.diagonal(np.linalg.qr(untraced(x))[1], axis1=-2, axis2=-1))
    triangle = signs[..., None] * triangle
    return x @ module.linalg.inv(triangle), triangle


@_several
def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Take the singular values, and the factors of x = U @ diag(s) @ V.

    >>> ops.svd([[2.0, 1.0], [1.0, 3.0]])
    (array([[-0.5257311, -0.8506508],
           [-0.8506508,  0.5257311]], dtype=float32), array([3.618034, 1.381966], dtype=float32),
     array([[-0.5257311, -0.8506508],
           [-0.8506508,  0.5257311]], dtype=float32))
    """
    x = _matrices(x)
    module = numpy_of(x)
    found = module.linalg.svd(x, full_matrices, compute_uv)
    if not compute_uv:
        return found
    return found[0], found[1], found[2]


@_several
def eigh(x: Any) -> Any:
    """Take the eigenvalues, ascending, and eigenvectors of symmetric matrices.

    >>> ops.eigh([[2.0, 1.0], [1.0, 3.0]])
    (array([1.381966, 3.618034], dtype=float32), array([[-0.8506508,  0.5257311],
           [ 0.5257311,  0.8506508]], dtype=float32))
    """
    x = _square(x)
    found = numpy_of(x).linalg.eigh(x)
    return found[0], found[1]


@_several
def eig(x: Any) -> Any:
    """Take the eigenvalues and eigenvectors, complex numbers, of square matrices.

    >>> ops.eig([[2.0, 0.0], [0.0, 3.0]])
    (array([2.+0.j, 3.+0.j], dtype=complex64), array([[1.+0.j, 0.+0.j],
           [0.+0.j, 1.+0.j]], dtype=complex64))
    """
    x = _square(x)
    found = numpy_of(x).linalg.eig(x)
    complex_type = np.result_type(x.dtype, np.complex64)
    return found[0].astype(complex_type), found[1].astype(complex_type)


@_several
def lu_factor(x: Any) -> Any:
    """Take the triangles L and U, in one matrix, and the rows that were exchanged, of x.

    >>> ops.lu_factor([[2.0, 1.0], [1.0, 3.0]])
    (array([[2. , 1. ],
           [0.5, 2.5]], dtype=float32), array([0, 1], dtype=int32))
    """
    x = _matrices(untraced(x))
    factors = x.copy()
    rows, columns = x.shape[-2:]
    pivots = np.zeros((*x.shape[:-2], min(rows, columns)), np.int32)
    for matrix, swaps in zip(
        factors.reshape(-1, rows, columns), pivots.reshape(-1, pivots.shape[-1]), strict=True
    ):
        for i in range(len(swaps)):
            swaps[i] = i + np.argmax(np.abs(matrix[i:, i]))
            matrix[[i, swaps[i]]] = matrix[[swaps[i], i]]
            if matrix[i, i] != 0:
                matrix[i + 1 :, i] /= matrix[i, i]
                matrix[i + 1 :, i + 1 :] -= np.outer(matrix[i + 1 :, i], matrix[i, i + 1 :])
    return factors, pivots


@_number
def matrix_rank(x: Any, tol: Any = None) -> Any:
    """Count the singular values that are not 0.

    >>> int(ops.matrix_rank([[2.0, 1.0], [1.0, 3.0]]))
    2
    """
    rank = np.linalg.matrix_rank(_matrices(untraced(x)), tol)
    return np.asarray(rank).astype(np.int32)[()]


@_inverses
def pinv(x: Any, rcond: Any = None) -> Any:
    """Take the inverse by least squares (Moore-Penrose).

    >>> ops.pinv([[1.0], [2.0]])
    array([[0.19999999, 0.39999998]], dtype=float32)
    """
    x = _matrices(x)
    if rcond is None:
        rcond = float(10 * max(x.shape[-2:]) * np.finfo(x.dtype).eps)
    return _pinv(x, rcond)


@_solved
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """Find the x for which a @ x is nearest to b, and the shortest of several.

    >>> ops.lstsq([[1.0], [2.0]], [2.0, 4.0])
    array([2.], dtype=float32)
    """
    a, b = promoted(a, b, floating=True)
    if rcond is None:
        rcond = float(np.finfo(a.dtype).eps * max(a.shape[-2:]))
    if numpy_of(a, b) is np:
        return np.linalg.lstsq(a, b, rcond)[0]
    return pinv(a, rcond) @ b


def _pinv_derivative(ans: Any, x: Any, rcond: float) -> Any:
    """Golub and Pereyra, 1973, https://doi.org/10.1137/0710036."""

    def turned(one: Any) -> Any:
        return numpy_of(one).swapaxes(one, -1, -2)

    def gradient(g: Any) -> Any:
        left = np.eye(x.shape[-2], dtype=x.dtype) - x @ ans
        right = np.eye(x.shape[-1], dtype=x.dtype) - ans @ x
        found = -turned(ans) @ g @ turned(ans)
        found = found + left @ turned(g) @ ans @ turned(ans)
        return found + turned(ans) @ ans @ turned(g) @ right

    return gradient


_pinv = Differentiable(np.linalg.pinv, _pinv_derivative)


def _matrices(x: Any) -> Any:
    x = as_float(x)
    if x.ndim < 2:
        raise ValueError(f"matrices have two axes or more. Received: an array of shape {x.shape}")
    return x


def _square(x: Any) -> Any:
    x = _matrices(x)
    if x.shape[-1] != x.shape[-2]:
        raise ValueError(f"matrices must be square. Received: an array of shape {x.shape}")
    return x


def _vector_norm(x: Any, order: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    sizes = absolute(x)
    if order is None or order == 2:
        return sqrt(sum_of(square(sizes), axes, keepdims))
    if order == np.inf:
        return max_of(sizes, axes, keepdims)
    if order == -np.inf:
        return min_of(sizes, axes, keepdims)
    if order == 0:
        return np.sum(untraced(x) != 0, axes, keepdims=keepdims).astype(x.dtype)
    if order == 1:
        return sum_of(sizes, axes, keepdims)
    if isinstance(order, str):
        raise ValueError(f"`ord` of vectors must be a number. Received: ord={shown(order)}")
    with np.errstate(divide="ignore"):
        return sum_of(sizes**order, axes, keepdims) ** (1 / order)


def _matrix_norm(x: Any, order: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    rows, columns = axes
    if order in (None, "fro"):
        found = sqrt(sum_of(square(absolute(x)), axes, True))
    elif order in (1, -1, np.inf, -np.inf):
        summed, other = (rows, columns) if abs(order) == 1 else (columns, rows)
        extreme = max_of if order > 0 else min_of
        found = extreme(sum_of(absolute(x), summed, True), other, True)
    elif order in (2, -2, "nuc"):
        module = numpy_of(x)
        # The last factor stands for those that are not asked for: autograd wants all three.
        values = module.linalg.svd(module.moveaxis(x, axes, (-2, -1)), False)[1]
        reduce = {2: max_of, -2: min_of, "nuc": sum_of}[order]
        found = reduce(values, -1)
        sizes = [1 if i in axes else size for i, size in enumerate(x.shape)]
        found = module.reshape(found, sizes)
    else:
        raise ValueError(
            "`ord` of matrices must be None, 'fro', 'nuc', 1, -1, 2, -2, inf or -inf. "
            f"Received: ord={shown(order)}"
        )
    return found if keepdims else numpy_of(found).squeeze(found, axis=axes)
