"""Windows of a series of measurements."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.utils.errors import shown
from cornu.utils.number import as_integer, check_integer
from cornu.utils.py_dataset import PyDataset


class Windows(PyDataset):
    """Batches of windows, each gathered when it is asked for."""

    def __init__(
        self,
        data: np.ndarray,
        targets: np.ndarray | None,
        starts: np.ndarray,
        offsets: np.ndarray,
        batch_size: int | None,
    ) -> None:
        super().__init__()
        self._data, self._targets = data, targets
        self._starts, self._offsets, self._size = starts, offsets, batch_size

    def __len__(self) -> int:
        return -(-len(self._starts) // (self._size or 1))

    def __getitem__(self, index: int) -> Any:
        if not 0 <= index < len(self):
            raise IndexError(f"There are {len(self)} batches. Received: {index}")
        if self._size is None:
            place: Any = self._starts[index]
            windows = self._data[place + self._offsets]
        else:
            place = self._starts[index * self._size : (index + 1) * self._size]
            windows = self._data[place[:, np.newaxis] + self._offsets]
        return windows if self._targets is None else (windows, self._targets[place])


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",  # noqa: A002
) -> PyDataset:
    """Return the windows of a series as a data set for `fit`, `evaluate` and `predict`.

    Args:
        data: The series, its steps first.
        targets: A target for each step, taken at a window's first step; None: none.
        sequence_length: Steps in a window.
        sequence_stride: Steps from a window's beginning to the next one's.
        sampling_rate: Steps from one that is taken to the next.
        batch_size: Windows in a batch; None: single windows, without an axis for the batch.
        shuffle: Whether to take the windows in another order.
        seed: What the order depends on; None: another one each time.
        start_index: The first step that is used; None: 0.
        end_index: The first step that is not used any more; None: there is none.
        format: `"tf"` or `"grain"`: of no effect, what is returned is a `PyDataset`.

    Returns:
        A `PyDataset` of windows, or of pairs of windows and targets.

    Raises:
        ValueError: an argument is out of range.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> windows = cornu.utils.timeseries_dataset_from_array(
    ...     np.arange(5), np.arange(2, 5), sequence_length=2
    ... )
    >>> windows[0]
    (array([[0, 1],
           [1, 2],
           [2, 3]]), array([2, 3, 4]))

    Source: https://keras.io/api/data_loading/timeseries/
    """
    array = np.asarray(data)
    count = len(array)
    start = 0 if start_index is None else check_integer("start_index", start_index, least=0)
    end = count if end_index is None else check_integer("end_index", end_index)
    if start >= count:
        raise ValueError(
            f"`start_index` must be below the number of steps, {count}. "
            f"Received: start_index={start}"
        )
    if not start < end <= count or (end_index is not None and end == count):
        raise ValueError(
            f"`end_index` must be above `start_index`, {start}, and below the number of steps, "
            f"{count}. Received: end_index={end_index}"
        )
    length = check_integer("sequence_length", sequence_length)
    steps = {"sequence_stride": sequence_stride, "sampling_rate": sampling_rate}
    for name, value in steps.items():
        if check_integer(name, value) >= count:
            raise ValueError(
                f"`{name}` must be below the number of steps, {count}. Received: {name}={value}"
            )
    if format not in ("tf", "grain"):
        raise ValueError(f"`format` must be 'tf' or 'grain'. Received: format={shown(format)}")
    size = None if batch_size is None else check_integer("batch_size", batch_size)
    windows = end - start - (length - 1) * sampling_rate
    goals = None if targets is None else np.asarray(targets)
    if goals is not None:
        windows = min(windows, len(goals))
    starts = np.arange(0, max(windows, 0), sequence_stride)
    if shuffle:
        if seed is not None and as_integer(seed) is None:
            raise ValueError(f"`seed` must be an integer or None. Received: seed={shown(seed)}")
        np.random.RandomState(seed).shuffle(starts)
    return Windows(
        array[start:end],
        None if goals is None else goals[start:end],
        starts,
        np.arange(0, length * sampling_rate, sampling_rate),
        size,
    )
