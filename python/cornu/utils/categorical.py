"""Class numbers as rows of zeros and a one."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.utils.number import check_integer


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Turn class numbers into one-hot rows: `result[i, x[i]] = 1`, and 0 elsewhere.

    Args:
        x: Whole numbers from 0 to `num_classes - 1`, of any shape; a last axis of size 1 is
            dropped.
        num_classes: How many classes there are; None: the largest number in `x` plus one.

    Returns:
        A float64 array, one axis of `num_classes` longer than `x`.

    Raises:
        ValueError: a number is not whole, negative, or too large; or `x` is empty and `num_classes`
            is None.
        TypeError: `x` has no numbers.

    Example:

    >>> import cornu
    >>> cornu.utils.to_categorical([0, 2, 1], num_classes=3)
    array([[1., 0., 0.],
           [0., 0., 1.],
           [0., 1., 0.]])

    Source: https://keras.io/api/utils/python_utils/#tocategorical-function
    """
    labels = np.asarray(x)
    if labels.dtype.kind not in "biuf":
        raise TypeError(f"`x` must be whole numbers. Received: x of dtype {labels.dtype}")
    shape = labels.shape[:-1] if labels.ndim > 1 and labels.shape[-1] == 1 else labels.shape
    labels = labels.reshape(-1)
    if num_classes is None:
        if labels.size == 0:
            raise ValueError(
                "`num_classes` must be given where `x` is empty. Received: num_classes=None"
            )
        count = None
    else:
        count = check_integer("num_classes", num_classes)
    # Written so that a NaN fails too.
    fits = (
        (labels >= 0)
        & (np.floor(labels) == labels)
        & (labels < (np.inf if count is None else count))
    )
    if not fits.all():
        row = int(np.argmin(fits))
        limit = "" if count is None else f" below num_classes={count}"
        raise ValueError(
            f"`x` must be whole numbers from 0{limit}. Received: {labels[row]} at position {row}"
        )
    labels = labels.astype(np.intp)
    if count is None:
        count = int(labels.max()) + 1
    result = np.zeros((labels.size, count))
    result[np.arange(labels.size), labels] = 1.0
    return result.reshape((*shape, count))
