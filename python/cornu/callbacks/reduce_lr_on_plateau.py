"""A learning rate that is reduced when a result gets no better."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.callbacks.callback import Logs
from cornu.callbacks.learning_rates import Rated, rated_optimizers
from cornu.callbacks.monitor_callback import MonitorCallback, check_number, check_verbosity
from cornu.utils.messages import tell
from cornu.utils.number import check_integer


class ReduceLROnPlateau(MonitorCallback):
    """Multiply the learning rate by a factor when a result has got no better for some epochs.

    As in Keras each `fit` begins to watch anew, also one that goes on with a training from a file
    or a backup: for it to act as in one longer fit, set `best`, `wait` and `cooldown_counter` to
    what they were, in the `on_train_begin` of a class derived from this one.

    Args:
        monitor: The result's name in the logs.
        factor: What the learning rate is multiplied by, less than 1.
        patience: After how many epochs in a row without a better value.
        verbose: 1 or True: say what is set; 0 or False: don't.
        mode: `"min"`, `"max"` or `"auto"`: whether less or more is better; `"auto"` asks the loss
            or the metric of that name.
        min_delta: By how much a value must be better to count, in the result's own unit.
        cooldown: How many epochs to wait after a reduction before watching again.
        min_lr: The least learning rate.
        **kwargs: `epsilon`, an older name of `min_delta`.

    Attributes:
        best: The best value so far.
        wait: Epochs since.
        cooldown_counter: Epochs still to wait.

    Raises:
        ValueError: an argument is of another kind, or out of range.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
    >>> model.compile(cornu.optimizers.SGD(1.0), "mse")
    >>> plateau = cornu.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.5, patience=2)
    >>> history = model.fit(
    ...     np.zeros((4, 3)), np.zeros((4, 1)), epochs=5, verbose=0, callbacks=[plateau]
    ... )
    >>> history.history["learning_rate"]
    [1.0, 1.0, 1.0, 0.5, 0.5]

    Source: https://keras.io/api/callbacks/reduce_lr_on_plateau/
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ) -> None:
        if "epsilon" in kwargs:
            min_delta = kwargs.pop("epsilon")
        if kwargs:
            raise TypeError(
                f"ReduceLROnPlateau got an unexpected keyword argument {next(iter(kwargs))!r}"
            )
        super().__init__(monitor, mode, min_delta=min_delta)
        self.factor = check_number("factor", factor)
        if not 0 <= self.factor < 1:
            raise ValueError(f"`factor` must be from 0 to 1 (excluded). Received: factor={factor}")
        self.patience = check_integer("patience", patience, least=0)
        self.verbose = check_verbosity(verbose)
        self.cooldown = check_integer("cooldown", cooldown, least=0)
        self.min_lr = check_number("min_lr", min_lr)
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.monitor_op is None:
            self._set_monitor_op()
        logs = {} if logs is None else logs
        rated = rated_optimizers(self.model.optimizer)
        logs.update((one.key, one.rate) for one in rated)
        current = logs.get(self.monitor)
        if current is None:
            self._warn(
                f"ReduceLROnPlateau watches `{self.monitor}`, which is not available. "
                f"Available metrics are: {','.join(logs)}",
            )
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce_all(epoch, rated)

    def _reduce_all(self, epoch: int, rated: list[Rated]) -> None:
        # As the rate of a float32 model has it: a rate that is the least already stays.
        large = [one for one in rated if np.float32(one.rate) > np.float32(self.min_lr)]
        for one in large:
            new = max(one.rate * self.factor, self.min_lr)
            one.optimizer.learning_rate = new
            if self.verbose > 0:
                tell(
                    f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing {one.prefix}learning rate to "
                    f"{new}.",
                )
        if not large:
            return
        self.cooldown_counter = self.cooldown
        self.wait = 0

    def in_cooldown(self) -> bool:
        """Return whether it waits after a reduction.

        Example:

        >>> import cornu
        >>> cornu.callbacks.ReduceLROnPlateau().in_cooldown()
        False

        Source: https://keras.io/api/callbacks/reduce_lr_on_plateau/
        """
        return self.cooldown_counter > 0
