"""Rows of length 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.utils.arrays import as_real, check_axis


def normalize(x: Any, axis: int = -1, order: Any = 2) -> np.ndarray:
    """Return an array divided by its norms along an axis; where that is 0, as it is.

    Args:
        x: Real numbers.
        axis: The axis that each norm runs along.
        order: Which norm: 2 for the root of the sum of squares, as `numpy.linalg.norm` has it.

    Returns:
        A new array; integers become `floatx()`.

    Raises:
        TypeError: `x` holds no real numbers, or `axis` is no integer.

    Example:

    >>> import cornu
    >>> cornu.utils.normalize([[3.0, 4.0], [0.0, 0.0]])
    array([[0.6, 0.8],
           [0. , 0. ]])

    Source: https://keras.io/api/utils/python_utils/ (`normalize`)
    """
    array = as_real(np.asarray(x))
    norm = np.linalg.norm(array, order, check_axis(axis), keepdims=True)
    return array / np.where(norm == 0, norm.dtype.type(1), norm)
