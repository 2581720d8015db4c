"""Training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import _core
from cornu.callbacks.callback_list import CallbackList
from cornu.callbacks.history import History
from cornu.models import streaming
from cornu.models.batches import (
    ArrayBatches,
    Feed,
    as_batches,
    comes_in_batches,
    count_steps,
    refuse_beside_batches,
)
from cornu.models.class_weights import with_class_weight
from cornu.models.evaluator import TICK_SECONDS, check_batch_size, check_verbose
from cornu.models.fit_arguments import (
    Shuffle,
    check_shuffle,
    check_steps,
    first_steps,
    random_order,
    take_any_validation,
    with_row_of_all,
    with_way_out,
)
from cornu.models.loops import FitLoop
from cornu.models.split_check import warn_of_missing_classes
from cornu.models.stored_rows import stored
from cornu.models.tracer import Tracer
from cornu.models.training_data import TrainingData, split, take_data, take_stored
from cornu.models.validation import Validation, check_frequency
from cornu.random.seed_generator import make_default_seed, make_revocable_seed
from cornu.utils.data_place import NO_PLACE, DataPlace
from cornu.utils.errors import shown
from cornu.utils.keywords import of_sequential
from cornu.utils.limits import limited_epochs, limited_steps
from cornu.utils.number import check_integer
from cornu.utils.old_keywords import takes_old_keywords


class Trainer(Tracer):
    """A model that trains.

    Attributes:
        history: The `History` of the last `fit`; None before.
        stop_training: Set by a callback, ends the training after the batch under way.
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: History | None = None
        # The fit under way, where it is one run, and the epoch that a callback goes on with where
        # it is not.
        self._run: _core.Run | None = None
        self._initial_epoch: int | None = None
        # Where the last fit that was shuffled, or counted steps, was after its last epoch: one that
        # begins with the next epoch goes on from there.
        self._place = NO_PLACE

    @takes_old_keywords
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
        shuffle: Any = True,
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
        that was not built is not built then. Where epochs are counted in steps, or data come in
        batches, steps that were taken before it was found stay. With a `TerminateOnNaN` among
        `callbacks` numbers to train with need not be finite.

        Args:
            x: Inputs: an array of rows of the model's input shape, or lists of numbers; or what
                gives batches `(x, y)` or `(x, y, sample_weight)` of any number of rows: a
                `PyDataset`, a generator, another iterator, or something to iterate over again and
                again. They too are used where they lie.
            y: Targets: of the output's shape; class ids for a sparse loss. None with batches.
            batch_size: Rows a step; None: 32. Batches have theirs, whatever this is.
            epochs: The epoch to end before, counted from 0.
            verbose: 0: silent; 1 or "auto": a bar; 2: a line an epoch.
            callbacks: A callback, or a list of them, which may hold lists.
            validation_split: The share of the rows, the last ones, to validate with instead.
            validation_data: `(x, y)` or `(x, y, sample_weight)` to validate with after each epoch,
                or what gives batches of these; goes before `validation_split`.
            shuffle: Whether to take the rows in another order each epoch; `"batch"`: whole batches,
                whose rows stay together. Of data sets of h5py only those rows are read then, as
                with False, that a batch is made of.
            class_weight: A dictionary from each class to a weight for the rows of that class, or
                `"balanced"`, which lets all classes count the same; None: all 1. Targets are class
                ids, of shape (n,) or (n, 1), or one-hot rows.
            sample_weight: A weight a row, or one for each of its steps, shape (n, steps), for the
                loss; it is multiplied with that of the class; None: all 1.
            initial_epoch: The epoch to begin with, counted from 0. Where that is the one behind the
                last fit's, also in a file, the order of the rows goes on from there.
            steps_per_epoch: Batches an epoch; the next epoch goes on where it ended, as does a fit
                that begins with it. None: all.
            validation_steps: Batches of a validation, the first ones; of a generator the next
                ones. None: all.
            validation_batch_size: Rows a step of validation; None: `batch_size`.
            validation_freq: After every how many epochs to validate; or a list of their numbers,
                counted from 1.

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
        self._require_optimizer("fit")
        size = check_batch_size("batch_size", batch_size)
        test_size = check_batch_size("validation_batch_size", validation_batch_size, size)
        verbose = check_verbose(verbose)
        is_shuffled = check_shuffle(shuffle)
        last = limited_epochs(check_integer("epochs", epochs, least=0))
        start = check_integer("initial_epoch", initial_epoch, least=0)
        frequency = check_frequency(validation_freq)
        steps = check_steps("steps_per_epoch", steps_per_epoch)
        test_steps = check_steps("validation_steps", validation_steps)
        listeners = CallbackList(callbacks, add_history=True, add_progbar=verbose != 0)
        row = self._known_row()
        given = take_any_validation(validation_data, test_steps, test_size, row)
        feed_from: Callable[[int], Feed] | None = None
        if comes_in_batches(x):
            refuse_beside_batches({"y": y, "sample_weight": sample_weight})
            if validation_split and validation_data is None:
                refuse_beside_batches({"validation_split": validation_split})

            def feed_from(epoch: int) -> Feed:
                begin = self._begin(epoch, is_shuffled)
                return Feed(as_batches(x, random_order(begin.seed)), steps, begin)

        else:
            # To read rows in any order from a file would take longer than to read all of it.
            kept = None if is_shuffled is True else stored(x)
            if kept is None:
                data = take_data(x, y, sample_weight, row=row)
            else:
                data = take_stored(kept, y, sample_weight)
            is_split = validation_data is None and bool(
                getattr(validation_split, "ndim", 0) or validation_split
            )
            if is_split:
                data, given = split(data, validation_split)
                given = first_steps(given, test_steps, test_size)
                if kept is not None:
                    given = Feed(ArrayBatches(given, test_size, None))
            row_count = len(data.x)
            step_count = count_steps(row_count, size)
            steps = limited_steps(steps, step_count)
            if kept is not None or steps not in (None, step_count):
                if isinstance(class_weight, str):
                    ignored = self._require_objective("fit").ignored
                    data = with_class_weight(data, class_weight, self.dtype, None, ignored)
                    class_weight = None
                by_batch = is_shuffled == "batch"

                def feed_from(epoch: int) -> Feed:
                    begin = self._begin(epoch, is_shuffled)
                    batches = ArrayBatches(data, size, random_order(begin.seed), by_batch)
                    return Feed(batches, steps, begin)

        if feed_from is not None:
            epochs_left = range(start, last)
            checked = Validation(self, given, test_size, frequency, listeners)
            return self._fit_feed(feed_from, listeners, checked, epochs_left, verbose, class_weight)
        arrays = given if isinstance(given, TrainingData) else None
        # The core validates by itself where it can.
        inner = arrays if isinstance(frequency, int) else None
        checks = given is not None and inner is None
        loop = FitLoop(
            listeners, Validation(self, given, test_size, frequency, listeners) if checks else None
        )
        resolved, trial = self._bind("fit", data, arrays)
        if is_split and arrays is not None:
            count = resolved.class_count(self._output)
            warn_of_missing_classes(data.y, arrays.y, str(resolved.loss[0]), count)
        if class_weight is not None:
            count = resolved.class_count(self._output)
            with trial:
                data = with_class_weight(data, class_weight, self.dtype, count, resolved.ignored)
        seed, revoke_seed = None, None
        if is_shuffled and self._gone_on(start).seed:
            seed = self._place.seed
        elif is_shuffled and trial.has_built:
            seed, revoke_seed = make_revocable_seed()
        elif is_shuffled:
            # To remember the state for so little would take longer than many a fit.
            seed = make_default_seed()
        with trial:
            run = _core.Run(
                self._core,
                _core.FIT,
                *self._scaled(data),
                batch_size=size,
                epochs=last,
                initial_epoch=start,
                shuffle_seed=seed,
                shuffle_batches=is_shuffled == "batch",
                validation=None if inner is None else self._scaled(inner),
                validation_batch_size=test_size,
                validation_frequency=frequency if isinstance(frequency, int) else 1,
                own=self._own_caller(trains=True),
                takes_nonfinite=loop.takes_nonfinite,
                listen=loop.listen,
                tick_seconds=TICK_SECONDS,
            )
        optimizer = self.optimizer._core
        history, taken = self.history, optimizer.iterations
        try:
            listeners.attach(self, verbose, last, step_count)
            self.stop_training = False
            loop.run(self, run, trial, resolved)
        except ValueError as error:
            if optimizer.iterations == taken:
                self.history = history
                if revoke_seed is not None:
                    revoke_seed()
            told = with_way_out(with_row_of_all(error, row_count) if is_split else error)
            if told is error:
                raise
            raise told from None
        finally:
            run.close()
            self._run = None
            listeners.close()
        resolved.publish(self._core.results())
        assert self.history is not None
        return self.history

    def _gone_on(self, epoch: int) -> DataPlace:
        """The place that a fit begins at whose first epoch is `epoch`."""
        return self._place if 0 < epoch == self._place.epoch else NO_PLACE

    def _begin(self, epoch: int, shuffle: Shuffle) -> DataPlace:
        """That place, with the seed of an order that is new where it has none."""
        place = self._gone_on(epoch)
        return place._replace(seed=(place.seed or make_default_seed()) if shuffle else 0)

    def _fit_feed(
        self,
        feed_from: Callable[[int], Feed],
        listeners: CallbackList,
        validate: Validation,
        epochs: range,
        verbose: Any,
        class_weight: Any,
    ) -> History:
        def attach(feed: Feed) -> None:
            listeners.attach(self, verbose, epochs.stop, feed.count)
            self.stop_training = False

        if isinstance(class_weight, str):
            raise ValueError(
                "`class_weight` must be a dictionary or None where the data come in batches. "
                f"Received: class_weight={shown(class_weight)}"
            )
        try:
            streaming.train(self, feed_from, listeners, epochs, validate, class_weight, attach)
        except ValueError as error:
            told = with_way_out(error)
            if told is error:
                raise
            raise told from None
        finally:
            listeners.close()
        assert self.history is not None
        return self.history
