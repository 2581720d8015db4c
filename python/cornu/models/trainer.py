"""Training."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from cornu import _core
from cornu.callbacks.callback_list import CallbackList
from cornu.callbacks.history import History
from cornu.layers.arguments import refuse_unsupported
from cornu.models.evaluator import (
    TICK_SECONDS,
    Evaluator,
    check_batch_size,
    check_verbose,
    count_steps,
)
from cornu.models.loops import FitLoop
from cornu.models.training_data import split, take_data, take_validation
from cornu.random.seed_generator import make_default_seed, make_revocable_seed
from cornu.utils.arrays import is_among
from cornu.utils.errors import shown
from cornu.utils.keywords import of_sequential
from cornu.utils.number import check_integer


class Trainer(Evaluator):
    """A model that trains.

    Attributes:
        history: The `History` of the last `fit`; None before.
        stop_training: Set by a callback, ends the training after the batch under way.
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: History | None = None

    @of_sequential
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
    ) -> History:
        """Train the model.

        The arrays are used where they lie, whatever their layout and real dtype, and never written
        to; nothing of their size is allocated. Lists, and pandas frames whose columns have
        several types, are made arrays first. If a number in them is not finite, or a label out of
        range, that is found in the first epoch, and the model is put back to where it was: one
        that was not built is not built then.

        Args:
            x: Inputs: an array of rows of the model's input shape, or lists of numbers.
            y: Targets: of the output's shape; class ids for a sparse loss.
            batch_size: Rows a step; None: 32.
            epochs: The epoch to end before, counted from 0.
            verbose: 0: silent; 1 or "auto": a bar; 2: a line an epoch.
            callbacks: A callback, or a list of them, which may hold lists.
            validation_split: The share of the rows, the last ones, to validate with instead.
            validation_data: `(x, y)` or `(x, y, sample_weight)` to validate with after each epoch;
                goes before `validation_split`.
            shuffle: Whether to take the rows in another order each epoch.
            class_weight: None. Not supported yet.
            sample_weight: A weight a row, for the loss; None: all 1.
            initial_epoch: The epoch to begin with, counted from 0.
            steps_per_epoch: None. Not supported yet.
            validation_steps: None. Not supported yet.
            validation_batch_size: Rows a step of validation; None: `batch_size`.
            validation_freq: After every how many epochs to validate.

        Returns:
            The `History` of results.

        Raises:
            TypeError: the data are no arrays.
            ValueError: an argument is out of range; the data don't fit the model, or hold numbers
                that are not finite, or labels out of range; the model isn't compiled.
            RuntimeError: the model is being trained already.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> layer = cornu.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
        >>> model = cornu.Sequential([cornu.Input((1,)), layer])
        >>> model.compile(cornu.optimizers.SGD(0.25), "mse")
        >>> history = model.fit(np.array([[1.0]]), np.array([[2.0]]), epochs=3, verbose=0)
        >>> history.history
        {'loss': [4.0, 1.0, 0.25]}
        >>> model.get_weights()
        [array([[1.75]], dtype=float32)]

        Source: https://keras.io/api/models/model_training_apis/
        """
        refuse_unsupported(
            {
                "class_weight": class_weight,
                "steps_per_epoch": steps_per_epoch,
                "validation_steps": validation_steps,
            }
        )
        self._require_optimizer("fit")
        size = check_batch_size("batch_size", batch_size)
        test_size = check_batch_size("validation_batch_size", validation_batch_size, size)
        verbose = check_verbose(verbose)
        is_shuffled = _check_shuffle(shuffle)
        last = check_integer("epochs", epochs, least=0)
        start = check_integer("initial_epoch", initial_epoch, least=0)
        frequency = check_integer("validation_freq", validation_freq)
        listeners = CallbackList(callbacks, add_history=True, add_progbar=verbose != 0)
        loop = FitLoop(listeners)
        data = take_data(x, y, sample_weight, row=self._known_row())
        validation = None
        if validation_data is not None:
            validation = take_validation(validation_data, self._known_row())
        elif getattr(validation_split, "ndim", 0) or validation_split:
            data, validation = split(data, validation_split)
        resolved, trial = self._bind("fit", data, validation)
        seed, revoke_seed = None, None
        if is_shuffled and trial.has_built:
            seed, revoke_seed = make_revocable_seed()
        elif is_shuffled:
            # To remember the state for so little would take longer than many a fit.
            seed = make_default_seed()
        with trial:
            run = _core.Run(
                self._core,
                _core.FIT,
                *data,
                batch_size=size,
                epochs=last,
                initial_epoch=start,
                shuffle_seed=seed,
                validation=validation,
                validation_batch_size=test_size,
                validation_frequency=frequency,
                listen=loop.listen,
                tick_seconds=TICK_SECONDS,
            )
        history, steps = self.history, int(self.optimizer.iterations)
        try:
            listeners.attach(self, verbose, last, count_steps(len(data.x), size))
            self.stop_training = False
            loop.run(self, run, trial, resolved)
        except ValueError as error:
            if int(self.optimizer.iterations) == steps:
                self.history = history
                if revoke_seed is not None:
                    revoke_seed()
            if validation is not None and validation_data is None:
                raise _with_row_of_all(error, len(data.x)) from None
            raise
        finally:
            run.close()
            listeners.close()
        resolved.publish(self._core.results())
        assert self.history is not None
        return self.history

    @of_sequential
    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Take one step on all rows, and return loss and metrics of these rows before it.

        Args:
            x: Inputs, as in `fit`.
            y: Targets.
            sample_weight: A weight a row; None: all 1.
            class_weight: None. Not supported yet.
            return_dict: Whether to return the results by name.

        Returns:
            The loss; a list, loss first, where there are metrics; or a dictionary.

        Raises:
            TypeError: as `fit` does.
            ValueError: as `fit` does; nothing is changed.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> layer = cornu.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
        >>> model = cornu.Sequential([cornu.Input((1,)), layer])
        >>> model.compile(cornu.optimizers.SGD(0.25), "mse")
        >>> x, y = np.array([[1.0]]), np.array([[2.0]])
        >>> model.train_on_batch(x, y), model.train_on_batch(x, y)
        (4.0, 1.0)

        Source: https://keras.io/api/models/model_training_apis/
        """
        refuse_unsupported({"class_weight": class_weight})
        return self._on_batch(_core.TRAIN, x, y, sample_weight, return_dict)

    @of_sequential
    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Return loss and metrics of all rows, as one batch.

        Args:
            x: Inputs, as in `fit`.
            y: Targets.
            sample_weight: A weight a row; None: all 1.
            return_dict: Whether to return the results by name.

        Returns:
            The loss; a list, loss first, where there are metrics; or a dictionary.

        Raises:
            TypeError: as `fit` does.
            ValueError: as `fit` does.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> layer = cornu.layers.Dense(1, kernel_initializer="ones")
        >>> model = cornu.Sequential([cornu.Input((1,)), layer])
        >>> model.compile("sgd", "mse")
        >>> model.test_on_batch(np.array([[3.0]]), np.array([[1.0]]), return_dict=True)
        {'loss': 4.0}

        Source: https://keras.io/api/models/model_training_apis/
        """
        return self._on_batch(_core.TEST, x, y, sample_weight, return_dict)

    def _on_batch(self, mode: int, x: Any, y: Any, sample_weight: Any, return_dict: bool) -> Any:
        before = "train_on_batch" if mode == _core.TRAIN else "test_on_batch"
        if mode == _core.TRAIN:
            self._require_optimizer(before)
        data = take_data(x, y, sample_weight, row=self._known_row())
        resolved, trial = self._bind(before, data)
        with trial:
            run = _core.Run(self._core, mode, *data)
        try:
            with trial:
                run.advance()
            values = run.results() or []
        finally:
            run.close()
        return resolved.returned(values, return_dict)

    @of_sequential
    def loss_and_gradients(
        self, x: Any, y: Any, sample_weight: Any = None
    ) -> tuple[float, list[np.ndarray]]:
        """Return the loss of all rows, in training mode, and its derivatives; nothing is changed.

        Args:
            x: Inputs, as in `fit`.
            y: Targets.
            sample_weight: A weight a row; None: all 1.

        Returns:
            The loss, and an array for each of `trainable_weights`.

        Raises:
            TypeError: as `fit` does.
            ValueError: as `fit` does.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((1,)), cornu.layers.Dense(1, use_bias=False)])
        >>> model.set_weights([[[3.0]]])
        >>> model.compile("sgd", "mse")
        >>> loss, gradients = model.loss_and_gradients(np.ones((1, 1)), np.zeros((1, 1)))
        >>> loss, gradients
        (9.0, [array([[6.]], dtype=float32)])

        Source: cornu's own; Keras has no such method.
        """
        self._require_objective("loss_and_gradients")
        data = take_data(x, y, sample_weight, row=self._known_row())
        _, trial = self._bind("loss_and_gradients", data)
        with trial:
            run = _core.Run(self._core, _core.GRADIENT, *data)
        try:
            with trial:
                run.advance()
            (loss, *_), gradients = run.results() or [0.0], run.gradients()
        finally:
            run.close()
        return loss, gradients


def _with_row_of_all(error: ValueError, first: int) -> ValueError:
    """An error about a row of the data split off, with its place among all rows.

    Args:
        error: What the core says.
        first: How many rows stand before those.
    """
    text = str(error)
    found = re.search(r"Received: (?:validation \w+\[|.* in row )(\d+)", text)
    if found is None or not text.startswith("`validation "):
        return error
    row = int(found[1])
    return ValueError(
        f"{text} (row {row} of the part that `validation_split` took is row {row + first} of all)"
    )


def _check_shuffle(value: Any) -> bool:
    if value is True or value is False:
        return value
    if not is_among(value, (0, 1)):
        raise ValueError(
            "`shuffle` must be True or False: another order is not supported yet. "
            f"Received: shuffle={shown(value)}"
        )
    return bool(value)
