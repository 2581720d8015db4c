"""Cross-entropies: losses of predicted probabilities, as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.custom.derivatives import value_of
from cornu.losses.rows import dense_losses, prediction_and_target, sparse_losses
from cornu.utils.arrays import as_real, float_type, is_among, normalize_axes
from cornu.utils.errors import shown
from cornu.utils.kept_masks import keep_mask
from cornu.utils.number import as_float, as_integer
from cornu.utils.user_frame import user_level

if TYPE_CHECKING:
    from cornu._core import LossSpec


def check_label_smoothing(label_smoothing: Any) -> float:
    """Return the smoothing as a float.

    Raises:
        ValueError: it is not in [0, 1].
    """
    number = as_float(label_smoothing)
    if not 0.0 <= number <= 1.0:
        raise ValueError(
            "`label_smoothing` must be a number in [0, 1]. "
            f"Received: label_smoothing={shown(label_smoothing)}"
        )
    return number


def check_from_logits(from_logits: Any) -> bool:
    """Return whether predictions are logits.

    Raises:
        ValueError: it is no truth value.
    """
    if is_among(from_logits, (False, True)):
        return bool(from_logits)
    raise ValueError(
        f"`from_logits` must be True or False. Received: from_logits={shown(from_logits)}"
    )


def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: Any = -1,
) -> np.ndarray:
    """Return the cross-entropy of yes-or-no labels.

    `mean(-t * log(p) - (1 - t) * log(1 - p), axis)`, where probabilities p are clipped to [1e-7, 1
    - 1e-7]. Labels t are `y_true * (1 - s) + s / 2` for a smoothing of s.

    Args:
        y_true: The labels, 0 or 1 or between, in y_pred's shape.
        y_pred: The probabilities, of shape (batch, ..., features), or logits.
        from_logits: Whether `y_pred` are logits x, of which p = sigmoid(x); that is stable for any
            x.
        label_smoothing: s, in [0, 1].
        axis: The axis, or axes, to take the mean over; None: all.

    Returns:
        An array of y_pred's shape without `axis`, in y_pred's float type, or `floatx()` for other
        numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes differ, or `label_smoothing` is out of range.

    Example:

    >>> import cornu
    >>> cornu.losses.binary_crossentropy([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]).round(4)
    array([0.9163, 0.7136], dtype=float32)

    Source: https://keras.io/api/losses/probabilistic_losses/
    """
    target, prediction, result = prediction_and_target(y_true, y_pred)
    specification = (
        "binary_crossentropy",
        check_from_logits(from_logits),
        check_label_smoothing(label_smoothing),
        "sum",
    )
    return dense_losses(specification, target, prediction, axis, result)


def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> np.ndarray:
    """Return the cross-entropy of one-hot labels: `-sum(t * log(p), axis)`.

    Probabilities are divided by their sum and clipped to [1e-7, 1 - 1e-7]. Labels t are `y_true *
    (1 - s) + s / classes` for a smoothing of s.

    Args:
        y_true: The labels, one-hot or probabilities, in y_pred's shape.
        y_pred: The probabilities, of shape (batch, ..., classes), or logits.
        from_logits: Whether `y_pred` are logits x, of which p = softmax(x); that is stable for any
            x.
        label_smoothing: s, in [0, 1].
        axis: The axis of the classes.

    Returns:
        An array of y_pred's shape without `axis`, in y_pred's float type, or `floatx()` for other
        numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes differ, or `label_smoothing` is out of range.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[0, 1, 0], [0, 0, 1]], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]]
    >>> cornu.losses.categorical_crossentropy(y_true, y_pred).round(4)
    array([0.0513, 2.3026], dtype=float32)

    Source: https://keras.io/api/losses/probabilistic_losses/
    """
    target, prediction, result = prediction_and_target(y_true, y_pred)
    smoothing = check_label_smoothing(label_smoothing)
    warn_of_one_column("categorical_crossentropy", prediction)
    axes = normalize_axes(axis, prediction.ndim)
    target, smoothing = smoothed_along(target, smoothing, axes)
    specification = ("categorical_crossentropy", check_from_logits(from_logits), smoothing, "sum")
    return dense_losses(specification, target, prediction, axis, result)


def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> np.ndarray:
    """Return the cross-entropy of class numbers: `-log(p[y_true])`.

    Probabilities are divided by their sum and clipped to [1e-7, 1 - 1e-7].

    Args:
        y_true: The classes, whole numbers from 0 to classes - 1, in y_pred's shape without `axis`,
            or with 1 in its place.
        y_pred: The probabilities, of shape (batch, ..., classes), or logits.
        from_logits: Whether `y_pred` are logits x, of which p = softmax(x); that is stable for any
            x.
        ignore_class: A whole number in `y_true`, in range or not, whose loss is 0; a `Loss` or a
            metric made of this function leaves it out of its mean. None: there is none.
        axis: The axis of the classes.

    Returns:
        An array of y_pred's shape without `axis`, in y_pred's float type, or `floatx()` for other
        numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes don't fit, a class is out of range or not whole, or `ignore_class` is
            no int32.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [1, 2], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]]
    >>> cornu.losses.sparse_categorical_crossentropy(y_true, y_pred).round(4)
    array([0.0513, 2.3026], dtype=float32)

    Source: https://keras.io/api/losses/probabilistic_losses/
    """
    prediction = as_real(y_pred, name="y_pred")
    labels = squeeze_labels(as_real(y_true, "float64", "y_true"), prediction, axis)
    specification = sparse_specification(from_logits, ignore_class)
    losses = sparse_losses(specification, labels, prediction, axis, float_type(y_pred))
    if ignore_class is not None and losses.shape:
        keep_mask(value_of(losses), labels != ignore_class)
    return losses


def sparse_specification(from_logits: Any, ignore_class: Any, reduction: str = "sum") -> LossSpec:
    """Return what the core is told of a sparse cross-entropy.

    Raises:
        ValueError: an argument is out of range.
    """
    plain = ("sparse_categorical_crossentropy", check_from_logits(from_logits), 0.0, reduction)
    ignored = check_ignore_class(ignore_class)
    return plain if ignored is None else (*plain, 0.0, np.array([ignored], np.float64), "row")


def check_ignore_class(ignore_class: Any) -> int | None:
    """Return the class that does not count, as an integer; None: all do.

    Raises:
        ValueError: it is no integer that a label can be.
    """
    if ignore_class is None:
        return None
    number = as_integer(ignore_class)
    if number is None or not -(2**31) <= number < 2**31:
        raise ValueError(
            "`ignore_class` must be an integer of 32 bits or None. "
            f"Received: ignore_class={shown(ignore_class)}"
        )
    return number


def warn_of_one_column(name: str, prediction: np.ndarray) -> None:
    """Warn the caller of a function of this name if the predictions are of one class."""
    if prediction.ndim and prediction.shape[-1] == 1:
        import warnings

        warnings.warn(
            f"{name} expects y_pred of shape (batch, ..., classes) with 2 "
            "classes or more. Received: "
            f"y_pred of shape {prediction.shape}. For 2 classes in one column there is "
            "binary_crossentropy.",
            SyntaxWarning,
            stacklevel=user_level(),
        )


def smoothed_along(
    target: np.ndarray, smoothing: float, axes: tuple[int, ...]
) -> tuple[np.ndarray, float]:
    """Return targets, and what smoothing is left for the core to do."""
    if smoothing and axes != (target.ndim - 1,) and target.size:
        # Keras smooths by the size of the last axis, whichever axis has the classes.
        target = target * target.dtype.type(1 - smoothing) + target.dtype.type(
            smoothing / target.shape[-1]
        )
        return target, 0.0
    return target, smoothing


def squeeze_labels(labels: np.ndarray, prediction: np.ndarray, axis: Any) -> np.ndarray:
    """Return class numbers without an axis of size 1 in the place of the classes'."""
    if labels.ndim != prediction.ndim:
        return labels
    (class_axis,) = normalize_axes(axis, prediction.ndim)
    return labels.squeeze(class_axis) if labels.shape[class_axis] == 1 else labels
