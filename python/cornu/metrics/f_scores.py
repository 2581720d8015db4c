"""F-scores: the harmonic means of precision and recall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.metrics.sums import NO_THRESHOLDS, ColumnSumsMetric
from cornu.utils.errors import shown
from cornu.utils.number import as_float

if TYPE_CHECKING:
    from cornu._core import SumsSpec

_EPSILON = 1e-7
_AVERAGES = (None, "micro", "macro", "weighted")
_KEPT = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")


class FBetaScore(ColumnSumsMetric):
    """The mean of precision and recall, recall counting beta times as much.

    `(1 + beta**2) * precision * recall / (beta**2 * precision + recall)`, of each column.

    Args:
        average: None: one score a class; `"macro"`: their mean; `"weighted"`: their mean, weighted
            by how often a class occurs; `"micro"`: the score of all columns together.
        beta: How much recall counts.
        threshold: Above which a prediction is a yes, in (0, 1]; None: a row's largest prediction is
            its only yes.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: an argument is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.FBetaScore(beta=2.0, threshold=0.5)
    >>> y_true = [[1, 1, 1], [1, 0, 0], [1, 1, 0]]
    >>> y_pred = [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]]
    >>> metric(y_true, y_pred).round(4)
    array([0.3846, 0.9091, 0.8333], dtype=float32)

    Source: https://keras.io/api/metrics/classification_metrics/
    """

    _direction = "up"

    _takes = "An F-score takes rows of classes, of shape (batch, classes)"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if average not in _AVERAGES:
            raise ValueError(
                f"`average` must be one of {_AVERAGES}. Received: average={shown(average)}"
            )
        if not isinstance(beta, float) or not beta > 0:
            raise ValueError(
                f"`beta` must be a Python float greater than 0. Received: beta={shown(beta)}"
            )
        if threshold is not None and not 0 < as_float(threshold) <= 1:
            raise ValueError(
                "`threshold` must be a number greater than 0 and no greater than 1. "
                f"Received: threshold={shown(threshold)}"
            )
        self.average = average
        self.beta = beta
        self.threshold = threshold

    def _specify(self, columns: int) -> SumsSpec:
        by_maximum = self.threshold is None
        thresholds = NO_THRESHOLDS if by_maximum else np.array([as_float(self.threshold)])
        flags = (False, False, False, True, by_maximum)
        return "counts", None, 0.0, 0, thresholds, flags, columns, None

    def _add(self, sums: np.ndarray, rows: int, columns: int) -> None:
        # Of each column: predicted a no, then a yes; the target's share, then what is left of 1.
        bins = sums.reshape(columns, 2, 2)
        missed, right, wrong = bins[:, 0, 0], bins[:, 1, 0], bins[:, 1, 1]
        for name, found in zip(_KEPT, (right, wrong, missed, right + missed), strict=True):
            variable = self._kept(name, () if self.average == "micro" else (columns,))
            variable[...] += found.sum() if self.average == "micro" else found

    def result(self) -> Any:
        """Return the score so far; without an average, an array of one a class."""
        if _KEPT[0] not in vars(self):
            return self._as_result(0.0)
        right, wrong, missed, weights = (np.asarray(getattr(self, name)) for name in _KEPT)
        precision = right / (right + wrong + _EPSILON)
        recall = right / (right + missed + _EPSILON)
        square = self.beta**2
        score = (1 + square) * (precision * recall / (square * precision + recall + _EPSILON))
        if self.average is None:
            return score.astype(self._float_type)
        if self.average == "weighted":
            return self._as_result((score * (weights / (weights.sum() + _EPSILON))).sum())
        return self._as_result(score.mean())

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again."""
        return {
            **super().get_config(),
            "average": self.average,
            "beta": self.beta,
            "threshold": self.threshold,
        }


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall: the F-score of beta 1.

    Args:
        average: As `FBetaScore` has it.
        threshold: Likewise.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: an argument is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.F1Score(threshold=0.5)
    >>> y_true = [[1, 1, 1], [1, 0, 0], [1, 1, 0]]
    >>> y_pred = [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]]
    >>> metric(y_true, y_pred).round(4)
    array([0.5   , 0.8   , 0.6667], dtype=float32)

    Source: https://keras.io/api/metrics/classification_metrics/
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again."""
        config = super().get_config()
        del config["beta"]
        return config
