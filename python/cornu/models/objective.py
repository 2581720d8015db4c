"""What a model is trained for and watched by: the loss and the metrics of `compile`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu import losses, metrics
from cornu.callbacks.result_dict import ResultDict
from cornu.losses import Loss
from cornu.losses.loss import takes_class_ids
from cornu.losses.own_loss import is_own_loss, loss_specification
from cornu.metrics import Mean, Metric
from cornu.metrics.own_metric import is_own_metric, metric_specification
from cornu.metrics.sums import SumsMetric
from cornu.utils.errors import shown
from cornu.utils.number import check_finite

if TYPE_CHECKING:
    from cornu._core import LossSpec

# The batch, first, is None.
Shape = tuple[Any, ...]

# Names whose meaning depends on shapes that are known with the first data.
_LOSSES_BY_SHAPE = ("crossentropy", "ce")
_BINARY = ("binary_crossentropy", "binary_focal_crossentropy")


class Objective:
    """A loss and metrics as they were named, before shapes are known.

    Args:
        loss: What `compile` was given; None: none.
        identifiers: The metrics, likewise; None: none.
        weighted: The metrics that sample weights count for, likewise.
        loss_weight: What the loss is multiplied by, likewise; None: 1.

    Attributes:
        ignored: The class of targets that the loss leaves out; None: there is none.
        resolved: Loss and metrics for the data seen last; None before any.

    Raises:
        ValueError: there is no such loss or metric.
    """

    def __init__(
        self, loss: Any, identifiers: Any, weighted: Any = None, loss_weight: Any = None
    ) -> None:
        self.loss = _only_one(loss)
        self.identifiers = _as_list(identifiers)
        self.weighted = _as_list(weighted, "weighted_metrics")
        self.loss_weight = _as_loss_weight(loss_weight)
        self.resolved: Resolved | None = None
        # Its targets may be of any kind.
        self._has_own_loss = False
        self.ignored: int | None = None
        # A wrong name is an error here, not when training begins.
        if self.loss is not None and not self._by_shape():
            made = losses.for_compile(self.loss)
            self._has_own_loss = loss_specification(made)[0] == "foreign"
            self.ignored = _ignored_class(made)
        for identifier in [*self.identifiers, *self.weighted]:
            metric_specification(metrics.for_compile(identifier, None, (None, 1), (None, 1)))

    def resolve(self, output_shape: Shape, target_shape: Shape) -> Resolved:
        """Return loss and metrics for an output and targets; `resolved` if it is of their kinds.

        Args:
            output_shape: The shape of the predictions, the batch included.
            target_shape: That of the targets.

        Raises:
            ValueError: there is no loss.
        """
        if self.loss is None:
            raise ValueError(
                "There is no loss: call `compile` with a `loss` before training or evaluating. "
                "Received: loss=None"
            )
        kind = losses.label_kind(output_shape, target_shape) if self._needs_target() else ""
        key = (output_shape[1:], kind)
        if self.resolved is not None and self.resolved.key == key:
            return self.resolved
        loss = losses.for_compile(self.loss, output_shape, target_shape)
        # The kind of labels follows from the loss, unless that is the user's own. A `y` of another
        # shape is an error, and must not have chosen the metrics before that is found.
        told = target_shape if self._has_own_loss else None
        found = [
            metrics.for_compile(identifier, loss, output_shape, told)
            for identifier in [*self.identifiers, *self.weighted]
        ]
        _check_kinds(loss, found, output_shape)
        weighted = found[len(self.identifiers) :]
        # It is in the weights of rows. A mean does not change with it, but sums do.
        if self.loss_weight != 1 and (
            any(isinstance(metric, SumsMetric) for metric in weighted)
            or (weighted and self.loss_weight <= 0)
        ):
            raise ValueError(
                "`loss_weights` must be None beside `weighted_metrics` that keep sums, positive "
                f"beside others. Received: loss_weights={self.loss_weight}"
            )
        whole = loss_specification(loss, output_shape)[-1] == "batch"
        refused = ("mean_with_sample_weight", "sum") if whole else ("mean_with_sample_weight",)
        if self.loss_weight != 1 and loss.reduction in refused:
            raise ValueError(
                f"`loss_weights` must be None with a loss of reduction {loss.reduction!r}"
                f"{' over the batch' if whole else ''}: it is not supported there. "
                f"Received: loss_weights={self.loss_weight}"
            )
        resolved = Resolved(loss, found, key, output_shape, len(self.weighted))
        if self.resolved is not None and self.resolved.stands_for(resolved):
            # Rows of another shape, of which loss and metrics make the same.
            return self.resolved
        return resolved

    def _by_shape(self) -> bool:
        return isinstance(self.loss, str) and self.loss.lower() in _LOSSES_BY_SHAPE

    def _needs_target(self) -> bool:
        return self._has_own_loss or self._by_shape()


class Resolved:
    """A loss and metrics as the core takes them, and the names of their results.

    Args:
        loss: The loss.
        found: The metrics.
        key: What they were chosen by.
        weighted_count: How many of the metrics, the last ones, sample weights count for.

    Attributes:
        key: Likewise.
        loss_object: The loss.
        metrics: The mean of the losses, then the metrics, as `model.metrics` shows them.
        names: Names of the results in the core's order: `loss`, then those of the metrics.
        sparse: Whether targets are class ids.
        takes_any_target: Whether only code of the user's reads them.
        ignored: The class that the loss leaves out; None: there is none.
    """

    def __init__(
        self,
        loss: Loss,
        found: Sequence[Metric],
        key: tuple[Any, ...],
        output_shape: Shape,
        weighted_count: int = 0,
    ) -> None:
        self.key = key
        self.weighted_count = weighted_count
        # Kept alive for the core, which knows those of the user's only weakly.
        self.loss_object = loss
        self.ignored = _ignored_class(loss)
        self.loss: LossSpec = loss_specification(loss, output_shape)
        self.specifications: list[Any] = [
            metric_specification(metric, output_shape) for metric in found
        ]
        self._own = [name == "foreign" for name, *_ in self.specifications]
        self._has_own = any(self._own)
        self._output_shape = output_shape
        # Whether the core gives more than a number for each.
        self._has_sums = any(isinstance(metric, SumsMetric) for metric in found)
        columns = output_shape[-1]
        self._counts = [
            metric._number_count(columns) if isinstance(metric, SumsMetric) else 1
            for metric in found
        ]
        self.metrics: list[Metric] = [Mean(name="loss"), *found]
        self.names = _distinct(["loss", *_metric_names(found, weighted_count)])
        kinds = [
            self.loss,
            *(s[1] or s for s in self.specifications if s[0] != "foreign"),
        ]
        self.sparse = any(takes_class_ids(kind[0]) for kind in kinds)
        self.takes_any_target = self.loss[0] == "foreign" and all(self._own)
        self._targets_for = loss._targets_for
        both = [*self.names, *(f"val_{name}" for name in self.names)]
        self._order = sorted(range(len(self.names)), key=self.names.__getitem__)
        self._both = both
        self._both_order = sorted(range(len(both)), key=both.__getitem__)

    def stands_for(self, other: Resolved) -> bool:
        """Return whether it is the same as another one of its objective but for sizes that nothing
        depends on; it takes over the other's shape if it is."""
        if self._told() != other._told():
            return False
        self.key, self._output_shape = other.key, other._output_shape
        return True

    def _told(self) -> list[Any]:
        """What the core is told and results are made by; of code of the user's, which is that of
        the objective, that it is there."""
        plain = [
            tuple(s for s in spec if not callable(s)) for spec in (self.loss, *self.specifications)
        ]
        return [plain, self.names, self._counts]

    def note_targets(self, y: Any) -> None:
        """Let metrics of the user's have whole numbers as such, where `y` has them."""
        if not self._has_own:
            return
        for specification, own in zip(self.specifications, self._own, strict=True):
            if own:
                specification[1].target_dtype = y.dtype

    def class_count(self, output: Shape) -> int | None:
        """Return how many classes targets of one number can have; None: not known.

        Args:
            output: The shape of a row of the output.
        """
        if self.sparse and output:
            return None if self.loss_object._takes_any_label else output[-1]
        return 2 if self.loss[0] in _BINARY else None

    def targets_for(self, target: np.ndarray) -> np.ndarray:
        """Return targets as the core is to be given them: where the loss says so, a wider view."""
        return self._targets_for(target, self._output_shape[1:])

    def logs(self, numbers: list[float]) -> dict[str, Any]:
        """Return results by name, in alphabetical order as Keras has it."""
        names, values = self.names, self._values(numbers)
        return ResultDict((names[i], values[i]) for i in self._order)

    def epoch_logs(self, numbers: list[float], validation: list[float] | None) -> dict[str, Any]:
        """Return the results of an epoch, with those of its validation if there was one."""
        if validation is None:
            return self.logs(numbers)
        both, names = self._values(numbers) + self._values(validation), self._both
        return ResultDict((names[i], both[i]) for i in self._both_order)

    def returned(self, numbers: list[float], return_dict: bool) -> Any:
        """Return results as `evaluate` does: a dictionary, a list, or the loss alone."""
        self.publish(numbers)
        if return_dict:
            return dict(self.logs(numbers))
        values = self._values(numbers)
        return values if len(values) > 1 else values[0]

    def _values(self, numbers: list[float]) -> list[Any]:
        """One result each, of what the core gave: numbers, and the sums of those that keep them."""
        if not self._has_sums:
            return numbers
        values: list[Any] = [numbers[0]]
        begin = 1
        for metric, count in zip(self.metrics[1:], self._counts, strict=True):
            end = begin + count
            if isinstance(metric, SumsMetric):
                values.append(metric._value_of(numbers[begin:end], self._output_shape))
            else:
                values.append(numbers[begin])
            begin = end
        return values

    def publish(self, numbers: list[float]) -> None:
        """Let the metric objects say what the core found, as `metric.result()`."""
        for metric, value, own in zip(
            self.metrics, self._values(numbers), (False, *self._own), strict=True
        ):
            if not own:
                metric._publish(value)


