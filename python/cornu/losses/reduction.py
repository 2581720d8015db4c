"""From one loss a row to the number that is minimised."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.custom.derivatives import is_traced
from cornu.utils.arrays import as_real, broadcast_pair, is_among, match_ranks
from cornu.utils.errors import shown

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)
_MEANS = ("sum_over_batch_size", "mean")


def check_reduction(reduction: Any) -> str | None:
    """Return `reduction`.

    Raises:
        ValueError: there is none of that name.
    """
    if not is_among(reduction, REDUCTIONS):
        raise ValueError(
            "Invalid value for argument `reduction`. Expected one of "
            f"{REDUCTIONS}. Received: reduction={shown(reduction)}"
        )
    return reduction


def reduce_losses(
    losses: Any, sample_weight: Any, mask: np.ndarray | None, reduction: str | None, dtype: str
) -> np.ndarray | np.floating:
    """Weigh losses and reduce them.

    Args:
        losses: One loss a sample, or one a step of each sample.
        sample_weight: Weights that broadcast against the losses, a last axis of size 1 apart; None:
            all 1.
        mask: Which losses count; None: all.
        reduction: `"sum"` of weight * loss; `"sum_over_batch_size"` or `"mean"`: that over the
            number of losses that the mask leaves, whatever the weights;
            `"mean_with_sample_weight"`: that over the sum of the weights; None: no sum.
        dtype: The float type of the result.

    Returns:
        A scalar; the weighted losses with no reduction, or where there is nothing to reduce.
    """
    # Sums are taken in float64, whatever the type of the result.
    values: Any = as_real(losses, "float64", "losses")
    weights = masked_weights(sample_weight, mask, reduction)
    if weights is not None:
        values, weights = match_ranks(values, weights)
        try:
            values = values * weights
        except ValueError:
            raise ValueError(
                "`sample_weight` must have a weight for each loss, or a shape that broadcasts. "
                f"Received: sample_weight of shape {np.shape(sample_weight)}, losses of shape "
                f"{np.shape(losses)}"
            ) from None
    if reduction not in (None, "none") and values.shape not in ((), (0,)):
        values = _reduce(values, weights, reduction)
    with np.errstate(over="ignore"):
        # [()] makes a scalar of an array without axes.
        return np.asarray(values).astype(dtype, copy=False)[()]


def reduce_traced(
    losses: Any, sample_weight: Any, mask: np.ndarray | None, reduction: str | None
) -> Any:
    """Weigh losses that derivatives are taken of, and reduce them, as `reduce_losses` does.

    Args:
        losses: What `autograd` watches, or plain numbers.
        sample_weight: Weights that broadcast; None: all 1.
        mask: As of `reduce_losses`, like the next one.
        reduction: Likewise.
    """
    values = losses if is_traced(losses) else as_real(losses, name="losses")
    if values.dtype.kind != "f":
        raise TypeError(f"A loss must be made of floats. Received: losses of dtype {values.dtype}")
    values = values.astype(np.float64)
    weights = masked_weights(sample_weight, mask, reduction)
    if weights is not None:
        values, weights = match_ranks(values, weights)
        values = values * weights
    if reduction in (None, "none") or values.shape in ((), (0,)):
        return values
    return _reduce(values, weights, reduction)


def masked_weights(
    sample_weight: Any, mask: np.ndarray | None, reduction: str | None
) -> np.ndarray | None:
    """The sample weights with what the mask leaves of them; None: all 1."""
    weights = None if sample_weight is None else as_real(sample_weight, "float64", "sample_weight")
    if mask is None:
        return weights
    shares = _mask_weights(mask, reduction)
    if weights is None:
        return shares
    shares, weights = broadcast_pair(
        *match_ranks(shares, weights), names=("y_true", "sample_weight")
    )
    return weights * shares


def _mask_weights(mask: np.ndarray, reduction: str | None) -> np.ndarray:
    if reduction not in _MEANS:
        return mask.astype(np.float64)
    # So that the later division by the number of all losses is one by the number of those that
    # count.
    valid = np.count_nonzero(mask)
    return np.where(mask, mask.size / valid if valid else 0.0, 0.0)


def _reduce(
    values: np.ndarray, weights: np.ndarray | None, reduction: str | None
) -> np.floating | float:
    total = values.sum()
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and weights is not None:
        divisor = float(weights.sum())
    else:
        divisor = float(values.size)
    return total / divisor if divisor else 0.0
