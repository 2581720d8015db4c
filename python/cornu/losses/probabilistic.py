"""Losses of distributions: Kullback-Leibler divergence and Poisson."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.losses.plain import PlainLoss, plain_losses


def kl_divergence(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return the Kullback-Leibler divergence of each sample.

    `sum(y_true * log(y_true / y_pred), axis=-1)`, of numbers clipped to [1e-7, 1].

    Args:
        y_true: The probabilities that are right, of shape (batch, ..., classes)
            or one that broadcasts to it.
        y_pred: The predictions, of shape (batch, ..., classes).

    Returns:
        An array of shape (batch, ...), in y_pred's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: their shapes don't broadcast, or they are scalars.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]
    >>> cornu.losses.kl_divergence(y_true, y_pred).round(4)
    array([ 0.9163, -0.    ], dtype=float32)

    Source: https://keras.io/api/losses/probabilistic_losses/
    """
    return plain_losses("kl_divergence", y_true, y_pred)


def poisson(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return the mean Poisson loss of each sample: `mean(y_pred - y_true * log(y_pred), axis=-1)`.

    1e-7 is added to what the logarithm is taken of.

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
    >>> y_true, y_pred = [[0, 1], [0, 0]], [[1.0, 1.0], [0.0, 0.0]]
    >>> cornu.losses.poisson(y_true, y_pred).round(4)
    array([1., 0.], dtype=float32)

    Source: https://keras.io/api/losses/probabilistic_losses/
    """
    return plain_losses("poisson", y_true, y_pred)


class KLDivergence(PlainLoss):
    """The Kullback-Leibler divergence `sum(y_true * log(y_true / y_pred))`; see `kl_divergence`.

    Args:
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.KLDivergence()
    >>> round(float(loss([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
    0.4581

    Source: https://keras.io/api/losses/probabilistic_losses/
    """

    _function = staticmethod(kl_divergence)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "kl_divergence",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)


class Poisson(PlainLoss):
    """The mean of `y_pred - y_true * log(y_pred)`; see `poisson`.

    Args:
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.Poisson()
    >>> round(float(loss([[0, 1], [0, 0]], [[1.0, 1.0], [0.0, 0.0]])), 4)
    0.5

    Source: https://keras.io/api/losses/probabilistic_losses/
    """

    _function = staticmethod(poisson)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "poisson",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
