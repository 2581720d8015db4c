"""The pinball loss, which makes predictions quantiles of the targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.losses.loss import Loss, core_reduction
from cornu.losses.rows import dense_losses, prediction_and_target
from cornu.utils.errors import shown

if TYPE_CHECKING:
    from cornu._core import LossSpec

_DEFAULT = (0.1, 0.5, 0.9)


def check_quantiles(quantiles: Any) -> np.ndarray:
    """Return levels as a vector of float64.

    Raises:
        ValueError: they are no numbers between 0 and 1.
    """
    try:
        levels = np.array(quantiles, np.float64)
    except (TypeError, ValueError):
        levels = np.empty((0, 0))
    if levels.ndim > 1 or levels.size == 0 or not ((levels > 0) & (levels < 1)).all():
        raise ValueError(
            "`quantiles` must be a number in (0, 1), or a list of them. "
            f"Received: quantiles={shown(quantiles)}"
        )
    return levels.reshape(-1)


def spread_over_levels(target: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return targets as a view in the shape of predictions, each for all levels.

    Args:
        target: Of that shape, or without its last axis, or with 1 there.
        shape: The shape of the predictions.

    Raises:
        ValueError: it is of another shape.
    """
    if target.shape == shape:
        return target
    if target.shape == shape[:-1]:
        target = target[..., np.newaxis]
    if target.shape != (*shape[:-1], 1):
        raise ValueError(
            "`y_true` must have the shape of `y_pred`, or that without its axis of quantiles. "
            f"Received: y_true of shape {target.shape}, y_pred of shape {shape}"
        )
    return np.broadcast_to(target, shape)


def quantile_loss(
    y_true: Any, y_pred: Any, quantiles: float | Sequence[float] = _DEFAULT
) -> np.ndarray:
    """Return the mean pinball loss of predicted quantiles.

    `mean(max(q * e, (q - 1) * e), axis=-1)` of errors `e = y_true - y_pred`: smallest where a share
    q of the targets is below the prediction.

    Args:
        y_true: The targets, of shape (batch, ...), (batch, ..., 1) or y_pred's.
        y_pred: The predictions, of shape (batch, ..., quantiles): a column for each quantile.
        quantiles: The levels q, each between 0 and 1.

    Returns:
        An array of shape (batch, ...), in y_pred's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes don't fit, or a level is out of range.

    Example:

    >>> import cornu
    >>> cornu.losses.quantile_loss([3.0, 1.0], [[1.0, 3.0], [0.0, 2.0]], [0.1, 0.9]).round(4)
    array([0.1, 0.1], dtype=float32)

    Source: Koenker and Bassett, "Regression Quantiles", Econometrica 46, 1978. Keras has no such
    loss.
    """
    target, prediction, result = prediction_and_target(y_true, y_pred)
    levels = check_quantiles(quantiles)
    if prediction.ndim == 0 or prediction.shape[-1] != len(levels):
        raise ValueError(
            "`y_pred` must have a column for each quantile. "
            f"Received: y_pred of shape {prediction.shape}, quantiles={shown(quantiles)}"
        )
    target = spread_over_levels(target, prediction.shape)
    specification = ("quantile_loss", False, 0.0, "sum", 0.0, levels, "row")
    return dense_losses(specification, target, prediction, -1, result)


class QuantileLoss(Loss):
    """The mean pinball loss of several quantiles at once; see `quantile_loss`.

    The model's last axis has a column for each quantile. The targets are single numbers, of shape
    (batch,) or (batch, 1); each counts for all quantiles.

    Args:
        quantiles: The levels, each between 0 and 1.
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type, or a level is out of range.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((1,)), cornu.layers.Dense(3)])
    >>> model.compile("adam", cornu.losses.QuantileLoss(quantiles=[0.1, 0.5, 0.9]))
    >>> x = np.linspace(0, 1, 100)
    >>> history = model.fit(x, 2 * x, verbose=0)

    Source: Koenker and Bassett, "Regression Quantiles", Econometrica 46, 1978. Keras has no such
    loss.
    """

    def __init__(
        self,
        quantiles: float | Sequence[float] = _DEFAULT,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "quantile_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        check_quantiles(quantiles)
        self.quantiles = quantiles

    def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Return one loss a sample."""
        return quantile_loss(y_true, y_pred, self.quantiles)

    @property
    def specification(self) -> LossSpec:
        levels = check_quantiles(self.quantiles)
        return "quantile_loss", False, 0.0, core_reduction(self.reduction), 0.0, levels, "row"

    def _targets_for(self, target: np.ndarray, output: tuple[int, ...]) -> np.ndarray:
        shape = (len(target), *output)
        if target.shape in (shape[:-1], (*shape[:-1], 1)):
            return spread_over_levels(target, shape)
        return target

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a loss again."""
        levels = self.quantiles
        listed = list(levels) if isinstance(levels, tuple) else levels
        return {**super().get_config(), "quantiles": listed}
