"""A learning rate that is a function of the epoch."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.callbacks.callback import Callback, Logs
from cornu.callbacks.learning_rates import Rated, rated_optimizers
from cornu.callbacks.monitor_callback import check_verbosity
from cornu.utils.errors import shown
from cornu.utils.messages import tell


class LearningRateScheduler(Callback):
    """Set the learning rate at the beginning of each epoch.

    Args:
        schedule: A function of the epoch's number, from 0, and the learning rate, or of the number
            alone, that returns the new learning rate, a float.
        verbose: 1 or True: say what is set; 0 or False: don't.

    Raises:
        ValueError: an argument is of another kind; in `fit`: what the function returned is no
            float.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
    >>> model.compile(cornu.optimizers.SGD(1.0), "mse")
    >>> halve = cornu.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    >>> history = model.fit(
    ...     np.zeros((4, 3)), np.zeros((4, 1)), epochs=3, verbose=0, callbacks=[halve]
    ... )
    >>> history.history["learning_rate"]
    [0.5, 0.25, 0.125]

    Source: https://keras.io/api/callbacks/learning_rate_scheduler/
    """

    def __init__(self, schedule: Callable[..., Any], verbose: int = 0) -> None:
        super().__init__()
        if not callable(schedule):
            raise ValueError(
                "`schedule` must be a function of the epoch and the learning rate. "
                f"Received: schedule={shown(schedule)}"
            )
        self.schedule = schedule
        self.verbose = check_verbosity(verbose)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        for one in rated_optimizers(self.model.optimizer):
            self._set(epoch, one)

    def _set(self, epoch: int, of: Rated) -> None:
        rate = self._call(epoch, of.rate)
        if not isinstance(rate, float | np.floating):
            raise ValueError(
                "`schedule` must return a float, the learning rate. "
                f"Received: {shown(rate)} (of type {type(rate).__name__}) for epoch {epoch}"
            )
        of.optimizer.learning_rate = float(rate)
        if self.verbose > 0:
            tell(
                f"\nEpoch {epoch + 1}: LearningRateScheduler setting {of.prefix}learning rate to "
                f"{rate}.",
            )

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs is not None:
            logs.update((one.key, one.rate) for one in rated_optimizers(self.model.optimizer))

    def _call(self, epoch: int, rate: float) -> Any:
        """A TypeError of the function itself must not be taken for one about its arguments."""
        try:
            inspect.signature(self.schedule).bind(epoch, rate)
        except TypeError:
            return self.schedule(epoch)
        except ValueError:  # a built-in function that tells nothing
            pass
        return self.schedule(epoch, rate)
