"""Methods of older Keras, with the meaning they had."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.callbacks.history import History
from cornu.models.chain import Chain
from cornu.utils.keywords import of_sequential
from cornu.utils.old_keywords import takes_old_keywords


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

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> model.evaluate_generator(iter([(np.zeros((4, 3)), np.ones((4, 1)))]))
        1.0

        Source: Keras 2.2, `Sequential.evaluate_generator`
        """
        return self.evaluate(generator, steps=steps, callbacks=callbacks, verbose=verbose)

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

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Activation("relu")])
        >>> model.predict_generator(iter([np.array([[-1.0, 2.0]])]))
        array([[0., 2.]], dtype=float32)

        Source: Keras 2.2, `Sequential.predict_generator`
        """
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
