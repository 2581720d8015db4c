"""How often predictions are right, as functions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu import _core
from cornu.config import floatx
from cornu.metrics.mean import SPECIFICATIONS
from cornu.utils.arrays import as_real, broadcast_pair, match_ranks, to_rows
from cornu.utils.errors import shown
from cornu.utils.number import as_float, check_integer

if TYPE_CHECKING:
    from cornu._core import MetricSpec


def accuracy(y_true: Any, y_pred: Any) -> np.ndarray:
    """Say where predictions equal targets: `y_true == y_pred`, element by element.

    Args:
        y_true: The targets, in y_pred's shape or one that broadcasts to it.
        y_pred: The predictions.

    Returns:
        An array of ones and zeros in `floatx()`.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes don't broadcast.

    Example:

    >>> from cornu.metrics.accuracy import accuracy
    >>> accuracy([1, 2, 3], [1, 0, 3])
    array([1., 0., 1.], dtype=float32)

    Source: https://keras.io/api/metrics/accuracy_metrics/
    """
    return _elementwise(_accuracy(), y_true, y_pred)


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> np.ndarray:
    """Say where yes-or-no predictions are right: `y_true == (y_pred > threshold)`.

    Args:
        y_true: The labels, 0 or 1, in y_pred's shape or one that broadcasts to it.
        y_pred: The predictions, such as probabilities.
        threshold: Above which a prediction is a yes.

    Returns:
        An array of ones and zeros in `floatx()`.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes don't broadcast, or `threshold` is no number.

    Example:

    >>> import cornu
    >>> cornu.metrics.binary_accuracy([[1], [1], [0], [0]], [[0.98], [1], [0], [0.6]]).tolist()
    [[1.0], [1.0], [1.0], [0.0]]

    Source: https://keras.io/api/metrics/accuracy_metrics/
    """
    return _elementwise(_binary_accuracy(threshold), y_true, y_pred)


def categorical_accuracy(y_true: Any, y_pred: Any) -> np.ndarray:
    """Say where the class predicted is the one-hot target's: `argmax(y_true) == argmax(y_pred)`.

    Args:
        y_true: The targets, one-hot, of shape (batch, ..., classes).
        y_pred: The predictions, probabilities or logits, of the same shape.

    Returns:
        An array of ones and zeros in `floatx()`, of shape (batch, ...).

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes don't fit.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]
    >>> cornu.metrics.categorical_accuracy(y_true, y_pred)
    array([0., 1.], dtype=float32)

    Source: https://keras.io/api/metrics/accuracy_metrics/
    """
    return _one_hot(_categorical_accuracy(), y_true, y_pred)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> np.ndarray:
    """Say where the class predicted is the target: `y_true == argmax(y_pred)`.

    Args:
        y_true: The targets, class numbers, of shape (batch, ...) or (batch, ..., 1). One out of
            range is never right.
        y_pred: The predictions, probabilities or logits, of shape (batch, ..., classes).

    Returns:
        An array of ones and zeros in `floatx()`, of shape (batch, ...).

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes don't fit.

    Example:

    >>> import cornu
    >>> cornu.metrics.sparse_categorical_accuracy([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]])
    array([0., 1.], dtype=float32)

    Source: https://keras.io/api/metrics/accuracy_metrics/
    """
    labels, prediction = _labels_and_prediction(y_true, y_pred)
    if labels.ndim == prediction.ndim and labels.shape[-1:] == (1,):
        labels = labels[..., 0]
    try:
        shape = np.broadcast_shapes(labels.shape, prediction.shape[:-1])
    except ValueError:
        raise _misfit(labels, prediction) from None
    labels = np.broadcast_to(labels, shape)
    prediction = np.broadcast_to(prediction, shape + prediction.shape[-1:])
    matches = _sparse(_sparse_categorical_accuracy(), labels, prediction)
    return matches[..., 0] if matches.ndim > 1 and matches.shape[-1] == 1 else matches


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> np.ndarray:
    """Say where the one-hot target's class is among the k of highest score.

    A class counts as among them if fewer than k have a higher score.

    Args:
        y_true: The targets, one-hot, of shape (batch, ..., classes).
        y_pred: The predictions, probabilities or logits, of the same shape.
        k: How many classes count.

    Returns:
        An array of ones and zeros in `floatx()`, of shape (batch, ...).

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes don't fit, or `k` is no positive integer.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.01, 0]]
    >>> cornu.metrics.top_k_categorical_accuracy(y_true, y_pred, k=2)
    array([1., 1.], dtype=float32)

    Source: https://keras.io/api/metrics/accuracy_metrics/
    """
    return _one_hot(_top_k(k), y_true, y_pred)


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> np.ndarray:
    """Say where the target's class is among the k of highest score.

    A class counts as among them if fewer than k have a higher score.

    Args:
        y_true: The targets, class numbers, of shape (batch, ...). One out of range is never right.
        y_pred: The predictions, probabilities or logits, of shape (batch, ..., classes).
        k: How many classes count.
        from_sorted_ids: Whether `y_pred` has, in place of scores, the numbers of the best classes,
            best first.

    Returns:
        An array of ones and zeros in `floatx()`, of y_true's shape.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes don't fit, or `k` is no positive integer.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [2, 1], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]
    >>> cornu.metrics.sparse_top_k_categorical_accuracy(y_true, y_pred, k=2)
    array([1., 1.], dtype=float32)

    Source: https://keras.io/api/metrics/accuracy_metrics/
    """
    labels, prediction = _labels_and_prediction(y_true, y_pred)
    if labels.shape not in (prediction.shape[:-1], (*prediction.shape[:-1], 1)):
        raise _misfit(labels, prediction)
    if not from_sorted_ids:
        return _sparse(_sparse_top_k(k), labels, prediction)
    best = as_real(y_pred, "float64", "y_pred")
    rows = best.reshape(-1, best.shape[-1])[:, : check_integer("k", k)]
    found = (labels.reshape(-1, 1) == rows).any(axis=1)
    return found.reshape(labels.shape).astype(floatx())


def check_threshold(threshold: Any) -> float:
    """Return the threshold as a float.

    Raises:
        ValueError: it is no number.
    """
    number = as_float(threshold)
    if math.isnan(number):
        raise ValueError(f"`threshold` must be a number. Received: threshold={shown(threshold)}")
    return number


def _accuracy() -> MetricSpec:
    return "accuracy", None, 0.0, 0


def _binary_accuracy(threshold: float = 0.5) -> MetricSpec:
    return "binary_accuracy", None, check_threshold(threshold), 0


def _categorical_accuracy() -> MetricSpec:
    return "categorical_accuracy", None, 0.0, 0


def _sparse_categorical_accuracy() -> MetricSpec:
    return "sparse_categorical_accuracy", None, 0.0, 0


def _top_k(k: int = 5) -> MetricSpec:
    return "top_k_categorical_accuracy", None, 0.0, check_integer("k", k)


def _sparse_top_k(k: int = 5, from_sorted_ids: bool = False) -> MetricSpec:
    if from_sorted_ids:
        raise ValueError(
            "`from_sorted_ids` must be False in `compile`: True is not supported there yet. "
            "Received: from_sorted_ids=True"
        )
    return "sparse_top_k_categorical_accuracy", None, 0.0, check_integer("k", k)


SPECIFICATIONS.update(
    {
        accuracy: _accuracy,
        binary_accuracy: _binary_accuracy,
        categorical_accuracy: _categorical_accuracy,
        sparse_categorical_accuracy: _sparse_categorical_accuracy,
        top_k_categorical_accuracy: _top_k,
        sparse_top_k_categorical_accuracy: _sparse_top_k,
    }
)


def _comparable(y_true: Any, y_pred: Any) -> tuple[np.ndarray, np.ndarray]:
    """Both in the prediction's float type; in float64 where that has integers."""
    whole = np.asarray(y_pred).dtype.kind in "biu"
    prediction = as_real(y_pred, "float64" if whole else None, "y_pred")
    return as_real(y_true, prediction.dtype, "y_true"), prediction


