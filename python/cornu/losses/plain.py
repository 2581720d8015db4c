"""What losses share that the core computes as their function is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.losses.loss import Loss, core_reduction
from cornu.losses.rows import dense_losses, prediction_and_target
from cornu.utils.arrays import broadcast_pair, match_ranks
from cornu.utils.number import as_float

if TYPE_CHECKING:
    from cornu._core import LossSpec


def plain_losses(
    name: str, y_true: Any, y_pred: Any, *parameters: float, axis: Any = -1
) -> np.ndarray:
    """Return one loss of this name a row, of arrays that broadcast against each other.

    Args:
        name: The core's name of it.
        y_true: The targets.
        y_pred: The predictions.
        *parameters: The loss's parameter, if it has one.
        axis: The axis, or axes, that a row runs along.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: their shapes don't broadcast, or they are scalars.
    """
    target, prediction, result = prediction_and_target(y_true, y_pred)
    target, prediction = match_ranks(target, prediction)
    target, prediction = broadcast_pair(target, prediction)
    specification: Any = (name, False, 0.0, "sum", *parameters)
    return dense_losses(specification, target, prediction, axis, result)


class PlainLoss(Loss):
    """A loss of a function of the core's whose only argument is a number, if it has one."""

    # The core's loss has its name.
    _function: Callable[..., np.ndarray]
    # The name of the attribute that is the parameter.
    _parameter: str | None = None

    def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Return one loss a sample."""
        options = {} if self._parameter is None else {self._parameter: self._value}
        return self._function(y_true, y_pred, **options)

    @property
    def _value(self) -> Any:
        return getattr(self, self._parameter or "")

    @property
    def specification(self) -> LossSpec:
        start = self._function.__name__, False, 0.0, core_reduction(self.reduction)
        return start if self._parameter is None else (*start, as_float(self._value))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a loss again."""
        config = super().get_config()
        return config if self._parameter is None else {**config, self._parameter: self._value}
