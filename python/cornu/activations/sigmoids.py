"""Activations that level off on both sides, and their kin: sigmoids and tanhs."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.activations.apply import apply, specified_by, without_parameters


@specified_by(without_parameters("sigmoid"))
def sigmoid(x: Any) -> np.ndarray:
    """Squash numbers into (0, 1): `sigmoid(x) = 1 / (1 + exp(-x))`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ], dtype=float32)

    Source: https://keras.io/api/layers/activations/#sigmoid-function
    """
    return apply(("sigmoid", ()), x)


@specified_by(without_parameters("hard_sigmoid"))
def hard_sigmoid(x: Any) -> np.ndarray:
    """Squash numbers into [0, 1] by straight lines.

    `hard_sigmoid(x) = min(max(x / 6 + 1/2, 0), 1)`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.hard_sigmoid([-3.0, 0.0, 1.5, 4.0])
    array([0.  , 0.5 , 0.75, 1.  ], dtype=float32)

    Source: https://keras.io/api/layers/activations/#hardsigmoid-function
    """
    return apply(("hard_sigmoid", ()), x)


@specified_by(without_parameters("sparse_sigmoid"))
def sparse_sigmoid(x: Any) -> np.ndarray:
    """Squash numbers into [0, 1], exactly 0 below -1 and exactly 1 above 1.

    `sparse_sigmoid(x) = min(max((x + 1) / 2, 0), 1)`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.sparse_sigmoid([-2.0, 0.0, 0.5, 1.0])
    array([0.  , 0.5 , 0.75, 1.  ], dtype=float32)

    Source: Blondel et al., 2019, https://arxiv.org/abs/1901.02324
    """
    return apply(("sparse_sigmoid", ()), x)


@specified_by(without_parameters("log_sigmoid"))
def log_sigmoid(x: Any) -> np.ndarray:
    """Take the logarithm of the sigmoid, safely: `log_sigmoid(x) = -log(1 + exp(-x))`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.log_sigmoid([-1000.0, 0.0]).round(4)
    array([-1.000e+03, -6.931e-01], dtype=float32)

    Source: https://keras.io/api/layers/activations/#logsigmoid-function
    """
    return apply(("log_sigmoid", ()), x)


@specified_by(without_parameters("tanh"))
def tanh(x: Any) -> np.ndarray:
    """Squash numbers into (-1, 1): `tanh(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x))`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.tanh([-1000.0, 0.0, 1.0]).round(4)
    array([-1.    ,  0.    ,  0.7616], dtype=float32)

    Source: https://keras.io/api/layers/activations/#tanh-function
    """
    return apply(("tanh", ()), x)


@specified_by(without_parameters("hard_tanh"))
def hard_tanh(x: Any) -> np.ndarray:
    """Cut numbers off at -1 and 1: `hard_tanh(x) = min(max(x, -1), 1)`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.hard_tanh([-2.0, 0.5, 3.0])
    array([-1. ,  0.5,  1. ], dtype=float32)

    Source: https://keras.io/api/layers/activations/#hardtanh-function
    """
    return apply(("hard_tanh", ()), x)


@specified_by(without_parameters("tanh_shrink"))
def tanh_shrink(x: Any) -> np.ndarray:
    """Take away the tanh: `tanh_shrink(x) = x - tanh(x)`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.tanh_shrink([-1.0, 0.0, 3.0]).round(4)
    array([-0.2384,  0.    ,  2.0049], dtype=float32)

    Source: https://keras.io/api/layers/activations/#tanhshrink-function
    """
    return apply(("tanh_shrink", ()), x)


@specified_by(without_parameters("softsign"))
def softsign(x: Any) -> np.ndarray:
    """Squash numbers into (-1, 1) without an exponential: `softsign(x) = x / (1 + abs(x))`.

    Args:
        x: Numbers, of any shape.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers.

    Example:

    >>> import cornu
    >>> cornu.activations.softsign([-1.0, 0.0, 3.0])
    array([-0.5 ,  0.  ,  0.75], dtype=float32)

    Source: https://keras.io/api/layers/activations/#softsign-function
    """
    return apply(("softsign", ()), x)
