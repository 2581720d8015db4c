"""What optimizers are made with: checks, old names, and Keras's common arguments."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from cornu.optimizers.path_patterns import check_pattern
from cornu.utils.arrays import is_among
from cornu.utils.errors import shown
from cornu.utils.flag import check_flag
from cornu.utils.keywords import nearest_keyword
from cornu.utils.number import as_float, as_integer, check_integer
from cornu.utils.old_keywords import given_twice

# Keras's common arguments with their defaults, in its order.
COMMON: dict[str, Any] = {
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

_CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")


def common_of(call: dict[str, Any]) -> dict[str, Any]:
    """Return what a constructor was given of Keras's common arguments, and in its `**kwargs`.

    Args:
        call: Its `locals()`.
    """
    return {**{name: call[name] for name in COMMON}, **call["kwargs"]}


def check_number(
    name: str, value: Any, low: float, high: float, below: bool = False, above: bool = False
) -> float:
    """Return an argument as a float.

    Args:
        name: Its name.
        value: What came.
        low: The least that it may be.
        high: The most that it may be.
        below: Whether it must be less than `high`.
        above: Whether it must be more than `low`.

    Raises:
        ValueError: it is no number or out of range.
    """
    number = math.nan if isinstance(value, bool | str) else as_float(value)
    is_in = (
        low <= number <= high and not (below and number == high) and not (above and number == low)
    )
    if not is_in:
        bound = f"from {low:g} to {high:g}" + (" (excluded)" if below else "")
        if math.isinf(high):
            bound = f"more than {low:g}" if above else f"at least {low:g}"
        elif math.isinf(low):
            bound = f"at most {high:g}"
        raise ValueError(f"`{name}` must be a number {bound}. Received: {name}={shown(value)}")
    return number


def check_not_negative(name: str, value: Any) -> float:
    """Return an argument as a float.

    Raises:
        ValueError: it is no number, negative or not finite.
    """
    return check_number(name, value, 0.0, math.inf, below=True)


def check_moments(beta_1: Any, beta_2: Any, epsilon: Any) -> dict[str, float]:
    """Return the options that Adam and its kin share, as floats by their names.

    Args:
        beta_1: How much of the first moment stays, from 0 to 1 (excluded).
        beta_2: How much of the second one stays, likewise.
        epsilon: What keeps the division finite, at least 0; None: 1e-7.

    Raises:
        ValueError: one is no number or out of range.
    """
    return {
        "beta_1": check_number("beta_1", beta_1, 0.0, 1.0, below=True),
        "beta_2": check_number("beta_2", beta_2, 0.0, 1.0, below=True),
        "epsilon": check_epsilon(epsilon),
    }


def check_epsilon(epsilon: Any) -> float:
    """Return what keeps a division finite as a float; None, as Keras 2 writes it: the default.

    Raises:
        ValueError: it is no number, or negative.

    Example:

    >>> from cornu.optimizers.common_arguments import check_epsilon
    >>> check_epsilon(None), check_epsilon(0.5)
    (1e-07, 0.5)
    """
    return check_not_negative("epsilon", 1e-7 if epsilon is None else epsilon)


def check_learning_rate(value: Any) -> float:
    """Return a learning rate as a float.

    Raises:
        ValueError: it is no number, a bool, negative or not finite.
    """
    # Such as a function or a schedule may make.
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(())
    return check_not_negative("learning_rate", value)


def check_patterns(name: str, value: Any) -> list[str]:
    """Return an argument as a list of regular expressions; None: an empty one.

    Raises:
        ValueError: it is no list of them, or one of a file might take for ever.
    """
    try:
        if isinstance(value, str):
            raise TypeError
        patterns = list(value or ())
        for pattern in patterns:
            check_pattern(pattern)
    except (TypeError, re.error):
        raise ValueError(
            f"`{name}` must be a list of regular expressions. Received: {name}={shown(value)}"
        ) from None
    return patterns


def take_old_name(common: dict[str, Any], learning_rate: Any, default: float | None) -> Any:
    """Return the learning rate, under whichever name it came; the old one is taken out.

    Args:
        common: What came by keyword; the old name is removed.
        learning_rate: What came under the name of today.
        default: What that is where nobody gave it.

    Raises:
        ValueError: both names were given.
    """
    if "lr" not in common:
        return learning_rate
    rate = common.pop("lr")
    if not is_among(learning_rate, (default,)):
        raise given_twice("learning_rate", learning_rate, "lr", rate)
    return rate


def take_decay(common: dict[str, Any]) -> float:
    """Return Keras 2's `decay`, 0 where there is none; it is taken out of what came by keyword.

    Raises:
        ValueError: it is no number or negative.
    """
    decay = common.pop("decay", None)
    return 0.0 if decay is None else check_not_negative("decay", decay)


def check_common(kind: type, common: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Check Keras's common arguments.

    Args:
        kind: The optimizer's class.
        common: What came; those that are missing have their defaults.

    Returns:
        All of them as attributes, and what the core is told.

    Raises:
        ValueError: one is unknown or out of range.
    """
    unknown = [name for name in common if name not in COMMON]
    if unknown:
        raise ValueError(
            f"Unknown argument of the optimizer: {unknown[0]}={shown(common[unknown[0]])}."
            f"{nearest_keyword(kind, unknown[0], COMMON)}"
        )
    values = {**COMMON, **common}
    core: dict[str, Any] = _check_averaging(values)
    for name in ("weight_decay", *_CLIPPING):
        if values[name] is not None:
            values[name] = core[name] = check_not_negative(name, values[name])
    if sum(values[name] is not None for name in _CLIPPING) > 1:
        received = ", ".join(f"{name}={values[name]}" for name in _CLIPPING)
        raise ValueError(
            "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. "
            f"Received: {received}"
        )
    return values, core


def _check_averaging(values: dict[str, Any]) -> dict[str, Any]:
    """Check what is said of averages, accumulation and the loss's scale, and return what the core
    is told of it."""
    core: dict[str, Any] = {"use_ema": check_flag("use_ema", values["use_ema"])}
    core["ema_momentum"] = check_number("ema_momentum", values["ema_momentum"], 0.0, 1.0)
    if values["ema_overwrite_frequency"] is not None:
        frequency = check_integer("ema_overwrite_frequency", values["ema_overwrite_frequency"], 0)
        core["ema_overwrite_frequency"] = frequency
    steps = values["gradient_accumulation_steps"]
    if steps is not None and as_integer(steps) != 0:
        core["gradient_accumulation_steps"] = check_integer("gradient_accumulation_steps", steps, 2)
    factor = values["loss_scale_factor"]
    if factor is not None:
        core["loss_scale_factor"] = check_number(
            "loss_scale_factor", factor, 0.0, math.inf, below=True, above=True
        )
    values.update(core)
    return core
