"""Activations in which the numbers along an axis depend on one another."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.activations.apply import apply_along, last_axis_only, specified_by
from cornu.utils.arrays import check_axis


@specified_by(last_axis_only("softmax"))
def softmax(x: Any, axis: int | tuple[int, ...] | None = -1) -> np.ndarray:
    """Turn numbers into probabilities that sum to 1: `softmax(x)[i] = exp(x[i]) / sum(exp(x))`.

    Args:
        x: Numbers, of one axis or more.
        axis: The axis to sum along; several are taken as one, None is all of them.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers, or `axis` is no integer.
        ValueError: there is no such axis.

    Example:

    >>> import cornu
    >>> cornu.activations.softmax([[1.0, 1.0], [1000.0, -1000.0]])
    array([[0.5, 0.5],
           [1. , 0. ]], dtype=float32)

    Source: https://keras.io/api/layers/activations/#softmax-function
    """
    return apply_along(("softmax", ()), x, axis)


@specified_by(last_axis_only("log_softmax"))
def log_softmax(x: Any, axis: int | tuple[int, ...] | None = -1) -> np.ndarray:
    """Take the logarithm of the softmax, safely: `log_softmax(x)[i] = x[i] - log(sum(exp(x)))`.

    Args:
        x: Numbers, of one axis or more.
        axis: The axis to sum along; several are taken as one, None is all of them.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers, or `axis` is no integer.
        ValueError: there is no such axis.

    Example:

    >>> import cornu
    >>> cornu.activations.log_softmax([1000.0, -1000.0])
    array([    0., -2000.], dtype=float32)

    Source: https://keras.io/api/layers/activations/#logsoftmax-function
    """
    return apply_along(("log_softmax", ()), x, axis)


@specified_by(last_axis_only("sparsemax"))
def sparsemax(x: Any, axis: int = -1) -> np.ndarray:
    """Turn numbers into probabilities, of which many are exactly 0.

    `sparsemax(x)[i] = max(x[i] - tau, 0)`, with the tau for which they sum to 1: the nearest point
    of the simplex.

    Args:
        x: Numbers, of one axis or more.
        axis: The axis to sum along.

    Returns:
        An array of x's shape, in x's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: `x` has no real numbers, or `axis` is no integer.
        ValueError: there is no such axis.

    Example:

    >>> import cornu
    >>> cornu.activations.sparsemax([0.0, 1.0, 1.5])
    array([0.  , 0.25, 0.75], dtype=float32)

    Source: Martins and Astudillo, 2016, https://arxiv.org/abs/1602.02068
    """
    return apply_along(("sparsemax", ()), x, check_axis(axis))


@specified_by(last_axis_only("glu"))
def glu(x: Any, axis: int = -1) -> np.ndarray:
    """Let one half of the numbers gate the other (gated linear unit).

    `glu([a, b]) = a * sigmoid(b)`, with a and b the halves along an axis.

    Args:
        x: Numbers, of one axis or more.
        axis: The axis to halve, of even size.

    Returns:
        An array of x's shape with half the size along `axis`, in x's float type, or `floatx()` for
        other numbers.

    Raises:
        TypeError: `x` has no real numbers, or `axis` is no integer.
        ValueError: there is no such axis, or its size is odd.

    Example:

    >>> import cornu
    >>> cornu.activations.glu([[1.0, 4.0, 1000.0, 0.0]])
    array([[1., 2.]], dtype=float32)

    Source: Dauphin et al., 2017, https://arxiv.org/abs/1612.08083
    """
    shape = np.shape(x)
    number = check_axis(axis)
    if -len(shape) <= number < len(shape) and shape[number] % 2:
        raise ValueError(
            f"`x` must have an even size along `axis`. Received: x of shape {shape}, axis={axis}"
        )
    return apply_along(("glu", ()), x, number)
