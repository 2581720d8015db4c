"""Cross-entropies, normalizations and encodings: what networks are made of beside activations."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import config
from cornu.activations.rowwise import log_softmax
from cornu.activations.sigmoids import log_sigmoid
from cornu.activations.smooth import gelu as exact_or_approximate_gelu
from cornu.ops.arithmetic import clip, maximum, minimum
from cornu.ops.documented import documented
from cornu.ops.elementwise import log, rsqrt, square
from cornu.ops.linalg import norm
from cornu.ops.promotion import as_float, as_tensor, axes_of, cast_to, promoted, standardize
from cornu.ops.reductions import mean as mean_of
from cornu.ops.reductions import sum as sum_of
from cornu.ops.reductions import var as variance_of
from cornu.ops.shapes import reshape
from cornu.ops.trigonometry import cos, sin
from cornu.utils.arrays import normalize_axes
from cornu.utils.errors import shown
from cornu.utils.tracing import untraced

_crossentropies = documented(
    "nn",
    "An array of floats, of the shape of `output` without the axis of the classes.",
    target="The labels.",
    output="Probabilities, or logits.",
    axis="The axis of the classes.",
)
_pairs = documented(
    "nn",
    "An array of floats, of the shape of `output`.",
    target="The labels, 0 or 1 or between, in the shape of `output`.",
    output="Probabilities, or logits.",
)
_encoded = documented(
    "nn",
    "An array of floats, or of `dtype`.",
    x="Class numbers, integers of any shape.",
    inputs="Class numbers, integers of shape (classes,) or (rows, classes).",
    num_classes="How many classes there are. Other numbers are in none.",
    axis="Where the axis of the classes is put.",
    dtype="The type; None: `floatx()`.",
    sparse="Whether the result is sparse: False.",
    kwargs="`num_tokens`, an older name of `num_classes`.",
)
_normalized = documented(
    "nn",
    "An array of x's shape.",
    mean="The mean, of shape (features,).",
    variance="The variance, of shape (features,).",
    axis="The axis, or a tuple of axes.",
    offset="What is added at the end, of shape (features,); None: 0.",
    scale="What is multiplied by at the end; None: 1.",
    gamma="What is multiplied by at the end; None: 1.",
    beta="What is added at the end; None: 0.",
    order="Which norm: a positive integer.",
    kwargs="`rms_scaling`, which only False is accepted of: it is Keras's old way to scale by the"
    "\n        variance; there is `rms_normalization`.",
)
_moments = documented(
    "nn",
    "The mean and the variance.",
    axes="The axis, or a tuple of axes.",
    synchronized="Whether over several devices: False.",
)
_activated = documented(
    "nn",
    "An array of x's shape, in x's float type, or `floatx()` for integers and bools.",
    approximate="Whether by a formula of tanh; here, unlike in `activations`, it is the default.",
)
_polar = documented(
    "nn",
    "An array of complex numbers.",
    abs_="How far from 0 they are.",
    angle="Their angles in radians.",
)


@_activated
def gelu(x: Any, approximate: bool = True) -> Any:
    """Weigh x by the chance that a normal variable is below it.

    >>> ops.gelu([-1.0, 0.0, 1.0])
    array([-0.158808,  0.      ,  0.841192], dtype=float32)
    """
    return exact_or_approximate_gelu(x, approximate)


@_pairs
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """Take the cross-entropy of each yes-or-no label: `-t * log(p) - (1 - t) * log(1 - p)`.

    >>> ops.binary_crossentropy([0.0, 1.0], [0.1, 0.9])
    array([0.10536055, 0.10536055], dtype=float32)
    """
    target, output = _pair(target, output)
    _check_shapes(target, output)
    if from_logits:
        return -target * log_sigmoid(output) - (1 - target) * log_sigmoid(-output)
    output = _clipped(output)
    return -(target * log(output) + (1 - target) * log(1 - output))


@_crossentropies
def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """Take the cross-entropy of one-hot labels: `-sum(t * log(p))`.

    >>> ops.categorical_crossentropy([[0.0, 1.0]], [[0.2, 0.8]])
    array([0.22314353], dtype=float32)
    """
    target, output = _pair(target, output)
    _check_shapes(target, output)
    return -sum_of(target * _log_probabilities(output, from_logits, axis), axis=axis)


@_crossentropies
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """Take the cross-entropy of class numbers: `-log(p[target])`.

    >>> ops.sparse_categorical_crossentropy([1], [[0.2, 0.8]])
    array([0.22314353], dtype=float32)
    """
    target = as_tensor(untraced(target)).astype(np.int32)
    output = as_float(output)
    if target.ndim == output.ndim and target.shape[-1:] == (1,):
        target = target[..., 0]
    if output.ndim < 1 or target.shape != output.shape[:-1]:
        raise ValueError(
            "`target` must have the shape of `output` without its last axis. "
            f"Received: target of shape {target.shape}, output of shape {output.shape}"
        )
    labels = one_hot(target, output.shape[axis], axis, output.dtype)
    return -sum_of(labels * _log_probabilities(output, from_logits, axis), axis=axis)


@_encoded
def one_hot(
    x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> Any:
    """Turn class numbers into zeros and a one.

    >>> ops.one_hot([1, 0], 3)
    array([[0., 1., 0.],
           [1., 0., 0.]], dtype=float32)
    """
    _check_dense(sparse)
    x = as_tensor(untraced(x))
    if x.dtype.kind not in "iub":
        x = x.astype(np.int32)
    found = (x[..., None] == np.arange(num_classes)).astype(standardize(dtype))
    return np.moveaxis(found, -1, axis)


@_encoded
def multi_hot(
    inputs: Any,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: Any = None,
    sparse: bool = False,
    **kwargs: Any,
) -> Any:
    """Turn rows of class numbers into zeros and ones.

    >>> ops.multi_hot([[0, 2], [1, 1]], 3)
    array([[1., 0., 1.],
           [0., 1., 0.]], dtype=float32)
    """
    num_classes = kwargs.pop("num_tokens", num_classes)
    if kwargs:
        raise TypeError(f"multi_hot has no arguments {sorted(kwargs)}")
    if num_classes is None:
        raise ValueError("`num_classes` must be an integer. Received: num_classes=None")
    inputs = as_tensor(untraced(inputs))
    found = one_hot(inputs, num_classes, axis, dtype, sparse)
    return found.max(axis=1 if inputs.ndim > 1 else 0)


@_moments
def moments(x: Any, axes: Any, keepdims: bool = False, synchronized: bool = False) -> Any:
    """Take the mean and the variance along axes.

    >>> ops.moments([[1.0, 2.0], [3.0, 6.0]], 0)
    (array([2., 4.], dtype=float32), array([1., 4.], dtype=float32))
    """
    if synchronized:
        raise ValueError(
            "`synchronized` must be False: there is one device. "
            f"Received: synchronized={shown(synchronized)}"
        )
    return mean_of(x, axes, keepdims), variance_of(x, axes, keepdims)


@_normalized
def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> Any:
    """Normalize by a mean and a variance: `(x - mean) / sqrt(variance + epsilon)`.

    >>> ops.batch_normalization([[1.0], [3.0]], [2.0], [1.0], axis=-1)
    array([[-0.9995004],
           [ 0.9995005]], dtype=float32)
    """
    x = as_float(x)
    sizes = [1] * x.ndim
    sizes[axis] = -1
    mean, variance = (reshape(as_float(one), sizes) for one in (mean, variance))
    factor = rsqrt(variance + epsilon)
    if scale is not None:
        factor = factor * reshape(as_float(scale), sizes)
    rest = -mean * factor
    if offset is not None:
        rest = rest + reshape(as_float(offset), sizes)
    return cast_to(x * factor + rest, x.dtype)


@_normalized
def layer_normalization(
    x: Any,
    gamma: Any = None,
    beta: Any = None,
    axis: Any = -1,
    epsilon: float | None = None,
    **kwargs: Any,
) -> Any:
    """Normalize by the mean and the variance along axes.

    >>> ops.layer_normalization([1.0, 2.0, 3.0])
    array([-1.2247448,  0.       ,  1.2247448], dtype=float32)
    """
    if kwargs.pop("rms_scaling", False) or kwargs:
        raise ValueError(
            "`rms_scaling` must be False: use `rms_normalization`; "
            f"there are no other arguments. Received: {sorted(kwargs) or 'rms_scaling=True'}"
        )
    x = as_float(x)
    axes = sorted(normalize_axes(axes_of(axis), x.ndim))
    mean, variance = moments(x, tuple(axes), keepdims=True)
    factor = rsqrt(variance + (config.epsilon() if epsilon is None else epsilon))
    if gamma is not None:
        factor = factor * _broadcast(gamma, x, axes)
    rest = -mean * factor
    if beta is not None:
        rest = rest + _broadcast(beta, x, axes)
    return cast_to(x * factor + rest, x.dtype)


@_normalized
def rms_normalization(
    x: Any, scale: Any = None, axis: Any = -1, epsilon: float | None = None
) -> Any:
    """Divide by the root of the mean square along axes.

    >>> ops.rms_normalization([3.0, 4.0])
    array([0.84852815, 1.1313709 ], dtype=float32)
    """
    x = as_float(x)
    if x.ndim == 0:
        x = reshape(x, (1,))
    squares = mean_of(square(x), axis, keepdims=True)
    found = x * rsqrt(squares + (config.epsilon() if epsilon is None else epsilon))
    if scale is not None:
        found = found * cast_to(as_tensor(scale), x.dtype)
    return found


@_normalized
def normalize(x: Any, axis: Any = -1, order: int = 2, epsilon: float | None = None) -> Any:
    """Divide by the norm along an axis, which counts as `epsilon` where it is less.

    >>> ops.normalize([3.0, 4.0])
    array([0.6, 0.8], dtype=float32)
    """
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"`order` must be a positive integer. Received: order={shown(order)}")
    x = as_float(x)
    if x.ndim == 0:
        x = reshape(x, (1,))
    least = config.epsilon() if epsilon is None else epsilon
    if order == 2:
        return x * minimum(rsqrt(sum_of(square(x), axis, keepdims=True)), 1 / least)
    return x / maximum(norm(x, order, axis, keepdims=True), least)


@_polar
def polar(abs_: Any, angle: Any) -> Any:
    """Make complex numbers of their distance from 0 and their angle.

    >>> ops.polar([2.0], [0.0])
    array([2.+0.j], dtype=complex64)
    """
    abs_, angle = promoted(abs_, angle, floating=True)
    return abs_ * cos(angle) + 1j * (abs_ * sin(angle))


def _pair(target: Any, output: Any) -> list[Any]:
    output = as_float(output)
    return [cast_to(as_tensor(target), output.dtype), output]


def _check_shapes(target: Any, output: Any) -> None:
    if target.shape != output.shape or target.ndim < 1:
        raise ValueError(
            "`target` and `output` must have the same shape, of one axis or more. "
            f"Received: target of shape {target.shape}, output of shape {output.shape}"
        )


def _clipped(output: Any) -> Any:
    return clip(output, config.epsilon(), 1 - config.epsilon())


def _log_probabilities(output: Any, from_logits: bool, axis: int) -> Any:
    if from_logits:
        return log_softmax(output, axis)
    return log(_clipped(output / sum_of(output, axis, keepdims=True)))


def _broadcast(weight: Any, x: Any, axes: list[int]) -> Any:
    weight = cast_to(as_tensor(weight), x.dtype)
    if weight.ndim == x.ndim or axes == [x.ndim - 1]:
        return weight
    return reshape(weight, [size if i in axes else 1 for i, size in enumerate(x.shape)])


def _check_dense(sparse: Any) -> None:
    if sparse:
        raise ValueError(
            f"`sparse` must be False: arrays are dense. Received: sparse={shown(sparse)}"
        )
