"""The base of all callbacks."""

from __future__ import annotations

from typing import Any

Logs = dict[str, Any]


class Callback:
    """The base of the callbacks: a subclass overrides the hooks it wants to be called at.

    Only hooks that somebody overrides are called, and nothing is computed for the others: without
    an overridden batch hook a whole epoch is one call into the core.

    A hook may predict, evaluate, read and set weights and the learning rate of the model in
    training, and set `self.model.stop_training = True`. Another `fit`, and `compile`, `add` and
    `pop`, raise a RuntimeError there. An exception raised in a hook ends the training; the model
    keeps the weights of its last whole step.

    `logs` are a dictionary of results so far by name, floats, in alphabetical order; hooks at a
    beginning get an empty one.

    Attributes:
        model: The model; None before `set_model`.
        params: A dictionary with `verbose`, `epochs` and `steps`; None before `set_params`.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> class Printer(cornu.callbacks.Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(epoch, sorted(logs))
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> history = model.fit(
    ...     np.zeros((4, 3)), np.zeros((4, 1)), epochs=2, verbose=0, callbacks=[Printer()]
    ... )
    0 ['loss']
    1 ['loss']

    Source: https://keras.io/api/callbacks/base_callback/
    """

    # Any, as the model: hooks, which are called after `set_params`, need not ask for None.
    params: Any = None
    _model: Any = None

    def __init__(self) -> None:
        self.params = None
        self._model = None

    @property
    def model(self) -> Any:
        """The model."""
        return self._model

    def set_params(self, params: Logs) -> None:
        """Take the parameters of the call."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Take the model."""
        self._model = model

    # ---- Training

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Called when `fit` begins."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Called when `fit` ends, unless an exception ended it.

        Args:
            logs: Those of the last epoch.
        """

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Called when an epoch begins.

        Args:
            epoch: Its number, from 0.
            logs: Empty.
        """

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Called when an epoch, with its validation, has ended.

        Args:
            epoch: Its number, from 0.
            logs: Results of the epoch; those of validation with `val_` before their names.
        """

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before each batch of `fit`.

        Args:
            batch: Its number in the epoch, from 0.
            logs: Empty.
        """
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after each batch of `fit`.

        Args:
            batch: Its number in the epoch, from 0.
            logs: Results of the epoch so far.
        """
        self.on_batch_end(batch, logs=logs)

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """The older name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """The older name of `on_train_batch_end`."""

    # ---- Evaluation, and validation within `fit`

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Called when evaluation begins."""

    def on_test_end(self, logs: Logs | None = None) -> None:
        """Called when evaluation ends.

        Args:
            logs: Its results.
        """

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before each batch of evaluation."""

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after each batch of evaluation.

        Args:
            batch: Its number, from 0.
            logs: Results so far.
        """

    # ---- Prediction

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Called when `predict` begins."""

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """Called when `predict` ends."""

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before each batch of `predict`."""

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after each batch of `predict`.

        Args:
            batch: Its number, from 0.
            logs: `{"outputs": array}`, the predictions for the batch.
        """
