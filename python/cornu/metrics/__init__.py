"""Metrics: what is watched beside the loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu.losses import _SHORT_NAMES
from cornu.losses import Loss as _Loss
from cornu.losses import label_kind as _label_kind
from cornu.losses.crossentropy import binary_crossentropy as binary_crossentropy
from cornu.losses.crossentropy import categorical_crossentropy as categorical_crossentropy
from cornu.losses.crossentropy import (
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
)
from cornu.losses.focal import binary_focal_crossentropy as binary_focal_crossentropy
from cornu.losses.focal import categorical_focal_crossentropy as categorical_focal_crossentropy
from cornu.losses.hinges import categorical_hinge as categorical_hinge
from cornu.losses.hinges import hinge as hinge
from cornu.losses.hinges import squared_hinge as squared_hinge
from cornu.losses.loss import takes_class_ids as _takes_class_ids
from cornu.losses.probabilistic import kl_divergence as kl_divergence
from cornu.losses.probabilistic import poisson as poisson
from cornu.losses.regression import mean_absolute_error as mean_absolute_error
from cornu.losses.regression import (
    mean_absolute_percentage_error as mean_absolute_percentage_error,
)
from cornu.losses.regression import mean_squared_error as mean_squared_error
from cornu.losses.regression import (
    mean_squared_logarithmic_error as mean_squared_logarithmic_error,
)
from cornu.losses.robust import huber as huber
from cornu.losses.robust import log_cosh as log_cosh
from cornu.metrics.accuracies import Accuracy as Accuracy
from cornu.metrics.accuracies import BinaryAccuracy as BinaryAccuracy
from cornu.metrics.accuracies import CategoricalAccuracy as CategoricalAccuracy
from cornu.metrics.accuracies import SparseCategoricalAccuracy as SparseCategoricalAccuracy
from cornu.metrics.accuracies import SparseTopKCategoricalAccuracy as SparseTopKCategoricalAccuracy
from cornu.metrics.accuracies import TopKCategoricalAccuracy as TopKCategoricalAccuracy
from cornu.metrics.accuracy import binary_accuracy as binary_accuracy
from cornu.metrics.accuracy import categorical_accuracy as categorical_accuracy
from cornu.metrics.accuracy import sparse_categorical_accuracy as sparse_categorical_accuracy
from cornu.metrics.accuracy import (
    sparse_top_k_categorical_accuracy as sparse_top_k_categorical_accuracy,
)
from cornu.metrics.accuracy import top_k_categorical_accuracy as top_k_categorical_accuracy
from cornu.metrics.auc import AUC as AUC
from cornu.metrics.confusion import FalseNegatives as FalseNegatives
from cornu.metrics.confusion import FalsePositives as FalsePositives
from cornu.metrics.confusion import Precision as Precision
from cornu.metrics.confusion import Recall as Recall
from cornu.metrics.confusion import TrueNegatives as TrueNegatives
from cornu.metrics.confusion import TruePositives as TruePositives
from cornu.metrics.correlations import ConcordanceCorrelation as ConcordanceCorrelation
from cornu.metrics.correlations import PearsonCorrelation as PearsonCorrelation
from cornu.metrics.correlations import concordance_correlation as concordance_correlation
from cornu.metrics.correlations import pearson_correlation as pearson_correlation
from cornu.metrics.coverage import QuantileCoverage as QuantileCoverage
from cornu.metrics.f_scores import F1Score as F1Score
from cornu.metrics.f_scores import FBetaScore as FBetaScore
from cornu.metrics.iou import BinaryIoU as BinaryIoU
from cornu.metrics.iou import IoU as IoU
from cornu.metrics.iou import MeanIoU as MeanIoU
from cornu.metrics.iou import OneHotIoU as OneHotIoU
from cornu.metrics.iou import OneHotMeanIoU as OneHotMeanIoU
from cornu.metrics.loss_means import BinaryCrossentropy as BinaryCrossentropy
from cornu.metrics.loss_means import CategoricalCrossentropy as CategoricalCrossentropy
from cornu.metrics.loss_means import MeanAbsoluteError as MeanAbsoluteError
from cornu.metrics.loss_means import MeanSquaredError as MeanSquaredError
from cornu.metrics.loss_means import SparseCategoricalCrossentropy as SparseCategoricalCrossentropy
from cornu.metrics.mean import Mean as Mean
from cornu.metrics.mean import MeanMetricWrapper as MeanMetricWrapper
from cornu.metrics.mean import Sum as Sum
from cornu.metrics.metric import Metric as Metric
from cornu.metrics.operating_points import PrecisionAtRecall as PrecisionAtRecall
from cornu.metrics.operating_points import RecallAtPrecision as RecallAtPrecision
from cornu.metrics.operating_points import SensitivityAtSpecificity as SensitivityAtSpecificity
from cornu.metrics.operating_points import SpecificityAtSensitivity as SpecificityAtSensitivity
from cornu.metrics.plain_means import CategoricalHinge as CategoricalHinge
from cornu.metrics.plain_means import CosineSimilarity as CosineSimilarity
from cornu.metrics.plain_means import Hinge as Hinge
from cornu.metrics.plain_means import KLDivergence as KLDivergence
from cornu.metrics.plain_means import LogCoshError as LogCoshError
from cornu.metrics.plain_means import MeanAbsolutePercentageError as MeanAbsolutePercentageError
from cornu.metrics.plain_means import MeanSquaredLogarithmicError as MeanSquaredLogarithmicError
from cornu.metrics.plain_means import Poisson as Poisson
from cornu.metrics.plain_means import RootMeanSquaredError as RootMeanSquaredError
from cornu.metrics.plain_means import SquaredHinge as SquaredHinge
from cornu.metrics.r2_score import R2Score as R2Score
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.custom_objects import CustomObjectScope as _CustomObjectScope
from cornu.utils.errors import shown as _shown
from cornu.utils.lookup import look_up as _look_up
from cornu.utils.naming import object_name as _object_name
from cornu.utils.naming import snake_case as _snake_case

_CLASSES = (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    TopKCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    MeanSquaredError,
    MeanAbsoluteError,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    KLDivergence,
    LogCoshError,
    MeanAbsolutePercentageError,
    MeanSquaredLogarithmicError,
    Poisson,
    RootMeanSquaredError,
    SquaredHinge,
    R2Score,
    F1Score,
    FBetaScore,
    AUC,
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
    IoU,
    BinaryIoU,
    MeanIoU,
    OneHotIoU,
    OneHotMeanIoU,
    PearsonCorrelation,
    ConcordanceCorrelation,
    QuantileCoverage,
    Mean,
    Sum,
)
_FUNCTIONS = (
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    top_k_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    mean_squared_error,
    mean_absolute_error,
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
    mean_absolute_percentage_error,
    mean_squared_logarithmic_error,
    huber,
    log_cosh,
    poisson,
    kl_divergence,
    hinge,
    squared_hinge,
    categorical_hinge,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
    pearson_correlation,
    concordance_correlation,
)
_BY_NAME: dict[str, type[Metric]] = {thing.__name__: thing for thing in _CLASSES}
_BY_NAME.update({_snake_case(thing.__name__): thing for thing in _CLASSES})
_BY_NAME.update(
    mse=MeanSquaredError,
    MSE=MeanSquaredError,
    mae=MeanAbsoluteError,
    MAE=MeanAbsoluteError,
    bce=BinaryCrossentropy,
    BCE=BinaryCrossentropy,
    mape=MeanAbsolutePercentageError,
    MAPE=MeanAbsolutePercentageError,
    msle=MeanSquaredLogarithmicError,
    MSLE=MeanSquaredLogarithmicError,
    # tf.keras's further names, which programs still use.
    kld=KLDivergence,
    KLD=KLDivergence,
    kullback_leibler_divergence=KLDivergence,
    logcosh=LogCoshError,
    log_cosh=LogCoshError,
    cosine_proximity=CosineSimilarity,
)
# `get` makes them, but in `compile` they have nothing to do.
_UNLISTED = [name for name, thing in _BY_NAME.items() if not thing._takes_target]
# Names that stand for one of three metrics, which the shapes decide.
_ACCURACIES = {
    "binary": BinaryAccuracy,
    "categorical": CategoricalAccuracy,
    "sparse_categorical": SparseCategoricalAccuracy,
}
_CROSSENTROPIES = {
    "binary": BinaryCrossentropy,
    "categorical": CategoricalCrossentropy,
    "sparse_categorical": SparseCategoricalCrossentropy,
}
_BY_SHAPE = {
    "accuracy": _ACCURACIES,
    "acc": _ACCURACIES,
    "crossentropy": _CROSSENTROPIES,
    "ce": _CROSSENTROPIES,
}

__all__ = [
    "Metric",
    "MeanMetricWrapper",
    *(thing.__name__ for thing in (*_CLASSES, *_FUNCTIONS)),
    "deserialize",
    "get",
    "serialize",
]


def get(identifier: Any) -> Any:
    """Return the metric that a name, class or object stands for.

    Args:
        identifier: A name such as `"mse"` or `"MeanSquaredError"`; a configuration, which
            `serialize` returned; a metric, metric class or
            function; or None.

    Returns:
        A `Metric` for a name or a class; anything else that can be called as it is; None for None.

    Raises:
        ValueError: there is no such metric.

    Example:

    >>> import cornu
    >>> cornu.metrics.get("mse")
    <MeanSquaredError name=mean_squared_error>

    Source: https://keras.io/api/metrics/
    """
    if identifier is None:
        return None
    thing = _look_up("metric", identifier, _BY_NAME, __name__, _BY_SHAPE, _UNLISTED)
    if not callable(thing):
        raise ValueError(
            "`metrics` must be names, metrics or functions. "
            f"Received: {_shown(identifier)} (of type {type(identifier).__name__})"
        )
    return thing


def serialize(metric: Any) -> Any:
    """Return a metric as plain values.

    Args:
        metric: A `Metric`, or a function.

    Raises:
        ValueError: there is no plain form of it.

    Example:

    >>> import cornu
    >>> cornu.metrics.serialize(cornu.metrics.MeanSquaredError())["class_name"]
    'MeanSquaredError'

    Source: https://keras.io/api/metrics/
    """
    from cornu.saving.serialization import serialize_keras_object

    return serialize_keras_object(metric)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the metric that `serialize` was given, or that a name stands for.

    Args:
        config: What it returned; `module` and `config` may be left out. Or what `get` takes.
        custom_objects: Classes and functions of one's own by name.

    Raises:
        ValueError: there is no such metric.

    Example:

    >>> import cornu
    >>> cornu.metrics.deserialize({"class_name": "MeanSquaredError", "config": {"name": "mine"}})
    <MeanSquaredError name=mine>

    Source: https://keras.io/api/metrics/
    """
    with _CustomObjectScope(custom_objects):
        return get(config)


