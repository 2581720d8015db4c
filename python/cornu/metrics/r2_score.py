"""How much of the targets' variance predictions explain."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.metrics.sums import ColumnSumsMetric, plain_sums
from cornu.utils.errors import shown
from cornu.utils.number import as_integer
from cornu.utils.user_frame import user_level

if TYPE_CHECKING:
    from cornu._core import SumsSpec

_AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")
# Each with what the core sums for it.
_KEPT = ("squared_sum", "sum", "total_mse", "count")


class R2Score(ColumnSumsMetric):
    """The coefficient of determination: `1 - sum((y_true - y_pred)**2) / sum((y_true - mean)**2)`.

    Args:
        class_aggregation: What is made of the columns' scores: None: an array;
            `"uniform_average"`: their mean; `"variance_weighted_average"`: their mean, weighted by
            the columns' variances.
        num_regressors: How many inputs there are, for the adjusted score; 0: it is not adjusted.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: an argument is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.R2Score()
    >>> round(float(metric([[1], [4], [3]], [[2], [4], [4]])), 4)
    0.5714

    Source: https://keras.io/api/metrics/regression_metrics/
    """

    _direction = "up"

    _takes = "R2Score expects 2D inputs with shape (batch, columns)"

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if class_aggregation not in _AGGREGATIONS:
            raise ValueError(
                f"Invalid value for argument `class_aggregation`. Expected one of {_AGGREGATIONS}. "
                f"Received: class_aggregation={shown(class_aggregation)}"
            )
        self.class_aggregation = class_aggregation
        number = as_integer(num_regressors)
        if number is None or number < 0:
            raise ValueError(
                "Invalid value for argument `num_regressors`. Expected an integer of at least 0. "
                f"Received: num_regressors={shown(num_regressors)}"
            )
        self.num_regressors = number
        self.num_samples = self.add_variable((), "zeros", "float64", name="num_samples")

    def _specify(self, columns: int) -> SumsSpec:
        return plain_sums("squares", columns)

    def _add(self, sums: np.ndarray, rows: int, columns: int) -> None:
        found = sums.reshape(columns, 4)
        for i, name in enumerate(_KEPT):
            self._kept(name, (columns,))[...] += found[:, i]
        # Keras's number of samples is that of elements; in a model each counts as 1.
        self.num_samples[...] += rows * columns if rows else found[:, 3].sum()

    def result(self) -> Any:
        """Return the score so far; without an aggregation, an array of one a column."""
        if _KEPT[0] not in vars(self):
            return self._as_result(0.0)
        squares, total, errors, count = (np.asarray(getattr(self, name)) for name in _KEPT)
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = squares - total * (total / count)
            scores = 1 - errors / spread
            scores = np.where(np.isinf(scores), 0.0, scores)
            if self.class_aggregation == "uniform_average":
                score = scores.mean()
            elif self.class_aggregation == "variance_weighted_average":
                score = (spread * scores).sum() / spread.sum()
            else:
                score = scores
        score = self._adjusted(score)
        return self._as_result(score) if np.ndim(score) == 0 else score.astype(self._float_type)

    def _adjusted(self, score: Any) -> Any:
        spare = float(self.num_samples) - 1 - self.num_regressors
        if self.num_regressors == 0:
            return score
        if spare <= 0:
            reason = (
                "Division by zero" if spare == 0 else "More independent predictors than datapoints"
            )
            warnings.warn(
                f"{reason} in the adjusted R2 score. Falling back to the standard R2 score.",
                stacklevel=user_level(),
            )
            return score
        return 1 - (1 - score) * (float(self.num_samples) - 1) / spare

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again."""
        return {
            **super().get_config(),
            "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
        }
