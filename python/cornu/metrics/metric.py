"""What all metrics share."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.config import floatx
from cornu.utils.arrays import any_type
from cornu.utils.errors import shown
from cornu.utils.memory_limit import take_contents
from cornu.utils.name_first import name_first
from cornu.utils.naming import unique_name
from cornu.variable import Variable

if TYPE_CHECKING:
    from cornu._core import MetricSpec


# What one takes of memory, with the core's part of it.
_METRIC_NBYTES = 4096


class Metric:
    """The base of the metrics: numbers gathered over batches, from which `result` makes one.

    A metric of one's own makes its variables in `__init__` with `add_variable`, changes them in
    `update_state(y_true, y_pred, sample_weight=None)` and reads them in `result`, which returns one
    number where the metric is one of `compile`.

    Args:
        dtype: The float type of the result, or an integer type, which is kept and makes it that of
            `floatx()`: nothing is cut to whole numbers. None: `floatx()`.
        name: A name; None: the class's, in snake case.

    Raises:
        ValueError: `dtype` is no such type.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> class Largest(cornu.metrics.Metric):
    ...     def __init__(self, **kwargs):
    ...         super().__init__(**kwargs)
    ...         self.largest = self.add_variable(shape=(), initializer="zeros", name="largest")
    ...     def update_state(self, values):
    ...         self.largest.assign(np.maximum(self.largest, np.max(values)))
    ...     def result(self):
    ...         return self.largest.value
    >>> metric = Largest()
    >>> metric.update_state([1.0, 7.0])
    >>> metric.update_state([2.0])
    >>> float(metric.result())
    7.0

    Source: https://keras.io/api/metrics/base_metric/
    """

    # Which way is better, for callbacks: "up", "down" or None.
    _direction: str | None = None
    # Whether it compares predictions with targets, as those of `compile` do.
    _takes_target = True

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        take_contents("Metrics", _METRIC_NBYTES)
        self.name = name or unique_name(type(self).__name__)
        self._dtype = _check_type(dtype)
        self._variables: list[Variable] = []

    @property
    def dtype(self) -> str:
        """The type that it was made with."""
        return self._dtype

    @property
    def _float_type(self) -> str:
        """The type of the result: Keras's own divides in floats where it has summed in integers."""
        return self._dtype if self._dtype.startswith("float") else floatx()

    @property
    def variables(self) -> list[Variable]:
        """What is gathered: variables of this metric, and of metrics among its attributes."""
        found = {id(variable): variable for variable in _variables_in(vars(self))}
        return list(found.values())

    @name_first("shape")
    def add_variable(
        self,
        shape: tuple[int, ...],
        initializer: Any,
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:
        """Make a variable of the metric.

        Args:
            shape: Its shape.
            initializer: An initializer or its name.
            dtype: Its type; None: `floatx()`.
            aggregation: Of no use here; Keras's, for several devices.
            name: A name.

        Returns:
            A `Variable`.
        """
        from cornu import initializers

        shape = tuple(shape)
        take_contents("The variables of metrics", 8 * math.prod(shape))
        variable = Variable(
            initializers.get(initializer),
            shape=shape,
            dtype=dtype,
            trainable=False,
            name=name,
        )
        variable.path = f"{self.name}/{variable.name}"
        self._variables.append(variable)
        return variable

    @name_first("shape")
    def add_weight(
        self,
        shape: tuple[int, ...] = (),
        initializer: Any = "zeros",
        dtype: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a variable of the metric; the older name of `add_variable`."""
        return self.add_variable(shape=shape, initializer=initializer, dtype=dtype, name=name)

    def reset_state(self) -> None:
        """Set all variables to zero."""
        for variable in self.variables:
            variable[...] = 0

    def reset_states(self) -> None:
        """Set all variables to zero; the older name of `reset_state`.

        Example:

        >>> import cornu
        >>> metric = cornu.metrics.Mean()
        >>> metric.update_state([1.0, 3.0])
        >>> metric.reset_states()
        >>> float(metric.result())
        0.0

        Source: Keras 2.2, `Metric.reset_states`
        """
        self.reset_state()

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Take another batch in. For subclasses to write."""
        raise NotImplementedError(f"{type(self).__name__} must have a method `update_state`.")

    def result(self) -> Any:
        """Return the metric of what was taken in so far. For subclasses to write."""
        raise NotImplementedError(f"{type(self).__name__} must have a method `result`.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take another batch in and return the result so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    @property
    def specification(self) -> MetricSpec:
        """What the core is told of the metric.

        Raises:
            ValueError: it isn't one that the core has.
        """
        reason = "must have a method `update_state`"
        if not self._takes_target:
            reason = (
                f"must compare predictions with targets: {type(self).__name__} takes no target, "
                "and works where it is called directly only"
            )
        raise ValueError(f"`metrics` {reason}. Received: {self!r}")

    def _specification_for(self, output_shape: tuple[Any, ...]) -> MetricSpec:
        """What the core is told for predictions of this shape."""
        return self.specification

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a metric again."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Metric:
        """Make a metric from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"

    def _publish(self, value: float) -> None:
        """Let `result` return what the core found."""

    def _as_result(self, number: Any) -> np.floating:
        with np.errstate(over="ignore"):
            return np.dtype(self._float_type).type(number)


def _check_type(dtype: Any) -> str:
    found = any_type(dtype)
    if found.kind == "b":
        raise ValueError(
            "`dtype` must be 'float32', 'float64' or an integer type. "
            f"Received: dtype={shown(dtype)}"
        )
    return found.name


def _variables_in(thing: Any) -> Iterator[Variable]:
    """The variables in an attribute: itself, a metric's, or those in its lists and dictionaries."""
    if isinstance(thing, Variable):
        yield thing
    elif isinstance(thing, Metric):
        yield from thing.variables
    elif isinstance(thing, dict | list | tuple):
        for inner in thing.values() if isinstance(thing, dict) else thing:
            yield from _variables_in(inner)
