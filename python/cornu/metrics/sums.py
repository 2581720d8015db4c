"""Metrics that keep sums over batches, which the core adds to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cornu import _core
from cornu.metrics.metric import Metric
from cornu.utils.arrays import as_core_array, as_real, match_ranks

if TYPE_CHECKING:
    from cornu._core import SumsSpec

NO_THRESHOLDS = np.empty(0)


def plain_sums(
    kind: str, columns: int, threshold: float = 0.0, class_id: int | None = None
) -> SumsSpec:
    """Return what the core is told of sums that have neither bins between thresholds nor options.

    Args:
        kind: Their name in the core.
        columns: Columns of the predictions, or how many classes there are.
        threshold: From which on a prediction is a yes.
        class_id: The class that doesn't count; None: all do.
    """
    flags = (False, False, False, False, False)
    return kind, None, threshold, 0, NO_THRESHOLDS, flags, columns, class_id


class SumsMetric(Metric):
    """The base of the metrics whose result is made of sums that the core keeps while it trains."""

    def _specify(self, columns: int) -> SumsSpec:
        """Return what the core is told, for predictions of so many columns."""
        raise NotImplementedError

    def _add(self, sums: np.ndarray, rows: int, columns: int) -> None:
        """Add what the core found in so many rows to the variables."""
        raise NotImplementedError

    def _number_count(self, columns: int) -> int:
        """Return how many numbers the core gives for predictions of so many columns."""
        raise NotImplementedError

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take another batch in.

        Args:
            y_true: The targets, of y_pred's shape.
            y_pred: The predictions, of shape (batch, ...).
            sample_weight: One weight a sample, or anything that broadcasts against y_pred; None:
                all 1.

        Raises:
            TypeError: one of them has no real numbers.
            ValueError: their shapes don't fit.
        """
        prediction = as_real(y_pred, self._float_type, "y_pred")
        target, prediction = match_ranks(as_real(y_true, self._float_type, "y_true"), prediction)
        if target.shape != prediction.shape:
            raise ValueError(
                "`y_true` and `y_pred` must have the same shape. "
                f"Received: y_true of shape {target.shape}, y_pred of shape {prediction.shape}"
            )
        self._check_rank(prediction)
        weights = _weights_like(prediction, sample_weight)
        shape = (-1, 1) if prediction.ndim < 2 else (-1, prediction.shape[-1])
        target, prediction = (as_core_array(array.reshape(shape)) for array in (target, prediction))
        if weights is not None:
            weights = as_core_array(weights.reshape(shape))
        rows, columns = prediction.shape
        sums = _core.metric_sums(self._specify(columns), target, prediction, weights)
        self._add(sums, rows, columns)

    def _check_rank(self, prediction: np.ndarray) -> None:
        """Raise a ValueError unless predictions of such a shape can be taken in."""

    @property
    def specification(self) -> SumsSpec:
        return self._specify(self._expected_columns())

    def _expected_columns(self) -> int:
        """Columns of predictions that nobody has seen yet."""
        return 1

    def _specification_for(self, output_shape: tuple[Any, ...]) -> SumsSpec:
        columns = output_shape[-1]
        if len(output_shape) < 2 or columns is None:
            raise ValueError(
                f"Metric {self.name!r} takes predictions with an axis of columns after the batch. "
                f"Received: predictions of shape {output_shape}"
            )
        return self._specify(columns)

    def _value_of(self, numbers: list[float], output_shape: tuple[Any, ...]) -> Any:
        """Take over the sums that the core kept, and return what the result is then."""
        sums = np.array(numbers).reshape(-1, 2)
        self.reset_state()
        self._add(sums, 0, output_shape[-1])
        result = self.result()
        return float(result) if np.ndim(result) == 0 else result


class ColumnSumsMetric(SumsMetric):
    """The base of those that keep four numbers a column, of rows of columns."""

    # What errors say of predictions: "An F-score takes rows of classes, of shape (...)".
    _takes: str

    def _number_count(self, columns: int) -> int:
        return 4 * columns

    def _check_rank(self, prediction: np.ndarray) -> None:
        if prediction.ndim != 2:
            raise ValueError(f"{self._takes}. Received: y_pred of shape {prediction.shape}")

    def _kept(self, name: str, shape: tuple[int, ...]) -> Any:
        """Return a variable of sums, made when the columns are first known."""
        if name not in vars(self):
            setattr(self, name, self.add_variable(shape, "zeros", "float64", name=name))
        return getattr(self, name)


def _weights_like(prediction: np.ndarray, sample_weight: Any) -> np.ndarray | None:
    if sample_weight is None:
        return None
    weights = as_real(sample_weight, "float64", "sample_weight")
    if 0 < weights.ndim < prediction.ndim:
        weights = weights[..., np.newaxis]
    try:
        return np.broadcast_to(weights, prediction.shape)
    except ValueError:
        raise ValueError(
            "`sample_weight` must have a weight for each sample, or a shape that broadcasts. "
            f"Received: sample_weight of shape {np.shape(sample_weight)}, y_pred of shape "
            f"{prediction.shape}"
        ) from None
