"""A display of progress for loops of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from cornu.utils.errors import shown
from cornu.utils.number import check_finite, check_integer


class Progbar:
    """Show how far a loop is: a live bar on a terminal, else one line at the end.

    Args:
        target: How many steps there are; None: not known, and then nothing is shown before the end.
        width: How many characters the bar has.
        verbose: 0: silent; 1: a bar; 2: a line at the end.
        interval: Seconds between two looks of the bar.
        stateful_metrics: Names of values that are shown as they come; of the others the mean over
            the steps is shown, at the end the last value.
        stateless_metrics: Names of values of which the mean is shown; the others are shown as they
            come. Only one of the two may be given.
        unit_name: What a step is called.

    Raises:
        ValueError: an argument is something else.

    Example:

    >>> import cornu
    >>> bar = cornu.utils.Progbar(3, verbose=2)
    >>> for step in range(3):
    ...     bar.update(step + 1, [("loss", float(step))])  # doctest: +ELLIPSIS
    3/3 - 0s - ...s/step - loss: 2.0000

    Source: https://keras.io/api/utils/python_utils/ (`Progbar`)
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "One of `stateful_metrics` and `stateless_metrics` may be given. Received: both"
            )
        if verbose not in (0, 1, 2):
            raise ValueError(f"`verbose` must be 0, 1 or 2. Received: verbose={shown(verbose)}")
        self.target = None if target is None else check_integer("target", target, least=0)
        self.width = check_integer("width", width)
        self.verbose = int(verbose)
        self.interval = check_finite("interval", interval)
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ()) if stateless_metrics is None else None
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._seen = 0
        self._sums: dict[str, tuple[Any, float]] = {}
        self._progress: Any = self._begin() if self.verbose else None

    def _begin(self) -> Any:
        from cornu.callbacks.progress import Progress

        return Progress(self.target, self.verbose, self.unit_name, self.width, self.interval)

    def update(self, current: int, values: Any = None, finalize: bool | None = None) -> None:
        """Show that so many steps are done.

        Args:
            current: How many.
            values: Pairs of a name and a value of the last step.
            finalize: Whether this is the end; None: if all steps are done.

        Example:

        >>> import cornu
        >>> bar = cornu.utils.Progbar(2, verbose=2)
        >>> bar.update(1)
        >>> bar.update(2)  # doctest: +ELLIPSIS
        2/2 - 0s - ...s/step

        Source: https://keras.io/api/utils/python_utils/ (`Progbar`)
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        for name, value in values or ():
            if finalize or not self._is_mean(name):
                self._sums[name] = (value, 1)
            else:
                steps = max(current - self._seen, 1)
                total, count = self._sums.get(name, (0.0, 0))
                self._sums[name] = (total + value * steps, count + steps)
        self._seen = current
        if self._progress is None:
            return
        logs = {name: np.mean(total) / count for name, (total, count) in self._sums.items()}
        self._progress.update(current, logs)
        if finalize:
            self._progress.finish(current, logs)
            self._progress = self._begin()

    def _is_mean(self, name: str) -> bool:
        if self.stateful_metrics is not None:
            return name not in self.stateful_metrics
        return name in (self.stateless_metrics or ())

    def add(self, n: int, values: Any = None) -> None:
        """Show that so many steps more are done.

        Args:
            n: How many.
            values: As in `update`.

        Example:

        >>> import cornu
        >>> bar = cornu.utils.Progbar(2, verbose=2)
        >>> bar.add(1)
        >>> bar.add(1)  # doctest: +ELLIPSIS
        2/2 - 0s - ...s/step

        Source: https://keras.io/api/utils/python_utils/ (`Progbar`)
        """
        self.update(self._seen + n, values)
