"""From the core's events to the callbacks' hooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cornu import _core
from cornu.callbacks.callback_list import CallbackList, Hook
from cornu.models.loss_watch import LossWatch, where
from cornu.utils.data_place import DataPlace

if TYPE_CHECKING:
    from cornu.models.objective import Resolved
    from cornu.models.trial import Trial

Hooks = dict[int, list[Hook]]
Logs = Callable[[int, int], dict[str, Any]]

_FIT_HOOKS = {
    "on_epoch_begin": _core.EPOCH_BEGIN,
    "on_train_batch_begin": _core.BATCH_BEGIN,
    "on_train_batch_end": _core.BATCH_END,
    "on_test_begin": _core.VALIDATION_BEGIN,
    "on_test_batch_begin": _core.VALIDATION_BATCH_BEGIN,
    "on_test_batch_end": _core.VALIDATION_BATCH_END,
    "on_test_end": _core.VALIDATION_END,
    "on_epoch_end": _core.EPOCH_END,
}
TEST_HOOKS = {
    "on_test_batch_begin": _core.BATCH_BEGIN,
    "on_test_batch_end": _core.BATCH_END,
}
PREDICT_HOOKS = {
    "on_predict_batch_begin": _core.BATCH_BEGIN,
    "on_predict_batch_end": _core.BATCH_END,
}


def find_hooks(callbacks: CallbackList, events: dict[str, int]) -> tuple[Hooks, int]:
    """Return what to call at each event, and the events that the core must stop at.

    Args:
        callbacks: The callbacks.
        events: The event of each hook.
    """
    listen = 0 if callbacks.display is None else _core.TICK
    hooks: Hooks = {}
    for name, methods in callbacks._hooks_among(events).items():
        event = events[name]
        hooks[event] = methods
        # The core does so anyway.
        if event != _core.EPOCH_END:
            listen |= event
    return hooks, listen


def finish_weights(model: Any) -> None:
    """At the end of a training: set the weights to their averages, where the optimizer has such."""
    optimizer = model.optimizer
    if (optimizer.use_ema or optimizer._is_divided) and optimizer._core.iterations > 0:
        optimizer.finalize_variable_values(model.trainable_weights)


class FitLoop:
    """The training of a model, event by event.

    Args:
        callbacks: The callbacks.
        validate: Called at an epoch's end with its number, where the core does not validate:
            returns the results; None: there are none, or this is None.

    Attributes:
        listen: The events that the core must stop at.
        takes_nonfinite: Whether data to train with may be NaN or infinite.
    """

    def __init__(
        self,
        callbacks: CallbackList,
        validate: Callable[[int], list[float] | None] | None = None,
    ) -> None:
        self._validate = validate
        self._callbacks = callbacks
        self._hooks, self.listen = find_hooks(callbacks, _FIT_HOOKS)
        self.takes_nonfinite = callbacks.ends_on_nan
        self._watch = LossWatch(is_checked=not self.takes_nonfinite)
        self.listen |= self._watch.listen

    def run(self, model: Any, run: _core.Run, trial: Trial, resolved: Resolved) -> None:
        """Go through all epochs, calling hooks; `model.stop_training` ends the epoch under way.

        Args:
            model: The model.
            run: What the core does.
            trial: What it is to do it within.
            resolved: The names of the results.
        """
        callbacks, hooks = self._callbacks, self._hooks
        logs: dict[str, float] = {}
        model._run, model._initial_epoch = run, None
        callbacks.on_train_begin()
        model.optimizer._prepare_schedule()
        if model.stop_training:
            run.stop()
        advance = trial.around(run.advance)
        while (event := advance()) != _core.DONE:
            if event == _core.EPOCH_END:
                epoch = run.progress()[0]
                if seed := run.shuffle_seed():
                    # What a callback saves goes on from here.
                    model._place = DataPlace(seed, epoch + 1)
                validate = self._validate
                validation = run.validation_results() if validate is None else validate(epoch)
                logs = resolved.epoch_logs(run.results() or [], validation)
                for hook in hooks.get(event, ()):
                    hook(epoch, logs)
            elif event == _core.BAD_LOSS:
                epoch, batch, *_ = run.progress()
                self._watch.tell(model, run, where(epoch, batch))
            else:
                self._between(event, run, resolved, model.optimizer)
            if model.stop_training:
                run.stop()
        finish_weights(model)
        callbacks.on_train_end(logs)

    def _between(self, event: int, run: _core.Run, resolved: Resolved, optimizer: Any) -> None:
        epoch, step, _, _, _, validation_step, _ = run.progress()
        hooks = self._hooks.get(event, ())
        if event == _core.EPOCH_BEGIN:
            for hook in hooks:
                hook(epoch, {})
        elif event == _core.BATCH_BEGIN:
            _call_batch(hooks, step, {})
            optimizer._ask_schedule()
        elif event in (_core.BATCH_END, _core.TICK):
            logs = resolved.logs(run.results() or [])
            if self._callbacks.display is not None:
                self._callbacks.display.update(step, logs)
            _call_batch(hooks, step - 1, logs)
        elif event == _core.VALIDATION_BEGIN:
            for hook in hooks:
                hook({})
        elif event == _core.VALIDATION_BATCH_BEGIN:
            _call_batch(hooks, validation_step, {})
        elif event == _core.VALIDATION_BATCH_END:
            _call_batch(hooks, validation_step - 1, resolved.logs(run.validation_results() or []))
        elif event == _core.VALIDATION_END:
            logs = resolved.logs(run.validation_results() or [])
            for hook in hooks:
                hook(logs)


class BatchLoop:
    """An evaluation or a prediction, event by event.

    Args:
        callbacks: The callbacks.
        events: The event of each hook.
    """

    def __init__(self, callbacks: CallbackList, events: dict[str, int]) -> None:
        self._callbacks = callbacks
        self._hooks, self.listen = find_hooks(callbacks, events)

    def run(self, run: _core.Run, trial: Trial, stopped: Callable[[], bool], logs: Logs) -> int:
        """Go through the batches, calling batch hooks; a stop ends them after the one under way.

        Args:
            run: What the core does.
            trial: What it is to do it within.
            stopped: Whether a hook asked to end here.
            logs: From the rows done before a batch and after it to the logs of its end.

        Returns:
            How many rows were done.
        """
        begin = 0
        display = self._callbacks.display
        if stopped():
            run.stop()
        advance = trial.around(run.advance)
        while (event := advance()) != _core.DONE:
            _, step, row, _, _, _, _ = run.progress()
            if event == _core.BATCH_BEGIN:
                begin = row
                _call_batch(self._hooks[event], step, {})
            else:
                if display is not None:
                    display.update(step, _without_outputs(logs(row, row)))
                if event == _core.BATCH_END:
                    _call_batch(self._hooks[event], step - 1, logs(begin, row))
                    begin = row
            if stopped():
                run.stop()
        return run.progress()[2]


def _without_outputs(logs: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in logs.items() if name != "outputs"}


def _call_batch(hooks: Any, batch: int, logs: dict[str, Any]) -> None:
    for hook in hooks:
        hook(batch, logs=logs)
