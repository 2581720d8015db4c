"""Data that come in batches."""

from __future__ import annotations

from typing import Any

from cornu.utils.number import check_integer


class PyDataset:
    """The base of the user's data sets: a subclass gives each batch, and says how many there are.

    A batch is `(x, y)` or `(x, y, sample_weight)`, for `predict` also `(x,)` or `x`, of any number
    of rows, which are used where they lie. The thread that trains asks for batches, one after the
    other, so `workers`, `use_multiprocessing` and `max_queue_size` have no effect.

    Args:
        workers: Of no effect.
        use_multiprocessing: Of no effect.
        max_queue_size: Of no effect.

    Raises:
        ValueError: an argument is of another kind.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> class Ones(cornu.utils.PyDataset):
    ...     def __len__(self):
    ...         return 3
    ...     def __getitem__(self, index):
    ...         return np.ones((4, 2)), np.ones((4, 1))
    >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> model.fit(Ones(), epochs=2, verbose=0).params["steps"]
    3

    Source: https://keras.io/api/utils/python_utils/ (the class `PyDataset`)
    """

    _workers, _use_multiprocessing, _max_queue_size = 1, False, 10

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        self._workers = check_integer("workers", workers, least=0)
        self._use_multiprocessing = bool(use_multiprocessing)
        self._max_queue_size = check_integer("max_queue_size", max_queue_size)

    @property
    def workers(self) -> int:
        """As it was given."""
        return self._workers

    @property
    def use_multiprocessing(self) -> bool:
        """As it was given."""
        return self._use_multiprocessing

    @property
    def max_queue_size(self) -> int:
        """As it was given."""
        return self._max_queue_size

    def __getitem__(self, index: int) -> Any:
        """Return a batch.

        Args:
            index: Its place, from 0.
        """
        raise NotImplementedError(f"{type(self).__name__} must have a method `__getitem__`.")

    @property
    def num_batches(self) -> int | None:
        """How many batches there are: `len(self)`; None: without end."""
        try:
            return len(self)  # type: ignore[arg-type]
        except TypeError:
            return None

    def on_epoch_begin(self) -> None:
        """Called before an epoch's first batch."""

    def on_epoch_end(self) -> None:
        """Called after an epoch's last batch."""


Sequence = PyDataset
