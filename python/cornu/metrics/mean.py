"""Sums and means over batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.losses.reduction import masked_weights
from cornu.metrics.metric import Metric
from cornu.utils.arrays import as_real, match_ranks
from cornu.utils.errors import check_returned, shown
from cornu.utils.kept_masks import mask_of
from cornu.utils.lookup import entry_of

if TYPE_CHECKING:
    from cornu._core import MetricSpec

# What the core is told of a metric that is the mean of a function, given the function's other
# arguments.
SPECIFICATIONS: dict[Callable[..., Any], Callable[..., MetricSpec]] = {}


def per_sample(
    values: Any, sample_weight: Any, reduce: Callable[..., np.ndarray]
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return weighted values, one a sample, and the weights.

    Args:
        values: Of any shape, samples first.
        sample_weight: Weights of as many axes or fewer, which broadcast; None: all 1.
        reduce: `np.mean` or `np.sum`, for the axes of values, and of weights, after the samples'.
    """
    numbers = as_real(values, "float64", "values")
    weights = None
    mask = mask_of(values)
    # As Keras has it, what a function of a metric leaves out counts as 0 where nothing is weighted.
    if sample_weight is not None and mask is not None:
        sample_weight = masked_weights(sample_weight, mask, "sum")
    if sample_weight is not None:
        weights = as_real(sample_weight, "float64", "sample_weight")
        numbers, weights = match_ranks(numbers, weights)
        rank = weights.ndim
        if numbers.ndim > rank:
            numbers = reduce(numbers, axis=tuple(range(rank, numbers.ndim)))
        try:
            weights = np.broadcast_to(weights, numbers.shape)
        except ValueError:
            raise ValueError(
                "`sample_weight` must have a weight for each sample, or a shape that broadcasts. "
                f"Received: sample_weight of shape {np.shape(sample_weight)}, values of shape "
                f"{np.shape(values)}"
            ) from None
        numbers = numbers * weights
        if rank > 1:
            weights = reduce(weights, axis=tuple(range(1, rank)))
    if numbers.ndim > 1:
        numbers = reduce(numbers, axis=tuple(range(1, numbers.ndim)))
    return numbers, weights


class Sum(Metric):
    """The sum of the values seen: `sum(weight * value)`.

    Args:
        name: A name.
        dtype: The float type of the result, or an integer type, to which it is cut off; None:
            `floatx()`.

    Raises:
        ValueError: there is no such type.

    Example:

    >>> import cornu
    >>> float(cornu.metrics.Sum()([1, 3, 5, 7], sample_weight=[1, 1, 0, 0]))
    4.0

    Source: https://keras.io/api/metrics/reduction_metrics/
    """

    _takes_target = False

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        # In float64 whatever the result's type, so that many batches lose nothing.
        self.total = self.add_variable((), "zeros", "float64", name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take another batch in.

        Args:
            values: Numbers, samples first.
            sample_weight: Weights that broadcast; None: all 1.
        """
        numbers, _ = per_sample(values, sample_weight, np.sum)
        self.total[...] += numbers.sum()

    def result(self) -> np.number:
        """Return the sum so far."""
        if self._float_type == self.dtype:
            return self._as_result(self.total)
        return np.float64(self.total).astype(self.dtype)


class Mean(Metric):
    """The mean of the values seen: `sum(weight * value) / sum(weight)`.

    Args:
        name: A name.
        dtype: The float type of the result; None: `floatx()`.

    Raises:
        ValueError: there is no such float type.

    Example:

    >>> import cornu
    >>> mean = cornu.metrics.Mean()
    >>> mean.update_state([1, 3])
    >>> mean.update_state([5, 8], sample_weight=[2, 0])
    >>> float(mean.result())
    3.5

    Source: https://keras.io/api/metrics/reduction_metrics/
    """

    _takes_target = False

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        # In float64 whatever the result's type, so that many batches lose nothing.
        self.total = self.add_variable((), "zeros", "float64", name="total")
        self.count = self.add_variable((), "zeros", "float64", name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take another batch in.

        Args:
            values: Numbers, samples first; values of a sample are averaged first.
            sample_weight: Weights that broadcast; None: all 1.
        """
        numbers, weights = per_sample(values, sample_weight, np.mean)
        self.total[...] += numbers.sum()
        self.count[...] += (
            (len(numbers) if numbers.ndim else 1) if weights is None else weights.sum()
        )

    def result(self) -> np.floating:
        """Return the mean so far, 0 before any value."""
        return self._as_result(self.total / self.count if self.count else 0.0)

    def _publish(self, value: float) -> None:
        self.total[...] = value
        self.count[...] = 1


class MeanMetricWrapper(Mean):
    """The mean over samples of a function of targets and predictions.

    Args:
        fn: A function of `(y_true, y_pred)` that returns one value a sample.
        name: A name; None: the class's.
        dtype: The float type of the result; None: `floatx()`.
        **kwargs: More arguments for `fn`.

    Raises:
        ValueError: there is no such float type, or `fn` can't be called.

    Example:

    >>> import cornu
    >>> metric = cornu.metrics.MeanMetricWrapper(lambda y_true, y_pred: abs(y_true - y_pred) < 1)
    >>> import numpy as np
    >>> float(metric(np.array([1.0, 2.0]), np.array([1.5, 4.0])))
    0.5

    Source: https://keras.io/api/metrics/reduction_metrics/
    """

    _takes_target = True
    # Of a saved configuration: `fn` may have such an argument.
    _takes_any_key = True

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        if not callable(fn):
            raise ValueError(f"`fn` must be a function. Received: fn={shown(fn)}")
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(  # type: ignore[override]  # in Keras too it takes two arrays, Mean one
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Take another batch in.

        Args:
            y_true: The targets.
            y_pred: The predictions.
            sample_weight: One weight a sample, or anything that broadcasts against the values;
                None: all 1.

        Raises:
            TypeError: one of them has no real numbers.
            ValueError: their shapes don't fit.
        """
        mask = mask_of(y_pred)
        if mask is not None:
            sample_weight = masked_weights(sample_weight, mask, "sum")
        values = check_returned("metric", self.name, self._fn(y_true, y_pred, **self._fn_kwargs))
        super().update_state(values, sample_weight)

    @property
    def specification(self) -> MetricSpec:
        from cornu.losses.loss import Loss

        if isinstance(self._fn, Loss):
            return "loss", self._fn.specification, 0.0, 0
        specify = entry_of(SPECIFICATIONS, self._fn)
        if specify is None:
            return super().specification
        return specify(**self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again, the function as plain values too."""
        from cornu.saving.serialization import serialize_keras_object

        config: dict[str, Any] = serialize_keras_object(self._arguments())
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> MeanMetricWrapper:
        """Make a metric from what `get_config` returned."""
        from cornu.saving.serialization import make_object

        return cls(**(make_object(config) if "fn" in config else config))

    def _arguments(self) -> dict[str, Any]:
        return {**super().get_config(), "fn": self._fn, **self._fn_kwargs}


class NamedMean(MeanMetricWrapper):
    """The base of the metrics whose class says which function they are the mean of."""

    _takes_any_key = False

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again."""
        return {"name": self.name, "dtype": self.dtype, **self._fn_kwargs}
