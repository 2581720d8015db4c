"""The means of regression, hinge and probabilistic losses, as metrics."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu import losses
from cornu.losses import (
    categorical_hinge,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_percentage_error,
    mean_squared_logarithmic_error,
    poisson,
    squared_hinge,
)
from cornu.losses.crossentropies import check_last_axis
from cornu.losses.robust import check_delta
from cornu.metrics.loss_means import LossMean
from cornu.metrics.mean import SPECIFICATIONS, Mean
from cornu.utils.arrays import as_real, broadcast_pair, match_ranks

if TYPE_CHECKING:
    from cornu._core import MetricSpec


class MeanAbsolutePercentageError(LossMean):
    """The mean error in percent; see `cornu.losses.mean_absolute_percentage_error`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.MeanAbsolutePercentageError()
    >>> round(float(metric([[2.0, 1.0], [2.0, 4.0]], [[1.0, 1.0], [1.0, 5.0]])), 4)
    31.25

    Source: https://keras.io/api/metrics/regression_metrics/
    """

    def __init__(
        self, name: str | None = "mean_absolute_percentage_error", dtype: Any = None
    ) -> None:
        super().__init__(mean_absolute_percentage_error, name=name, dtype=dtype)


class MeanSquaredLogarithmicError(LossMean):
    """The mean squared difference of logarithms.

    See `cornu.losses.mean_squared_logarithmic_error`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.MeanSquaredLogarithmicError()
    >>> round(float(metric([[0, 1], [0, 0]], [[1, 1], [0, 0]])), 4)
    0.1201

    Source: https://keras.io/api/metrics/regression_metrics/
    """

    def __init__(
        self, name: str | None = "mean_squared_logarithmic_error", dtype: Any = None
    ) -> None:
        super().__init__(mean_squared_logarithmic_error, name=name, dtype=dtype)


class LogCoshError(LossMean):
    """The mean of log(cosh(error)); see `cornu.losses.log_cosh`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.LogCoshError()
    >>> round(float(metric([[0, 1], [0, 0]], [[1, 1], [0, 0]])), 4)
    0.1084

    Source: https://keras.io/api/metrics/regression_metrics/
    """

    def __init__(self, name: str | None = "logcosh", dtype: Any = None) -> None:
        super().__init__(log_cosh, name=name, dtype=dtype)


class Hinge(LossMean):
    """The mean hinge loss; see `cornu.losses.hinge`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.Hinge()
    >>> round(float(metric([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
    1.3

    Source: https://keras.io/api/metrics/hinge_metrics/
    """

    def __init__(self, name: str | None = "hinge", dtype: Any = None) -> None:
        super().__init__(hinge, name=name, dtype=dtype)


class SquaredHinge(LossMean):
    """The mean squared hinge loss; see `cornu.losses.squared_hinge`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.SquaredHinge()
    >>> round(float(metric([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
    1.86

    Source: https://keras.io/api/metrics/hinge_metrics/
    """

    def __init__(self, name: str | None = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(squared_hinge, name=name, dtype=dtype)


class CategoricalHinge(LossMean):
    """The mean categorical hinge loss; see `cornu.losses.categorical_hinge`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.CategoricalHinge()
    >>> round(float(metric([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
    1.4

    Source: https://keras.io/api/metrics/hinge_metrics/
    """

    def __init__(self, name: str | None = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(categorical_hinge, name=name, dtype=dtype)


class KLDivergence(LossMean):
    """The mean Kullback-Leibler divergence; see `cornu.losses.kl_divergence`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.KLDivergence()
    >>> round(float(metric([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
    0.4581

    Source: https://keras.io/api/metrics/probabilistic_metrics/
    """

    _direction = None

    def __init__(self, name: str | None = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(kl_divergence, name=name, dtype=dtype)


class Poisson(LossMean):
    """The mean Poisson loss; see `cornu.losses.poisson`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.Poisson()
    >>> round(float(metric([[0, 1], [0, 0]], [[1, 1], [0, 0]])), 4)
    0.5

    Source: https://keras.io/api/metrics/probabilistic_metrics/
    """

    _direction = None

    def __init__(self, name: str | None = "poisson", dtype: Any = None) -> None:
        super().__init__(poisson, name=name, dtype=dtype)


def cosine_similarity(y_true: Any, y_pred: Any, axis: Any = -1) -> np.ndarray:
    """Return the cosine of the angle of each sample: the loss of that name, negated.

    Args:
        y_true: The targets, in y_pred's shape or one that broadcasts to it.
        y_pred: The predictions.
        axis: The axis that a vector runs along.

    Example:

    >>> from cornu.metrics.plain_means import cosine_similarity
    >>> cosine_similarity([[1.0, 1.0]], [[1.0, 1.0]]).round(4)
    array([1.], dtype=float32)
    """
    return -losses.cosine_similarity(y_true, y_pred, axis)


class CosineSimilarity(LossMean):
    """The mean cosine of the angle between targets and predictions: 1 where they agree.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.
        axis: The axis that a vector runs along; in `compile`, -1.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.CosineSimilarity()
    >>> round(float(metric([[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]])), 4)
    0.5

    Source: https://keras.io/api/metrics/regression_metrics/
    """

    _direction = "up"

    def __init__(
        self, name: str | None = "cosine_similarity", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(cosine_similarity, name=name, dtype=dtype, axis=axis)
        self.axis = axis


class RootMeanSquaredError(Mean):
    """The root of the mean of the squared differences: `sqrt(mean((y_true - y_pred)**2))`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.RootMeanSquaredError()
    >>> round(float(metric([[0, 1], [0, 0]], [[1, 1], [0, 0]])), 4)
    0.5

    Source: https://keras.io/api/metrics/regression_metrics/
    """

    _direction = "down"
    _takes_target = True

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)

    def update_state(  # type: ignore[override]  # in Keras too it takes two arrays, Mean one
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Take another batch in.

        Args:
            y_true: The targets.
            y_pred: The predictions.
            sample_weight: One weight a sample, or anything that broadcasts against the squares;
                None: all 1.

        Raises:
            TypeError: one of them has no real numbers.
            ValueError: their shapes don't fit.
        """
        prediction = as_real(y_pred, self._float_type, "y_pred")
        target, prediction = match_ranks(as_real(y_true, self._float_type, "y_true"), prediction)
        target, prediction = broadcast_pair(target, prediction)
        super().update_state((prediction - target) ** 2, sample_weight)

    def result(self) -> np.floating:
        """Return the root of the mean so far, 0 before any value."""
        return self._as_result(np.sqrt(self.total / self.count) if self.count else 0.0)

    @property
    def specification(self) -> MetricSpec:
        return "root_mean_squared_error", None, 0.0, 0

    def _publish(self, value: float) -> None:
        super()._publish(value * value)


def _mean_of(name: str, *parameter: float) -> MetricSpec:
    loss: Any = (name, False, 0.0, "sum", *parameter)
    return "loss", loss, 0.0, 0


def _huber(delta: float = 1.0) -> MetricSpec:
    return _mean_of("huber", check_delta(delta))


def _cosine(axis: int = -1) -> MetricSpec:
    check_last_axis(axis)
    return "cosine_similarity", None, 0.0, 0


def _cosine_loss(axis: int = -1) -> MetricSpec:
    check_last_axis(axis)
    return _mean_of("cosine_similarity")


SPECIFICATIONS.update(
    {
        function: partial(_mean_of, function.__name__)
        for function in (
            mean_absolute_percentage_error,
            mean_squared_logarithmic_error,
            log_cosh,
            poisson,
            kl_divergence,
            hinge,
            squared_hinge,
            categorical_hinge,
        )
    }
)
SPECIFICATIONS.update(
    {huber: _huber, cosine_similarity: _cosine, losses.cosine_similarity: _cosine_loss}
)
