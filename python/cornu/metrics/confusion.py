"""Counts of decisions, and the shares of them that are right."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.metrics.decisions import NOT_AMONG_TOP, DecisionMetric, check_thresholds, divide
from cornu.variable import Variable


class _Count(DecisionMetric):
    """The number of decisions of one kind."""

    _direction = None
    _counted: str

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        found = check_thresholds(thresholds, 0.5)
        super().__init__(found, ("accumulator",), name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self._make_counts()

    accumulator: Variable

    def _count_name(self, kept: str) -> str:
        return self._counted

    def result(self) -> Any:
        """Return the count so far; for several thresholds, an array of them."""
        return self._per_threshold(self.accumulator)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


class TruePositives(_Count):
    """How many predictions are a yes and right.

    Args:
        thresholds: Above which a prediction is a yes: a number in [0, 1] or a list of them; None:
            0.5.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: a threshold is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.TruePositives()
    >>> float(metric([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0], sample_weight=[1, 1, 1, 0]))
    1.0

    Source: https://keras.io/api/metrics/classification_metrics/
    """

    _counted = "true_positives"


class TrueNegatives(_Count):
    """How many predictions are a no and right.

    Args:
        thresholds: Above which a prediction is a yes: a number in [0, 1] or a list of them; None:
            0.5.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: a threshold is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.TrueNegatives()
    >>> float(metric([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0], sample_weight=[1, 1, 1, 0]))
    0.0

    Source: https://keras.io/api/metrics/classification_metrics/
    """

    _counted = "true_negatives"


class FalsePositives(_Count):
    """How many predictions are a yes and wrong.

    Args:
        thresholds: Above which a prediction is a yes: a number in [0, 1] or a list of them; None:
            0.5.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: a threshold is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.FalsePositives()
    >>> float(metric([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0], sample_weight=[1, 1, 1, 0]))
    1.0

    Source: https://keras.io/api/metrics/classification_metrics/
    """

    _counted = "false_positives"


class FalseNegatives(_Count):
    """How many predictions are a no and wrong.

    Args:
        thresholds: Above which a prediction is a yes: a number in [0, 1] or a list of them; None:
            0.5.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: a threshold is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.FalseNegatives()
    >>> float(metric([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0], sample_weight=[1, 1, 1, 0]))
    1.0

    Source: https://keras.io/api/metrics/classification_metrics/
    """

    _counted = "false_negatives"


class _Share(DecisionMetric):
    """True positives as a share of them and some others."""

    true_positives: Variable
    _other: str

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        found = check_thresholds(thresholds, 0.5 if top_k is None else NOT_AMONG_TOP)
        kept = ("true_positives", self._other)
        super().__init__(found, kept, top_k, class_id, name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self._make_counts()

    def result(self) -> Any:
        """Return the share so far, 0 of none; for several thresholds, an array of them."""
        right = np.asarray(self.true_positives)
        return self._per_threshold(divide(right, right + np.asarray(getattr(self, self._other))))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again."""
        return {
            **super().get_config(),
            "thresholds": self.init_thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
        }


class Precision(_Share):
    """How many of the predictions that are a yes are right: `tp / (tp + fp)`.

    Args:
        thresholds: Above which a prediction is a yes: a number in [0, 1] or a list of them; None:
            0.5, or with `top_k` any number.
        top_k: Of a row only the k largest predictions count as a yes; None: all above the
            threshold.
        class_id: The only class that counts, a column of the predictions; None: all do.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: a threshold, `top_k` or `class_id` is out of range, or there is no such float
            type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.Precision()
    >>> round(float(metric([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0])), 4)
    0.6667

    Source: https://keras.io/api/metrics/classification_metrics/
    """

    _other = "false_positives"


class Recall(_Share):
    """How many of the labels that are a yes are found: `tp / (tp + fn)`.

    Args:
        thresholds: Above which a prediction is a yes: a number in [0, 1] or a list of them; None:
            0.5, or with `top_k` any number.
        top_k: Of a row only the k largest predictions count as a yes; None: all above the
            threshold.
        class_id: The only class that counts, a column of the predictions; None: all do.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: a threshold, `top_k` or `class_id` is out of range, or there is no such float
            type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.Recall()
    >>> round(float(metric([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0])), 4)
    0.6667

    Source: https://keras.io/api/metrics/classification_metrics/
    """

    _other = "false_negatives"
