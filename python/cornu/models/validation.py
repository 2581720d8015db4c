"""The validation after an epoch, where the core's own loop does not do it."""

from __future__ import annotations

import copy
from collections.abc import Collection
from typing import Any

from cornu import _core
from cornu.callbacks.callback_list import CallbackList
from cornu.models import streaming
from cornu.models.batches import Feed, warn_of_end
from cornu.models.loops import TEST_HOOKS, BatchLoop
from cornu.models.training_data import TrainingData
from cornu.models.trial import NO_TRIAL, Trial
from cornu.utils.errors import shown
from cornu.utils.number import as_integer, check_integer

Frequency = int | frozenset[int]


class Validation:
    """Evaluates a model after some of the epochs of its fit, calling hooks.

    Args:
        model: The model.
        source: Arrays, or batches.
        batch_size: Rows at a time, of arrays.
        frequency: As `check_frequency` returns it.
        listeners: The callbacks of the fit.
    """

    def __init__(
        self,
        model: Any,
        source: TrainingData | Feed | None,
        batch_size: int,
        frequency: Frequency,
        listeners: CallbackList,
    ) -> None:
        self._model, self._source, self._size = model, source, batch_size
        self._frequency = frequency
        self._listeners = listeners

    def __call__(self, epoch: int) -> list[float] | None:
        """Return the results of the validation of an epoch; None: there is none."""
        if self._source is None or not self._is_due(epoch + 1):
            return None
        # The bar is that of the training.
        listeners, model = copy.copy(self._listeners), self._model
        listeners.display = None
        model.stop_evaluating = False
        if isinstance(self._source, Feed):
            if self._source.is_over:
                warn_of_end()
                return None
            listeners.on_test_begin()
            part = streaming.evaluate(model, self._source, listeners)
            listeners.on_test_end(part.logs())
            return part.values or None
        resolved, _ = model._bind("fit", self._source)
        return evaluate_rows(model, self._source, self._size, listeners, resolved, NO_TRIAL)

    def _is_due(self, number: int) -> bool:
        if isinstance(self._frequency, int):
            return number % self._frequency == 0
        return number in self._frequency


def evaluate_rows(
    model: Any,
    data: TrainingData,
    batch_size: int,
    listeners: CallbackList,
    resolved: Any,
    trial: Trial,
    tick_seconds: float = 0.1,
) -> list[float]:
    """Return loss and metrics of arrays, calling hooks.

    Args:
        model: The model.
        data: The arrays.
        batch_size: Rows at a time.
        listeners: The callbacks; they know the model.
        resolved: The names of the results.
        trial: What the core is to be called within.
        tick_seconds: Between two looks of the display.
    """
    loop = BatchLoop(listeners, TEST_HOOKS)
    with trial:
        run = _core.Run(
            model._core,
            _core.EVALUATE,
            *model._scaled(data),
            batch_size=batch_size,
            own=model._own_caller(),
            listen=loop.listen,
            tick_seconds=tick_seconds,
        )
    try:
        listeners.on_test_begin()
        loop.run(
            run,
            trial,
            lambda: model.stop_evaluating,
            lambda begin, end: resolved.logs(run.results() or []),
        )
        values = run.results() or []
        listeners.on_test_end(resolved.logs(values))
    finally:
        run.close()
    return values


def check_frequency(value: Any) -> Frequency:
    """Return after which epochs to validate: every so many, or those of these numbers, from 1.

    Raises:
        ValueError: it is neither a positive integer nor a collection of them.
    """
    # Of an abstract class it takes longer to ask.
    if isinstance(value, int):
        return check_integer("validation_freq", value)
    if isinstance(value, Collection) and not isinstance(value, str | bytes):
        numbers = [as_integer(number) for number in value]
        if None in numbers:
            raise ValueError(
                "`validation_freq` must be a positive integer, or a list of epochs' numbers "
                f"from 1. Received: validation_freq={shown(value)}"
            )
        return frozenset(number for number in numbers if number is not None)
    return check_integer("validation_freq", value)
