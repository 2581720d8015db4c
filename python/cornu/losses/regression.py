"""Losses of predicted numbers: squared and absolute error, and those relative to the target."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.losses.plain import PlainLoss, plain_losses


def mean_squared_error(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return the mean squared error of each sample: `mean((y_true - y_pred)**2, axis=-1)`.

    Args:
        y_true: The targets, of shape (batch, ..., features) or one that broadcasts to it.
        y_pred: The predictions, of shape (batch, ..., features).

    Returns:
        An array of shape (batch, ...), in y_pred's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: their shapes don't broadcast, or they are scalars.

    Example:

    >>> import cornu
    >>> cornu.losses.mean_squared_error([[0.0, 1.0], [2.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]])
    array([0.5, 2. ], dtype=float32)

    Source: https://keras.io/api/losses/regression_losses/
    """
    return plain_losses("mean_squared_error", y_true, y_pred)


def mean_absolute_error(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return the mean absolute error of each sample: `mean(abs(y_true - y_pred), axis=-1)`.

    Args:
        y_true: The targets, of shape (batch, ..., features) or one that broadcasts to it.
        y_pred: The predictions, of shape (batch, ..., features).

    Returns:
        An array of shape (batch, ...), in y_pred's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: their shapes don't broadcast, or they are scalars.

    Example:

    >>> import cornu
    >>> cornu.losses.mean_absolute_error([[0.0, 1.0], [2.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]])
    array([0.5, 1. ], dtype=float32)

    Source: https://keras.io/api/losses/regression_losses/
    """
    return plain_losses("mean_absolute_error", y_true, y_pred)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return the mean error of each sample in percent of the target.

    `100 * mean(abs((y_true - y_pred) / max(abs(y_true), 1e-7)), axis=-1)`.

    Args:
        y_true: The targets, of shape (batch, ..., features) or one that broadcasts to it.
        y_pred: The predictions, of shape (batch, ..., features).

    Returns:
        An array of shape (batch, ...), in y_pred's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: their shapes don't broadcast, or they are scalars.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[2.0, 1.0], [2.0, 4.0]], [[1.0, 1.0], [1.0, 5.0]]
    >>> cornu.losses.mean_absolute_percentage_error(y_true, y_pred).round(4)
    array([25. , 37.5], dtype=float32)

    Source: https://keras.io/api/losses/regression_losses/
    """
    return plain_losses("mean_absolute_percentage_error", y_true, y_pred)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return the mean squared difference of each sample's logarithms.

    `mean((log(y_true + 1) - log(y_pred + 1))**2, axis=-1)`, of numbers of at least 1e-7.

    Args:
        y_true: The targets, of shape (batch, ..., features) or one that broadcasts to it.
        y_pred: The predictions, of shape (batch, ..., features).

    Returns:
        An array of shape (batch, ...), in y_pred's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: their shapes don't broadcast, or they are scalars.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[0.0, 1.0], [2.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]]
    >>> cornu.losses.mean_squared_logarithmic_error(y_true, y_pred).round(4)
    array([0.2402, 0.6035], dtype=float32)

    Source: https://keras.io/api/losses/regression_losses/
    """
    return plain_losses("mean_squared_logarithmic_error", y_true, y_pred)


class MeanSquaredError(PlainLoss):
    """The mean of the squared differences: `mean((y_true - y_pred)**2)`.

    Args:
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.MeanSquaredError()
    >>> float(loss([[0.0, 1.0], [2.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]]))
    1.25

    Source: https://keras.io/api/losses/regression_losses/
    """

    _function = staticmethod(mean_squared_error)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)


class MeanAbsoluteError(PlainLoss):
    """The mean of the absolute differences: `mean(abs(y_true - y_pred))`.

    Args:
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.MeanAbsoluteError()
    >>> float(loss([[0.0, 1.0], [2.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]]))
    0.75

    Source: https://keras.io/api/losses/regression_losses/
    """

    _function = staticmethod(mean_absolute_error)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)


class MeanAbsolutePercentageError(PlainLoss):
    """The mean of the errors in percent of the targets; see `mean_absolute_percentage_error`.

    Args:
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.MeanAbsolutePercentageError()
    >>> round(float(loss([[2.0, 1.0], [2.0, 4.0]], [[1.0, 1.0], [1.0, 5.0]])), 4)
    31.25

    Source: https://keras.io/api/losses/regression_losses/
    """

    _function = staticmethod(mean_absolute_percentage_error)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)


class MeanSquaredLogarithmicError(PlainLoss):
    """The mean of the squared differences of logarithms; see `mean_squared_logarithmic_error`.

    Args:
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.MeanSquaredLogarithmicError()
    >>> round(float(loss([[0.0, 1.0], [2.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]])), 4)
    0.4219

    Source: https://keras.io/api/losses/regression_losses/
    """

    _function = staticmethod(mean_squared_logarithmic_error)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
