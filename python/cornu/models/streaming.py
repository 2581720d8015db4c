"""Training, evaluation and prediction of data that come in batches."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu import _core
from cornu.callbacks.callback_list import CallbackList
from cornu.custom.raised import is_of_user
from cornu.layers.forward import forward
from cornu.models.batches import Feed, inputs_of, take_batch
from cornu.models.class_weights import with_class_weight
from cornu.models.loops import finish_weights
from cornu.models.loss_watch import LossWatch, where
from cornu.models.training_data import check_out, check_x, take_x

Prepared = tuple[Any, Any, Any]


class BatchPass:
    """The batches of an epoch or an evaluation, one step each; the sums of the results go on.

    Args:
        model: The model.
        mode: `_core.TRAIN` or `_core.TEST`.
        before: The name of the method, for errors.
        class_weight: A weight for each class; None: none.
        watch: What is told of a loss that is not finite; None: nothing.
        epoch: The epoch's number.
        takes_nonfinite: Whether the batches may hold NaN and infinity.
    """

    def __init__(
        self,
        model: Any,
        mode: int,
        before: str,
        class_weight: Any = None,
        watch: LossWatch | None = None,
        epoch: int = 0,
        takes_nonfinite: bool = False,
    ) -> None:
        self._model, self._mode, self._before = model, mode, before
        self._class_weight = class_weight
        self._watch, self._epoch = watch, epoch
        self._takes_nonfinite = takes_nonfinite
        self._run: _core.Run | None = None
        self.steps = 0
        self.values: list[float] = []
        self.resolved: Any = None

    def prepare(self, batch: Any) -> Prepared:
        """Check a batch, and build the model for it if it is not built."""
        model = self._model
        with _Named(self.steps):
            data = take_batch(batch, model._known_row())
            resolved, trial = model._bind(self._before, data)
            with trial:
                data = with_class_weight(
                    data,
                    self._class_weight,
                    model.dtype,
                    resolved.class_count(model._output),
                    resolved.ignored,
                )
            return model._scaled(data), resolved, trial

    def step(self, prepared: Prepared) -> None:
        """Take one step on a batch."""
        data, self.resolved, trial = prepared
        with _Named(self.steps), trial:
            own = self._model._own_caller(trains=self._mode == _core.TRAIN)
            listen = 0 if self._watch is None else self._watch.listen
            run = _core.Run(
                self._model._core,
                self._mode,
                *data,
                after=self._run,
                own=own,
                takes_nonfinite=self._takes_nonfinite,
                listen=listen,
            )
            try:
                if self._watch is None:
                    run.advance()
                else:
                    self._watch.take_step(self._model, run, where(self._epoch, self.steps))
                self.values = run.results() or []
            except BaseException:
                run.close()
                raise
        self.close()
        self._run = run
        self.steps += 1

    def logs(self) -> dict[str, float]:
        """Return the results so far by name."""
        return {} if self.resolved is None else self.resolved.logs(self.values)

    def close(self) -> None:
        """Release what is kept of the last batch."""
        if self._run is not None:
            self._run.close()
            self._run = None


class _Named:
    """Within it, what is said of a batch's data says which batch it is."""

    def __init__(self, step: int) -> None:
        self._step = step

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if kind in (ValueError, TypeError) and not is_of_user(error):
            raise kind(f"{error} (in batch {self._step})") from None


