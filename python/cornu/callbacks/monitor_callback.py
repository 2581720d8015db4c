"""What the callbacks share that watch one result."""

from __future__ import annotations

import math
import numbers
import operator
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.callbacks.callback import Callback
from cornu.callbacks.result_dict import spellings
from cornu.utils.number import as_float, check_integer
from cornu.utils.user_frame import user_level


class MonitorCallback(Callback):
    """The base of callbacks that watch whether a result gets better.

    Args:
        monitor: Its name in the logs.
        mode: `"min"`, `"max"` or `"auto"`: whether less or more is better; `"auto"` asks the loss
            or the metric of that name.
        baseline: What counts as the best so far; None: the first value.
        min_delta: By how much a value must be better to count, in the result's own unit.

    Raises:
        ValueError: an argument is of another kind; with `"auto"`, at the end of the first epoch: no
            metric has that name.

    Source: https://keras.io/api/callbacks/
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0,
    ) -> None:
        super().__init__()
        self.monitor = check_text("monitor", monitor)
        if check_text("mode", mode) not in ("auto", "min", "max"):
            warnings.warn(
                f"{type(self).__name__} mode {mode!r} is unknown: it must be 'auto', 'min' or "
                "'max'; 'auto' is used.",
                stacklevel=user_level(),
            )
            mode = "auto"
        self.mode = mode
        self.best = None if baseline is None else check_number("baseline", baseline)
        self.min_delta = abs(check_number("min_delta", min_delta))
        self.monitor_op: Callable[[Any, Any], bool] | None = None
        self._told: set[str] = set()

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        self._told.clear()

    def _warn(self, text: str) -> None:
        """Warn the user, once a training."""
        if text not in self._told:
            self._told.add(text)
            warnings.warn(text, stacklevel=user_level())

    def _set_monitor_op(self) -> None:
        """Settle which way is better, once the model's metrics are known."""
        mode = self._direction() if self.mode == "auto" else self.mode
        self.monitor_op = operator.lt if mode == "min" else operator.gt
        if mode == "min":
            self.min_delta *= -1

    def _direction(self) -> str:
        names = spellings(self.monitor.removeprefix("val_"))
        if "loss" in names:
            return "min"
        for metric in getattr(self.model, "metrics", ()):
            if metric.name in names:
                return "max" if metric._direction == "up" else "min"
        known = ["loss", *(metric.name for metric in getattr(self.model, "metrics", ()))]
        raise ValueError(
            f"`monitor` of {type(self).__name__} is the name of no metric of the model, which has "
            f"{', '.join(map(repr, dict.fromkeys(known)))}; `mode` must be 'min' or 'max' where it "
            f"is there all the same. Received: monitor={self.monitor!r}, mode='auto'"
        )

    def _is_improvement(self, value: Any, reference: Any) -> bool:
        if reference is None:
            return True
        assert self.monitor_op is not None
        return bool(self.monitor_op(value - self.min_delta, reference))


def check_verbosity(value: Any) -> int:
    """Return the `verbose` of a callback.

    Raises:
        ValueError: it is neither a bool nor an integer of at least 0.
    """
    return check_integer("verbose", int(value) if isinstance(value, bool) else value, least=0)


def check_text(name: str, value: Any) -> str:
    """Return an argument that must be a string.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(value, str):
        raise ValueError(
            f"`{name}` must be a string. "
            f"Received: {name}={value!r} (of type {type(value).__name__})"
        )
    return value


def check_number(name: str, value: Any) -> Any:
    """Return an argument that must be a real number.

    Raises:
        ValueError: it is something else, or NaN.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, numbers.Real)
        or math.isnan(as_float(value))
    ):
        raise ValueError(
            f"`{name}` must be a number. "
            f"Received: {name}={value!r} (of type {type(value).__name__})"
        )
    return value.item() if isinstance(value, np.generic) else value
