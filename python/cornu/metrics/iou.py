"""Intersection over union: how well classes are found where they are, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu import _core
from cornu.losses.crossentropies import check_last_axis
from cornu.metrics.sums import SumsMetric, plain_sums
from cornu.utils.arrays import as_core_array, as_real, normalize_axes
from cornu.utils.errors import shown
from cornu.utils.number import as_integer, check_finite, check_integer

if TYPE_CHECKING:
    from cornu._core import SumsSpec


def _check_ids(ids: Any, classes: int) -> list[int]:
    given = list(ids) if isinstance(ids, list | tuple | range | np.ndarray) else []
    numbers = [as_integer(number) for number in given]
    found = [number for number in numbers if number is not None and 0 <= number < classes]
    if not given or len(found) != len(given):
        raise ValueError(
            f"`target_class_ids` must be a list of integers from 0 to {classes - 1}, since there "
            f"are {classes} classes. Received: target_class_ids={shown(ids)}"
        )
    return found


class IoU(SumsMetric):
    """The mean over some classes of `tp / (tp + fp + fn)`: how far prediction and target overlap.

    A class that neither targets nor predictions have does not count.

    Args:
        num_classes: How many classes there are. Others do not count.
        target_class_ids: The classes to take the mean over.
        name: A name.
        dtype: The float type of the result; None or an integer type: `floatx()`.
        ignore_class: A number in the targets that does not count; None: there is none.
        sparse_y_true: Whether targets are numbers of classes; else their largest along `axis` is.
        sparse_y_pred: Whether predictions are numbers of classes; else their largest along `axis`
            is.
        axis: The axis of the classes; in `compile`, -1.

    Raises:
        ValueError: an argument is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.IoU(num_classes=2, target_class_ids=[0])
    >>> round(float(metric([0, 0, 1, 1], [0, 1, 0, 1])), 4)
    0.3333
    >>> metric = cornu.metrics.IoU(num_classes=3, target_class_ids=[0, 2], sparse_y_pred=False)
    >>> round(float(metric([0, 2], [[0.9, 0.1, 0.0], [0.1, 0.2, 0.7]])), 4)
    1.0

    Source: https://keras.io/api/metrics/segmentation_metrics/
    """

    _direction = "up"

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.num_classes = check_integer("num_classes", num_classes)
        # First, as a file may have no more classes than it may have memory for.
        shape = (self.num_classes, self.num_classes)
        self.total_cm = self.add_variable(shape, "zeros", "float64", name="total_confusion_matrix")
        self.target_class_ids = _check_ids(target_class_ids, self.num_classes)
        if ignore_class is not None and as_integer(ignore_class) is None:
            raise ValueError(
                "`ignore_class` must be an integer or None. "
                f"Received: ignore_class={shown(ignore_class)}"
            )
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take another batch in.

        Args:
            y_true: The targets.
            y_pred: The predictions, of as many elements as the targets, or with an axis of classes.
            sample_weight: A weight for each target, or one for all; None: all 1.

        Raises:
            TypeError: one of them has no real numbers.
            ValueError: their numbers of elements differ.
        """
        target = self._classes(as_real(y_true, "float64", "y_true"), self.sparse_y_true)
        prediction = self._classes(as_real(y_pred, "float64", "y_pred"), self.sparse_y_pred)
        self._count(target, prediction, sample_weight)

    def _classes(self, array: np.ndarray, sparse: bool) -> np.ndarray:
        if not sparse:
            (axis,) = normalize_axes(self.axis, array.ndim)
            array = array.argmax(axis=axis).astype(np.float64)
        return array.reshape(-1, 1)

    def _count(self, target: np.ndarray, prediction: np.ndarray, sample_weight: Any) -> None:
        """Add columns of classes to the matrix."""
        if len(target) != len(prediction):
            raise ValueError(
                "`y_true` and `y_pred` must have a class each for the same samples. Received: "
                f"{len(target)} classes in y_true, {len(prediction)} in y_pred"
            )
        weights = None
        if sample_weight is not None:
            weights = as_real(sample_weight, "float64", "sample_weight").reshape(-1, 1)
            if len(weights) not in (1, len(target)):
                raise ValueError(
                    "`sample_weight` must have a weight for each target, or one for all. Received: "
                    f"sample_weight of shape {np.shape(sample_weight)}, {len(target)} targets"
                )
            weights = as_core_array(np.broadcast_to(weights, target.shape))
        target, prediction = (as_core_array(array) for array in (target, prediction))
        specification = self._confusion("confusion")
        self._add(_core.metric_sums(specification, target, prediction, weights), len(target), 1)

    def _confusion(self, kind: str, threshold: float = 0.0) -> SumsSpec:
        ignored = self.ignore_class
        class_id = ignored if ignored is not None and 0 <= ignored < self.num_classes else None
        return plain_sums(kind, self.num_classes, threshold, class_id)

    def _specify(self, columns: int) -> SumsSpec:
        check_last_axis(self.axis)
        if self.sparse_y_pred and not self.sparse_y_true:
            raise ValueError(
                "`sparse_y_pred` must be False where `sparse_y_true` is, in `compile`: targets "
                f"have the predictions' shape there. Received: {self!r}"
            )
        if self.sparse_y_pred:
            return self._confusion("confusion")
        prefix = "sparse_" if self.sparse_y_true else ""
        return self._confusion(f"{prefix}categorical_confusion")

    def _number_count(self, columns: int) -> int:
        return (self.num_classes**2 + 1) // 2 * 2

    def _add(self, sums: np.ndarray, rows: int, columns: int) -> None:
        self.total_cm[...] += sums.reshape(-1)[: self.num_classes**2].reshape(self.total_cm.shape)

    def result(self) -> np.floating:
        """Return the mean so far, 0 before any data."""
        matrix = np.asarray(self.total_cm)
        right = np.diag(matrix)[self.target_class_ids]
        either = (matrix.sum(axis=0) + matrix.sum(axis=1))[self.target_class_ids] - right
        found = either > 1e-9
        shares = right[found] / (either[found] + 1e-7)
        return self._as_result(shares.sum() / (np.count_nonzero(found) + 1e-7))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again."""
        return {
            "num_classes": self.num_classes,
            "target_class_ids": self.target_class_ids,
            **super().get_config(),
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
        }


class BinaryIoU(IoU):
    """The intersection over union of yes and no; see `IoU`.

    Args:
        target_class_ids: The classes to take the mean over: 0, 1 or both.
        threshold: From which on a prediction is a yes.
        name: A name.
        dtype: The float type of the result; None or an integer type: `floatx()`.

    Raises:
        ValueError: an argument is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.BinaryIoU(target_class_ids=[0, 1], threshold=0.3)
    >>> round(float(metric([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 4)
    0.3333

    Source: https://keras.io/api/metrics/segmentation_metrics/
    """

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(2, target_class_ids, name=name, dtype=dtype)
        check_finite("threshold", threshold)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take another batch in.

        Args:
            y_true: The targets, 0 or 1.
            y_pred: The predictions, of as many elements.
            sample_weight: A weight for each target, or one for all; None: all 1.

        Raises:
            TypeError: one of them has no real numbers.
            ValueError: their numbers of elements differ.
        """
        target = as_real(y_true, "float64", "y_true").reshape(-1, 1)
        prediction = as_real(y_pred, self._float_type, "y_pred").reshape(-1, 1)
        decided = prediction >= prediction.dtype.type(self.threshold)
        self._count(target, decided.astype(np.float64), sample_weight)

    def _specify(self, columns: int) -> SumsSpec:
        return self._confusion("binary_confusion", float(self.threshold))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again."""
        return {
            "target_class_ids": self.target_class_ids,
            "threshold": self.threshold,
            "name": self.name,
            "dtype": self.dtype,
        }


class MeanIoU(IoU):
    """The mean of all classes' intersections over unions; see `IoU`.

    Args:
        num_classes: How many classes there are. Others do not count.
        name: A name.
        dtype: The float type of the result; None or an integer type: `floatx()`.
        ignore_class: A number in the targets that does not count; None: there is none.
        sparse_y_true: Whether targets are numbers of classes; else their largest along `axis` is.
        sparse_y_pred: Whether predictions are numbers of classes; else their largest along `axis`
            is.
        axis: The axis of the classes; in `compile`, -1.

    Raises:
        ValueError: an argument is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.MeanIoU(num_classes=2)
    >>> round(float(metric([0, 0, 1, 1], [0, 1, 0, 1], sample_weight=[0.3, 0.3, 0.3, 0.1])), 4)
    0.2381

    Source: https://keras.io/api/metrics/segmentation_metrics/
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        classes = range(check_integer("num_classes", num_classes))
        super().__init__(
            num_classes, classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again."""
        config = super().get_config()
        del config["target_class_ids"]
        return config


class OneHotIoU(IoU):
    """The intersection over union of classes where targets are one-hot; see `IoU`.

    Args:
        num_classes: How many classes there are.
        target_class_ids: The classes to take the mean over.
        name: A name.
        dtype: The float type of the result; None or an integer type: `floatx()`.
        ignore_class: A class of the targets that does not count; None: there is none.
        sparse_y_pred: Whether predictions are numbers of classes; else their largest along `axis`
            is.
        axis: The axis of the classes; in `compile`, -1.

    Raises:
        ValueError: an argument is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.OneHotIoU(num_classes=3, target_class_ids=[0, 2])
    >>> y_true = [[0, 0, 1], [1, 0, 0], [0, 1, 0], [1, 0, 0]]
    >>> y_pred = [[0.2, 0.3, 0.5], [0.1, 0.2, 0.7], [0.5, 0.3, 0.1], [0.1, 0.4, 0.5]]
    >>> round(float(metric(y_true, y_pred, sample_weight=[0.1, 0.2, 0.3, 0.4])), 4)
    0.0714

    Source: https://keras.io/api/metrics/segmentation_metrics/
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again."""
        config = super().get_config()
        del config["sparse_y_true"]
        return config


class OneHotMeanIoU(MeanIoU):
    """The mean of all classes' intersections over unions where targets are one-hot; see `IoU`.

    Args:
        num_classes: How many classes there are.
        name: A name.
        dtype: The float type of the result; None or an integer type: `floatx()`.
        ignore_class: A class of the targets that does not count; None: there is none.
        sparse_y_pred: Whether predictions are numbers of classes; else their largest along `axis`
            is.
        axis: The axis of the classes; in `compile`, -1.

    Raises:
        ValueError: an argument is out of range, or there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.OneHotMeanIoU(num_classes=3)
    >>> y_true = [[0, 0, 1], [1, 0, 0], [0, 1, 0], [1, 0, 0]]
    >>> y_pred = [[0.2, 0.3, 0.5], [0.1, 0.2, 0.7], [0.5, 0.3, 0.1], [0.1, 0.4, 0.5]]
    >>> round(float(metric(y_true, y_pred, sample_weight=[0.1, 0.2, 0.3, 0.4])), 4)
    0.0476

    Source: https://keras.io/api/metrics/segmentation_metrics/
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again."""
        config = super().get_config()
        del config["sparse_y_true"]
        return config
