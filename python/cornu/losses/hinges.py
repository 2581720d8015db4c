"""Hinge losses: of margins between classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.losses.plain import PlainLoss, plain_losses


def hinge(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return the mean hinge loss of each sample: `mean(max(1 - y_true * y_pred, 0), axis=-1)`.

    Args:
        y_true: The labels: -1 and 1; or 0 and 1, where all of them are.
        y_pred: The predictions, of shape (batch, ..., features).

    Returns:
        An array of shape (batch, ...), in y_pred's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: their shapes don't broadcast, or they are scalars.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]
    >>> cornu.losses.hinge(y_true, y_pred).round(4)
    array([1.1, 1.5], dtype=float32)

    Source: https://keras.io/api/losses/hinge_losses/
    """
    return plain_losses("hinge", y_true, y_pred)


def squared_hinge(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return the mean squared hinge loss of each sample.

    `mean(max(1 - y_true * y_pred, 0)**2, axis=-1)`.

    Args:
        y_true: The labels: -1 and 1; or 0 and 1, where all of them are.
        y_pred: The predictions, of shape (batch, ..., features).

    Returns:
        An array of shape (batch, ...), in y_pred's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: their shapes don't broadcast, or they are scalars.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]
    >>> cornu.losses.squared_hinge(y_true, y_pred).round(4)
    array([1.46, 2.26], dtype=float32)

    Source: https://keras.io/api/losses/hinge_losses/
    """
    return plain_losses("squared_hinge", y_true, y_pred)


def categorical_hinge(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return how far each sample's class is from leading the others by 1.

    `max(neg - pos + 1, 0)`, with `pos = sum(y_true * y_pred, axis=-1)` and
    `neg = max((1 - y_true) * y_pred, axis=-1)`.

    Args:
        y_true: The targets, one-hot, of shape (batch, ..., classes).
        y_pred: The predictions, of shape (batch, ..., classes).

    Returns:
        An array of shape (batch, ...), in y_pred's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: their shapes don't broadcast, or they are scalars.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[0, 1], [0, 1]], [[0.6, 0.4], [0.4, 0.6]]
    >>> cornu.losses.categorical_hinge(y_true, y_pred).round(4)
    array([1.2, 0.8], dtype=float32)

    Source: https://keras.io/api/losses/hinge_losses/
    """
    return plain_losses("categorical_hinge", y_true, y_pred)


class Hinge(PlainLoss):
    """The mean of `max(1 - y_true * y_pred, 0)`; see `hinge`.

    Args:
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.Hinge()
    >>> round(float(loss([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
    1.3

    Source: https://keras.io/api/losses/hinge_losses/
    """

    _function = staticmethod(hinge)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)


class SquaredHinge(PlainLoss):
    """The mean of `max(1 - y_true * y_pred, 0)**2`; see `squared_hinge`.

    Args:
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.SquaredHinge()
    >>> round(float(loss([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
    1.86

    Source: https://keras.io/api/losses/hinge_losses/
    """

    _function = staticmethod(squared_hinge)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "squared_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)


class CategoricalHinge(PlainLoss):
    """How far the class is from leading the others by 1; see `categorical_hinge`.

    Args:
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.CategoricalHinge()
    >>> round(float(loss([[0, 1], [0, 1]], [[0.6, 0.4], [0.4, 0.6]])), 4)
    1.0

    Source: https://keras.io/api/losses/hinge_losses/
    """

    _function = staticmethod(categorical_hinge)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
