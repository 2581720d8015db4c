"""Training and evaluation of one batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from cornu import _core
from cornu.layers.arguments import refuse_unsupported
from cornu.models.class_weights import with_class_weight
from cornu.models.evaluator import Evaluator
from cornu.models.loss_watch import LossWatch
from cornu.models.objective import Resolved
from cornu.models.training_data import take_data
from cornu.utils.keywords import of_sequential

T = TypeVar("T")


class BatchTrainer(Evaluator):
    """A model that trains and evaluates batch by batch, as its user's own loop asks it to."""

    @of_sequential
    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
        *,
        reset_metrics: bool = True,
    ) -> Any:
        """Take one step on all rows, and return loss and metrics of these rows before it.

        Args:
            x: Inputs, as in `fit`.
            y: Targets.
            sample_weight: A weight a row, or one for each of its steps; None: all 1.
            class_weight: As in `fit`.
            return_dict: Whether to return the results by name.
            reset_metrics: True, as older programs say it: results are of these rows alone.

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
        refuse_unsupported({"reset_metrics": reset_metrics}, default=True)
        return self._on_batch(_core.TRAIN, x, y, sample_weight, return_dict, class_weight)

    @of_sequential
    def test_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        return_dict: bool = False,
        *,
        reset_metrics: bool = True,
    ) -> Any:
        """Return loss and metrics of all rows, as one batch.

        Args:
            x: Inputs, as in `fit`.
            y: Targets.
            sample_weight: A weight a row, or one for each of its steps; None: all 1.
            return_dict: Whether to return the results by name.
            reset_metrics: True, as in `train_on_batch`.

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
        refuse_unsupported({"reset_metrics": reset_metrics}, default=True)
        return self._on_batch(_core.TEST, x, y, sample_weight, return_dict)

    def _on_batch(
        self,
        mode: int,
        x: Any,
        y: Any,
        sample_weight: Any,
        return_dict: bool,
        class_weight: Any = None,
    ) -> Any:
        before = "train_on_batch" if mode == _core.TRAIN else "test_on_batch"
        resolved, values = self._take_batch(
            mode, x, y, sample_weight, class_weight, before, lambda run: run.results() or []
        )
        return resolved.returned(values, return_dict)

    def _take_batch(
        self,
        mode: int,
        x: Any,
        y: Any,
        sample_weight: Any,
        class_weight: Any,
        before: str,
        read: Callable[[_core.Run], T],
        **options: Any,
    ) -> tuple[Resolved, T]:
        """Go through a run of one batch.

        Args:
            mode: The run's.
            x: Inputs, as in `fit`.
            y: Targets.
            sample_weight: A weight a row, or one for each of its steps.
            class_weight: As in `fit`.
            before: The method that does it, for errors.
            read: Takes from the run what is wanted of it.
            **options: The run's further ones.

        Returns:
            Loss and metrics, and what `read` returned.
        """
        if mode == _core.TRAIN:
            self._require_optimizer(before)
        data = take_data(x, y, sample_weight, row=self._known_row())
        resolved, trial = self._bind(before, data)
        with trial:
            data = with_class_weight(
                data, class_weight, self.dtype, resolved.class_count(self._output), resolved.ignored
            )
            watch = LossWatch(self._warned_of_loss)
            own = self._own_caller(trains=mode == _core.TRAIN)
            run = _core.Run(
                self._core, mode, *self._scaled(data), own=own, listen=watch.listen, **options
            )
        try:
            if mode == _core.TRAIN:
                self.optimizer._prepare_step()
            with trial:
                watch.take_step(self, run)
            taken = read(run)
        finally:
            self._warned_of_loss = watch.has_warned
            run.close()
        return resolved, taken

    @of_sequential
    def loss_and_gradients(
        self, x: Any, y: Any, sample_weight: Any = None
    ) -> tuple[float, list[np.ndarray]]:
        """Return the loss of all rows, in training mode, and its derivatives; nothing is changed.

        Args:
            x: Inputs, as in `fit`.
            y: Targets.
            sample_weight: A weight a row, or one for each of its steps; None: all 1.

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
            own = self._own_caller(trains=True)
            run = _core.Run(self._core, _core.GRADIENT, *self._scaled(data), own=own)
        try:
            with trial:
                run.advance()
            (loss, *_), gradients = run.results() or [0.0], run.gradients()
        finally:
            run.close()
        return loss, gradients
