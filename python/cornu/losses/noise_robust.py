"""A cross-entropy that wrong labels do not govern."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.losses.crossentropy import squeeze_labels
from cornu.losses.loss import Loss, core_reduction
from cornu.losses.rows import sparse_losses
from cornu.utils.arrays import as_real, float_type
from cornu.utils.errors import shown
from cornu.utils.number import as_float

if TYPE_CHECKING:
    from cornu._core import LossSpec

_NAME = "categorical_generalized_cross_entropy"


def check_q(q: Any) -> float:
    """Return `q` as a float.

    Raises:
        ValueError: it is not between 0 and 1.
    """
    number = as_float(q)
    if not 0 < number < 1:
        raise ValueError(f"`q` must be a number in (0, 1). Received: q={shown(q)}")
    return number


def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> np.ndarray:
    """Return the generalized cross-entropy of class numbers: `(1 - p[y_true]**q) / q`.

    Near q = 0 it is the cross-entropy, near q = 1 the absolute error, which wrong labels move less.

    Args:
        y_true: The classes, whole numbers from 0 to classes - 1, of shape (batch, ...) or
            (batch, ..., 1).
        y_pred: The probabilities, of shape (batch, ..., classes).
        q: Between 0 and 1.

    Returns:
        An array of shape (batch, ...), in y_pred's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes don't fit, a class is out of range or not whole, or q is.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [0, 1], [[0.7, 0.3], [0.2, 0.8]]
    >>> cornu.losses.categorical_generalized_cross_entropy(y_true, y_pred, 0.5).round(4)
    array([0.3267, 0.2111], dtype=float32)

    Source: Zhang and Sabuncu, "Generalized Cross Entropy Loss for Training Deep Neural Networks
    with Noisy Labels", https://arxiv.org/abs/1805.07836; https://keras.io/api/losses/
    """
    prediction = as_real(y_pred, name="y_pred")
    labels = squeeze_labels(as_real(y_true, "float64", "y_true"), prediction, -1)
    specification = (_NAME, False, 0.0, "sum", check_q(q))
    return sparse_losses(specification, labels, prediction, -1, float_type(y_pred))


class CategoricalGeneralizedCrossEntropy(Loss):
    """The generalized cross-entropy; see `categorical_generalized_cross_entropy`.

    Args:
        q: Between 0, where it is the cross-entropy, and 1, where it is the absolute error.
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type, or `q` is out of range.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.CategoricalGeneralizedCrossEntropy()
    >>> round(float(loss([0, 1, 0, 1], [[0.7, 0.3], [0.2, 0.8], [0.6, 0.4], [0.4, 0.6]])), 4)
    0.3599

    Source: https://keras.io/api/losses/
    """

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = _NAME,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        check_q(q)
        self.q = q

    def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Return one loss a sample."""
        return categorical_generalized_cross_entropy(y_true, y_pred, self.q)

    @property
    def specification(self) -> LossSpec:
        return _NAME, False, 0.0, core_reduction(self.reduction), check_q(self.q)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a loss again."""
        return {**super().get_config(), "q": self.q}
