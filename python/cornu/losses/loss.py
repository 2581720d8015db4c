"""What all losses share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.config import resolve_dtype
from cornu.custom.derivatives import is_traced, value_of
from cornu.losses.reduction import check_reduction, reduce_losses, reduce_traced
from cornu.utils.arrays import as_real
from cornu.utils.errors import check_returned
from cornu.utils.kept_masks import mask_of
from cornu.utils.naming import unique_name
from cornu.utils.tracing import as_one_array

if TYPE_CHECKING:
    from cornu._core import LossSpec


class Loss:
    """The base of the losses, which weighs and reduces what `call` returns.

    `loss(y_true, y_pred, sample_weight)` is the loss of a batch. A loss of one's own overrides
    `call`, written with NumPy's functions or `cornu.ops`. To train with it takes the extra
    `cornu[custom]`, which takes its derivatives.

    Args:
        name: A name; None: the class's, in snake case.
        reduction: `"sum_over_batch_size"` or `"mean"`: sum of weight * loss over the number of
            losses; `"sum"`; `"mean_with_sample_weight"`: over the sum of the weights; None or
            `"none"`: one loss a sample.
        dtype: The float type of a direct call; None: `floatx()`. A model computes its loss in its
            own type.

    Raises:
        ValueError: there is no such reduction or float type.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> class Cubed(cornu.losses.Loss):
    ...     def call(self, y_true, y_pred):
    ...         return np.mean(np.abs(y_true - y_pred) ** 3, axis=-1)
    >>> float(Cubed()([[0.0], [0.0]], [[1.0], [2.0]]))
    4.5

    Source: https://keras.io/api/losses/#base-loss-api
    """

    # Targets are labels that are no classes of the output's.
    _takes_any_label = False

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        self.name = name or unique_name(type(self).__name__)
        self.reduction = check_reduction(reduction)
        self._dtype = resolve_dtype(dtype)

    @property
    def dtype(self) -> str:
        """The float type of a direct call."""
        return self._dtype

    def __call__(
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> np.ndarray | np.floating:
        """Return the loss of a batch.

        Args:
            y_true: The targets.
            y_pred: The predictions.
            sample_weight: One weight a sample, or anything that broadcasts against the losses;
                None: all 1.

        Returns:
            A scalar of `dtype`, or an array where `reduction` is None.

        Raises:
            TypeError: one of them has no real numbers.
            ValueError: their shapes don't fit.
        """
        if is_traced(y_pred):
            losses = self._losses(y_true, y_pred)
            mask = self._mask(losses, value_of(y_pred))
            return reduce_traced(losses, sample_weight, mask, self.reduction)
        prediction = as_real(y_pred, self._dtype, "y_pred")
        target = as_real(y_true, self._dtype, "y_true")
        losses = self._losses(target, prediction)
        mask = self._mask(losses, y_pred)
        return reduce_losses(losses, sample_weight, mask, self.reduction, self._dtype)

    def _losses(self, y_true: Any, y_pred: Any) -> Any:
        """What `call` returns."""
        return as_one_array(check_returned("loss", self.name, self.call(y_true, y_pred)))

    def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> Any:
        """Return one loss a sample. For subclasses to write."""
        raise NotImplementedError(
            f"{type(self).__name__} must have a method `call(self, y_true, y_pred)`."
        )

    @property
    def specification(self) -> LossSpec:
        """What the core is told of the loss.

        Raises:
            ValueError: it isn't one that the core has.
        """
        raise ValueError(f"The core has no such loss. Received: loss={self!r}")

    def _specification_for(self, output_shape: tuple[Any, ...]) -> LossSpec:
        """What the core is told for predictions of this shape."""
        return self.specification

    def _targets_for(self, target: np.ndarray, output: tuple[int, ...]) -> np.ndarray:
        """Return targets as a model with an output row of this shape is to be given them."""
        return target

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a loss again."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Loss:
        """Make a loss from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"

    def _mask(self, losses: Any, y_pred: Any) -> np.ndarray | None:
        """Which of the losses count by the function that gave them, and by the layer that made the
        predictions; None: all."""
        mask, kept = mask_of(value_of(losses)), mask_of(y_pred)
        return mask if kept is None else kept if mask is None else mask & kept


def takes_class_ids(name: str) -> bool:
    """Return whether the core's loss or metric of this name has class numbers as targets."""
    return name.startswith("sparse") or name in ("categorical_generalized_cross_entropy", "circle")


def core_reduction(reduction: str | None) -> str:
    """Return the core's name of a reduction.

    Raises:
        ValueError: nothing is reduced, and training needs one number.
    """
    if reduction in (None, "none"):
        raise ValueError(
            "`reduction` of a loss must not be None or 'none' in `compile`: training needs one "
            "number, by 'sum_over_batch_size', 'sum' or 'mean_with_sample_weight'. "
            f"Received: reduction={reduction!r}"
        )
    return "sum_over_batch_size" if reduction == "mean" else str(reduction)