def _ignored_class(loss: Loss) -> int | None:
    """The class that a loss of cornu's leaves out; None: there is none."""
    return None if is_own_loss(loss) else getattr(loss, "ignore_class", None)


def _check_kinds(loss: Loss, found: Sequence[Metric], output_shape: Shape) -> None:
    """Raise a ValueError unless loss and metrics take targets of one kind."""
    kinds = {True: "class ids", False: "values of the output's shape"}
    name, of = loss_specification(loss)[0], f"loss {loss.name!r}"
    sparse = None if name == "foreign" else takes_class_ids(name)
    for metric in found:
        if is_own_metric(metric):
            continue
        specification: Any = metric.specification
        name, inner = specification[:2]
        is_sparse = takes_class_ids((inner or (name,))[0])
        if sparse is None:
            sparse, of = is_sparse, f"metric {metric.name!r}"
        if is_sparse == sparse:
            continue
        advice = "Use a metric and a loss of one kind."
        if sparse and output_shape[-1] == 1:
            advice = (
                "For one unit, which tells two classes apart, use the loss "
                "'binary_crossentropy'; for more classes, a unit for each."
            )
        raise ValueError(
            f"Metric {metric.name!r} takes {kinds[not sparse]} as target, {of} takes "
            f"{kinds[sparse]}. {advice} Output shape: {output_shape}"
        )


