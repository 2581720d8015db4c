"""Targets and predictions of any shape as rows for the core's losses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cornu import _core
from cornu.utils.arrays import (
    as_core_array,
    as_real,
    float_type,
    normalize_axes,
    outer_shape,
    to_rows,
)
from cornu.utils.tracing import Differentiable

if TYPE_CHECKING:
    from cornu._core import LossSpec


# Losses that are no mean over the row.
_SUMS = (
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "kl_divergence",
    "cosine_similarity",
)
# Of nothing these have nothing in common.
_OVERLAPS = ("dice", "tversky")


def dense_losses(
    specification: LossSpec, y_true: np.ndarray, y_pred: np.ndarray, axis: Any, result: Any
) -> np.ndarray:
    """Return a loss along `axis` of two arrays of one shape.

    Args:
        specification: Of a loss whose target is shaped like the prediction.
        y_true: The target, in the prediction's dtype.
        y_pred: The prediction, float32 or float64.
        axis: The axis, or axes, that a row runs along.
        result: The float type of the result.

    Raises:
        ValueError: the shapes differ.
    """
    if y_true.shape != y_pred.shape:
        raise ValueError(
            "`y_true` and `y_pred` must have the same shape. "
            f"Received: y_true of shape {y_true.shape}, y_pred of shape {y_pred.shape}"
        )
    axes = normalize_axes(axis, y_pred.ndim)
    target, prediction = to_rows(y_true, axes), to_rows(y_pred, axes)
    if prediction.shape[1]:
        losses = _row_losses(prediction, target, specification)
    else:
        # Of no numbers, NumPy and Keras have it, the mean is a NaN and the sum is 0.
        name = specification[0]
        of_none = 0.0 if name in _SUMS else 1.0 if name in _OVERLAPS else np.nan
        losses = np.full(len(prediction), of_none)
    return _shaped(losses, outer_shape(y_pred, axes), result)


def sparse_losses(
    specification: LossSpec, y_true: np.ndarray, y_pred: np.ndarray, axis: Any, result: Any
) -> np.ndarray:
    """Return a loss along `axis`, of class numbers and an array that is one axis longer.

    Args:
        specification: Of a loss whose target is one class a row.
        y_true: The classes, as float64.
        y_pred: The prediction, float32 or float64.
        axis: The axis that a row runs along.
        result: The float type of the result.

    Raises:
        ValueError: the shapes don't fit, or a class is out of range.
    """
    axes = normalize_axes(axis, y_pred.ndim)
    outer = outer_shape(y_pred, axes)
    if y_true.shape != outer:
        raise ValueError(
            "`y_true` must have the shape of `y_pred` without the class axis. "
            f"Received: y_true of shape {y_true.shape}, y_pred of shape {y_pred.shape}, axis={axis}"
        )
    labels = as_core_array(y_true).reshape(-1)
    return _shaped(_row_losses(to_rows(y_pred, axes), labels, specification), outer, result)


def _core_losses(prediction: Any, target: np.ndarray, specification: LossSpec) -> np.ndarray:
    rows = as_core_array(prediction)
    return _core.loss_rows(specification, target, rows)


def _derivative(losses: Any, prediction: Any, target: np.ndarray, specification: LossSpec) -> Any:
    def scaled(scales: Any) -> np.ndarray:
        rows = as_core_array(prediction)
        each = as_core_array(scales, "float64")
        return _core.loss_derivative(specification, target, rows, each)

    return scaled


_row_losses = Differentiable(_core_losses, _derivative)


def prediction_and_target(y_true: Any, y_pred: Any) -> tuple[np.ndarray, np.ndarray, np.dtype]:
    """Return both in the prediction's float type, and the type of what is made of them."""
    prediction = as_real(y_pred, name="y_pred")
    return as_real(y_true, prediction.dtype, "y_true"), prediction, float_type(y_pred)


def _shaped(losses: np.ndarray, shape: tuple[int, ...], result: Any) -> np.ndarray:
    with np.errstate(over="ignore"):
        return losses.reshape(shape).astype(result, copy=False)[()]
