"""Activations that round off the ReLU's corner, with the identity and the exponential."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.activations.apply import apply, specified_by, without_parameters
from cornu.utils.number import check_finite

if TYPE_CHECKING:
    from cornu._core import ActivationSpec


@specified_by(without_parameters("linear"))
def linear(x: Any) -> Any:
    """Return `x` as it is: `linear(x) = x`.

    Args:
        x: Anything.

    Returns:
        The same object.

    Example:

    >>> import cornu
    >>> cornu.activations.linear([-1.0, 2.0])
    [-1.0, 2.0]

    Source: https://keras.io/api/layers/activations/#linear-function
    """
    return x


@specified_by(without_parameters("exponential"))
def exponential(x: Any) -> np.ndarray:
    """Take the exponential: `exponential(x) = exp(x)`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.exponential([-1000.0, 0.0, 1.0]).round(4)
    array([0.    , 1.    , 2.7183], dtype=float32)

    Source: https://keras.io/api/layers/activations/#exponential-function
    """
    return apply(("exponential", ()), x)


@specified_by(without_parameters("softplus"))
def softplus(x: Any) -> np.ndarray:
    """Round off the ReLU: `softplus(x) = log(1 + exp(x))`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.softplus([-1000.0, 0.0, 3.0]).round(4)
    array([0.    , 0.6931, 3.0486], dtype=float32)

    Source: https://keras.io/api/layers/activations/#softplus-function
    """
    return apply(("softplus", ()), x)


def _squareplus(b: float = 4) -> ActivationSpec:
    number = check_finite("b", b)
    if number < 0:
        raise ValueError(f"`b` must be at least 0, for x * x + b has a root taken. Received: b={b}")
    return "squareplus", (number,)


@specified_by(_squareplus)
def squareplus(x: Any, b: float = 4) -> np.ndarray:
    """Round off the ReLU with a square root: `squareplus(x) = (x + sqrt(x**2 + b)) / 2`.

    Args:
        x: Numbers, of any shape.
        b: How round: 0 gives the ReLU.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.
        ValueError: `b` is negative or not a finite number.

    Example:

    >>> import cornu
    >>> cornu.activations.squareplus([-1.5, 0.0, 1.5])
    array([0.5, 1. , 2. ], dtype=float32)

    Source: Barron, 2021, https://arxiv.org/abs/2112.11687
    """
    return apply(_squareplus(b), x)


@specified_by(without_parameters("sparse_plus"))
def sparse_plus(x: Any) -> np.ndarray:
    """Round off the ReLU by a parabola, exactly 0 and exactly x beyond one.

    `sparse_plus(x) = 0` for `x <= -1`, `(x + 1)**2 / 4` for `-1 < x < 1`, else `x`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.sparse_plus([-2.0, 0.0, 3.0])
    array([0.  , 0.25, 3.  ], dtype=float32)

    Source: https://keras.io/api/layers/activations/#sparseplus-function
    """
    return apply(("sparse_plus", ()), x)


def _gelu(approximate: bool = False) -> ActivationSpec:
    return ("gelu_tanh" if approximate else "gelu"), ()


@specified_by(_gelu)
def gelu(x: Any, approximate: bool = False) -> np.ndarray:
    """Weigh x by the chance that a normal variable is below it (Gaussian error linear unit).

    `gelu(x) = x / 2 * (1 + erf(x / sqrt(2)))`; approximately,
    `x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))`.

    Args:
        x: Numbers, of any shape.
        approximate: Whether to use the second formula.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.gelu([-1.0, 0.0, 1.0]).round(4)
    array([-0.1587,  0.    ,  0.8413], dtype=float32)
    >>> cornu.activations.gelu([-1.0, 0.0, 1.0], approximate=True).round(4)
    array([-0.1588,  0.    ,  0.8412], dtype=float32)

    Source: Hendrycks and Gimpel, 2016, https://arxiv.org/abs/1606.08415
    """
    return apply(_gelu(approximate), x)


@specified_by(without_parameters("silu"))
def silu(x: Any) -> np.ndarray:
    """Weigh x by its sigmoid, also called swish: `silu(x) = x * sigmoid(x)`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.silu([-1.0, 0.0, 1.0]).round(4)
    array([-0.2689,  0.    ,  0.7311], dtype=float32)

    Source: Ramachandran et al., 2017, https://arxiv.org/abs/1710.05941
    """
    return apply(("silu", ()), x)


@specified_by(without_parameters("hard_silu"))
def hard_silu(x: Any) -> np.ndarray:
    """Weigh x by its hard sigmoid, also called hard swish.

    `hard_silu(x) = x * min(max(x / 6 + 1/2, 0), 1)`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.hard_silu([-3.0, 0.0, 1.5, 4.0])
    array([-0.   ,  0.   ,  1.125,  4.   ], dtype=float32)

    Source: Howard et al., 2019, https://arxiv.org/abs/1905.02244
    """
    return apply(("hard_silu", ()), x)


@specified_by(without_parameters("mish"))
def mish(x: Any) -> np.ndarray:
    """Weigh x by the tanh of its softplus: `mish(x) = x * tanh(log(1 + exp(x)))`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.mish([-1.0, 0.0, 1.0]).round(4)
    array([-0.3034,  0.    ,  0.8651], dtype=float32)

    Source: Misra, 2019, https://arxiv.org/abs/1908.08681
    """
    return apply(("mish", ()), x)
