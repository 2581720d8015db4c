"""Saving the model while it trains."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from cornu.callbacks.callback import Logs
from cornu.callbacks.monitor_callback import MonitorCallback, check_number, check_verbosity
from cornu.utils.errors import shown
from cornu.utils.flag import check_flag
from cornu.utils.messages import tell
from cornu.utils.number import as_integer, check_integer


class ModelCheckpoint(MonitorCallback):
    """Save the model, or its weights, after each epoch, or after so many batches.

    Args:
        filepath: The file's path. It may hold `{epoch}`, counted from 1, `{batch}` and results by
            name, such as `{val_loss:.2f}`. Folders that are missing are made.
        monitor: The result's name in the logs.
        verbose: 1 or True: say what is saved; 0 or False: don't.
        save_best_only: Whether to save only where the result is better than ever before.
        save_weights_only: Whether to save the weights alone.
        mode: `"min"`, `"max"` or `"auto"`: whether less or more is better; `"auto"` asks the loss
            or the metric of that name.
        save_freq: `"epoch"`, or after how many batches to save; only then does the training stop
            after each batch.
        initial_value_threshold: What counts as the best so far; None: the first value.
        period: As in Keras 2: every how many epochs to save, where `save_freq` is `"epoch"`.

    Attributes:
        best: The best value so far.

    Raises:
        ValueError: an argument is of another kind; at the end of the first epoch, with
            `save_best_only` and `mode="auto"`: no metric has that name.

    Example:

    >>> import os, tempfile
    >>> import numpy as np
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> folder = tempfile.mkdtemp()
    >>> checkpoint = cornu.callbacks.ModelCheckpoint(os.path.join(folder, "{epoch}.keras"))
    >>> history = model.fit(
    ...     np.zeros((4, 3)), np.zeros((4, 1)), epochs=2, verbose=0, callbacks=[checkpoint]
    ... )
    >>> sorted(os.listdir(folder))
    ['1.keras', '2.keras']

    Source: https://keras.io/api/callbacks/model_checkpoint/
    """

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
        *,
        period: int = 1,
    ) -> None:
        if initial_value_threshold is not None:
            check_number("initial_value_threshold", initial_value_threshold)
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = os.fsdecode(filepath)
        self.verbose = check_verbosity(verbose)
        self.save_best_only = check_flag("save_best_only", save_best_only)
        self.save_weights_only = check_flag("save_weights_only", save_weights_only)
        self.save_freq = save_freq
        self.period = check_integer("period", period)
        self._epochs = 0
        self._epoch = 0
        self._batches = 0
        if isinstance(save_freq, str) and save_freq == "epoch":
            return
        count = as_integer(save_freq)
        if count is None or count < 1:
            raise ValueError(
                "Unrecognized save_freq: it must be 'epoch' or a positive integer. "
                f"Received: save_freq={shown(save_freq)}"
            )
        # Not a method: a training that nobody watches does not stop after each batch.
        self.__dict__["on_train_batch_end"] = self._after_batch

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.monitor_op is None and self.save_best_only:
            self._set_monitor_op()
        self._epochs += 1
        if self.save_freq == "epoch" and self._epochs >= self.period:
            self._epochs = 0
            self._save(epoch, None, logs)

    def _after_batch(self, batch: int, logs: Logs | None = None) -> None:
        self._batches += 1
        if self._batches >= self.save_freq:
            self._batches = 0
            if self.monitor_op is None and self.save_best_only:
                self._set_monitor_op()
            self._save(self._epoch, batch, logs)

    def _save(self, epoch: int, batch: int | None, logs: Logs | None) -> None:
        path = self._path(epoch, batch, logs or {})
        if not self._is_due(epoch, logs or {}, path):
            return
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        self._say(epoch, f"finished saving model to {path}")

    def _is_due(self, epoch: int, logs: Logs, path: str) -> bool:
        if not self.save_best_only:
            self._say(epoch, f"saving model to {path}")
            return True
        current = logs.get(self.monitor)
        if current is None:
            self._warn(
                f"ModelCheckpoint watches `{self.monitor}`, which is not available, so the model "
                f"is saved. Available metrics are: {','.join(logs)}",
            )
            return True
        if np.ndim(current) > 0:
            self._warn(
                f"ModelCheckpoint watches `{self.monitor}`, which is not one number, so the model "
                f"is saved. Received: {shown(current)}",
            )
            return True
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self._is_improvement(current, self.best):
            self._say(epoch, f"{self.monitor} did not improve from {best}")
            return False
        self._say(
            epoch, f"{self.monitor} improved from {best} to {current:.5f}, saving model to {path}"
        )
        self.best = current
        return True

    def _path(self, epoch: int, batch: int | None, logs: Logs) -> str:
        values = _Named(logs)
        values["epoch"] = epoch + 1
        if batch is not None and "batch" not in logs:
            values["batch"] = batch + 1
        try:
            return self.filepath.format_map(values)
        except KeyError as error:
            raise KeyError(
                f"`filepath` of ModelCheckpoint names {error}, which is not available. Available "
                f"are: {', '.join(values)}. Received: filepath={self.filepath!r}"
            ) from None

    def _say(self, epoch: int, text: str) -> None:
        if self.verbose > 0:
            tell(f"\nEpoch {epoch + 1}: {text}")


class _Named(dict[str, Any]):
    """What a path may name; results by their older names too."""

    def __init__(self, logs: Logs) -> None:
        super().__init__(logs)
        self._logs = logs

    def __missing__(self, name: str) -> Any:
        return self._logs[name]
