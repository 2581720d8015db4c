"""The display of one epoch, one evaluation or one prediction, or of many epochs."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

from cornu.callbacks.notebook_display import NotebookDisplay, in_notebook
from cornu.callbacks.progress_line import (
    WIDTH,
    bar_line,
    plain_line,
    remaining_time,
    results,
    running_line,
    step_time,
)
from cornu.utils.messages import (
    can_print,
    is_interactive_logging_enabled,
    keep_clear,
    keep_clear_no_more,
    tell,
)

# Seconds between two looks of the bar, as in Keras: the eye sees no more.
INTERVAL = 0.05
_FILL = "━"
# For an output that has no such character.
_PLAIN_FILL = "="

_bar_class: Any = None


class Progress:
    """Shows how far it is: live on a terminal and in a notebook, else one line at the end.

    Args:
        steps: How many steps there are; None: not known, and then no bar is drawn on the way.
        verbose: 1: the bar; 2: a line at the end.
        unit: What a step is called.
        width: How many characters the bar has.
        interval: Seconds between two looks of the bar; None: INTERVAL.
        first: Steps that were done before it began.
        display: What it shows itself on in a notebook, and leaves to its owner to flush; None: one
            of its own, if it is in a notebook.
        title: A line above, there.
    """

    def __init__(
        self,
        steps: int | None,
        verbose: int,
        unit: str = "step",
        width: int = WIDTH,
        interval: float | None = None,
        first: int = 0,
        display: NotebookDisplay | None = None,
        title: str = "",
    ) -> None:
        self._unit, self._width = unit, width
        self._interval = INTERVAL if interval is None else interval
        self._steps, self._first = steps, first
        self._verbose = verbose
        self._title = f"{title}\n" if title else ""
        self._bar: Any = None
        self._display, self._owns_display = display, display is None
        if verbose == 1 and display is None:
            self._display = new_display()
        if verbose == 1 and self._display is None and steps is not None and is_live():
            # The first bar imports tqdm, 65 ms that are no step's.
            self._bar = _new_bar(steps, width)
            keep_clear(self._clear)
        self._began = time.monotonic()
        self._shown = self._began

    def began_at(self, seconds: float) -> None:
        """Count the time from an earlier moment on, as `time.monotonic` has it."""
        self._began = seconds

    def update(self, step: int, logs: Mapping[str, Any]) -> None:
        """Show that `step` steps are done, if the last look is some time ago."""
        if self._steps is None or (self._bar is None and self._display is None):
            return
        now = time.monotonic()
        if now - self._shown < self._interval:
            return
        self._shown = now
        per_step = (now - self._began) / max(step - self._first, 1)
        left = remaining_time(per_step * (self._steps - step))
        times = f"{left} {step_time(per_step, self._unit)}"
        if self._display is not None:
            line = running_line(step, self._steps, times, logs, fill(), self._width)
            self._display.show(self._title + line)
            return
        self._show(step, f"{times}{results(logs)}")

    def finish(self, step: int, logs: Mapping[str, Any], ended: float | None = None) -> None:
        """Show the end, after `step` steps, and go to a new line.

        Args:
            step: Steps done.
            logs: The results.
            ended: When the last step was done, as `time.monotonic` has it; None: now.
        """
        seconds = (time.monotonic() if ended is None else ended) - self._began
        steps = step if self._steps is None else self._steps
        if self._bar is not None:
            # The last line is written in full, however narrow the terminal is.
            self._bar.leave = False
            self.close()
        if self._verbose != 1:
            tell(plain_line(step, steps, seconds, logs, self._unit))
            return
        line = bar_line(
            step, steps, seconds, logs, fill(), self._unit, self._width, first=self._first
        )
        if self._display is None:
            tell(line)
            return
        self._display.show(self._title + line)
        self.close()

    def close(self) -> None:
        """Write no more to the bar's line."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
            keep_clear_no_more(self._clear)
        if self._display is not None and self._owns_display:
            self._display.flush()

    def _show(self, step: int, text: str) -> None:
        self._bar.n = step
        self._bar.set_description_str(text, refresh=False)
        self._bar.delay = 0
        # Beyond the edge of a terminal a line can't be written over.
        self._bar.ncols = shutil.get_terminal_size().columns - 1
        self._bar.refresh()

    def _clear(self) -> None:
        if self._bar.delay == 0:
            self._bar.clear()


def fill() -> str:
    """Return the character that a bar is made of on the present output."""
    return _FILL if can_print(_FILL) else _PLAIN_FILL


def new_display() -> NotebookDisplay | None:
    """Return a new output of the notebook's cell; None: there is none, or nothing is printed."""
    is_shown = is_interactive_logging_enabled() and in_notebook()
    return NotebookDisplay() if is_shown else None


def is_live() -> bool:
    """Return whether a line can be written over: on a terminal, and in a notebook."""
    if not is_interactive_logging_enabled():
        return False
    is_terminal = getattr(sys.stdout, "isatty", None)
    return bool(is_terminal and is_terminal()) or in_notebook()


def _new_bar(steps: int, width: int) -> Any:
    return _tqdm()(
        total=steps,
        file=sys.stdout,
        ascii=" " + fill(),
        bar_format=f"{{n_fmt:>{len(str(steps))}}}/{{total_fmt}} {{bar:{width}}} {{desc}}",
        # Given, or tqdm asks the terminal, and draws nothing on one that answers with 0.
        ncols=shutil.get_terminal_size().columns - 1,
        nrows=20,
        # Nothing is drawn before the first step is done, and nothing is left if none is.
        delay=1e9,
    )


def _tqdm() -> Any:
    """tqdm's bar, without its watching thread and its lock between processes: a process that
    trains may fork at any time. Imported only here, where there is something to draw."""
    global _bar_class
    if _bar_class is None:
        from tqdm.std import tqdm

        class Bar(tqdm):
            monitor_interval = 0

        Bar.set_lock(threading.RLock())
        _bar_class = Bar
    return _bar_class
