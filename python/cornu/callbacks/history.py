"""The results of all epochs."""

from __future__ import annotations

import weakref
from os import PathLike
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
        # Each epoch's number, from 1, and its results' names: `epoch` begins anew with each `fit`,
        # and validation need not come with each epoch.
        self._numbered: list[tuple[int, tuple[str, ...]]] = []

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
        last = self._numbered[-1][0] if self._numbered else 0
        self._numbered.append((max(last, epoch) + 1, tuple(logs or ())))
        for name, value in (logs or {}).items():
            if name not in self.history:
                self.history[name] = []
            self.history[name].append(value)

    def numbers_of(self, name: str) -> list[int]:
        """Return the numbers of the epochs that have a result, from 1.

        They are counted on where this is the history of several calls of `fit`.

        Args:
            name: The result's name.

        Example:

        >>> import cornu
        >>> history = cornu.callbacks.History()
        >>> history.on_epoch_end(0, {"loss": 1.0})
        >>> history.on_epoch_end(1, {"loss": 0.5, "val_loss": 0.75})
        >>> history.numbers_of("loss"), history.numbers_of("val_loss")
        ([1, 2], [2])
        """
        return [number for number, names in self._numbered if name in names]

    def plot(self, to_file: str | PathLike[str] | None = None) -> Any:
        """Draw the loss and each metric over the epochs: `pip install 'cornu[pictures]'`.

        Args:
            to_file: The file's path, in any format that matplotlib writes, without an ending PNG;
                None: no file.

        Returns:
            A `matplotlib.figure.Figure`, which notebooks show; see `cornu.pictures.history`.

        Raises:
            ImportError: matplotlib is not installed.
            OSError: the file can't be written.
            ValueError: there is no epoch yet, or matplotlib doesn't write such files.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> history = model.fit(np.zeros((4, 3)), np.zeros((4, 1)), epochs=2, verbose=0)
        >>> print(history.plot())
        Training, epoch by epoch
        epoch  loss
        1         0
        2         0

        Source: cornu's own; Keras has no such method.
        """
        from cornu.pictures.history_curves import history

        return history(self, to_file)

    def _repr_html_(self) -> str:
        """The table of the epochs and their curves, which notebooks show."""
        from cornu.utils.history_html import history_html

        return history_html(self.history, {name: self.numbers_of(name) for name in self.history})
