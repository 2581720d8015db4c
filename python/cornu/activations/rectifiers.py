"""Activations that bend at a threshold: the ReLU family and the shrinking ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.activations.apply import apply, specified_by, without_parameters
from cornu.utils.number import check_finite

if TYPE_CHECKING:
    from cornu._core import ActivationSpec


def _relu(
    negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> ActivationSpec:
    largest = math.inf if max_value is None else check_finite("max_value", max_value)
    if largest < 0:
        raise ValueError(f"`max_value` must be None or at least 0. Received: max_value={max_value}")
    return "relu", (
        check_finite("negative_slope", negative_slope),
        largest,
        check_finite("threshold", threshold),
    )


@specified_by(_relu)
def relu(
    x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> np.ndarray:
    """Keep what is above a threshold and flatten what is below (rectified linear unit).

    `relu(x) = min(x, max_value)` for `x > threshold`, else `negative_slope * (x - threshold)`;
    with the defaults, `max(x, 0)`.

    Args:
        x: Numbers, of any shape.
        negative_slope: Slope below the threshold.
        max_value: The largest value that is returned, at least 0; None: there is none.
        threshold: Where the line starts.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.
        ValueError: a parameter is not a finite number, or `max_value` is negative.

    Example:

    >>> import cornu
    >>> cornu.activations.relu([-2.0, 0.0, 3.0])
    array([0., 0., 3.], dtype=float32)
    >>> cornu.activations.relu([-2.0, 0.0, 3.0], negative_slope=0.5, max_value=2)
    array([-1.,  0.,  2.], dtype=float32)

    Source: https://keras.io/api/layers/activations/#relu-function
    """
    return apply(_relu(negative_slope, max_value, threshold), x)


@specified_by(without_parameters("relu6"))
def relu6(x: Any) -> np.ndarray:
    """Keep what is between 0 and 6: `relu6(x) = min(max(x, 0), 6)`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.relu6([-2.0, 3.0, 8.0])
    array([0., 3., 6.], dtype=float32)

    Source: https://keras.io/api/layers/activations/#relu6-function
    """
    return apply(("relu6", ()), x)


def _leaky_relu(negative_slope: float = 0.2) -> ActivationSpec:
    return "leaky_relu", (check_finite("negative_slope", negative_slope),)


@specified_by(_leaky_relu)
def leaky_relu(x: Any, negative_slope: float = 0.2) -> np.ndarray:
    """Keep what is positive and shrink what is negative.

    `leaky_relu(x) = x` for `x >= 0`, else `negative_slope * x`.

    Args:
        x: Numbers, of any shape.
        negative_slope: Slope below zero.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.
        ValueError: `negative_slope` is not a finite number.

    Example:

    >>> import cornu
    >>> cornu.activations.leaky_relu([-5.0, 0.0, 3.0])
    array([-1.,  0.,  3.], dtype=float32)

    Source: https://keras.io/api/layers/activations/#leakyrelu-function
    """
    return apply(_leaky_relu(negative_slope), x)


def _elu(alpha: float = 1.0) -> ActivationSpec:
    return "elu", (check_finite("alpha", alpha),)


@specified_by(_elu)
def elu(x: Any, alpha: float = 1.0) -> np.ndarray:
    """Keep what is positive and let what is negative level off (exponential linear unit).

    `elu(x) = x` for `x > 0`, else `alpha * (exp(x) - 1)`.

    Args:
        x: Numbers, of any shape.
        alpha: The level is `-alpha`.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.
        ValueError: `alpha` is not a finite number.

    Example:

    >>> import cornu
    >>> cornu.activations.elu([-1.0, 0.0, 3.0]).round(4)
    array([-0.6321,  0.    ,  3.    ], dtype=float32)

    Source: Clevert et al., 2016, https://arxiv.org/abs/1511.07289
    """
    return apply(_elu(alpha), x)


@specified_by(without_parameters("selu"))
def selu(x: Any) -> np.ndarray:
    """Scale an `elu` so that layers keep mean 0 and variance 1.

    `selu(x) = 1.05070099 * elu(x, alpha=1.67326324)`. The constants are right for kernels that
    start as `lecun_normal`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.selu([-1.0, 0.0, 1.0]).round(4)
    array([-1.1113,  0.    ,  1.0507], dtype=float32)

    Source: Klambauer et al., 2017, https://arxiv.org/abs/1706.02515
    """
    return apply(("selu", ()), x)


def _celu(alpha: float = 1.0) -> ActivationSpec:
    number = check_finite("alpha", alpha)
    if number == 0:
        raise ValueError(f"`alpha` must not be 0, by which x is divided. Received: alpha={alpha}")
    return "celu", (number,)


@specified_by(_celu)
def celu(x: Any, alpha: float = 1.0) -> np.ndarray:
    """Stretch an `elu` so that its slope at zero is 1 for every alpha.

    `celu(x) = max(x, 0) + alpha * (exp(min(x, 0) / alpha) - 1)`.

    Args:
        x: Numbers, of any shape.
        alpha: The level for negative x is `-alpha`; not 0.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.
        ValueError: `alpha` is 0 or not a finite number.

    Example:

    >>> import cornu
    >>> cornu.activations.celu([-2.0, 0.0, 3.0], alpha=2.0).round(4)
    array([-1.2642,  0.    ,  3.    ], dtype=float32)

    Source: Barron, 2017, https://arxiv.org/abs/1704.07483
    """
    return apply(_celu(alpha), x)


def _threshold(threshold: float, default_value: float) -> ActivationSpec:
    return "threshold", (
        check_finite("threshold", threshold),
        check_finite("default_value", default_value),
    )


@specified_by(_threshold)
def threshold(x: Any, threshold: float, default_value: float) -> np.ndarray:
    """Replace what is not above a threshold.

    `threshold(x) = x` for `x > threshold`, else `default_value`.

    Args:
        x: Numbers, of any shape.
        threshold: The largest x that is replaced.
        default_value: By what.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.
        ValueError: a parameter is not a finite number.

    Example:

    >>> import cornu
    >>> cornu.activations.threshold([1.0, 2.0, 3.0], 2, -1)
    array([-1., -1.,  3.], dtype=float32)

    Source: https://keras.io/api/layers/activations/#threshold-function
    """
    return apply(_threshold(threshold, default_value), x)


def _soft_shrink(threshold: float = 0.5) -> ActivationSpec:
    return "soft_shrink", (check_finite("threshold", threshold),)


@specified_by(_soft_shrink)
def soft_shrink(x: Any, threshold: float = 0.5) -> np.ndarray:
    """Move everything towards zero by a threshold, and no further than zero.

    `soft_shrink(x) = x - threshold` for `x > threshold`, `x + threshold` for `x < -threshold`, else
    0.

    Args:
        x: Numbers, of any shape.
        threshold: By how much.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.
        ValueError: `threshold` is not a finite number.

    Example:

    >>> import cornu
    >>> cornu.activations.soft_shrink([-2.0, 0.25, 1.0])
    array([-1.5,  0. ,  0.5], dtype=float32)

    Source: https://keras.io/api/layers/activations/#softshrink-function
    """
    return apply(_soft_shrink(threshold), x)


def _hard_shrink(threshold: float = 0.5) -> ActivationSpec:
    return "hard_shrink", (check_finite("threshold", threshold),)


@specified_by(_hard_shrink)
def hard_shrink(x: Any, threshold: float = 0.5) -> np.ndarray:
    """Set to zero what is within a threshold of it.

    `hard_shrink(x) = x` for `abs(x) > threshold`, else 0.

    Args:
        x: Numbers, of any shape.
        threshold: The largest `abs(x)` that becomes 0.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.
        ValueError: `threshold` is not a finite number.

    Example:

    >>> import cornu
    >>> cornu.activations.hard_shrink([-2.0, 0.25, 1.0])
    array([-2.,  0.,  1.], dtype=float32)

    Source: https://keras.io/api/layers/activations/#hardshrink-function
    """
    return apply(_hard_shrink(threshold), x)