def _elementwise(specification: MetricSpec, y_true: Any, y_pred: Any) -> np.ndarray:
    target, prediction = broadcast_pair(*match_ranks(*_comparable(y_true, y_pred)))
    matches = _core.metric_rows(specification, to_rows(target, ()), to_rows(prediction, ()))
    return matches.reshape(prediction.shape).astype(floatx())


def _one_hot(specification: MetricSpec, y_true: Any, y_pred: Any) -> np.ndarray:
    target, prediction = _comparable(y_true, y_pred)
    if target.shape[-1:] != prediction.shape[-1:] or prediction.shape[-1:] in ((), (0,)):
        raise ValueError(
            "`y_true` and `y_pred` must have the same classes, at least one, in their last axis. "
            f"Received: y_true of shape {target.shape}, y_pred of shape {prediction.shape}"
        )
    target, prediction = broadcast_pair(target, prediction)
    last = (prediction.ndim - 1,)
    matches = _core.metric_rows(specification, to_rows(target, last), to_rows(prediction, last))
    return matches.reshape(prediction.shape[:-1]).astype(floatx())


def _labels_and_prediction(y_true: Any, y_pred: Any) -> tuple[np.ndarray, np.ndarray]:
    labels, prediction = as_real(y_true, "float64", "y_true"), as_real(y_pred, name="y_pred")
    if prediction.shape[-1:] in ((), (0,)):
        raise _misfit(labels, prediction)
    return labels, prediction


def _misfit(labels: np.ndarray, prediction: np.ndarray) -> ValueError:
    return ValueError(
        "`y_true` must have the shape of `y_pred` without the classes. "
        f"Received: y_true of shape {labels.shape}, y_pred of shape {prediction.shape}"
    )


def _sparse(specification: MetricSpec, labels: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """As many labels as there are rows; the result has their shape."""
    classes = prediction.shape[-1]
    # The core refuses what is no class; here it is a miss, as in Keras, and so is a NaN.
    known = (labels >= 0) & (labels < classes) & (np.floor(labels) == labels)
    rows = np.where(known, labels, 0.0).reshape(-1)
    matches = _core.metric_rows(specification, rows, to_rows(prediction, (prediction.ndim - 1,)))
    return np.where(known, matches.reshape(labels.shape), 0.0).astype(floatx())
