"""The area under a curve of two rates."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.metrics.decisions import (
    COUNTS,
    DecisionMetric,
    check_thresholds,
    divide,
    even_thresholds,
)
from cornu.utils.errors import shown
from cornu.utils.number import check_integer
from cornu.variable import Variable

_EPSILON = 1e-7
_CURVES = ("ROC", "PR", "PRGAIN")
_METHODS = ("interpolation", "majoring", "minoring")


class AUC(DecisionMetric):
    """The area under the curve of two rates, such as of hits over false alarms.

    Args:
        num_thresholds: How many thresholds from 0 to 1 the curve is made of.
        curve: `"ROC"`, true positive rate over false positive rate; `"PR"`, precision over recall;
            `"PRGAIN"`, their gains over a classifier that always says yes.
        summation_method: `"interpolation"`: between points the mean is taken, for `"PR"` an exact
            integral of interpolated counts; `"minoring"`: the smaller,
            `"majoring"`: the larger one.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.
        thresholds: Those between 0 and 1, in place of `num_thresholds`.
        multi_label: Whether each column has a curve of its own; the areas are averaged.
        num_labels: How many columns there are; None: as many as in the first data. With
            `multi_label` only.
        label_weights: A weight for each column: of its area with `multi_label`, else of its
            elements.
        from_logits: Whether predictions are logits x, of which sigmoid(x) is compared.

    Raises:
        ValueError: an argument is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.AUC(num_thresholds=3)
    >>> round(float(metric([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])), 4)
    0.75

    Source: https://keras.io/api/metrics/classification_metrics/
    """

    true_positives: Variable
    false_positives: Variable
    true_negatives: Variable
    false_negatives: Variable

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        self._given = thresholds is not None
        if thresholds is not None:
            inner = sorted(check_thresholds(thresholds, 0.5)) if len(thresholds) else []
        else:
            inner = even_thresholds(check_integer("num_thresholds", num_thresholds, least=2))[1:-1]
        self.num_thresholds = len(inner) + 2
        points = [-_EPSILON, *inner, 1 + _EPSILON]
        super().__init__(points, COUNTS, from_logits=bool(from_logits), name=name, dtype=dtype)
        self.curve = _one_of("curve", curve, _CURVES, str.upper)
        self.summation_method = _one_of("summation_method", summation_method, _METHODS, str.lower)
        self.multi_label = bool(multi_label)
        if num_labels and not multi_label:
            raise ValueError(
                "`num_labels` is needed only when `multi_label` is True. "
                f"Received: num_labels={num_labels}"
            )
        self.num_labels = num_labels
        self.label_weights = _weights_of(label_weights)
        self._apart = self.multi_label or self.label_weights is not None
        if not self.multi_label:
            self._make_counts()
        elif num_labels:
            self._make_counts(check_integer("num_labels", num_labels))

    def _expected_columns(self) -> int:
        return self.num_labels or (1 if self.label_weights is None else len(self.label_weights))

    def _specify(self, columns: int) -> Any:
        weights = self.label_weights
        if weights is not None and len(weights) != columns:
            raise ValueError(
                "`label_weights` must have a weight for each column of the predictions. "
                f"Received: {len(weights)} weights, {columns} columns"
            )
        if self.num_labels and self.num_labels != columns:
            raise ValueError(
                "`num_labels` must be the number of columns of the predictions. "
                f"Received: num_labels={self.num_labels}, {columns} columns"
            )
        return super()._specify(columns)

    def _check_rank(self, prediction: np.ndarray) -> None:
        if self._apart and prediction.ndim != 2:
            raise ValueError(
                "`y_pred` must have rank 2 when `multi_label=True` or with `label_weights`. "
                f"Received: y_pred of shape {prediction.shape}"
            )

    def _add(self, sums: np.ndarray, rows: int, columns: int) -> None:
        if self.multi_label and "true_positives" not in vars(self):
            self._make_counts(columns)
        super()._add(sums, rows, columns)

    def _together(self, counts: np.ndarray) -> np.ndarray:
        if self.label_weights is None:
            return super()._together(counts)
        return self.label_weights @ counts

    def result(self) -> np.floating:
        """Return the area so far."""
        if "true_positives" not in vars(self):
            return self._as_result(0.0)
        if self.curve == "PR" and self.summation_method == "interpolation":
            areas = self._interpolated()
        else:
            x, y = self._points()
            areas = (_width(x) * self._heights(y)).sum(axis=0)
        if not self.multi_label:
            return self._as_result(areas)
        if self.label_weights is None:
            return self._as_result(areas.mean())
        weights = self.label_weights
        return self._as_result(divide((areas * weights).sum(), weights.sum()))

    def _heights(self, y: np.ndarray) -> np.ndarray:
        if self.summation_method == "interpolation":
            return (y[:-1] + y[1:]) / 2
        return (np.minimum if self.summation_method == "minoring" else np.maximum)(y[:-1], y[1:])

    def _counts(self) -> list[np.ndarray]:
        return [np.asarray(getattr(self, name)) for name in COUNTS]

    def _points(self) -> tuple[np.ndarray, np.ndarray]:
        """What the curve is of: places along its axis, and its heights there."""
        right, alarms, silent, missed = self._counts()
        recall = divide(right, right + missed)
        if self.curve == "ROC":
            return divide(alarms, alarms + silent), recall
        if self.curve == "PR":
            return recall, divide(right, right + alarms)
        # Flach and Kull, "Precision-Recall-Gain Curves" (NIPS 2015).
        odds = divide(right + missed, silent + alarms)
        recall_gain = np.where(right == 0, 0.0, 1 - odds * divide(missed, right))
        precision_gain = np.where(right == 0, 1.0, 1 - odds * divide(alarms, right))
        return np.maximum(recall_gain, 0.0), precision_gain

    def _interpolated(self) -> np.ndarray:
        """The area under precision over recall, true positives taken to grow evenly with all
        positives between two thresholds: Davis and Goadrich, "The Relationship Between
        Precision-Recall and ROC Curves" (ICML 2006)."""
        right, alarms, _, missed = self._counts()
        yes = right + alarms
        slope = divide(_width(right), np.maximum(_width(yes), 0))
        intercept = right[1:] - slope * yes[1:]
        both = (yes[:-1] > 0) & (yes[1:] > 0)
        ratio = np.where(both, divide(yes[:-1], yes[1:]), 1.0)
        growth = slope * (_width(right) + intercept * np.log(ratio))
        return divide(growth, np.maximum(right[1:] + missed[1:], 0)).sum(axis=0)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again."""
        weights = self.label_weights
        config = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if weights is None else weights.tolist(),
            "from_logits": self._from_logits,
        }
        if self._given:
            config["thresholds"] = self.thresholds[1:-1]
        return config


def _width(values: np.ndarray) -> np.ndarray:
    """From each threshold to the next."""
    return values[:-1] - values[1:]


def _one_of(name: str, value: Any, options: tuple[str, ...], spell: Any) -> str:
    if isinstance(value, str) and spell(value) in options:
        return spell(value)
    raise ValueError(f"`{name}` must be one of {options}. Received: {name}={shown(value)}")


def _weights_of(label_weights: Any) -> np.ndarray | None:
    if label_weights is None:
        return None
    weights = np.array(label_weights, np.float64)
    if weights.ndim != 1 or not np.isfinite(weights).all():
        raise ValueError(
            "`label_weights` must be a list of finite numbers. "
            f"Received: label_weights={shown(label_weights)}"
        )
    return weights
