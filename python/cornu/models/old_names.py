"""Methods of older Keras, with the meaning they had."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from cornu.callbacks.history import History
from cornu.models.batches import as_batches, comes_in_batches, count_steps, inputs_of
from cornu.models.chain import Chain
from cornu.utils.keywords import of_sequential
from cornu.utils.number import check_integer
from cornu.utils.old_keywords import given_twice, takes_old_keywords


class OldNames(Chain):
    """A model that programs for older Keras can call by the names they know."""

    @takes_old_keywords
    @of_sequential
    def fit_generator(
        self,
        generator: Any,
        steps_per_epoch: int | None = None,
        epochs: int = 1,
        verbose: Any = 1,
        callbacks: Any = None,
        validation_data: Any = None,
        validation_steps: int | None = None,
        validation_freq: Any = 1,
        class_weight: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        shuffle: bool = True,
        initial_epoch: int = 0,
        *,
        samples_per_epoch: int | None = None,
        nb_val_samples: int | None = None,
    ) -> History:
        """The older name of `fit` for what gives batches.

        Args:
            generator: A generator or a data set, as `x` of `fit`.
            steps_per_epoch: As in `fit`, as are all others but these three:
            epochs: As in `fit`.
            verbose: As in `fit`.
            callbacks: As in `fit`.
            validation_data: As in `fit`.
            validation_steps: As in `fit`.
            validation_freq: As in `fit`.
            class_weight: As in `fit`.
            max_queue_size: Of no effect: the thread that trains asks for batches.
            workers: Of no effect, likewise.
            use_multiprocessing: Of no effect, likewise.
            shuffle: As in `fit`.
            initial_epoch: As in `fit`.
            samples_per_epoch: As in Keras 1: rows in place of `steps_per_epoch`, which are as many
                batches as they make where all are as long as the first.
            nb_val_samples: Likewise, in place of `validation_steps`; of no effect with arrays.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> batches = ((np.zeros((4, 3)), np.zeros((4, 1))) for _ in range(6))
        >>> model.fit_generator(batches, steps_per_epoch=3, epochs=2, verbose=0).history
        {'loss': [0.0, 0.0]}

        Source: Keras 2.2, `Sequential.fit_generator`
        """
        generator, steps_per_epoch = _steps_of_rows(
            generator, steps_per_epoch, "steps_per_epoch", samples_per_epoch, "samples_per_epoch"
        )
        if comes_in_batches(validation_data):
            validation_data, validation_steps = _steps_of_rows(
                validation_data,
                validation_steps,
                "validation_steps",
                nb_val_samples,
                "nb_val_samples",
            )
        return self.fit(
            generator,
            steps_per_epoch=steps_per_epoch,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=validation_data,
            validation_steps=validation_steps,
            validation_freq=validation_freq,
            class_weight=class_weight,
            shuffle=shuffle,
            initial_epoch=initial_epoch,
        )

    @takes_old_keywords
    @of_sequential
    def evaluate_generator(
        self,
        generator: Any,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: Any = 0,
        *,
        val_samples: int | None = None,
    ) -> Any:
        """The older name of `evaluate` for what gives batches.

        Args:
            generator: A generator or a data set, as `x` of `evaluate`.
            steps: As in `evaluate`.
            callbacks: As in `evaluate`.
            max_queue_size: Of no effect, as in `fit_generator`.
            workers: Of no effect, likewise.
            use_multiprocessing: Of no effect, likewise.
            verbose: As in `evaluate`.
            val_samples: As in Keras 1, rows in place of `steps`; see `samples_per_epoch` of
                `fit_generator`.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> model.evaluate_generator(iter([(np.zeros((4, 3)), np.ones((4, 1)))]))
        1.0

        Source: Keras 2.2, `Sequential.evaluate_generator`
        """
        generator, steps = _steps_of_rows(generator, steps, "steps", val_samples, "val_samples")
        return self.evaluate(generator, steps=steps, callbacks=callbacks, verbose=verbose)

    @takes_old_keywords
    @of_sequential
    def predict_generator(
        self,
        generator: Any,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: Any = 0,
        *,
        val_samples: int | None = None,
    ) -> np.ndarray:
        """The older name of `predict` for what gives batches.

        Args:
            generator: A generator or a data set, as `x` of `predict`.
            steps: As in `predict`.
            callbacks: As in `predict`.
            max_queue_size: Of no effect, as in `fit_generator`.
            workers: Of no effect, likewise.
            use_multiprocessing: Of no effect, likewise.
            verbose: As in `predict`.
            val_samples: As in Keras 1, rows in place of `steps`; see `samples_per_epoch` of
                `fit_generator`.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Activation("relu")])
        >>> model.predict_generator(iter([np.array([[-1.0, 2.0]])]))
        array([[0., 2.]], dtype=float32)

        Source: Keras 2.2, `Sequential.predict_generator`
        """
        generator, steps = _steps_of_rows(generator, steps, "steps", val_samples, "val_samples")
        return self.predict(generator, steps=steps, callbacks=callbacks, verbose=verbose)

    @of_sequential
    def predict_proba(self, x: Any, batch_size: int | None = 32, verbose: Any = 0) -> np.ndarray:
        """The older name of `predict` for a classifier.

        Args:
            x: Inputs, as in `predict`.
            batch_size: As in `predict`.
            verbose: As in `predict`.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Activation("softmax")])
        >>> model.predict_proba(np.array([[1.0, 1.0]]))
        array([[0.5, 0.5]], dtype=float32)

        Source: Keras 2.2, `Sequential.predict_proba`
        """
        return self.predict(x, batch_size=batch_size, verbose=verbose)

    @of_sequential
    def predict_classes(self, x: Any, batch_size: int | None = 32, verbose: Any = 0) -> np.ndarray:
        """Return the class with the largest output; of one output, whether it is above 0.5.

        Args:
            x: Inputs, as in `predict`.
            batch_size: As in `predict`.
            verbose: As in `predict`.

        Returns:
            int64 of the output's shape without its last axis; int32 of the output's shape where
            that axis has one output.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Activation("softmax")])
        >>> model.predict_classes(np.array([[1.0, 2.0], [4.0, 3.0]]))
        array([1, 0])

        Source: Keras 2.2, `Sequential.predict_classes`
        """
        output = self.predict(x, batch_size=batch_size, verbose=verbose)
        if output.shape[-1] > 1:
            return output.argmax(axis=-1)
        return (output > 0.5).astype("int32")

    @of_sequential
    def reset_states(self) -> None:
        """Call `reset_state`, or its older name, of each layer that keeps a state.

        Example:

        >>> import cornu
        >>> cornu.Sequential([cornu.layers.Dense(2)]).reset_states()

        Source: Keras 2.2, `Sequential.reset_states`
        """
        for layer in self._chain():
            reset = getattr(layer, "reset_state", None) or getattr(layer, "reset_states", None)
            if reset is not None:
                reset()


def _steps_of_rows(
    batches: Any, steps: int | None, name: str, rows: int | None, rows_name: str
) -> tuple[Any, int | None]:
    """Return what gives batches, none of them lost, and how many of them make so many rows.

    Args:
        batches: A generator or a data set.
        steps: What came as number of batches.
        name: Its name, for errors.
        rows: How many rows; None: `steps` it is.
        rows_name: Its name, likewise.

    Raises:
        ValueError: both were given, or `rows` is no positive integer.
    """
    if rows is None:
        return batches, steps
    if steps is not None:
        raise given_twice(name, steps, rows_name, rows)
    count = check_integer(rows_name, rows)
    source = as_batches(batches, None)
    passed = iter(source.iterate())
    first = next(passed, None)
    if first is None:
        return batches, None
    if not source.is_lasting:
        # An iterator has given its first batch away.
        batches = itertools.chain([first], passed)
    size = len(inputs_of(first))
    return batches, count_steps(count, size)
