"""What all schedules share."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import _core
from cornu.config import floatx
from cornu.utils.errors import shown
from cornu.utils.number import check_finite
from cornu.utils.overriding import overridden


class LearningRateSchedule:
    """A learning rate that is a function of the step.

    A class derived from it has a `__call__(step)`, which is asked before each step of a training;
    cornu's own are computed in C, without a call of Python.

    Example:

    >>> import cornu
    >>> class Halved(cornu.optimizers.schedules.LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.1 * 0.5**step
    >>> float(cornu.optimizers.SGD(Halved()).learning_rate)
    0.1

    Source: https://keras.io/api/optimizers/learning_rate_schedules/
    """

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step, counted from 0."""
        raise NotImplementedError(
            f"Learning rate schedule {type(self).__name__!r} must override `__call__(self, step)`."
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a schedule again."""
        raise NotImplementedError(
            f"Learning rate schedule {type(self).__name__!r} must override `get_config()` to be "
            "serialized."
        )

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> LearningRateSchedule:
        """Make a schedule from what `get_config` returned."""
        return cls(**config)


class CoreSchedule(LearningRateSchedule):
    """The base of the schedules that the core computes.

    Its rates are in double precision there; called, it gives one of `floatx()`.
    """

    # Of the constructor's arguments.
    _names: tuple[str, ...]
    # The core's name of it; here that of any, for one without numbers.
    _kind = "ExponentialDecay"

    def _numbers(self) -> list[float]:
        """What the core is told: see cornu.h."""
        raise NotImplementedError

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step, counted from 0, as a number of type `floatx()`.

        Args:
            step: A number of at least 0, or an array of any shape of such: the rates are one of
                this shape then.

        Raises:
            ValueError: it is neither.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> schedule = cornu.optimizers.schedules.PolynomialDecay(1.0, 10, end_learning_rate=0.0)
        >>> schedule(np.linspace(0, 10, 5))
        array([1.  , 0.75, 0.5 , 0.25, 0.  ], dtype=float32)
        """
        steps = _as_steps(step)
        rates = [
            _core.Optimizer.schedule_rate(self._kind, self._numbers(), float(each))
            for each in steps.ravel()
        ]
        # Indexed by (), an array without axes is a number.
        return np.reshape(np.asarray(rates, floatx()), steps.shape)[()]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a schedule again."""
        return {name: getattr(self, name) for name in self._names}


def _as_steps(step: Any) -> np.ndarray:
    """Return steps as an array."""
    try:
        steps = np.asarray(step)
    except (TypeError, ValueError):
        steps = np.asarray(None)
    # A counter of steps has 64 bits.
    if steps.dtype.kind not in "iuf" or not np.all((steps >= 0) & (steps < 2.0**64)):
        raise ValueError(f"`step` must be a number of at least 0. Received: {shown(step)}")
    return steps


def is_in_core(rate: Any) -> bool:
    """Whether the core computes a schedule; if not, it is asked in Python."""
    return isinstance(rate, CoreSchedule) and overridden(rate, ["__call__"]) is None


def core_schedule(rate: Any) -> tuple[str, list[float]]:
    """Return what the core is told of a schedule: its kind and numbers, none where it asks."""
    return (rate._kind, rate._numbers()) if is_in_core(rate) else (CoreSchedule._kind, [])


def check_steps(name: str, value: Any) -> Any:
    """Return an argument that counts steps.

    Raises:
        ValueError: it is no finite number above 0.
    """
    if isinstance(value, bool) or check_finite(name, value) <= 0:
        raise ValueError(f"`{name}` must be > 0. Received: {name}={shown(value)}")
    return value


def check_rates(**values: Any) -> None:
    """Check arguments that are finite numbers.

    Raises:
        ValueError: one is none.
    """
    for name, value in values.items():
        check_finite(name, value)
