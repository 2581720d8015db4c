"""How predictions go up and down with targets."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu import _core
from cornu.losses.crossentropies import check_last_axis
from cornu.losses.rows import prediction_and_target
from cornu.metrics.mean import SPECIFICATIONS, NamedMean
from cornu.utils.arrays import (
    broadcast_pair,
    match_ranks,
    normalize_axes,
    outer_shape,
    to_rows,
)

if TYPE_CHECKING:
    from cornu._core import MetricSpec


def _correlation(name: str, y_true: Any, y_pred: Any, axis: Any) -> np.ndarray:
    target, prediction, result = prediction_and_target(y_true, y_pred)
    target, prediction = broadcast_pair(*match_ranks(target, prediction))
    axes = normalize_axes(axis, prediction.ndim)
    rows, shape = to_rows(prediction, axes), outer_shape(prediction, axes)
    if rows.shape[1]:
        values = _core.metric_rows((name, None, 0.0, 0), to_rows(target, axes), rows)
    else:
        values = np.full(len(rows), np.nan)
    return values.reshape(shape).astype(result, copy=False)[()]


def pearson_correlation(y_true: Any, y_pred: Any, axis: Any = -1) -> np.ndarray:
    """Return Pearson's correlation of each sample: `cov(t, p) / (std(t) * std(p))`.

    Args:
        y_true: The targets, in y_pred's shape or one that broadcasts to it.
        y_pred: The predictions, of shape (batch, ..., values).
        axis: The axis, or axes, that a sample runs along.

    Returns:
        An array of y_pred's shape without `axis`, in y_pred's float type, or `floatx()` for other
        numbers; NaN where one of the two does not vary.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: their shapes don't broadcast.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[0, 1, 0.5], [1, 1, 0.2]], [[0.1, 0.9, 0.5], [1, 0.9, 0.2]]
    >>> cornu.metrics.pearson_correlation(y_true, y_pred).round(4)
    array([1.    , 0.9934], dtype=float32)

    Source: https://keras.io/api/metrics/regression_metrics/
    """
    return _correlation("pearson_correlation", y_true, y_pred, axis)


def concordance_correlation(y_true: Any, y_pred: Any, axis: Any = -1) -> np.ndarray:
    """Return the concordance correlation of each sample, 1 only where predictions are the targets.

    `2 * cov(t, p) / (var(t) + var(p) + (mean(t) - mean(p))**2)`.

    Args:
        y_true: The targets, in y_pred's shape or one that broadcasts to it.
        y_pred: The predictions, of shape (batch, ..., values).
        axis: The axis, or axes, that a sample runs along.

    Returns:
        An array of y_pred's shape without `axis`, in y_pred's float type, or `floatx()` for other
        numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: their shapes don't broadcast.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[0, 1, 0.5], [1, 1, 0.2]], [[0.1, 0.9, 0.5], [1, 0.9, 0.2]]
    >>> cornu.metrics.concordance_correlation(y_true, y_pred).round(4)
    array([0.9756, 0.9877], dtype=float32)

    Source: Lin, "A Concordance Correlation Coefficient to Evaluate Reproducibility", Biometrics 45,
    1989; https://keras.io/api/metrics/regression_metrics/
    """
    return _correlation("concordance_correlation", y_true, y_pred, axis)


class _Correlation(NamedMean):
    _direction = "up"


class PearsonCorrelation(_Correlation):
    """The mean of Pearson's correlations of the samples; see `pearson_correlation`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.
        axis: The axis, or axes, that a sample runs along; in `compile`, -1.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.PearsonCorrelation()
    >>> round(float(metric([[0, 1, 0.5], [1, 1, 0.2]], [[0.1, 0.9, 0.5], [1, 0.9, 0.2]])), 4)
    0.9967

    Source: https://keras.io/api/metrics/regression_metrics/
    """

    def __init__(
        self, name: str | None = "pearson_correlation", dtype: Any = None, axis: Any = -1
    ) -> None:
        super().__init__(pearson_correlation, name=name, dtype=dtype, axis=axis)
        self.axis = axis


class ConcordanceCorrelation(_Correlation):
    """The mean of the concordance correlations of the samples; see `concordance_correlation`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.
        axis: The axis, or axes, that a sample runs along; in `compile`, -1.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.ConcordanceCorrelation()
    >>> round(float(metric([[0, 1, 0.5], [1, 1, 0.2]], [[0.1, 0.9, 0.5], [1, 0.9, 0.2]])), 4)
    0.9816

    Source: https://keras.io/api/metrics/regression_metrics/
    """

    def __init__(
        self, name: str | None = "concordance_correlation", dtype: Any = None, axis: Any = -1
    ) -> None:
        super().__init__(concordance_correlation, name=name, dtype=dtype, axis=axis)
        self.axis = axis


def _specify(name: str, axis: Any = -1) -> MetricSpec:
    check_last_axis(axis)
    return name, None, 0.0, 0


SPECIFICATIONS.update(
    {
        function: partial(_specify, function.__name__)
        for function in (pearson_correlation, concordance_correlation)
    }
)
