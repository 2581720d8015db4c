"""Ending a training that gets no better."""

from __future__ import annotations

from typing import Any

from cornu.callbacks.callback import Logs
from cornu.callbacks.monitor_callback import MonitorCallback, check_number, check_verbosity
from cornu.utils.flag import check_flag
from cornu.utils.messages import tell
from cornu.utils.number import check_integer


class EarlyStopping(MonitorCallback):
    """Stop training when a result has got no better for some epochs.

    As in Keras each `fit` begins to watch anew, also one that goes on with a training from a file
    or a backup: for it to act as in one longer fit, set `best` and `wait` to what they were, in the
    `on_train_begin` of a class derived from this one.

    Args:
        monitor: The result's name in the logs.
        min_delta: By how much a value must be better to count, in the result's own unit.
        patience: For how many epochs in a row without a better value to go on.
        verbose: 1 or True: say at the end what was done; 0 or False: don't.
        mode: `"min"`, `"max"` or `"auto"`: whether less or more is better; `"auto"` asks the loss
            or the metric of that name.
        baseline: A value that must be beaten for the patience to start afresh; None: none.
        restore_best_weights: Whether to set the weights of the best epoch at the end, whether
            training was stopped or not.
        start_from_epoch: How many epochs to let pass before watching.

    Attributes:
        best: The best value so far.
        best_epoch: Its epoch, from 0.
        wait: Epochs since.
        stopped_epoch: The epoch at whose end training was stopped, from 0; 0: it was not.

    Raises:
        ValueError: an argument is of another kind; with `mode="auto"`, at the end of the first
            epoch: no metric has that name.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> stopping = cornu.callbacks.EarlyStopping(monitor="loss", patience=3)
    >>> history = model.fit(
    ...     np.zeros((4, 3)), np.zeros((4, 1)), epochs=50, verbose=0, callbacks=[stopping]
    ... )
    >>> len(history.epoch)
    4

    Source: https://keras.io/api/callbacks/early_stopping/
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = check_integer("patience", patience, least=0)
        self.verbose = check_verbosity(verbose)
        self.baseline = None if baseline is None else check_number("baseline", baseline)
        self.restore_best_weights = check_flag("restore_best_weights", restore_best_weights)
        self.start_from_epoch = check_integer("start_from_epoch", start_from_epoch, least=0)
        self.wait = 0
        self.stopped_epoch = 0
        self.best_weights: list[Any] | None = None
        self.best_epoch = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_weights = None
        self.best_epoch = 0

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.monitor_op is None:
            self._set_monitor_op()
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            # Should no epoch ever be better (all are NaN), the first one watched is the best.
            self._keep_weights(epoch)
        self.wait += 1
        if self._is_improvement(current, self.best):
            self.best = current
            self.best_epoch = epoch
            if self.restore_best_weights:
                self._keep_weights(epoch)
            if self.baseline is None or self._is_improvement(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.stopped_epoch > 0 and self.verbose > 0:
            tell(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                tell(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}.",
                )
            self.model.set_weights(self.best_weights)

    def get_monitor_value(self, logs: Logs | None) -> Any:
        """Return the monitored value; None, with a warning, where the logs have none."""
        logs = logs or {}
        value = logs.get(self.monitor)
        if value is None:
            self._warn(
                f"Early stopping watches `{self.monitor}`, which is not available. "
                f"Available metrics are: {','.join(logs)}",
            )
        return value

    def _keep_weights(self, epoch: int) -> None:
        self.best_weights = self.model.get_weights()
        self.best_epoch = epoch
