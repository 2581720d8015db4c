"""How many targets predicted quantiles cover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.losses.quantiles import spread_over_levels
from cornu.metrics.decisions import divide
from cornu.metrics.sums import SumsMetric, plain_sums
from cornu.utils.arrays import as_real

if TYPE_CHECKING:
    from cornu._core import SumsSpec


class QuantileCoverage(SumsMetric):
    """The share of the targets that are no greater than the prediction, for each column.

    For predictions of a quantile q it should be q; see `cornu.losses.QuantileLoss`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.QuantileCoverage()
    >>> metric([1.0, 2.0, 3.0, 4.0], [[1.0, 9.0], [1.5, 9.0], [2.5, 9.0], [3.0, 3.0]])
    array([0.25, 0.75], dtype=float32)

    Source: Keras has no such metric.
    """

    _direction = None

    def __init__(self, name: str | None = "quantile_coverage", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take another batch in.

        Args:
            y_true: The targets, of shape (batch,), (batch, 1) or y_pred's.
            y_pred: The predictions, of shape (batch, ..., quantiles).
            sample_weight: One weight a sample, or anything that broadcasts against y_pred; None:
                all 1.

        Raises:
            TypeError: one of them has no real numbers.
            ValueError: their shapes don't fit.
        """
        prediction = as_real(y_pred, self._float_type, "y_pred")
        if prediction.ndim < 2:
            raise ValueError(
                "QuantileCoverage takes predictions with an axis of quantiles after the batch. "
                f"Received: y_pred of shape {prediction.shape}"
            )
        target = spread_over_levels(as_real(y_true, self._float_type, "y_true"), prediction.shape)
        super().update_state(target, prediction, sample_weight)

    def _specify(self, columns: int) -> SumsSpec:
        return plain_sums("covered", columns)

    def _number_count(self, columns: int) -> int:
        return 2 * columns

    def _add(self, sums: np.ndarray, rows: int, columns: int) -> None:
        for i, name in enumerate(("covered", "total")):
            if name not in vars(self):
                setattr(self, name, self.add_variable((columns,), "zeros", "float64", name=name))
            getattr(self, name)[...] += sums[:, i]

    def result(self) -> Any:
        """Return the shares so far, an array of one a column; 0 before any data."""
        if "covered" not in vars(self):
            return self._as_result(0.0)
        covered, total = (np.asarray(getattr(self, name)) for name in ("covered", "total"))
        return divide(covered, total).astype(self._float_type)
