"""A loss of embeddings that are compared with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cornu import _core
from cornu.custom.derivatives import value_of
from cornu.losses.loss import Loss, core_reduction
from cornu.utils.arrays import as_core_array, as_real, float_type
from cornu.utils.kept_masks import keep_mask
from cornu.utils.number import check_finite
from cornu.utils.tracing import Differentiable

if TYPE_CHECKING:
    from cornu._core import LossSpec


def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> np.ndarray:
    """Return how far embeddings are from those of their own label, and how near to others'.

    With the distance `d = max(1 - y_pred @ ref_embeddings.T, 0)` a sample's loss is `softplus(
    logsumexp(-gamma * max(margin + d, 0) * (margin - d)) + logsumexp(gamma * max(1 + margin - d, 0)
    * (1 - margin - d)))`, the first over references of its own label, the second over the others.
    It is 0 where there are none of the one or the other, and a `Loss` made of this function leaves
    it out of its mean then.

    Args:
        y_true: The labels, whole numbers, of shape (batch,) or (batch, 1).
        y_pred: The embeddings, rows of length 1, of shape (batch, columns).
        ref_labels: The labels of the references; None: `y_true`.
        ref_embeddings: What the samples are compared with, of shape (references, columns); None:
            `y_pred`.
        remove_diagonal: Whether sample i is not compared with reference i of its label, which is
            itself where there are no others.
        gamma: What similarities are multiplied by.
        margin: From what distance on they count less.

    Returns:
        An array of shape (batch,), in y_pred's float type, or `floatx()` for other numbers.

    Raises:
        TypeError: one of them has no real numbers.
        ValueError: the shapes don't fit, a label is not whole, or a number not finite.

    Example:

    >>> import cornu
    >>> y_pred = [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]]
    >>> cornu.losses.circle([1, 1, 2], y_pred, gamma=8).round(4)
    array([0.1012, 1.0635, 0.    ], dtype=float32)

    Source: Sun et al., "Circle Loss: A Unified Perspective of Pair Similarity Optimization",
    https://arxiv.org/abs/2002.10857; https://keras.io/api/losses/
    """
    prediction = as_real(y_pred, name="y_pred")
    labels = _labels(y_true, "y_true")
    references, reference_labels = prediction, labels
    if ref_embeddings is not None:
        references = as_real(ref_embeddings, prediction.dtype, "ref_embeddings")
    if ref_labels is not None:
        reference_labels = _labels(ref_labels, "ref_labels")
    for name, array, ids in (
        ("y_true", prediction, labels),
        ("ref_labels", references, reference_labels),
    ):
        if array.ndim != 2 or ids.shape != array.shape[:1]:
            raise ValueError(
                "Embeddings must be of shape (batch, columns), with one label each. "
                f"Received: `{name}` of shape {ids.shape} for embeddings of shape {array.shape}"
            )
    if references.shape[1] != prediction.shape[1]:
        raise ValueError(
            "`ref_embeddings` must have as many columns as `y_pred`. Received: "
            f"ref_embeddings of shape {references.shape}, y_pred of shape {prediction.shape}"
        )
    specification = _specification(gamma, margin, remove_diagonal, "sum")
    losses = _pair_losses(prediction, references, labels, reference_labels, specification)
    with np.errstate(over="ignore"):
        losses = losses.astype(float_type(y_pred), copy=False)
    values = value_of(losses)
    keep_mask(values, np.asarray(values) > 0)
    return losses


class Circle(Loss):
    """How far embeddings are from those of their own label, and how near to others'; see `circle`.

    Each sample of a batch is compared with all others in it. Reduced to a mean, only samples count
    whose loss is not 0: those that have others of their label in the batch, and of another one.
    The embeddings are to be of length 1, as `UnitNormalization` makes them. In a model they are one
    row a sample, and a batch takes room for rows * (rows + 2) numbers.

    Args:
        gamma: What similarities are multiplied by.
        margin: From what distance on they count less.
        remove_diagonal: Whether a sample is not compared with itself.
        reduction: How the samples' losses become one; see `Loss`.
        name: A name.
        dtype: The float type of a direct call; None: `floatx()`.

    Raises:
        ValueError: there is no such reduction or float type, or a number is not finite.

    Example:

    >>> import cornu
    >>> y_pred = [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]]
    >>> round(float(cornu.losses.Circle(gamma=8)([1, 1, 2], y_pred)), 4)
    0.5823

    Source: https://keras.io/api/losses/
    """

    _takes_any_label = True

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        check_finite("gamma", gamma)
        check_finite("margin", margin)
        self.gamma = gamma
        self.margin = margin
        self.remove_diagonal = remove_diagonal

    def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Return one loss a sample."""
        return circle(
            y_true,
            y_pred,
            remove_diagonal=self.remove_diagonal,
            gamma=self.gamma,
            margin=self.margin,
        )

    @property
    def specification(self) -> LossSpec:
        reduction = core_reduction(self.reduction)
        return _specification(self.gamma, self.margin, self.remove_diagonal, reduction)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a loss again."""
        return {
            **super().get_config(),
            "gamma": self.gamma,
            "margin": self.margin,
            "remove_diagonal": self.remove_diagonal,
        }


def _specification(gamma: Any, margin: Any, remove_diagonal: Any, reduction: str) -> LossSpec:
    further = np.array([check_finite("margin", margin), float(bool(remove_diagonal))])
    return "circle", False, 0.0, reduction, check_finite("gamma", gamma), further, "row"


def _labels(given: Any, name: str) -> np.ndarray:
    """Labels as float64, one a sample."""
    labels = as_real(given, "float64", name)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    return as_core_array(labels)


def _core_losses(
    prediction: Any, references: Any, labels: Any, reference_labels: Any, specification: LossSpec
) -> np.ndarray:
    arrays = _arranged(prediction, references, labels, reference_labels)
    return _core.circle(specification, *arrays, None)


def _derivative(place: int) -> Any:
    def back(
        losses: Any,
        prediction: Any,
        references: Any,
        labels: Any,
        reference_labels: Any,
        specification: LossSpec,
    ) -> Any:
        arrays = _arranged(prediction, references, labels, reference_labels)

        def scaled(scales: Any) -> np.ndarray:
            each = as_core_array(scales, "float64")
            return _core.circle(specification, *arrays, each)[place]

        return scaled

    return back


def _arranged(
    prediction: Any, references: Any, labels: Any, reference_labels: Any
) -> tuple[Any, Any, Any, Any]:
    """As the core takes them."""
    rows, others = (as_core_array(x) for x in (prediction, references))
    return labels, rows, reference_labels, others


_pair_losses = Differentiable(_core_losses, _derivative(0), _derivative(1))
