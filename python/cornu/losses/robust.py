"""Losses of predicted numbers that large errors don't govern: Huber, log-cosh, cosine."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.losses.crossentropies import check_last_axis
from cornu.losses.plain import PlainLoss, plain_losses
from cornu.utils.errors import shown
from cornu.utils.number import as_float

if TYPE_CHECKING:
    from cornu._core import LossSpec


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> np.ndarray:
    """Return the mean of each sample's errors, squared where small and linear where large.

    Of an error e: `e**2 / 2` up to delta, `delta * abs(e) - delta**2 / 2` beyond.

    Args:
        y_true: The targets, of shape (batch, ..., features) or one that broadcasts to it.
        y_pred: The predictions, of shape (batch, ..., features).
        delta: The error from which on it is linear.

    Returns:
        An array of shape (batch, ...), in y_pred's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: their shapes don't broadcast, or they are scalars.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[0.0, 1.0], [0.0, 0.0]], [[0.6, 0.4], [0.4, 3.6]]
    >>> cornu.losses.huber(y_true, y_pred).round(4)
    array([0.18, 1.59], dtype=float32)

    Source: https://keras.io/api/losses/regression_losses/
    """
    return plain_losses("huber", y_true, y_pred, check_delta(delta))


def log_cosh(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return the mean log(cosh(error)) of each sample.

    `mean(log(cosh(y_pred - y_true)), axis=-1)`: about `e**2 / 2` for small errors,
    `abs(e) - log(2)` for large ones.

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
    >>> y_true, y_pred = [[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]]
    >>> cornu.losses.log_cosh(y_true, y_pred).round(4)
    array([0.2169, 0.    ], dtype=float32)

    Source: https://keras.io/api/losses/regression_losses/
    """
    return plain_losses("log_cosh", y_true, y_pred)


def cosine_similarity(y_true: Any, y_pred: Any, axis: Any = -1) -> np.ndarray:
    """Return how alike the directions of each sample are, negated: from -1, the same, to 1.

    `-sum(l2_norm(y_true) * l2_norm(y_pred), axis)`; 0 where one of them is zero.

    Args:
        y_true: The targets, of shape (batch, ..., features) or one that broadcasts to it.
        y_pred: The predictions, of shape (batch, ..., features).
        axis: The axis that a vector runs along.

    Returns:
        An array of shape (batch, ...), in y_pred's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: their shapes don't broadcast, or they are scalars.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]]
    >>> cornu.losses.cosine_similarity(y_true, y_pred).round(4)
    array([-0., -1.], dtype=float32)

    Source: https://keras.io/api/losses/regression_losses/
    """
    return plain_losses("cosine_similarity", y_true, y_pred, axis=axis)


def check_delta(delta: Any) -> float:
    """Return `delta` as a float.

    Raises:
        ValueError: it is no number.
    """
    number = as_float(delta)
    if math.isnan(number):
        raise ValueError(f"`delta` must be a number. Received: delta={shown(delta)}")
    return number


class Huber(PlainLoss):
    """The mean of the errors, squared where small and linear where large; see `huber`.

    Args:
        delta: The error from which on it is linear.
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type. Or `delta` is no number.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.Huber()
    >>> round(float(loss([[0.0, 1.0], [0.0, 0.0]], [[0.6, 0.4], [0.4, 3.6]])), 4)
    0.885

    Source: https://keras.io/api/losses/regression_losses/
    """

    _function = staticmethod(huber)
    _parameter = "delta"

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        check_delta(delta)
        self.delta = delta

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a loss again, `delta` where it is not 1."""
        config = super().get_config()
        # As Keras, which writes none, has it: a loss of the defaults has the same configuration.
        return config if self.delta != 1.0 else {k: v for k, v in config.items() if k != "delta"}


class LogCosh(PlainLoss):
    """The mean of `log(cosh(y_pred - y_true))`; see `log_cosh`.

    Args:
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.LogCosh()
    >>> round(float(loss([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]])), 4)
    0.1084

    Source: https://keras.io/api/losses/regression_losses/
    """

    _function = staticmethod(log_cosh)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "log_cosh",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)


class CosineSimilarity(PlainLoss):
    """The negated cosine of the angle between targets and predictions; see `cosine_similarity`.

    Args:
        axis: The axis that a vector runs along; in `compile`, -1.
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.CosineSimilarity()
    >>> round(float(loss([[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]])), 4)
    -0.5

    Source: https://keras.io/api/losses/regression_losses/
    """

    _function = staticmethod(cosine_similarity)

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.axis = axis

    def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Return one loss a sample."""
        return cosine_similarity(y_true, y_pred, self.axis)

    @property
    def specification(self) -> LossSpec:
        check_last_axis(self.axis)
        return super().specification

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a loss again, `axis` where it is not -1."""
        # As in `Huber`.
        return super().get_config() | ({} if self.axis == -1 else {"axis": self.axis})
