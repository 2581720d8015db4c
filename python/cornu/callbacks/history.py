"""The results of all epochs."""

from __future__ import annotations

import weakref
from typing import Any

from cornu.callbacks.callback import Callback, Logs
from cornu.callbacks.result_dict import ResultDict


class History(Callback):
    """What `fit` returns: the results of each epoch.

    Attributes:
        history: A dictionary from a result's name to a list of floats, one an epoch; it answers
            to older names too, such as `acc` and `val_mean_absolute_error`.
        epoch: The epochs' numbers, from 0.
        params: `{"verbose": ..., "epochs": ..., "steps": ...}`.
        model: The model; None once nothing else refers to it.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> history = model.fit(np.zeros((4, 3)), np.zeros((4, 1)), epochs=3, verbose=0)
    >>> history.history, history.epoch
    ({'loss': [0.0, 0.0, 0.0]}, [0, 1, 2])

    Source: https://keras.io/api/callbacks/ (the class `History`)
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: ResultDict = ResultDict()
        self.epoch: list[int] = []

    def set_model(self, model: Any) -> None:
        # The model has its history; a reference back would keep both, and all the model's memory,
        # until the garbage collector comes by.
        self._model = weakref.ref(model)

    @property
    def model(self) -> Any:
        """The model; None once nothing else refers to it."""
        return None if self._model is None else self._model()

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled: the results, without the model."""
        return {**self.__dict__, "_model": None}

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            if name not in self.history:
                self.history[name] = []
            self.history[name].append(value)
