"""Counts of right and wrong decisions at thresholds: what confusion metrics are made of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.metrics.sums import SumsMetric
from cornu.utils.errors import shown
from cornu.utils.memory_limit import take_contents
from cornu.utils.number import as_float, check_integer

if TYPE_CHECKING:
    from cornu._core import SumsSpec

# What Keras puts in place of the predictions that are not among the top k; the threshold is this.
NOT_AMONG_TOP = -1e10
_EPSILON = 1e-7
# In lists and in the arrays of the core, without the counts.
_THRESHOLD_NBYTES = 96
# Counted by these names, in this order: predicted a yes and right, ...
COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


def check_thresholds(thresholds: Any, default: float) -> list[float]:
    """Return thresholds as a list; None: the default.

    Raises:
        ValueError: one is no number in [0, 1].
    """
    if thresholds is None:
        return [default]
    several = (
        list(thresholds) if isinstance(thresholds, list | tuple | np.ndarray) else [thresholds]
    )
    numbers = [as_float(threshold) for threshold in several]
    if not numbers or not all(0 <= number <= 1 for number in numbers):
        raise ValueError(
            f"Threshold values must be in [0, 1]. Received: thresholds={shown(thresholds)}"
        )
    return numbers


def even_thresholds(count: int) -> list[float]:
    """Return thresholds from 0 to 1, as far from each other."""
    take_contents("Thresholds", _THRESHOLD_NBYTES * count)
    return [i / (count - 1) for i in range(count)] if count > 1 else [0.5]


def are_even(thresholds: Any) -> bool:
    """Return whether thresholds part 0 to 1 evenly, as nearly as Keras asks."""
    count = len(thresholds)
    if count < 3:
        return False
    even = np.arange(count, dtype=np.float32) / (count - 1)
    return bool(np.allclose(thresholds, even, atol=_EPSILON))


def divide(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Return the quotients, 0 where the denominator is."""
    safe = np.where(denominator == 0, 1.0, denominator)
    return np.where(denominator == 0, 0.0, numerator / safe)


class DecisionMetric(SumsMetric):
    """The base of the metrics that count decisions: predictions above thresholds.

    Args:
        thresholds: The thresholds, each in [0, 1] or next to it.
        kept: Which of `COUNTS` are kept, as variables of these names.
        top_k: Of a row only the k largest predictions count as above; None: all that are.
        class_id: The only column that counts; None: all do.
        from_logits: Whether predictions are logits.
        name: A name.
        dtype: The float type of the result; None: `floatx()`.
    """

    _direction: str | None = "up"
    # Whether each column has counts of its own.
    _apart = False

    def __init__(
        self,
        thresholds: list[float],
        kept: tuple[str, ...],
        top_k: Any = None,
        class_id: Any = None,
        from_logits: bool = False,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.thresholds = thresholds
        self.top_k = None if top_k is None else check_integer("top_k", top_k)
        self.class_id = None if class_id is None else check_integer("class_id", class_id, least=0)
        self._from_logits = from_logits
        self._kept = kept
        # The core wants them in ascending order.
        self._order = np.argsort(thresholds, kind="stable")
        self._ascending = np.array(thresholds, np.float64)[self._order]
        self._even = are_even(thresholds)
        self._widened = self._even and (thresholds[0] < 0 or thresholds[-1] > 1)

    def _make_counts(self, *apart: int) -> None:
        for name in self._kept:
            shape = (len(self.thresholds), *apart)
            setattr(self, name, self.add_variable(shape, "zeros", "float64", name=name))

    def _specify(self, columns: int) -> SumsSpec:
        flags = (self._even, self._widened, self._from_logits, False, False)
        if self.class_id is not None and self.class_id >= columns > 1:
            raise ValueError(
                f"`class_id` must be a column of the predictions, from 0 to {columns - 1}. "
                f"Received: class_id={self.class_id}"
            )
        apart = columns if self._apart else 1
        class_id = self.class_id
        return "counts", None, 0.0, self.top_k or 0, self._ascending, flags, apart, class_id

    def _number_count(self, columns: int) -> int:
        return 2 * (len(self.thresholds) + 1) * (columns if self._apart else 1)

    def _check_rank(self, prediction: np.ndarray) -> None:
        if prediction.ndim < 2 and (self.class_id is not None or self.top_k is not None):
            raise ValueError(
                "With `class_id` or `top_k` predictions must have an axis of classes. "
                f"Received: y_pred of shape {prediction.shape}"
            )

    def _add(self, sums: np.ndarray, rows: int, columns: int) -> None:
        bins = sums.reshape(-1, len(self.thresholds) + 1, 2)
        # From the number in each bin to the number above each threshold.
        above = bins[:, ::-1].cumsum(axis=1)[:, ::-1]
        positive, negative = above[:, 1:, 0], above[:, 1:, 1]
        counts = {
            "true_positives": positive,
            "false_positives": negative,
            "true_negatives": above[:, :1, 1] - negative,
            "false_negatives": above[:, :1, 0] - positive,
        }
        for name in self._kept:
            variable = getattr(self, name)
            counted = counts[self._count_name(name)]
            found = np.empty_like(counted)
            found[:, self._order] = counted
            variable[...] += found.T if variable.ndim == 2 else self._together(found)

    def _count_name(self, kept: str) -> str:
        """Which of the counts a variable is of."""
        return kept

    def _together(self, counts: np.ndarray) -> np.ndarray:
        """The counts of all columns."""
        return counts.sum(axis=0)

    def _per_threshold(self, values: np.ndarray) -> Any:
        """A result: one number for one threshold, else one each."""
        if len(self.thresholds) == 1:
            return self._as_result(values[0])
        return np.asarray(values).astype(self._float_type)


def check_share(name: str, value: Any) -> float:
    """Return an argument as a float.

    Raises:
        ValueError: it is not in [0, 1].
    """
    number = as_float(value)
    if math.isnan(number) or not 0 <= number <= 1:
        raise ValueError(
            f"Argument `{name}` must be in the range [0, 1]. Received: {name}={shown(value)}"
        )
    return number