def _only_one(loss: Any) -> Any:
    """The loss; Keras takes a list of one for the one output there is."""
    if isinstance(loss, list | tuple) and len(loss) == 1:
        return loss[0]
    return loss


def _as_loss_weight(value: Any) -> float:
    if value is None:
        return 1.0
    if isinstance(value, list | tuple) and len(value) != 1:
        raise ValueError(
            "`loss_weights` must have one number, as there is one loss. "
            f"Received: loss_weights={shown(value)}"
        )
    return check_finite("loss_weights", _only_one(value))


def _metric_names(found: Sequence[Metric], weighted_count: int) -> list[str]:
    """As Keras has it, a weighted metric is told from another one of its name."""
    names = [metric.name for metric in found]
    first = len(names) - weighted_count
    plain = set(names[:first])
    return names[:first] + [f"weighted_{n}" if n in plain else n for n in names[first:]]


def _as_list(identifiers: Any, name: str = "metrics") -> list[Any]:
    if identifiers is None:
        return []
    if not isinstance(identifiers, list | tuple):
        raise ValueError(
            f"`{name}` must be a list of names or metrics. "
            f"Received: {name}={shown(identifiers)} (of type {type(identifiers).__name__})"
        )
    if len(identifiers) == 1 and isinstance(identifiers[0], list | tuple):
        return list(identifiers[0])
    return list(identifiers)


def _distinct(names: list[str]) -> list[str]:
    """The names, a repeated one with a number behind it: mse, mse_1, mse_2."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        count = seen.get(name, 0)
        seen[name] = count + 1
        result.append(f"{name}_{count}" if count else name)
    return result
