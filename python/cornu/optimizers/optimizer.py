"""What all optimizers share."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from cornu import _core
from cornu.optimizers import schedules
from cornu.optimizers.common_arguments import (
    COMMON,
    check_common,
    check_learning_rate,
    common_of,
    take_decay,
    take_old_name,
)
from cornu.optimizers.own_steps import OwnStep, OwnSteps
from cornu.optimizers.scalar import Scalar
from cornu.optimizers.schedules.learning_rate_schedule import (
    LearningRateSchedule,
    core_schedule,
    is_in_core,
)
from cornu.utils.custom_objects import CustomObjectScope
from cornu.utils.errors import shown
from cornu.utils.naming import unique_name


class Optimizer(OwnSteps):
    """The base of the optimizers, and of those of one's own.

    A subclass has `update_step(gradient, variable, learning_rate)`, which moves one weight, and
    `build(variables)`, which calls `super().build(variables)` and makes what it keeps. What stands
    between a gradient and its step and after it, in the arguments below, is done for it; in `fit`
    too, where each step calls it. `decay` is Keras 2's: step t, counted from 0, has
    `learning_rate / (1 + decay * t)`.

    Args:
        learning_rate: The length of a step, at least 0; a schedule of
            `cornu.optimizers.schedules`, or a function of no arguments, is asked for each step.
        weight_decay: What share of each weight, times `learning_rate`, a step takes away; None:
            none.
        clipnorm: The norm that each weight's gradient is scaled down to, if it is larger; None or
            0: any.
        clipvalue: The size that each number of the gradient is cut to; None or 0: any.
        global_clipnorm: The norm that all gradients together are scaled down to; None or 0: any.
            One of these three may be given.
        use_ema: Whether to keep averages of the weights, which `fit` sets them to at its end; as in
            Keras another `fit` goes on from these.
        ema_momentum: How much of an average stays from step to step, from 0 to 1.
        ema_overwrite_frequency: The weights are set to their averages each so many steps, too;
            None or 0: never.
        loss_scale_factor: What the loss is multiplied by for the gradients, which are divided by
            it, greater than 0; None: nothing.
        gradient_accumulation_steps: Weights move each so many steps, at least 2, by the mean of
            the gradients; None: each step.
        name: A name; None: the class's, in snake case.
        **kwargs: `decay`.

    Raises:
        ValueError: an argument is out of range or unknown.

    Example:

    >>> import cornu
    >>> class Signs(cornu.Optimizer):
    ...     def build(self, variables):
    ...         super().build(variables)
    ...         self.counts = self.add_optimizer_variables(variables, "count")
    ...
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         self.assign_add(self.counts[self._get_variable_index(variable)], gradient != 0)
    ...         self.assign_sub(variable, learning_rate * cornu.ops.sign(gradient))
    >>> optimizer, weight = Signs(0.5), cornu.Variable([1.0, 2.0])
    >>> optimizer.apply_gradients([([3.0, 0.0], weight)])
    <Variable path=signs/iteration, shape=(), dtype=int64, value=1>
    >>> weight.tolist(), optimizer.counts[0].tolist()
    ([0.5, 2.0], [1.0, 0.0])

    Source: https://keras.io/api/optimizers/
    """

    decay: float

    _more_keywords = ("decay",)
    # Whether others take its steps.
    _is_divided = False
    # What `learning_rate` is where nobody gave it.
    _default_learning_rate: float | None = None

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._begin("own", learning_rate, name, {}, common_of(locals()), {"step": OwnStep(self)})

    def _begin(
        self,
        kind: str,
        learning_rate: Any,
        name: str | None,
        options: dict[str, Any],
        common: dict[str, Any],
        own: dict[str, Any],
    ) -> None:
        """Check what it is made with and make the core's optimizer, which is told `own` besides."""
        OwnSteps.__init__(self)
        rate = take_old_name(common, learning_rate, self._default_learning_rate)
        first = 0.0 if callable(rate) else check_learning_rate(rate)
        decay = take_decay(common)
        values, shared = check_common(type(self), common)
        self.name = name or unique_name(type(self).__name__)
        self._core = _core.Optimizer(kind, first, **own, **shared, decay=decay)
        self.__dict__.update(values)
        self.__dict__.update(options)
        self.__dict__["decay"] = decay
        self._option_names = tuple(options)
        # A schedule or another function; None: the core's number.
        self._schedule: Any = None
        self._told_schedule: Any = None
        if callable(rate):
            self._set_learning_rate(rate)

    @property
    def learning_rate(self) -> Any:
        """The learning rate, read at each step: set it at any time, in training too.

        It reads as a `Scalar`: a number with Keras's `numpy()`, `assign(...)` and so on, in double
        precision.
        """
        core, schedule = self._core, self._schedule
        return Scalar(
            "learning_rate",
            f"{self.name}/learning_rate",
            (lambda: core.learning_rate) if schedule is None else self._scheduled_rate,
            self._set_learning_rate,
        )

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self._set_learning_rate(value)

    lr = learning_rate

    @property
    def iterations(self) -> Any:
        """The number of steps taken, as a `Scalar`; with `gradient_accumulation_steps`, of steps
        that moved weights."""
        core, every = self._core, self.gradient_accumulation_steps or 1
        return Scalar(
            "iteration",
            f"{self.name}/iteration",
            lambda: core.iterations // every,
            self._set_iterations,
        )

    @iterations.setter
    def iterations(self, value: Any) -> None:
        self._set_iterations(value)

    def _scheduled_rate(self) -> float:
        """What the schedule gives for the next step."""
        schedule = self._schedule
        if not isinstance(schedule, LearningRateSchedule):
            return check_learning_rate(schedule())
        rate = schedule(np.int64(self._core.iterations))
        return float(rate) if is_in_core(schedule) else check_learning_rate(rate)

    def _prepare_schedule(self) -> None:
        """Tell the core the schedule as it is now, if it is not what it was told."""
        if self._schedule is None:
            return
        told = core_schedule(self._schedule)
        if told != self._told_schedule:
            self._core.set_schedule(*told)
            self._told_schedule = told

    def _ask_schedule(self) -> None:
        """Before a step: tell the core the learning rate, if it is asked for in Python."""
        if self._schedule is not None and not is_in_core(self._schedule):
            self._core.learning_rate = self._scheduled_rate()

    def _prepare_step(self) -> None:
        """Before a step that is a call of its own."""
        self._prepare_schedule()
        self._ask_schedule()

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such an optimizer again, at its present learning rate.

        Example:

        >>> import cornu
        >>> config = cornu.optimizers.SGD(0.1, momentum=0.9).get_config()
        >>> config["learning_rate"], config["momentum"]
        (0.1, 0.9)

        Source: https://keras.io/api/optimizers/
        """
        rate = self._schedule
        if rate is None:
            rate = float(self.learning_rate)
        elif isinstance(rate, LearningRateSchedule):
            rate = schedules.serialize(rate)
        config = {"name": self.name, "learning_rate": rate}
        config.update({name: getattr(self, name) for name in (*COMMON, *self._option_names)})
        if self.decay:
            config["decay"] = self.decay
        return config

    def __setattr__(self, name: str, value: Any) -> None:
        if name in COMMON or name == "decay" or name in self.__dict__.get("_option_names", ()):
            raise AttributeError(
                f"`{name}` of an optimizer can't be changed: make another one with it. "
                f"Received: {name}={shown(value)}"
            )
        super().__setattr__(name, value)

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Optimizer:
        """Make an optimizer from what `get_config` returned.

        Args:
            config: The arguments.
            custom_objects: Classes of learning rate schedules of one's own, by name.

        Example:

        >>> import cornu
        >>> config = cornu.optimizers.SGD(0.1, name="mine").get_config()
        >>> cornu.optimizers.SGD.from_config(config)
        <SGD name=mine, learning_rate=0.1>

        Source: https://keras.io/api/optimizers/
        """
        rate = config.get("learning_rate")
        if isinstance(rate, dict):
            config = {**config, "learning_rate": schedules.deserialize(rate, custom_objects)}
        return cls(**config)

    def __reduce__(self) -> tuple[Any, ...]:
        from cornu.saving.pickled_state import optimizer_state
        from cornu.saving.serialization import collect_own

        with collect_own() as own:
            config = self.get_config()
        if self._schedule is not None:
            config["learning_rate"] = self._schedule
        return _made_again, (type(self), config, own), optimizer_state(self)

    def __setstate__(self, state: Any) -> None:
        from cornu.saving.pickled_state import set_optimizer_state

        set_optimizer_state(self, state)

    def __repr__(self) -> str:
        rate: Any = self._core.learning_rate
        if self._schedule is not None:
            rate = getattr(self._schedule, "__name__", type(self._schedule).__name__)
        return f"<{type(self).__name__} name={self.name}, learning_rate={rate}>"

    def _set_learning_rate(self, value: Any) -> None:
        if callable(value) and not isinstance(value, Scalar | type):
            self._schedule = value
            self._prepare_schedule()
        elif self._schedule is not None:
            raise TypeError(
                "The learning rate of this optimizer is given by a schedule, so it can't be set: "
                "make an optimizer with a number as `learning_rate`. "
                f"Received: learning_rate={shown(value)}"
            )
        else:
            self._core.learning_rate = check_learning_rate(value)

    def _set_iterations(self, value: Any) -> None:
        count = value.value if isinstance(value, Scalar) else value
        if isinstance(count, bool) or not isinstance(count, numbers.Integral) or count < 0:
            raise ValueError(
                "`iterations` must be an integer of at least 0. "
                f"Received: iterations={shown(value)}"
            )
        self._set_core_iterations(int(count) * (self.gradient_accumulation_steps or 1))


def _made_again(kind: type[Optimizer], config: dict[str, Any], own: dict[str, Any]) -> Optimizer:
    with CustomObjectScope(own):
        return kind.from_config(config)
