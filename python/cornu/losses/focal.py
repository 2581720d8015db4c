"""Cross-entropies in which what is predicted well counts little."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.losses.crossentropies import check_last_axis
from cornu.losses.crossentropy import (
    check_from_logits,
    check_label_smoothing,
    smoothed_along,
    warn_of_one_column,
)
from cornu.losses.loss import Loss, core_reduction
from cornu.losses.rows import dense_losses, prediction_and_target
from cornu.utils.arrays import match_ranks, normalize_axes
from cornu.utils.errors import shown
from cornu.utils.number import check_finite

if TYPE_CHECKING:
    from cornu._core import LossSpec

_NONE = np.empty(0)


def binary_focal_specification(
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    reduction: str = "sum",
) -> LossSpec:
    """Return what the core is told of a binary focal cross-entropy.

    Raises:
        ValueError: an argument is out of range.
    """
    weight = check_finite("alpha", alpha)
    return (
        "binary_focal_crossentropy",
        check_from_logits(from_logits),
        check_label_smoothing(label_smoothing),
        reduction,
        check_finite("gamma", gamma),
        np.array([weight]) if apply_class_balancing else _NONE,
        "row",
    )


def categorical_focal_specification(
    alpha: Any = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    reduction: str = "sum",
) -> LossSpec:
    """Return what the core is told of a categorical focal cross-entropy.

    Raises:
        ValueError: an argument is out of range.
    """
    return (
        "categorical_focal_crossentropy",
        check_from_logits(from_logits),
        check_label_smoothing(label_smoothing),
        reduction,
        check_finite("gamma", gamma),
        check_alpha(alpha),
        "row",
    )


def check_alpha(alpha: Any) -> np.ndarray:
    """Return weights of classes as a vector: one for all, or one each.

    Raises:
        ValueError: they are no finite numbers.
    """
    try:
        weights = np.array(alpha, np.float64)
    except (TypeError, ValueError):
        weights = np.empty((0, 0))
    if weights.ndim > 1 or weights.size == 0 or not np.isfinite(weights).all():
        raise ValueError(
            "`alpha` must be a finite number, or a list of them, one a class. "
            f"Received: alpha={shown(alpha)}"
        )
    return weights.reshape(-1)


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: Any = -1,
) -> np.ndarray:
    """Return the cross-entropy of yes-or-no labels, each times how far its probability is off.

    `mean(w * (1 - q)**gamma * crossentropy(t, p), axis)`, where q is the probability of the label,
    p or 1 - p. Labels t are `y_true * (1 - s) + s / 2` for a smoothing of s.

    Args:
        y_true: The labels, 0 or 1 or between, in y_pred's shape.
        y_pred: The probabilities, of shape (batch, ..., features), or logits.
        apply_class_balancing: Whether w is alpha for 1 and 1 - alpha for 0; else it is 1.
        alpha: What label 1 weighs.
        gamma: How much less a label counts that is predicted well.
        from_logits: Whether `y_pred` are logits x, of which p = sigmoid(x).
        label_smoothing: s, in [0, 1].
        axis: The axis, or axes, to take the mean over; None: all.

    Returns:
        An array of y_pred's shape without `axis`, in y_pred's float type, or `floatx()` for other
        numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes differ, or an argument is out of range.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]
    >>> cornu.losses.binary_focal_crossentropy(y_true, y_pred).round(4)
    array([0.3299, 0.2058], dtype=float32)

    Source: Lin et al., "Focal Loss for Dense Object Detection", https://arxiv.org/abs/1708.02002;
    https://keras.io/api/losses/probabilistic_losses/
    """
    target, prediction, result = prediction_and_target(y_true, y_pred)
    specification = binary_focal_specification(
        apply_class_balancing, alpha, gamma, from_logits, label_smoothing
    )
    return dense_losses(specification, target, prediction, axis, result)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: Any = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> np.ndarray:
    """Return the cross-entropy of one-hot labels, times how far the class's probability is off.

    `-sum(alpha * (1 - p)**gamma * t * log(p), axis)`. Probabilities are divided by their sum and
    clipped to [1e-7, 1 - 1e-7]. Labels t are `y_true * (1 - s) + s / classes` for a smoothing of s.

    Args:
        y_true: The labels, one-hot or probabilities, in y_pred's shape.
        y_pred: The probabilities, of shape (batch, ..., classes), or logits.
        alpha: What a class weighs: a number for all, or a list of them.
        gamma: How much less a label counts that is predicted well.
        from_logits: Whether `y_pred` are logits x, of which p = softmax(x).
        label_smoothing: s, in [0, 1].
        axis: The axis of the classes.

    Returns:
        An array of y_pred's shape without `axis`, in y_pred's float type, or `floatx()` for other
        numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes differ, or an argument is out of range.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [[0, 1, 0], [0, 0, 1]], [[0.05, 0.9, 0.05], [0.1, 0.85, 0.05]]
    >>> cornu.losses.categorical_focal_crossentropy(y_true, y_pred).round(2)
    array([0.  , 0.68], dtype=float32)

    Source: Lin et al., "Focal Loss for Dense Object Detection", https://arxiv.org/abs/1708.02002;
    https://keras.io/api/losses/probabilistic_losses/
    """
    target, prediction, result = prediction_and_target(y_true, y_pred)
    warn_of_one_column("categorical_focal_crossentropy", prediction)
    axes = normalize_axes(axis, prediction.ndim)
    target, smoothing = smoothed_along(target, check_label_smoothing(label_smoothing), axes)
    specification = categorical_focal_specification(alpha, gamma, from_logits, smoothing)
    return dense_losses(specification, target, prediction, axis, result)


class _Focal(Loss):
    """A cross-entropy with powers in it; attributes have its arguments' names."""

    _function: Callable[..., np.ndarray]
    _specify: Callable[..., LossSpec]
    _arguments: tuple[str, ...]
    axis: int

    @property
    def _options(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._arguments}

    def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Return one loss a sample."""
        y_true, y_pred = match_ranks(y_true, y_pred)
        return self._function(y_true, y_pred, **self._options, axis=self.axis)

    @property
    def specification(self) -> LossSpec:
        check_last_axis(self.axis)
        return self._specify(**self._options, reduction=core_reduction(self.reduction))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a loss again."""
        return {**super().get_config(), **self._options, "axis": self.axis}


