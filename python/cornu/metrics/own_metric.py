"""Metrics that users write in Python, as the core calls them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.custom.raised import user_code
from cornu.losses.loss import Loss
from cornu.losses.own_loss import is_own_loss
from cornu.metrics.mean import SPECIFICATIONS, MeanMetricWrapper
from cornu.metrics.metric import Metric
from cornu.utils.errors import shown
from cornu.utils.kept_masks import keep_mask
from cornu.utils.lookup import entry_of
from cornu.utils.overriding import overridden

if TYPE_CHECKING:
    from cornu._core import MetricSpec

_METHODS = (
    "update_state",
    "result",
    "reset_state",
    "reset_states",
    "__call__",
    "stateless_update_state",
    "stateless_result",
)


def is_own_metric(metric: Metric) -> bool:
    """Return whether Python computes a metric: it is none of cornu's, or has methods of its own.

    Example:

    >>> import cornu
    >>> from cornu.metrics.own_metric import is_own_metric
    >>> is_own_metric(cornu.metrics.MeanSquaredError())
    False
    >>> is_own_metric(cornu.metrics.MeanMetricWrapper(max))
    True
    """
    if overridden(metric, _METHODS) is not None:
        return True
    if isinstance(metric, MeanMetricWrapper):
        function = metric._fn
        if isinstance(function, Loss):
            return is_own_loss(function)
        known = type(metric).specification is not MeanMetricWrapper.specification
        return not known and entry_of(SPECIFICATIONS, function) is None
    return False


def metric_specification(metric: Metric, output_shape: tuple[Any, ...] | None = None) -> MetricSpec:
    """Return what the core is told of a metric, of cornu's or of the user's.

    Args:
        metric: The metric.
        output_shape: The shape of the predictions; None: not known yet.

    Raises:
        ValueError: it takes no target, or no such predictions.
    """
    if is_own_metric(metric):
        return "foreign", MetricCall(metric), 0.0, 0
    return metric.specification if output_shape is None else metric._specification_for(output_shape)


class MetricCall:
    """What the core calls for each batch; it keeps no reference that would keep itself alive.

    Args:
        metric: The metric.

    Attributes:
        target_dtype: The type of the user's targets, which whole numbers keep; None: not known.
    """

    def __init__(self, metric: Metric) -> None:
        self._metric = weakref.ref(metric)
        self.target_dtype: Any = None

    def __call__(
        self,
        y_true: np.ndarray,
        y_pred: np.ndarray,
        sample_weight: np.ndarray | None,
        begins: bool,
        mask: np.ndarray | None = None,
    ) -> float:
        """Take a batch in and return the result so far."""
        metric = self._metric()
        if metric is None:
            raise RuntimeError("The metric that the model was compiled with is gone.")
        if self.target_dtype is not None and self.target_dtype.kind in "biu":
            y_true = y_true.astype(self.target_dtype)
            y_true.flags.writeable = False
        if sample_weight is not None:
            sample_weight = sample_weight.astype(y_pred.dtype)
        keep_mask(y_pred, mask)
        with user_code():
            if begins:
                metric.reset_state()
            metric.update_state(y_true, y_pred, sample_weight=sample_weight)
            return _number(metric, metric.result())


def _number(metric: Metric, value: Any) -> float:
    number: Callable[[], float] | None = getattr(value, "__float__", None)
    if np.shape(value) != () or number is None:
        raise ValueError(
            f"The metric {metric.name!r} must return one number from `result`. "
            f"Received: {shown(value)} (of type {type(value).__name__})"
        )
    return float(value)
