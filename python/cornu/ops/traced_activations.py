"""Activations of arrays with respect to which a derivative is taken.

Value and first derivative are the core's, as in a layer. Further derivatives are taken of the
formulas below.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu import _core
from cornu.ops.special import erf
from cornu.utils.arrays import along_axes, as_core_array, as_real, normalize_axes
from cornu.utils.tracing import Differentiable, any_traced, numpy_of, untraced

if TYPE_CHECKING:
    from cornu._core import ActivationSpec


def traced_activation(specification: ActivationSpec, x: Any, axis: Any = None) -> Any:
    """Return an activation of a traced array.

    Args:
        specification: What the core is told.
        x: The array.
        axis: The axis, or axes taken as one, of an activation that works along some; None: it is
            elementwise.
    """
    module = numpy_of(x)
    if axis is None:
        return _activated(module.reshape(x, (-1,)), specification).reshape(x.shape)
    if x.ndim == 0:
        raise ValueError(f"`x` must have an axis for {specification[0]}. Received: x of shape ()")
    axes = normalize_axes(axis, x.ndim)
    return along_axes(lambda rows: _activated(rows, specification), x, axes)


def _forward(x: Any, specification: ActivationSpec) -> np.ndarray:
    return _core.apply_activation(specification, as_core_array(as_real(x)))


def _backward(x: Any, y: Any, dy: Any, specification: ActivationSpec) -> Any:
    if any_traced(x, y, dy):
        from autograd import make_vjp

        name, parameters = specification
        return make_vjp(lambda x: FORMULAS[name](numpy_of(x), x, *parameters))(x)[0](dy)
    arrays = (as_core_array(as_real(one, x.dtype)) for one in (x, y, dy))
    return _core.activation_derivative(specification, *arrays)


_activated = Differentiable(
    _forward, lambda y, x, specification: lambda dy: _backward(x, y, dy, specification)
)


def _relu(m: Any, x: Any, slope: float, top: float, threshold: float) -> Any:
    above = m.where(x < threshold, slope * (x - threshold), x)
    return m.where(above > top, top, above) if slope == 0 or math.isfinite(top) else above


def _sigmoid(m: Any, x: Any) -> Any:
    return 0.5 * (1 + m.tanh(0.5 * x))


def _softplus(m: Any, x: Any) -> Any:
    return m.logaddexp(x, 0 * x)


def _elu(m: Any, x: Any, alpha: float = 1.0) -> Any:
    return m.where(x > 0, x, alpha * m.expm1(m.minimum(x, 0 * x)))


def _softmax(m: Any, x: Any) -> Any:
    exponentials = m.exp(x - np.max(untraced(x), -1, keepdims=True))
    return exponentials / m.sum(exponentials, -1, keepdims=True)


def _log_softmax(m: Any, x: Any) -> Any:
    x = x - np.max(untraced(x), -1, keepdims=True)
    return x - m.log(m.sum(m.exp(x), -1, keepdims=True))


def _glu(m: Any, x: Any) -> Any:
    half = x.shape[-1] // 2
    return x[..., :half] * _sigmoid(m, x[..., half:])


def _sparsemax(m: Any, x: Any) -> Any:
    left = _core.apply_activation(("sparsemax", ()), as_core_array(untraced(x))) > 0
    tau = (m.sum(m.where(left, x, 0 * x), -1, keepdims=True) - 1) / left.sum(-1, keepdims=True)
    return m.where(left, x - tau, 0 * x)


_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
_TANH_SCALE = math.sqrt(2 / math.pi)

# Functions of (NumPy's module, x, *parameters), by the core's names.
FORMULAS: dict[str, Callable[..., Any]] = {
    "celu": lambda m, x, alpha: m.where(x > 0, x, alpha * m.expm1(m.minimum(x, 0 * x) / alpha)),
    "elu": _elu,
    "exponential": lambda m, x: m.exp(x),
    "gelu": lambda m, x: 0.5 * x * (1 + erf(x / math.sqrt(2))),
    "gelu_tanh": lambda m, x: 0.5 * x * (1 + m.tanh(_TANH_SCALE * (x + 0.044715 * x**3))),
    "glu": _glu,
    "hard_shrink": lambda m, x, threshold: m.where(m.abs(x) > threshold, x, 0 * x),
    "hard_sigmoid": lambda m, x: m.clip(x / 6 + 0.5, 0, 1),
    "hard_silu": lambda m, x: x * m.clip(x / 6 + 0.5, 0, 1),
    "hard_tanh": lambda m, x: m.clip(x, -1, 1),
    "leaky_relu": lambda m, x, slope: m.where(x > 0, x, slope * x),
    "linear": lambda m, x: x,
    "log_sigmoid": lambda m, x: -_softplus(m, -x),
    "log_softmax": _log_softmax,
    "mish": lambda m, x: x * m.tanh(_softplus(m, x)),
    "relu": _relu,
    "relu6": lambda m, x: m.clip(x, 0, 6),
    "selu": lambda m, x: _SELU_SCALE * _elu(m, x, _SELU_ALPHA),
    "sigmoid": _sigmoid,
    "silu": lambda m, x: x * _sigmoid(m, x),
    "soft_shrink": lambda m, x, threshold: x - m.clip(x, -threshold, threshold),
    "softmax": _softmax,
    "softplus": _softplus,
    "softsign": lambda m, x: x / (1 + m.abs(x)),
    "sparse_plus": lambda m, x: m.where(x < 1, m.clip(x + 1, 0, 2) ** 2 / 4, x),
    "sparse_sigmoid": lambda m, x: m.clip(0.5 * (x + 1), 0, 1),
    "sparsemax": _sparsemax,
    "squareplus": lambda m, x, b: 0.5 * (x + m.sqrt(x * x + b)),
    "tanh": lambda m, x: m.tanh(x),
    "tanh_shrink": lambda m, x: x - m.tanh(x),
    "threshold": lambda m, x, threshold, value: m.where(x > threshold, x, value + 0 * x),
}