class BinaryFocalCrossentropy(_Focal):
    """The cross-entropy of yes-or-no labels, less of what is predicted well.

    See `binary_focal_crossentropy`.

    Args:
        apply_class_balancing: Whether labels 1 weigh alpha and labels 0 1 - alpha.
        alpha: What label 1 weighs.
        gamma: How much less a label counts that is predicted well.
        from_logits: Whether predictions are logits.
        label_smoothing: In [0, 1].
        axis: The axis to take the mean over; in `compile`, -1.
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: an argument is out of range, or there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.BinaryFocalCrossentropy(gamma=2, from_logits=True)
    >>> round(float(loss([0, 1, 0, 0], [-18.6, 0.51, 2.94, -12.8])), 4)
    0.6912

    Source: https://keras.io/api/losses/probabilistic_losses/
    """

    _function = staticmethod(binary_focal_crossentropy)
    _specify = staticmethod(binary_focal_specification)
    _arguments = ("apply_class_balancing", "alpha", "gamma", "from_logits", "label_smoothing")

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.apply_class_balancing = apply_class_balancing
        self.alpha = alpha
        self.gamma = gamma
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis
        binary_focal_specification(**self._options)


class CategoricalFocalCrossentropy(_Focal):
    """The cross-entropy of one-hot labels, less of what is predicted well.

    See `categorical_focal_crossentropy`.

    Args:
        alpha: What a class weighs: a number for all, or a list of them.
        gamma: How much less a label counts that is predicted well.
        from_logits: Whether predictions are logits.
        label_smoothing: In [0, 1].
        axis: The axis of the classes; in `compile`, -1.
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: an argument is out of range, or there is no such reduction or float type.

    Example:

    >>> import cornu
    >>> loss = cornu.losses.CategoricalFocalCrossentropy()
    >>> round(float(loss([[0, 1, 0], [0, 0, 1]], [[0.05, 0.9, 0.05], [0.1, 0.85, 0.05]])), 4)
    0.3381

    Source: https://keras.io/api/losses/probabilistic_losses/
    """

    _function = staticmethod(categorical_focal_crossentropy)
    _specify = staticmethod(categorical_focal_specification)
    _arguments = ("alpha", "gamma", "from_logits", "label_smoothing")

    def __init__(
        self,
        alpha: Any = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.alpha = alpha
        self.gamma = gamma
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis
        categorical_focal_specification(**self._options)
