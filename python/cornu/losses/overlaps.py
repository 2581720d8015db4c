"""Losses of targets and predictions as sets: how little they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.losses.loss import Loss, core_reduction
from cornu.losses.rows import dense_losses, prediction_and_target
from cornu.utils.arrays import match_ranks
from cornu.utils.errors import shown
from cornu.utils.number import check_finite

if TYPE_CHECKING:
    from cornu._core import LossSpec

_NONE = np.empty(0)


def dice(y_true: Any, y_pred: Any, axis: Any = None) -> np.ndarray:
    """Return how little two sets overlap: `1 - 2 * sum(t * p) / (sum(t) + sum(p))`.

    Args:
        y_true: The targets: 1 where something belongs to the set, else 0, or between.
        y_pred: The predictions, in y_true's shape.
        axis: The axis, or axes, that a set is along; None: all, the batch's too.

    Returns:
        An array of y_pred's shape without `axis`, or a scalar, in y_pred's float type, or
        `floatx()` for other numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes differ.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[1, 1, 0], [1, 0, 0]], [[0.0, 1.0, 0.0], [0.4, 0.0, 0.9]]
    >>> cornu.losses.dice(y_true, y_pred, axis=1).round(4)
    array([0.3333, 0.6522], dtype=float32)
    >>> round(float(cornu.losses.dice(y_true, y_pred)), 4)
    0.4717

    Source: https://keras.io/api/losses/
    """
    target, prediction, result = prediction_and_target(y_true, y_pred)
    specification = ("dice", False, 0.0, "sum", 0.0, _NONE, "row")
    return dense_losses(specification, target, prediction, axis, result)


def tversky(
    y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None
) -> np.ndarray:
    """Return how little two sets overlap, what is missing and what is too much counting apart.

    `1 - c / (c + alpha * sum(t * (1 - p)) + beta * sum((1 - t) * p))` with `c = sum(t * p)`.

    Args:
        y_true: The targets: 1 where something belongs to the set, else 0, or between.
        y_pred: The predictions, in y_true's shape.
        alpha: What counts for targets that are not predicted.
        beta: What counts for predictions that are no targets.
        axis: The axis, or axes, that a set is along; None: all, the batch's too.

    Returns:
        An array of y_pred's shape without `axis`, or a scalar, in y_pred's float type, or
        `floatx()` for other numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes differ, or a weight is no finite number.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[1, 1, 0], [1, 0, 0]], [[0.0, 1.0, 0.0], [0.4, 0.0, 0.9]]
    >>> cornu.losses.tversky(y_true, y_pred, alpha=0.3, beta=0.7, axis=1).round(4)
    array([0.2308, 0.6694], dtype=float32)

    Source: Salehi et al., "Tversky loss function for image segmentation using 3D fully
    convolutional deep networks", https://arxiv.org/abs/1706.05721; https://keras.io/api/losses/
    """
    target, prediction, result = prediction_and_target(y_true, y_pred)
    weights = check_finite("alpha", alpha), np.array([check_finite("beta", beta)])
    specification = ("tversky", False, 0.0, "sum", *weights, "row")
    return dense_losses(specification, target, prediction, axis, result)


class _Overlap(Loss):
    """A loss of sets, along some axes."""

    axis: Any

    def _numbers(self) -> tuple[str, float, np.ndarray]:
        """The core's name, the parameter and the other numbers."""
        raise NotImplementedError

    @property
    def specification(self) -> LossSpec:
        # Which axes a row of the output has, `_specification_for` knows.
        extent = "batch" if self.axis is None else "row"
        name, parameter, values = self._numbers()
        reduction = core_reduction(self.reduction)
        return name, False, 0.0, reduction, parameter, values, extent

    def _specification_for(self, output_shape: tuple[Any, ...]) -> LossSpec:
        return *self.specification[:6], self._extent(len(output_shape))

    def _extent(self, rank: int) -> str:
        """What the loss is one number of, for predictions of so many axes.

        Raises:
            ValueError: `axis` is something else.
        """
        if self.axis is None:
            return "batch"
        given = self.axis if isinstance(self.axis, tuple | list) else (self.axis,)
        axes = {axis + rank if axis < 0 else axis for axis in given}
        if axes == {rank - 1}:
            return "row"
        if axes == set(range(1, rank)):
            return "sample"
        raise ValueError(
            "`axis` of a loss of sets must be None, the last axis, or all axes but the batch's, "
            f"in `compile`. Received: axis={shown(self.axis)}, predictions of {rank} axes"
        )


class Dice(_Overlap):
    """How little targets and predictions overlap as sets; see `dice`.

    Args:
        reduction: How the sets' losses become one; see `Loss`.
        name: A name.
        axis: The axis, or axes, that a set is along; None: all, the batch's too. In `compile` also
            the last one, or all but the batch's.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[1, 1, 0], [1, 0, 0]], [[0.0, 1.0, 0.0], [0.4, 0.0, 0.9]]
    >>> round(float(cornu.losses.Dice(axis=-1)(y_true, y_pred)), 4)
    0.4928

    Source: https://keras.io/api/losses/
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "dice",
        axis: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.axis = axis

    def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Return one loss a set."""
        y_true, y_pred = match_ranks(y_true, y_pred)
        return dice(y_true, y_pred, self.axis)

    def _numbers(self) -> tuple[str, float, np.ndarray]:
        return "dice", 0.0, _NONE

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a loss again."""
        return {**super().get_config(), "axis": self.axis}


class Tversky(_Overlap):
    """How little targets and predictions overlap as sets, two faults counting apart; see `tversky`.

    Args:
        alpha: What counts for targets that are not predicted.
        beta: What counts for predictions that are no targets.
        reduction: How the sets' losses become one; see `Loss`.
        name: A name.
        axis: The axis, or axes, that a set is along; None: all, the batch's too. In `compile` also
            the last one, or all but the batch's.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type, or a weight is no finite number.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[1, 1, 0], [1, 0, 0]], [[0.0, 1.0, 0.0], [0.4, 0.0, 0.9]]
    >>> round(float(cornu.losses.Tversky(alpha=0.3, beta=0.7)(y_true, y_pred)), 4)
    0.4422

    Source: https://keras.io/api/losses/
    """

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        check_finite("alpha", alpha)
        check_finite("beta", beta)
        self.alpha = alpha
        self.beta = beta
        self.axis = axis

    def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Return one loss a set."""
        y_true, y_pred = match_ranks(y_true, y_pred)
        return tversky(y_true, y_pred, self.alpha, self.beta, self.axis)

    def _numbers(self) -> tuple[str, float, np.ndarray]:
        beta = np.array([check_finite("beta", self.beta)])
        return "tversky", check_finite("alpha", self.alpha), beta

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a loss again."""
        return {
            **super().get_config(),
            "alpha": self.alpha,
            "beta": self.beta,
            "axis": self.axis,
        }
