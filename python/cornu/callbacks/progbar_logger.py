"""The display of progress as a callback."""

from __future__ import annotations

from typing import Any

from cornu.callbacks.callback import Callback, Logs
from cornu.callbacks.progress import Progress
from cornu.utils.messages import tell


class ProgbarLogger(Callback):
    """Shows the progress of `fit`, `evaluate` or `predict`, and the results.

    The loop tells it between hooks how far it is (`update`): no batch hook is overridden here, so
    watching a training does not make it stop after each batch. `verbose` asks for one; there is
    no need to make it oneself.

    Example:

    >>> import cornu
    >>> logger = cornu.callbacks.ProgbarLogger()
    >>> logger.set_params({"verbose": 2, "epochs": 3, "steps": 10})
    >>> logger.on_epoch_begin(0)
    Epoch 1/3

    Source: https://keras.io/api/callbacks/ (the class `ProgbarLogger`)
    """

    def __init__(self) -> None:
        super().__init__()
        self._progress: Progress | None = None
        self._in_fit = False
        self._verbose, self._epochs = 1, 1
        self._steps: int | None = 1
        self._seen = 0

    def set_params(self, params: Logs) -> None:
        super().set_params(params)
        self._verbose = 1 if params["verbose"] == "auto" else int(params["verbose"])
        self._epochs = params["epochs"]
        self._steps = params["steps"]

    def update(self, step: int, logs: dict[str, Any]) -> None:
        """Show that `step` steps are done.

        Args:
            step: Steps of this epoch, evaluation or prediction.
            logs: Results so far.
        """
        self._seen = step
        if self._progress is not None:
            self._progress.update(step, logs)

    def close(self) -> None:
        """Leave the bar as it stands, when an exception ended the call."""
        if self._progress is not None:
            self._progress.close()
            self._progress = None
        self._in_fit = False

    def on_train_begin(self, logs: Logs | None = None) -> None:
        # Validation within a fit shows nothing of its own.
        self._in_fit = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._in_fit = False

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        if self._verbose and self._epochs > 1:
            tell(f"Epoch {epoch + 1}/{self._epochs}")
        self._begin()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._finish(logs)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self._begin()

    def on_test_end(self, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self._finish(logs)

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._begin()

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._finish(None)

    def _begin(self) -> None:
        if self._verbose:
            self._progress = Progress(self._steps, self._verbose)

    def _finish(self, logs: Logs | None) -> None:
        if self._progress is not None:
            self._progress.finish(self._seen if self._steps is None else self._steps, logs or {})
            self._progress = None
