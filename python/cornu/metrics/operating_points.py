"""One rate at the threshold that makes the best of it where another is high enough."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.metrics.decisions import COUNTS, DecisionMetric, check_share, divide, even_thresholds
from cornu.utils.number import check_integer
from cornu.variable import Variable


class _OperatingPoint(DecisionMetric):
    """The base: counts at thresholds from 0 to 1."""

    true_positives: Variable
    false_positives: Variable
    true_negatives: Variable
    false_negatives: Variable
    _argument: str

    def __init__(
        self,
        value: float,
        num_thresholds: int,
        class_id: int | None,
        name: str | None,
        dtype: Any,
    ) -> None:
        self.value = check_share(self._argument, value)
        thresholds = even_thresholds(check_integer("num_thresholds", num_thresholds))
        super().__init__(thresholds, COUNTS, None, class_id, name=name, dtype=dtype)
        self.num_thresholds = num_thresholds
        self._make_counts()

    def _recall(self) -> np.ndarray:
        return divide(self.true_positives, self.true_positives + self.false_negatives)

    _sensitivity = _recall

    def _specificity(self) -> np.ndarray:
        return divide(self.true_negatives, self.true_negatives + self.false_positives)

    def _precision(self) -> np.ndarray:
        return divide(self.true_positives, self.true_positives + self.false_positives)

    def _best(self, values: np.ndarray, where: np.ndarray) -> np.floating:
        # Compared in the metric's own type, as Keras does.
        feasible = where.astype(self._float_type) >= np.dtype(self._float_type).type(self.value)
        return self._as_result(np.max(np.where(feasible, values, 0.0), initial=0.0))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again."""
        return {
            **super().get_config(),
            "class_id": self.class_id,
            "num_thresholds": self.num_thresholds,
            self._argument: getattr(self, self._argument),
        }


class SensitivityAtSpecificity(_OperatingPoint):
    """The best sensitivity at a threshold where specificity is at least so much.

    Args:
        specificity: The least specificity, in [0, 1].
        num_thresholds: How many thresholds from 0 to 1 are tried.
        class_id: The only class that counts, a column of the predictions; None: all do.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: an argument is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.SensitivityAtSpecificity(0.5)
    >>> round(float(metric([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])), 4)
    0.5

    Source: https://keras.io/api/metrics/classification_metrics/
    """

    _argument = "specificity"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity

    def result(self) -> np.floating:
        """Return the best so far, 0 where there is none."""
        return self._best(self._sensitivity(), where=self._specificity())


class SpecificityAtSensitivity(_OperatingPoint):
    """The best specificity at a threshold where sensitivity is at least so much.

    Args:
        sensitivity: The least sensitivity, in [0, 1].
        num_thresholds: How many thresholds from 0 to 1 are tried.
        class_id: The only class that counts, a column of the predictions; None: all do.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: an argument is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.SpecificityAtSensitivity(0.5)
    >>> round(float(metric([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])), 4)
    0.6667

    Source: https://keras.io/api/metrics/classification_metrics/
    """

    _argument = "sensitivity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity

    def result(self) -> np.floating:
        """Return the best so far, 0 where there is none."""
        return self._best(self._specificity(), where=self._sensitivity())


class PrecisionAtRecall(_OperatingPoint):
    """The best precision at a threshold where recall is at least so much.

    Args:
        recall: The least recall, in [0, 1].
        num_thresholds: How many thresholds from 0 to 1 are tried.
        class_id: The only class that counts, a column of the predictions; None: all do.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: an argument is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.PrecisionAtRecall(0.5)
    >>> round(float(metric([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])), 4)
    0.5

    Source: https://keras.io/api/metrics/classification_metrics/
    """

    _argument = "recall"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = recall

    def result(self) -> np.floating:
        """Return the best so far, 0 where there is none."""
        return self._best(self._precision(), where=self._recall())


class RecallAtPrecision(_OperatingPoint):
    """The best recall at a threshold where precision is at least so much.

    Args:
        precision: The least precision, in [0, 1].
        num_thresholds: How many thresholds from 0 to 1 are tried.
        class_id: The only class that counts, a column of the predictions; None: all do.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: an argument is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.RecallAtPrecision(0.5)
    >>> round(float(metric([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])), 4)
    1.0

    Source: https://keras.io/api/metrics/classification_metrics/
    """

    _argument = "precision"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = precision

    def result(self) -> np.floating:
        """Return the best so far, 0 where there is none."""
        return self._best(self._recall(), where=self._precision())