def train(
    model: Any,
    feed_from: Callable[[int], Feed],
    listeners: CallbackList,
    epochs: range,
    validate: Callable[[int], list[float] | None],
    class_weight: Any,
    attach: Callable[[Feed], None],
) -> None:
    """Train a model with the batches of a feed, calling hooks.

    Args:
        model: The model.
        feed_from: Returns the batches from an epoch on.
        listeners: The callbacks.
        epochs: The epochs' numbers.
        validate: Called after an epoch's training with its number; returns the results of its
            validation; None: there is none.
        class_weight: A weight for each class; None: none.
        attach: Called with the batches when they were found to fit, before the first hook.
    """
    feed = feed_from(epochs.start)
    takes_nonfinite = listeners.ends_on_nan
    marker, watch = None, LossWatch(is_checked=not takes_nonfinite)
    logs: dict[str, float] = {}
    try:
        epoch = epochs.start
        while epoch < epochs.stop:
            part = BatchPass(model, _core.TRAIN, "fit", class_weight, watch, epoch, takes_nonfinite)
            batches = feed.epoch()
            first = next(batches, None)
            if first is None:
                if marker is None:
                    raise ValueError("`x` gave no batch: there is nothing to train with.")
                break
            prepared = part.prepare(first)
            if marker is None:
                marker = _mark(model, prepared)
                attach(feed)
                model._run, model._initial_epoch = None, None
                listeners.on_train_begin()
                # A training that was interrupted may be gone on with.
                if epoch < (model._initial_epoch or 0):
                    epoch = model._initial_epoch
                    if feed.is_placed:
                        feed = feed_from(epoch)
                        continue
                if epoch >= epochs.stop:
                    break
            try:
                for hook in listeners.hooks("on_epoch_begin"):
                    hook(epoch, {})
                _steps(model, part, itertools.chain([prepared], batches), listeners, "train")
                part.resolved.publish(part.values)
            finally:
                part.close()
            # What a callback saves goes on from here.
            model._place = feed.place(epoch + 1) or model._place
            resolved, values = part.resolved, part.values
            logs = resolved.epoch_logs(values, validate(epoch))
            for hook in listeners.hooks("on_epoch_end"):
                hook(epoch, logs)
            if model.stop_training:
                break
            epoch += 1
        if marker is None:
            attach(feed)
            listeners.on_train_begin()
        finish_weights(model)
        listeners.on_train_end(logs)
    finally:
        if marker is not None:
            marker.close()


def _mark(model: Any, prepared: Prepared) -> _core.Run:
    """Mark the model as in training: a run that goes nowhere does, until it is closed."""
    data, _, trial = prepared
    with trial:
        rows: Iterator[Any] = (None if part is None else np.array(part[:1]) for part in data)
        own = model._own_caller(trains=True)
        return _core.Run(model._core, _core.FIT, *rows, batch_size=1, epochs=0, own=own)


def evaluate(model: Any, feed: Feed, listeners: CallbackList) -> BatchPass:
    """Evaluate the batches of an epoch of a feed, calling batch hooks.

    Returns:
        What was found; `steps` is 0 where the feed had no batch.
    """
    part = BatchPass(model, _core.TEST, "evaluate")
    try:
        _steps(model, part, feed.epoch(), listeners, "test")
    finally:
        part.close()
    return part


def _steps(
    model: Any, part: BatchPass, batches: Iterator[Any], listeners: CallbackList, what: str
) -> None:
    """Take all steps of a pass, unless a hook ends it; the first batch may be prepared already."""
    begin = listeners.hooks(f"on_{what}_batch_begin")
    end = listeners.hooks(f"on_{what}_batch_end")
    display = listeners.display
    flag = "stop_training" if what == "train" else "stop_evaluating"
    for number, batch in enumerate(batches):
        is_prepared = what == "train" and number == 0
        prepared = batch if is_prepared else part.prepare(batch)
        for hook in begin:
            hook(number, logs={})
        if what == "train":
            model.optimizer._prepare_step()
        part.step(prepared)
        if display is not None or end:
            logs = part.logs()
            if display is not None:
                display.update(number + 1, logs)
            for hook in end:
                hook(number, logs=logs)
        if getattr(model, flag):
            break


def predict(
    model: Any, feed: Feed, listeners: CallbackList, attach: Callable[[], None], out: Any = None
) -> np.ndarray:
    """Return the outputs for the batches of a feed, one under the other.

    Args:
        model: The model.
        feed: The batches.
        listeners: The callbacks.
        attach: Called before the first hook.
        out: An array to write into, of the result's shape; None: a new one.
    """
    attach()
    listeners.on_predict_begin()
    begin, end = (listeners.hooks(f"on_predict_batch_{at}") for at in ("begin", "end"))
    found = []
    for number, batch in enumerate(feed.epoch()):
        for hook in begin:
            hook(number, logs={})
        with _Named(number):
            found.append(_predict_batch(model, take_x(inputs_of(batch), row=model._known_row())))
        if listeners.display is not None:
            listeners.display.update(number + 1, {})
        for hook in end:
            hook(number, logs={"outputs": found[-1]})
        if model.stop_predicting:
            break
    if not found:
        raise ValueError("`x` gave no batch: there is nothing to predict.")
    if out is not None:
        shape = (sum(map(len, found)), *found[0].shape[1:])
        np.concatenate(found, out=check_out(out, shape, model.dtype, found[0]))
    listeners.on_predict_end()
    return np.concatenate(found) if out is None else out


def _predict_batch(model: Any, x: np.ndarray) -> np.ndarray:
    row, _ = model._shapes(x)
    check_x(x, row, model._end_names)
    trial = model._build_for(row)
    with trial:
        return forward(model._core, x)
