"""The text of a line of progress, as Keras writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

# Characters of the bar.
WIDTH = 20


def step_count(step: int, steps: int) -> str:
    """Return how far it is: ` 7/10`.

    Example:

    >>> from cornu.callbacks.progress_line import step_count
    >>> step_count(7, 10)
    ' 7/10'
    """
    return f"{step:{len(str(steps))}d}/{steps}"


def step_time(seconds: float, unit: str = "step") -> str:
    """Return the time a step takes: `2s/step`, `3ms/step` or `845us/step`.

    Example:

    >>> from cornu.callbacks.progress_line import step_time
    >>> step_time(0.000845), step_time(0)
    ('845us/step', '0s/step')
    """
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s/{unit}"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.0f}ms/{unit}"
    return f"{seconds * 1e6:.0f}us/{unit}"


def remaining_time(seconds: float) -> str:
    """Return the time still to come: `59s`, `1:05` or `1:01:05`.

    Example:

    >>> from cornu.callbacks.progress_line import remaining_time
    >>> remaining_time(59.9), remaining_time(65), remaining_time(3665)
    ('59s', '1:05', '1:01:05')
    """
    whole = int(seconds)
    if seconds > 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    if seconds > 60:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole}s"


def results(logs: Mapping[str, Any], signed: bool = True) -> str:
    """Return the results: ` - accuracy: 0.9750 - loss: 0.0812`.

    Args:
        logs: Results by name: numbers, or arrays, of which the mean is shown; what is neither is
            left out.
        signed: Whether a negative number counts by its size; Keras's `verbose=2` takes all
            negative ones for small.

    Example:

    >>> from cornu.callbacks.progress_line import results
    >>> results({"loss": 0.00012, "mae": 0.5})
    ' - loss: 1.2000e-04 - mae: 0.5000'
    """
    parts = []
    for name, given in logs.items():
        value = _mean(given)
        if value is None:
            continue
        large = (abs(value) if signed else value) > 1e-3
        parts.append(f" - {name}: {value:.4f}" if large else f" - {name}: {value:.4e}")
    return "".join(parts)


def _mean(value: Any) -> float | None:
    """What is shown of a value that a callback may have put into the logs; None: nothing."""
    try:
        numbers = np.asarray(value)
    except ValueError:
        return None
    if numbers.size == 0 or numbers.dtype.kind not in "biuf":
        return None
    return float(numbers.mean())


def running_line(
    step: int,
    steps: int,
    times: str,
    logs: Mapping[str, Any],
    fill: str,
    width: int = WIDTH,
) -> str:
    """Return the line of `verbose=1` for something that goes on.

    Args:
        step: Steps done.
        steps: Steps there are.
        times: What is said of the time.
        logs: Results by name.
        fill: What the bar is made of.
        width: How many characters the bar has.

    Example:

    >>> from cornu.callbacks.progress_line import running_line
    >>> running_line(1, 2, "3s 3s/step", {"loss": 1.5}, "=", 4)
    '1/2 ==   3s 3s/step - loss: 1.5000'
    """
    bar = fill * int(width * step / steps) if steps else ""
    return f"{step_count(step, steps)} {bar:{width}} {times}{results(logs)}"


def bar_line(
    step: int,
    steps: int,
    seconds: float,
    logs: Mapping[str, Any],
    fill: str,
    unit: str = "step",
    width: int = WIDTH,
    first: int = 0,
) -> str:
    """Return the line of `verbose=1` for something that is done.

    Args:
        step: Steps done.
        steps: Steps there are.
        seconds: What they took.
        logs: Results by name.
        fill: What the bar is made of.
        unit: What a step is called.
        width: How many characters the bar has.
        first: Steps that were done before, and not in these seconds.

    Example:

    >>> from cornu.callbacks.progress_line import bar_line
    >>> bar_line(3, 3, 0.003, {"loss": 1.5}, "=")
    '3/3 ==================== 0s 1ms/step - loss: 1.5000'
    """
    taken = step - first
    times = f"{seconds:.0f}s {step_time(seconds / taken if taken else 0, unit)}"
    return running_line(step, steps, times, logs, fill, width)


def plain_line(
    step: int, steps: int, seconds: float, logs: Mapping[str, Any], unit: str = "step"
) -> str:
    """Return the line of `verbose=2`.

    Example:

    >>> from cornu.callbacks.progress_line import plain_line
    >>> plain_line(3, 3, 0.003, {"loss": 1.5})
    '3/3 - 0s - 1ms/step - loss: 1.5000'
    """
    times = f"{seconds:.0f}s - {step_time(seconds / step if step else 0, unit)}"
    return f"{step_count(step, steps)} - {times}{results(logs, signed=False)}"
