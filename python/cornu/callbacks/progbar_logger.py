"""The display of progress as a callback."""

from __future__ import annotations

import time
from typing import Any

from cornu.callbacks.callback import Callback, Logs
from cornu.callbacks.notebook_display import NotebookDisplay
from cornu.callbacks.progress import Progress, is_live, new_display
from cornu.utils.messages import tell

# After so many epochs in a row that each take less than so many seconds, and with so many still to
# come, one bar over epochs shows what their bars are too brief for.
_BRIEF_EPOCHS, _BRIEF, _MANY = 3, 0.25, 20
# An epoch that takes so many seconds has a bar of its own again.
_LONG = 1.0


class ProgbarLogger(Callback):
    """Shows the progress of `fit`, `evaluate` or `predict`, and the results.

    The loop tells it between hooks how far it is (`update`): no batch hook is overridden here, so
    watching a training does not make it stop after each batch. `verbose` asks for one; there is
    no need to make it oneself.

    Where a line can be written over, many brief epochs share one bar, which counts them and shows
    the results of the last one. In a notebook a call has one output, with its last state.

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
        self._display: NotebookDisplay | None = None
        # The bar over epochs, and what it knows of the last one that has ended since it began: how
        # many have by then, their results and when that was.
        self._over: Progress | None = None
        self._over_last: tuple[int, Logs, float] | None = None
        self._epoch, self._epoch_began, self._brief_count = 0, 0.0, 0

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
        if self._over is not None and time.monotonic() - self._epoch_began >= _LONG:
            self._leave_over()
        if self._progress is not None:
            self._progress.update(step, logs)

    def close(self) -> None:
        """Leave the bar as it stands, when an exception ended the call."""
        self._finish_over()
        if self._progress is not None:
            self._progress.close()
            self._progress = None
        if self._display is not None:
            self._display.flush()
            self._display = None
        self._in_fit = False

    def on_train_begin(self, logs: Logs | None = None) -> None:
        # Validation within a fit shows nothing of its own.
        self._in_fit = True
        self._brief_count = 0
        self._display = new_display() if self._verbose == 1 else None

    def on_train_end(self, logs: Logs | None = None) -> None:
        self.close()

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch, self._epoch_began = epoch, time.monotonic()
        if self._over is None and self._is_for_one_bar():
            self._over = Progress(self._epochs, 1, unit="epoch", first=epoch, display=self._display)
            self._over_last = None
        if self._over is None:
            self._begin_epoch()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        now = time.monotonic()
        seconds = now - self._epoch_began
        self._brief_count = self._brief_count + 1 if seconds < _BRIEF else 0
        if self._over is not None and seconds >= _LONG:
            self._leave_over()
        if self._over is None:
            self._finish(logs)
            return
        self._over_last = epoch + 1, dict(logs or {}), now
        self._over.update(epoch + 1, self._over_last[1])

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

    def _is_for_one_bar(self) -> bool:
        return (
            self._verbose == 1
            and self._brief_count >= _BRIEF_EPOCHS
            and self._epochs - self._epoch >= _MANY
            and is_live()
        )

    def _begin_epoch(self) -> None:
        title = f"Epoch {self._epoch + 1}/{self._epochs}" if self._epochs > 1 else ""
        if self._verbose and title and self._display is None:
            tell(title)
        self._begin(title)

    def _leave_over(self) -> None:
        """Give the present epoch a bar of its own, in which it may be well along."""
        self._finish_over()
        self._begin_epoch()
        if self._progress is not None:
            self._progress.began_at(self._epoch_began)

    def _finish_over(self) -> None:
        over, self._over = self._over, None
        if over is None:
            return
        if self._over_last is None:
            over.close()
        else:
            # Of the present epoch it knows only if that has come to its end.
            over.finish(*self._over_last)

    def _begin(self, title: str = "") -> None:
        if self._verbose:
            self._progress = Progress(
                self._steps, self._verbose, display=self._display, title=title
            )

    def _finish(self, logs: Logs | None) -> None:
        if self._progress is not None:
            self._progress.finish(self._seen if self._steps is None else self._steps, logs or {})
            self._progress = None
