"""What all optimizers share."""

from __future__ import annotations

import math
import numbers
from typing import Any

from cornu import _core
from cornu.optimizers.scalar import Scalar
from cornu.utils.arrays import is_among
from cornu.utils.errors import shown
from cornu.utils.keywords import nearest_keyword
from cornu.utils.naming import unique_name
from cornu.utils.number import as_float
from cornu.utils.overriding import refusal, refuse_overridden

# Keras's common arguments with their defaults, the only values that are supported so far.
UNSUPPORTED = {
    "weight_decay": None,
    "clipnorm": None,
    "clipvalue": None,
    "global_clipnorm": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}

# The core takes the steps: methods of a subclass would never be called.
_METHODS = (
    "update_step",
    "add_variable",
    "add_variable_from_reference",
    "add_optimizer_variables",
    "assign",
    "assign_add",
    "assign_sub",
    "scale_loss",
    "apply",
    "apply_gradients",
    "build",
    "minimize",
    "stateless_apply",
    "finalize_variable_values",
)


class Optimizer:
    """The base of the optimizers: a learning rate, a count of steps, and the core's own optimizer.

    The other options are fixed when it is made: the core would not see them change.

    Args:
        kind: The core's name of it.
        learning_rate: The length of a step, at least 0.
        name: A name; None: the class's, in snake case.
        options: What the core is told besides.
        common: Keras's common arguments and what came in `**kwargs`.

    Raises:
        ValueError: an argument is out of range, unknown, or not supported yet.

    Example:

    >>> import cornu
    >>> optimizer = cornu.optimizers.SGD(0.1)
    >>> isinstance(optimizer, cornu.Optimizer)
    True
    >>> optimizer.learning_rate = 0.01
    >>> float(optimizer.learning_rate), int(optimizer.iterations)
    (0.01, 0)

    Source: https://keras.io/api/optimizers/
    """

    # What `learning_rate` is where nobody gave it.
    _default_learning_rate: float

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        # Here, for the constructor's arguments are not Keras's.
        if cls is Optimizer:
            raise TypeError(
                "`Optimizer` is the base of the optimizers: use one such as cornu.optimizers.Adam."
            )
        return super().__new__(cls)

    def __init__(
        self,
        kind: str,
        learning_rate: Any,
        name: str | None,
        options: dict[str, Any],
        common: dict[str, Any],
    ) -> None:
        refuse_overridden(self, (*_METHODS, "learning_rate", "iterations"), "Optimizers")
        rate = check_learning_rate(
            _take_old_names(common, learning_rate, self._default_learning_rate)
        )
        _refuse_unsupported(type(self), common)
        self.name = name or unique_name(type(self).__name__)
        self._core = _core.Optimizer(kind, rate, **options)
        self.__dict__.update(UNSUPPORTED)
        self.__dict__.update(options)
        self._option_names = tuple(options)

    @property
    def learning_rate(self) -> Any:
        """The learning rate, read at each step: set it at any time, in training too.

        It reads as a `Scalar`: a number with Keras's `numpy()`, `assign(...)` and so on, in double
        precision.
        """
        core = self._core
        return Scalar(
            "learning_rate",
            f"{self.name}/learning_rate",
            lambda: core.learning_rate,
            self._set_learning_rate,
        )

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self._set_learning_rate(value)

    lr = learning_rate

    @property
    def iterations(self) -> Any:
        """The number of steps taken, as a `Scalar`."""
        core = self._core
        return Scalar(
            "iteration", f"{self.name}/iteration", lambda: core.iterations, self._set_iterations
        )

    @iterations.setter
    def iterations(self, value: Any) -> None:
        self._set_iterations(value)

    @property
    def built(self) -> bool:
        """Whether it has taken a step, and so has slots."""
        return self._core.iterations > 0

    @property
    def slot_count(self) -> int:
        """How many numbers it keeps for each weight."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such an optimizer again, at its present learning rate.

        Example:

        >>> import cornu
        >>> config = cornu.optimizers.SGD(0.1, momentum=0.9).get_config()
        >>> config["learning_rate"], config["momentum"]
        (0.1, 0.9)

        Source: https://keras.io/api/optimizers/
        """
        config = {"name": self.name, "learning_rate": float(self.learning_rate), **UNSUPPORTED}
        config.update({option: getattr(self, option) for option in self._option_names})
        return config

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _METHODS:
            raise ValueError(refusal("Optimizers", type(self), name))
        if name in UNSUPPORTED or name in self.__dict__.get("_option_names", ()):
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
            custom_objects: Of no use here; Keras's, for learning rate schedules of one's own.

        Example:

        >>> import cornu
        >>> config = cornu.optimizers.SGD(0.1, name="mine").get_config()
        >>> cornu.optimizers.SGD.from_config(config)
        <SGD name=mine, learning_rate=0.1>

        Source: https://keras.io/api/optimizers/
        """
        return cls(**config)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.built:
            raise TypeError(
                f"`{self.name}` can't be copied or pickled once it has taken steps: what it keeps "
                "for the weights is the model's, and saving that is not supported yet."
            )
        return _made_again, (type(self), self.get_config())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, learning_rate={self._core.learning_rate}>"

    def _set_learning_rate(self, value: Any) -> None:
        self._core.learning_rate = check_learning_rate(value)

    def _set_iterations(self, value: Any) -> None:
        count = value.value if isinstance(value, Scalar) else value
        if isinstance(count, bool) or not isinstance(count, numbers.Integral) or count < 0:
            raise ValueError(
                "`iterations` must be an integer of at least 0. "
                f"Received: iterations={shown(value)}"
            )
        self._core.iterations = int(count)


def _made_again(kind: type[Optimizer], config: dict[str, Any]) -> Optimizer:
    return kind.from_config(config)


def check_number(name: str, value: Any, low: float, high: float, below: bool = False) -> float:
    """Return an argument as a float.

    Args:
        name: Its name.
        value: What came.
        low: The least that it may be.
        high: The most that it may be.
        below: Whether it must be less than `high`.

    Raises:
        ValueError: it is no number or out of range.
    """
    number = math.nan if isinstance(value, bool | str) else as_float(value)
    if not (low <= number < high if below else low <= number <= high):
        bound = (
            "at least 0"
            if math.isinf(high)
            else f"from {low:g} to {high:g}" + (" (excluded)" if below else "")
        )
        raise ValueError(f"`{name}` must be a number {bound}. Received: {name}={shown(value)}")
    return number


def check_learning_rate(value: Any) -> float:
    """Return a learning rate as a float.

    Raises:
        ValueError: it is a schedule or another function, no number, a bool, negative or not finite.
    """
    if callable(value):
        raise ValueError(
            "`learning_rate` must be a number: a schedule or another function is not supported "
            "yet. "
            f"Received: learning_rate={shown(value)}"
        )
    return check_number("learning_rate", value, 0.0, math.inf, below=True)


def check_flag(name: str, value: Any) -> bool:
    """Return an argument as a bool.

    Raises:
        ValueError: it is neither True nor False.
    """
    if not is_among(value, (True, False)):
        raise ValueError(f"`{name}` must be True or False. Received: {name}={shown(value)}")
    return bool(value)


def _take_old_names(common: dict[str, Any], learning_rate: Any, default: float) -> Any:
    """The learning rate, under whichever name it came; the old names are taken out of `common`."""
    if common.pop("decay", None) is not None:
        import warnings

        # As Keras 3 does. Programs from before it have `decay=1e-6` nearly everywhere.
        warnings.warn(
            "`decay` is no argument of Keras 3's optimizers and is ignored.",
            UserWarning,
            stacklevel=4,
        )
    if "lr" not in common:
        return learning_rate
    rate = common.pop("lr")
    if not is_among(learning_rate, (default,)):
        raise ValueError(
            "`lr` is the old name of `learning_rate`: give one of them. "
            f"Received: learning_rate={learning_rate}, lr={rate}"
        )
    return rate


def _refuse_unsupported(kind: type, common: dict[str, Any]) -> None:
    unknown = [name for name in common if name not in UNSUPPORTED]
    if unknown:
        raise ValueError(
            f"Unknown argument of the optimizer: {unknown[0]}={shown(common[unknown[0]])}."
            f"{nearest_keyword(kind, unknown[0], UNSUPPORTED)}"
        )
    for name, value in common.items():
        default = UNSUPPORTED[name]
        if not is_among(value, (default,)) or isinstance(value, bool) != isinstance(default, bool):
            raise ValueError(
                f"`{name}` must be {default}: it is not supported yet. "
                f"Received: {name}={shown(value)}"
            )
