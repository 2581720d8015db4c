"""Keras 2's windows of a series, as a data set."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from cornu.utils.errors import shown
from cornu.utils.number import check_integer
from cornu.utils.py_dataset import PyDataset


class TimeseriesGenerator(PyDataset):
    """Batches of windows of a series, each with the target of the step after it.

    Args:
        data: The series, its steps first.
        targets: A target for each step.
        length: Steps in a window.
        sampling_rate: Steps from one that is taken to the next.
        stride: Steps from a window's end to the next one's.
        start_index: The first step that is used.
        end_index: The last step that is used; None: the last one.
        shuffle: Whether each batch is of windows drawn by NumPy's `random`.
        reverse: Whether a window's steps run backwards.
        batch_size: Windows in a batch.
        **kwargs: `workers`, `use_multiprocessing` and `max_queue_size`, of no effect.

    Raises:
        ValueError: an argument is out of range, or there are more or fewer targets than steps.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> series = np.arange(6)
    >>> windows = cornu.preprocessing.sequence.TimeseriesGenerator(series, series, length=3)
    >>> windows[0]
    (array([[0, 1, 2],
           [1, 2, 3],
           [2, 3, 4]]), array([3, 4, 5]))

    Source: Keras 2, `keras.preprocessing.sequence`
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if len(data) != len(targets):
            raise ValueError(
                "`data` and `targets` must have the same length. "
                f"Received: {len(data)} and {len(targets)}"
            )
        self.data = data
        self.targets = targets
        self.length = check_integer("length", length)
        self.sampling_rate = check_integer("sampling_rate", sampling_rate)
        self.stride = check_integer("stride", stride)
        self.start_index = check_integer("start_index", start_index, least=0) + self.length
        last = len(data) - 1
        self.end_index = last if end_index is None else check_integer("end_index", end_index)
        self.shuffle = shuffle
        self.reverse = reverse
        self.batch_size = check_integer("batch_size", batch_size)
        if not self.start_index <= self.end_index <= last:
            raise ValueError(
                f"`start_index + length` must be at most `end_index`, and that at most {last}, the "
                f"last step. Received: start_index + length={self.start_index}, "
                f"end_index={self.end_index}"
            )

    def __len__(self) -> int:
        return -(-(self.end_index - self.start_index + 1) // (self.batch_size * self.stride))

    def __getitem__(self, index: int) -> Any:
        ends = self._ends(index)
        windows = np.array(
            [self.data[end - self.length : end : self.sampling_rate] for end in ends]
        )
        targets = np.array([self.targets[end] for end in ends])
        return (windows[:, ::-1] if self.reverse else windows), targets

    def _ends(self, index: int) -> Any:
        """The steps after the windows of a batch."""
        if not 0 <= index < len(self):
            raise IndexError(f"There are {len(self)} batches. Received: {index}")
        if self.shuffle:
            # NumPy's own state, as in Keras: `np.random.seed` makes it the same again.
            return np.random.randint(  # noqa: NPY002
                self.start_index, self.end_index + 1, size=self.batch_size
            )
        step = self.batch_size * self.stride
        first = self.start_index + step * index
        return range(first, min(first + step, self.end_index + 1), self.stride)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments as plain values, the data as JSON.

        Raises:
            TypeError: the data can't be written as JSON.

        Example:

        >>> import cornu
        >>> sequence = cornu.preprocessing.sequence
        >>> sequence.TimeseriesGenerator([1, 2, 3], [1, 2, 3], length=1).get_config()["data"]
        '[1, 2, 3]'

        Source: Keras 2, `keras.preprocessing.sequence`
        """
        return {
            "data": _as_json("data", self.data),
            "targets": _as_json("targets", self.targets),
            "length": self.length,
            "sampling_rate": self.sampling_rate,
            "stride": self.stride,
            "start_index": self.start_index,
            "end_index": self.end_index,
            "shuffle": self.shuffle,
            "reverse": self.reverse,
            "batch_size": self.batch_size,
        }

    def to_json(self, **kwargs: Any) -> str:
        """Return class and configuration as JSON.

        Args:
            **kwargs: What `json.dumps` takes.

        Example:

        >>> import cornu
        >>> sequence = cornu.preprocessing.sequence
        >>> sequence.TimeseriesGenerator([1, 2], [1, 2], length=1).to_json()[:37]
        '{"class_name": "TimeseriesGenerator",'

        Source: Keras 2, `keras.preprocessing.sequence`
        """
        return json.dumps(
            {"class_name": type(self).__name__, "config": self.get_config()}, **kwargs
        )


def _as_json(name: str, values: Any) -> str:
    plain = values.tolist() if isinstance(values, np.ndarray) else values
    try:
        return json.dumps(plain)
    except TypeError as error:
        raise TypeError(f"`{name}` must be plain values. Received: {shown(values)}") from error
