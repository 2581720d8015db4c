"""The means of the losses, as metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu.losses import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    mean_absolute_error,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
from cornu.losses.crossentropies import check_last_axis
from cornu.losses.crossentropy import (
    check_from_logits,
    check_ignore_class,
    check_label_smoothing,
    sparse_specification,
)
from cornu.losses.focal import binary_focal_specification, categorical_focal_specification
from cornu.metrics.mean import SPECIFICATIONS, NamedMean

if TYPE_CHECKING:
    from cornu._core import MetricSpec


class LossMean(NamedMean):
    """The base of the metrics that are the mean of a loss."""

    _direction: str | None = "down"


class MeanSquaredError(LossMean):
    """The mean of the squared differences: `mean((y_true - y_pred)**2)`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> float(cornu.metrics.MeanSquaredError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]))
    0.25

    Source: https://keras.io/api/metrics/regression_metrics/
    """

    def __init__(self, name: str | None = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(mean_squared_error, name=name, dtype=dtype)


class MeanAbsoluteError(LossMean):
    """The mean of the absolute differences: `mean(abs(y_true - y_pred))`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.MeanAbsoluteError()
    >>> float(metric([[0, 1], [0, 0]], [[1, 1], [0, 0]], sample_weight=[1, 0]))
    0.5

    Source: https://keras.io/api/metrics/regression_metrics/
    """

    def __init__(self, name: str | None = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(mean_absolute_error, name=name, dtype=dtype)


class BinaryCrossentropy(LossMean):
    """The mean cross-entropy of yes-or-no labels; see `cornu.losses.binary_crossentropy`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.
        from_logits: Whether predictions are logits.
        label_smoothing: In [0, 1].

    Raises:
        ValueError: there is no such float type, or `label_smoothing` is out of range.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.BinaryCrossentropy()
    >>> round(float(metric([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
    0.8149

    Source: https://keras.io/api/metrics/probabilistic_metrics/
    """

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        check_label_smoothing(label_smoothing)
        check_from_logits(from_logits)
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing}
        super().__init__(binary_crossentropy, name=name, dtype=dtype, **options)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing


class CategoricalCrossentropy(LossMean):
    """The mean cross-entropy of one-hot labels; see `cornu.losses.categorical_crossentropy`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.
        from_logits: Whether predictions are logits.
        label_smoothing: In [0, 1].
        axis: The axis of the classes; in `compile`, -1.

    Raises:
        ValueError: there is no such float type, or `label_smoothing` is out of range.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.CategoricalCrossentropy()
    >>> round(float(metric([[0, 1, 0], [0, 0, 1]], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]])), 4)
    1.1769

    Source: https://keras.io/api/metrics/probabilistic_metrics/
    """

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        check_label_smoothing(label_smoothing)
        check_from_logits(from_logits)
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_crossentropy, name=name, dtype=dtype, **options)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


class SparseCategoricalCrossentropy(LossMean):
    """The mean cross-entropy of class numbers; see `cornu.losses.sparse_categorical_crossentropy`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.
        from_logits: Whether predictions are logits.
        ignore_class: A number in the labels whose loss is 0, and which has no part in the mean
            where there are sample weights or a mask; None: there is none.
        axis: The axis of the classes; in `compile`, -1.

    Raises:
        ValueError: there is no such float type, or `ignore_class` is no integer.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.SparseCategoricalCrossentropy()
    >>> round(float(metric([1, 2], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]])), 4)
    1.1769

    Source: https://keras.io/api/metrics/probabilistic_metrics/
    """

    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        check_from_logits(from_logits)
        ignore_class = check_ignore_class(ignore_class)
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(sparse_categorical_crossentropy, name=name, dtype=dtype, **options)
        self.from_logits = from_logits
        self.ignore_class = ignore_class
        self.axis = axis


def _mean_of(name: str, from_logits: bool = False, label_smoothing: float = 0.0) -> MetricSpec:
    # A metric's loss is a row's: its reduction is of no account.
    return "loss", (name, bool(from_logits), check_label_smoothing(label_smoothing), "sum"), 0.0, 0


def _squared() -> MetricSpec:
    return _mean_of("mean_squared_error")


def _absolute() -> MetricSpec:
    return _mean_of("mean_absolute_error")


def _binary(from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1) -> MetricSpec:
    check_last_axis(axis)
    return _mean_of("binary_crossentropy", from_logits, label_smoothing)


def _categorical(
    from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> MetricSpec:
    check_last_axis(axis)
    return _mean_of("categorical_crossentropy", from_logits, label_smoothing)


def _sparse(
    from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> MetricSpec:
    check_last_axis(axis)
    return "loss", sparse_specification(from_logits, ignore_class), 0.0, 0


def _binary_focal(axis: int = -1, **options: Any) -> MetricSpec:
    check_last_axis(axis)
    return "loss", binary_focal_specification(**options), 0.0, 0


def _categorical_focal(axis: int = -1, **options: Any) -> MetricSpec:
    check_last_axis(axis)
    return "loss", categorical_focal_specification(**options), 0.0, 0


SPECIFICATIONS.update(
    {
        binary_focal_crossentropy: _binary_focal,
        categorical_focal_crossentropy: _categorical_focal,
        mean_squared_error: _squared,
        mean_absolute_error: _absolute,
        binary_crossentropy: _binary,
        categorical_crossentropy: _categorical,
        sparse_categorical_crossentropy: _sparse,
    }
)
