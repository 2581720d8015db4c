"""Cross-entropies: losses of predicted probabilities, as objects for `compile`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.losses.crossentropy import (
    binary_crossentropy,
    categorical_crossentropy,
    check_from_logits,
    check_ignore_class,
    check_label_smoothing,
    sparse_categorical_crossentropy,
    sparse_specification,
)
from cornu.losses.loss import Loss, core_reduction
from cornu.utils.arrays import is_among, match_ranks
from cornu.utils.errors import shown

if TYPE_CHECKING:
    from cornu._core import LossSpec


def check_last_axis(axis: Any) -> None:
    """Raise a ValueError unless a loss or metric may be part of a model: classes are last there."""
    if not is_among(axis, (-1,)):
        raise ValueError(
            f"`axis` of a loss or metric must be -1 in `compile`. Received: axis={shown(axis)}"
        )


class _Smoothed(Loss):
    """A cross-entropy whose labels may be smoothed."""

    # The core's loss has its name.
    _function: Callable[..., np.ndarray]

    def __init__(
        self,
        from_logits: bool,
        label_smoothing: float,
        axis: int,
        reduction: str | None,
        name: str | None,
        dtype: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.from_logits = check_from_logits(from_logits)
        self.label_smoothing = label_smoothing
        self.axis = axis
        check_label_smoothing(label_smoothing)

    def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Return one loss a sample."""
        y_true, y_pred = match_ranks(y_true, y_pred)
        return self._function(y_true, y_pred, self.from_logits, self.label_smoothing, self.axis)

    @property
    def specification(self) -> LossSpec:
        check_last_axis(self.axis)
        smoothing = check_label_smoothing(self.label_smoothing)
        return (
            self._function.__name__,
            bool(self.from_logits),
            smoothing,
            core_reduction(self.reduction),
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a loss again."""
        options = {
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
            "axis": self.axis,
        }
        return {**super().get_config(), **options}


class BinaryCrossentropy(_Smoothed):
    """The cross-entropy of yes-or-no labels: `mean(-t * log(p) - (1 - t) * log(1 - p))`.

    Args:
        from_logits: Whether predictions are logits x, of which p = sigmoid(x).
        label_smoothing: s, in [0, 1]: labels become `t * (1 - s) + s / 2`.
        axis: The axis to take the mean over; in `compile`, -1.
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: `label_smoothing` is out of range, or there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.BinaryCrossentropy(from_logits=True)
    >>> round(float(loss([[0.0, 1.0]], [[0.0, 0.0]])), 4)
    0.6931

    Source: https://keras.io/api/losses/probabilistic_losses/
    """

    _function = staticmethod(binary_crossentropy)

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)


class CategoricalCrossentropy(_Smoothed):
    """The cross-entropy of one-hot labels: `-sum(t * log(p))`.

    Args:
        from_logits: Whether predictions are logits x, of which p = softmax(x).
        label_smoothing: s, in [0, 1]: labels become `t * (1 - s) + s / classes`.
        axis: The axis of the classes; in `compile`, -1.
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: `label_smoothing` is out of range, or there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.CategoricalCrossentropy()
    >>> round(float(loss([[0, 1, 0], [0, 0, 1]], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]])), 4)
    1.1769

    Source: https://keras.io/api/losses/probabilistic_losses/
    """

    _function = staticmethod(categorical_crossentropy)

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)


class SparseCategoricalCrossentropy(Loss):
    """The cross-entropy of class numbers: `-log(p[y_true])`.

    Args:
        from_logits: Whether predictions are logits x, of which p = softmax(x).
        ignore_class: A number in the labels, that of a class or not, whose samples (or steps of
            samples) don't count; None: there is none.
        reduction: How the samples' losses become one; see `Loss`. Means are over the samples that
            count.
        axis: The axis of the classes; in `compile`, -1.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type, or `ignore_class` is no integer.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.SparseCategoricalCrossentropy()
    >>> round(float(loss([1, 2], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]])), 4)
    1.1769
    >>> loss = cornu.losses.SparseCategoricalCrossentropy(ignore_class=255)
    >>> round(float(loss([255, 2], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]])), 4)
    2.3026

    Source: https://keras.io/api/losses/probabilistic_losses/
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.from_logits = check_from_logits(from_logits)
        self.ignore_class = check_ignore_class(ignore_class)
        self.axis = axis

    def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Return one loss a sample."""
        y_true, y_pred = match_ranks(y_true, y_pred)
        return sparse_categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.ignore_class, self.axis
        )

    @property
    def specification(self) -> LossSpec:
        check_last_axis(self.axis)
        reduction = core_reduction(self.reduction)
        return sparse_specification(self.from_logits, self.ignore_class, reduction)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a loss again."""
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "ignore_class": self.ignore_class,
        }
