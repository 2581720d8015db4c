"""Evaluation and prediction."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import _core
from cornu.callbacks.callback_list import CallbackList
from cornu.models import streaming
from cornu.models.batches import (
    ArrayBatches,
    Feed,
    as_batches,
    comes_in_batches,
    count_steps,
    refuse_beside_batches,
)
from cornu.models.compiled import Compiled
from cornu.models.fit_arguments import check_steps, first_rows, first_steps
from cornu.models.intake import Intake
from cornu.models.loops import PREDICT_HOOKS, BatchLoop
from cornu.models.stored_rows import stored
from cornu.models.training_data import (
    TrainingData,
    check_out,
    check_rows,
    check_x,
    take_data,
    take_rows,
    take_stored,
    take_x,
)
from cornu.models.validation import evaluate_rows
from cornu.utils.arrays import is_among
from cornu.utils.errors import shown
from cornu.utils.keywords import of_sequential
from cornu.utils.limits import max_steps_per_epoch
from cornu.utils.number import check_integer

BATCH_SIZE = 32
# Between two looks of the display, as in Keras.
TICK_SECONDS = 0.05


class Evaluator(Compiled):
    """A model that evaluates and predicts.

    Attributes:
        stop_evaluating: Set by a callback, ends the evaluation after the batch under way.
        stop_predicting: Set by a callback, likewise.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stop_evaluating = False
        self.stop_predicting = False

    @property
    def dtype(self) -> str:
        """The float type of weights and results."""
        raise NotImplementedError

    @of_sequential
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Return loss and metrics for data.

        Args:
            x: Inputs, as in `fit`.
            y: Targets.
            batch_size: Rows at a time; None: 32.
            verbose: 0: silent; 1 or "auto": a bar; 2: a line at the end.
            sample_weight: A weight a row, or one for each of its steps, for the loss; None:
                all 1.
            steps: Batches, the first ones; None: all.
            callbacks: A callback, or a list of them, which may hold lists.
            return_dict: Whether to return the results by name.

        Returns:
            The loss; a list, loss first, where there are metrics; or a dictionary.

        Raises:
            TypeError: as `fit` does.
            ValueError: as `fit` does.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.Dense(1, kernel_initializer="ones")
        >>> model = cornu.Sequential([cornu.Input((1,)), layer])
        >>> model.compile("sgd", "mse", metrics=["mae"])
        >>> model.evaluate([[3.0], [2.0]], [[1.0], [2.0]], verbose=0)
        [2.0, 1.0]
        >>> model.evaluate([[3.0], [2.0]], [[1.0], [2.0]], verbose=0, return_dict=True)
        {'loss': 2.0, 'mae': 1.0}

        Source: https://keras.io/api/models/model_training_apis/
        """
        self._require_objective("evaluate")
        size = check_batch_size("batch_size", batch_size)
        count = check_steps("steps", steps)
        verbose = check_verbose(verbose)
        listeners = CallbackList(callbacks, add_progbar=verbose != 0)
        self.stop_evaluating = False
        try:
            kept = stored(x)
            if kept is not None or comes_in_batches(x):
                if kept is not None:
                    rows = take_stored(kept, y, sample_weight)
                    feed = Feed(ArrayBatches(rows, size, None), count)
                else:
                    refuse_beside_batches({"y": y, "sample_weight": sample_weight})
                    feed = Feed(as_batches(x, None), count)
                listeners.attach(self, verbose, 1, feed.count)
                listeners.on_test_begin()
                part = streaming.evaluate(self, feed, listeners)
                if part.steps == 0:
                    raise ValueError("`x` gave no batch: there is nothing to evaluate.")
                listeners.on_test_end(part.logs())
                return part.resolved.returned(part.values, return_dict)
            data = take_data(x, y, sample_weight, row=self._known_row())
            data = first_steps(data, count, size)
            resolved, trial = self._bind("evaluate", data)
            listeners.attach(self, verbose, 1, count_steps(len(data.x), size))
            values = evaluate_rows(
                self, data, size, listeners, resolved, trial, tick_seconds=TICK_SECONDS
            )
        finally:
            listeners.close()
        return resolved.returned(values, return_dict)

    @of_sequential
    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
        *,
        out: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return the model's output for all rows. A NaN in a row stays in that row.

        Args:
            x: Inputs, as in `fit`.
            batch_size: Rows at a time; None: 32. It changes no bit of the result.
            verbose: 0: silent; 1 or "auto": a bar; 2: a line at the end.
            steps: Batches, the first ones; None: all.
            callbacks: A callback, or a list of them, which may hold lists.
            out: An array to write into: of the result's shape, the model's float type, writable
                and C-contiguous; None: a new one.

        Returns:
            The predictions, `out` if it was given.

        Raises:
            TypeError: `x` or `out` is no array.
            ValueError: `x` or `out` has another shape, or an argument is out of range.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Activation("relu")])
        >>> model.predict(np.array([[-1.0, 2.0], [3.0, -4.0]]), verbose=0)
        array([[0., 2.],
               [3., 0.]], dtype=float32)

        Source: https://keras.io/api/models/model_training_apis/
        """
        if self._settled and verbose == 0 and batch_size is steps is callbacks is out is None:
            few = self._core.predict_few(x)
            if few is not None and (len(few) <= BATCH_SIZE or max_steps_per_epoch() is None):
                self.stop_predicting = False
                return few
        size = check_batch_size("batch_size", batch_size)
        count = check_steps("steps", steps)
        verbose = check_verbose(verbose)
        listeners = CallbackList(callbacks, add_progbar=verbose != 0)
        kept = stored(x)
        if kept is not None:
            batches = ArrayBatches(TrainingData(check_rows(kept)), size, None)
            return self._predict_feed(Feed(batches, count), listeners, verbose, out)
        if comes_in_batches(x):
            return self._predict_feed(Feed(as_batches(x, None), count), listeners, verbose, out)
        loop = BatchLoop(listeners, PREDICT_HOOKS)
        inputs = first_rows(take_x(x, row=self._known_row()), count, size)
        row, output = self._shapes(inputs)
        check_x(inputs, row, self._end_names)
        shape = (len(inputs), *output)
        if out is None:
            result = np.empty(shape, self.dtype)
        else:
            result = check_out(out, shape, self.dtype, inputs)
        trial = self._build_for(row)
        with trial:
            run = _core.Run(
                self._core,
                _core.PREDICT,
                inputs,
                output=result,
                batch_size=size,
                listen=loop.listen,
                tick_seconds=TICK_SECONDS,
                unattended=not callbacks and verbose == 0,
            )
        try:
            listeners.attach(self, verbose, 1, count_steps(len(inputs), size))
            self.stop_predicting = False
            listeners.on_predict_begin()
            rows = loop.run(
                run,
                trial,
                lambda: self.stop_predicting,
                lambda begin, end: {"outputs": result[begin:end]},
            )
            listeners.on_predict_end()
        finally:
            run.close()
            listeners.close()
        return result if rows == len(result) else result[:rows]

    def _predict_feed(
        self, feed: Feed, listeners: CallbackList, verbose: Any, out: Any
    ) -> np.ndarray:
        def attach() -> None:
            listeners.attach(self, verbose, 1, feed.count)
            self.stop_predicting = False

        try:
            return streaming.predict(self, feed, listeners, attach, out)
        finally:
            listeners.close()

    @of_sequential
    def predict_on_batch(self, x: Any) -> np.ndarray:
        """Return the model's output for all rows, as one batch.

        Args:
            x: Inputs, as in `fit`.

        Raises:
            TypeError: `x` is no array.
            ValueError: it has another shape.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Activation("relu")])
        >>> model.predict_on_batch(np.array([[-1.0, 2.0]]))
        array([[0., 2.]], dtype=float32)

        Source: https://keras.io/api/models/model_training_apis/
        """
        known = self._known_row()
        inputs = take_rows(x, "x", known)
        if len(inputs):
            # Layers before the core would be applied twice.
            given = x if isinstance(known, Intake) else inputs
            return self.predict(given, batch_size=len(inputs), verbose=0)
        row, output = self._shapes(inputs)
        check_x(inputs, row, self._end_names)
        self._build_for(row)
        return np.empty((0, *output), self.dtype)


def check_batch_size(name: str, value: Any, default: int = BATCH_SIZE) -> int:
    """Return how many rows make a batch; None: `default`.

    Raises:
        ValueError: it is no positive integer.
    """
    return default if value is None else check_integer(name, value)


def check_verbose(value: Any) -> Any:
    """Return a `verbose` argument.

    Raises:
        ValueError: it is none of "auto", 0, 1 and 2.
    """
    if is_among(value, ("auto", 0, 1, 2)):
        return value
    raise ValueError(f"`verbose` must be 'auto', 0, 1 or 2. Received: verbose={shown(value)}")