def for_compile(
    identifier: Any,
    loss: _Loss | None = None,
    output_shape: tuple[Any, ...] | None = None,
    target_shape: tuple[Any, ...] | None = None,
) -> Metric:
    """Return the `Metric` object that one of the `metrics=` of `compile` stands for.

    Args:
        identifier: What `get` takes, None apart; also `"accuracy"`, `"acc"`, `"crossentropy"` or
            `"ce"`, which the shapes decide: binary where the output has one column, sparse where
            the targets have one axis less or one column, else categorical.
        loss: The model's loss, whose kind stands in for a target shape that isn't known.
        output_shape: The shape of the predictions, the batch included. Only those four names need
            it.
        target_shape: The shape of the targets, the batch included. Only those four names need it.

    Returns:
        A `Metric`; one that was asked for by a name has that name.

    Raises:
        ValueError: there is no such metric, or a shape is missing.

    Example:

    >>> import cornu
    >>> cornu.metrics.for_compile("acc", output_shape=(None, 10), target_shape=(None,))
    <SparseCategoricalAccuracy name=acc>
    >>> cornu.metrics.for_compile("mse")
    <MeanSquaredError name=mse>
    """
    if isinstance(identifier, str) and identifier.lower() in _BY_SHAPE:
        kind = _kind_of_labels(identifier, loss, output_shape, target_shape)
        return _BY_SHAPE[identifier.lower()][kind](name=identifier)
    thing = get(identifier)
    if thing is None:
        raise ValueError("`metrics` must be names, metrics or functions. Received: None")
    if not isinstance(thing, Metric):
        thing = MeanMetricWrapper(thing, name=_object_name(thing))
    if isinstance(identifier, str):
        thing.name = identifier
    return thing


def _kind_of_labels(
    identifier: str,
    loss: _Loss | None,
    output_shape: tuple[Any, ...] | None,
    target_shape: tuple[Any, ...] | None,
) -> str:
    if output_shape is None:
        raise ValueError(
            f"The shape of the output must be known for metrics=[{identifier!r}]. Received: None"
        )
    if target_shape is not None:
        return _label_kind(output_shape, target_shape)
    if output_shape[-1] == 1:
        return "binary"
    return (
        "sparse_categorical"
        if loss is not None and _takes_class_ids(loss.specification[0])
        else "categorical"
    )


def __getattr__(name: str) -> object:
    if name in _SHORT_NAMES:
        return _SHORT_NAMES[name]
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
