"""How often predictions are right, as objects for `compile`."""

from __future__ import annotations

from typing import Any

from cornu.metrics.accuracy import (
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    check_threshold,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from cornu.metrics.mean import NamedMean
from cornu.utils.number import check_integer


class _Accuracy(NamedMean):
    _direction = "up"


class Accuracy(_Accuracy):
    """How often predictions equal targets: the mean of `y_true == y_pred`.

    `metrics=["accuracy"]` in `compile` is not this class: that name chooses among the following
    ones by shape.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> float(cornu.metrics.Accuracy()([[1], [2], [3], [4]], [[0], [2], [3], [4]]))
    0.75

    Source: https://keras.io/api/metrics/accuracy_metrics/
    """

    def __init__(self, name: str | None = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name=name, dtype=dtype)


class BinaryAccuracy(_Accuracy):
    """How often yes-or-no predictions are right: the mean of `y_true == (y_pred > threshold)`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.
        threshold: Above which a prediction is a yes.

    Raises:
        ValueError: there is no such float type, or `threshold` is no number.

    Example:

    >>> import cornu
    >>> float(cornu.metrics.BinaryAccuracy()([[1], [1], [0], [0]], [[0.98], [1], [0], [0.6]]))
    0.75

    Source: https://keras.io/api/metrics/accuracy_metrics/
    """

    def __init__(
        self, name: str | None = "binary_accuracy", dtype: Any = None, threshold: float = 0.5
    ) -> None:
        check_threshold(threshold)
        super().__init__(binary_accuracy, name=name, dtype=dtype, threshold=threshold)
        self.threshold = threshold


class CategoricalAccuracy(_Accuracy):
    """How often the class predicted is the one-hot target's.

    The mean of `argmax(y_true) == argmax(y_pred)`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.CategoricalAccuracy()
    >>> float(metric([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]))
    0.5

    Source: https://keras.io/api/metrics/accuracy_metrics/
    """

    def __init__(self, name: str | None = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(categorical_accuracy, name=name, dtype=dtype)


class SparseCategoricalAccuracy(_Accuracy):
    """How often the class predicted is the target: the mean of `y_true == argmax(y_pred)`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.SparseCategoricalAccuracy()
    >>> float(metric([[2], [1]], [[0.1, 0.6, 0.3], [0.05, 0.95, 0]]))
    0.5

    Source: https://keras.io/api/metrics/accuracy_metrics/
    """

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_accuracy, name=name, dtype=dtype)


class TopKCategoricalAccuracy(_Accuracy):
    """How often the one-hot target's class is among the k of highest score.

    Args:
        k: How many classes count.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type, or `k` is no positive integer.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.TopKCategoricalAccuracy(k=1)
    >>> float(metric([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]))
    0.5

    Source: https://keras.io/api/metrics/accuracy_metrics/
    """

    def __init__(
        self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: Any = None
    ) -> None:
        check_integer("k", k)
        super().__init__(top_k_categorical_accuracy, name=name, dtype=dtype, k=k)
        self.k = k


class SparseTopKCategoricalAccuracy(_Accuracy):
    """How often the target's class is among the k of highest score.

    Args:
        k: How many classes count.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.
        from_sorted_ids: Whether predictions are, in place of scores, the numbers of the best
            classes, best first. In `compile`, False.

    Raises:
        ValueError: there is no such float type, or `k` is no positive integer.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.SparseTopKCategoricalAccuracy(k=1)
    >>> float(metric([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]))
    0.5

    Source: https://keras.io/api/metrics/accuracy_metrics/
    """

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None:
        check_integer("k", k)
        super().__init__(
            sparse_top_k_categorical_accuracy,
            name=name,
            dtype=dtype,
            k=k,
            from_sorted_ids=from_sorted_ids,
        )
        self.k = k
        self.from_sorted_ids = from_sorted_ids

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again."""
        config = super().get_config()
        if not self.from_sorted_ids:  # as Keras writes it
            del config["from_sorted_ids"]
        return config
