"""Losses of predicted numbers: squared and absolute error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.losses.loss import Loss, core_reduction
from cornu.losses.rows import dense_losses, prediction_and_target
from cornu.utils.arrays import broadcast_pair, match_ranks

if TYPE_CHECKING:
    from cornu._core import LossSpec


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
    return _regression("mean_squared_error", y_true, y_pred)


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
    return _regression("mean_absolute_error", y_true, y_pred)


def _regression(name: str, y_true: Any, y_pred: Any) -> np.ndarray:
    target, prediction, result = prediction_and_target(y_true, y_pred)
    target, prediction = match_ranks(target, prediction)
    target, prediction = broadcast_pair(target, prediction)
    return dense_losses((name, False, 0.0, "sum"), target, prediction, -1, result)


class _Regression(Loss):
    """A loss without options."""

    @property
    def specification(self) -> LossSpec:
        return self._core_name, False, 0.0, core_reduction(self.reduction)

    _core_name: str


class MeanSquaredError(_Regression):
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

    _core_name = "mean_squared_error"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Return one loss a sample."""
        return mean_squared_error(y_true, y_pred)


class MeanAbsoluteError(_Regression):
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

    _core_name = "mean_absolute_error"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Return one loss a sample."""
        return mean_absolute_error(y_true, y_pred)
