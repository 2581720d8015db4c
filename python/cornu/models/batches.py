"""Where batches come from that are not the rows of one array: data sets, iterators."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu.keras_tensor import KerasTensor
from cornu.layers.foreign_arrays import is_foreign_array, is_sparse_matrix
from cornu.models.training_data import TrainingData, take_data
from cornu.utils.data_place import NO_PLACE, DataPlace
from cornu.utils.errors import shown
from cornu.utils.limits import limited_steps
from cornu.utils.py_dataset import PyDataset
from cornu.utils.user_frame import user_level

# How a data set made for Keras itself is told, by the names of its bases.
_DATASET_BASES = ("PyDataset", "Sequence")
_DATASET_PACKAGES = ("keras", "tensorflow", "tf_keras")
# What is all rows at once, or nothing to train with. (A union would be made anew at each question.)
_AT_ONCE = (np.ndarray, list, tuple, dict, set, str, bytes, KerasTensor)
# From the number of a pass, and how many places there are, to the order of those; see
# `random_order`.
Order = Callable[[int, int], np.ndarray]


class Batches:
    """Batches of one kind of source.

    Attributes:
        count: How many a pass has; None: not known.
        is_lasting: Whether there can be another pass.
        is_placed: Whether a pass can begin anywhere.
    """

    count: int | None = None
    is_lasting = True
    is_placed = True

    def iterate(self, number: int = 0, start: int = 0) -> Iterator[Any]:
        """Return an iterator over the batches of a pass.

        Args:
            number: The pass's.
            start: The batch to begin with, where the source `is_placed`.
        """
        raise NotImplementedError

    def on_epoch_begin(self) -> None:
        """Tell the source that an epoch begins."""

    def on_epoch_end(self) -> None:
        """Tell the source that an epoch has ended."""


class ArrayBatches(Batches):
    """Batches of the rows of arrays.

    Args:
        data: The arrays.
        batch_size: Rows in a batch.
        order: Returns the order of so many rows, or batches, for a pass; None: as they lie.
            See `random_order`.
        by_batch: Whether whole batches change places, and not rows.
    """

    def __init__(
        self,
        data: TrainingData,
        batch_size: int,
        order: Order | None,
        by_batch: bool = False,
    ) -> None:
        self._data, self._size, self._order = data, batch_size, order
        self._by_batch = by_batch
        self.count = count_steps(len(data.x), batch_size)

    def iterate(self, number: int = 0, start: int = 0) -> Iterator[Any]:
        places = self._places(len(self._data.x), number)
        for place in itertools.islice(places, start, None):
            yield tuple(None if part is None else part[place] for part in self._data)

    def _places(self, rows: int, number: int) -> Iterator[Any]:
        in_order = [slice(at, at + self._size) for at in range(0, rows, self._size)]
        if self._order is None:
            yield from in_order
        elif self._by_batch:
            whole = rows // self._size
            yield from (in_order[place] for place in self._order(number, whole).tolist())
            # The last one has its place, if it is smaller.
            yield from in_order[whole:]
        else:
            order = self._order(number, rows)
            yield from (order[place] for place in in_order)


class DatasetBatches(Batches):
    """Batches of a `PyDataset`.

    Args:
        dataset: The data set.
        order: Returns the order of the batches for a pass; None: as they are numbered.
    """

    def __init__(self, dataset: Any, order: Order | None) -> None:
        self._dataset, self._order = dataset, order
        self.count = dataset.num_batches if hasattr(dataset, "num_batches") else len(dataset)

    def iterate(self, number: int = 0, start: int = 0) -> Iterator[Any]:
        places: Any = itertools.count(start)
        if self.count is not None:
            # A data set's length may change from epoch to epoch.
            self.count = len(self._dataset)
            places = range(self.count)
            if self._order is not None:
                places = self._order(number, self.count).tolist()
            places = places[start:]
        for place in places:
            yield self._dataset[place]

    def on_epoch_begin(self) -> None:
        self._call("on_epoch_begin")

    def on_epoch_end(self) -> None:
        self._call("on_epoch_end")

    def _call(self, name: str) -> None:
        hook = getattr(self._dataset, name, None)
        if hook is not None:
            hook()


class IterableBatches(Batches):
    """Batches of a generator or another iterator, which has one pass, or of what makes iterators.

    Args:
        iterable: Whatever `iter` takes.
    """

    is_placed = False

    def __init__(self, iterable: Any) -> None:
        self._iterable = iterable
        self.is_lasting = not hasattr(iterable, "__next__")
        self.count = None
        if hasattr(iterable, "__len__"):
            self.count = len(iterable)

    def iterate(self, number: int = 0, start: int = 0) -> Iterator[Any]:
        return iter(self._iterable)


class Feed:
    """Batches, an epoch's at a time.

    With `steps`, an epoch goes on in the pass of the one before it. A pass that ends too early ends
    the epoch, with a warning.

    Args:
        batches: The source.
        steps: Batches an epoch; None: a whole pass.
        begin: What the order of the batches follows from, and where to begin, if the source can.
    """

    def __init__(
        self, batches: Batches, steps: int | None = None, begin: DataPlace = NO_PLACE
    ) -> None:
        self._batches, self._seed = batches, begin.seed
        self._steps = limited_steps(steps, batches.count)
        self._iterator: Iterator[Any] | None = None
        self._number, self._seen = (begin.number, begin.batch) if batches.is_placed else (0, 0)
        # With steps, passes are gone through from the first to the last batch.
        self._goes_on = self._steps is not None or not batches.is_lasting
        # The data may have become fewer.
        if batches.count is not None and self._seen >= max(batches.count, 1):
            self._end_pass()
        # Whether a source that has one pass only has come to its end.
        self.is_over = False

    @property
    def count(self) -> int | None:
        """How many batches an epoch has; None: not known."""
        return self._steps or self._batches.count

    def epoch(self) -> Iterator[Any]:
        """Return an iterator over the batches of the next epoch; none: the source is at its end."""
        if self.is_over:
            warn_of_end()
            return
        self._batches.on_epoch_begin()
        if self._iterator is not None and not self._goes_on:
            self._end_pass()
        if self._iterator is None:
            self._iterator = self._batches.iterate(self._number, self._seen)
        for taken in itertools.count():
            if taken == self._steps:
                break
            try:
                batch = next(self._iterator)
            except StopIteration:
                if self._seen > 0 and (self._steps is not None or taken == 0):
                    warn_of_end()
                self._end_pass()
                break
            self._seen += 1
            yield batch
        if self._seen == self._batches.count:
            self._end_pass()
        self._batches.on_epoch_end()

    @property
    def is_placed(self) -> bool:
        """Whether it can begin anywhere in its data."""
        return self._batches.is_placed

    def place(self, epoch: int) -> DataPlace | None:
        """Return where another feed of such batches goes on behind this one's last epoch.

        Args:
            epoch: The number of the epoch that comes next.

        Returns:
            What it begins with; None: the source can only begin at its first batch.
        """
        if not self.is_placed:
            return None
        if self._iterator is not None and not self._goes_on:
            return DataPlace(self._seed, epoch, self._number + 1)
        return DataPlace(self._seed, epoch, self._number, self._seen)

    def _end_pass(self) -> None:
        self._iterator, self._number, self._seen = None, self._number + 1, 0
        self.is_over = not self._batches.is_lasting


def warn_of_end() -> None:
    """Warn that there are fewer batches than were asked for."""
    warnings.warn(
        "The input ran out of data. Make sure that the data set or generator can give at least "
        "`steps_per_epoch * epochs` batches.",
        stacklevel=user_level(),
    )


def count_steps(rows: int, batch_size: int) -> int:
    """Return how many batches the rows make, the last one perhaps a smaller one."""
    return -(-rows // batch_size)


def comes_in_batches(x: Any) -> bool:
    """Return whether data are a data set, a generator or something else that gives batches.

    Example:

    >>> import numpy as np
    >>> from cornu.models.batches import comes_in_batches
    >>> comes_in_batches(iter([])), comes_in_batches([[1.0]]), comes_in_batches(np.ones(3))
    (True, False, False)
    """
    if x is None or isinstance(x, _AT_ONCE):
        return False
    if _is_dataset(x):
        return True
    if hasattr(x, "batch_shape") or is_foreign_array(x) or is_sparse_matrix(x):
        return False
    return hasattr(x, "__iter__")


def as_batches(x: Any, order: Order | None) -> Batches:
    """Return data that come in batches as a source of them.

    Args:
        x: What `comes_in_batches`.
        order: Returns the order of so many batches of a data set; None: as they are numbered.
    """
    return DatasetBatches(x, order) if _is_dataset(x) else IterableBatches(x)


def refuse_beside_batches(given: dict[str, Any]) -> None:
    """Refuse arguments that batches bring themselves.

    Raises:
        ValueError: one of them is not None.
    """
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                f"`{name}` must be None where `x` is a data set or generator, whose batches have "
                f"it. Received: {name}={shown(value)}"
            )


def take_batch(batch: Any, row: tuple[int, ...] | None) -> TrainingData:
    """Return a batch as arrays, of the same memory where they are arrays already.

    Args:
        batch: `(x, y)` or `(x, y, sample_weight)`.
        row: The shape of a row that the model takes; None: not known yet.

    Raises:
        TypeError: one of them is no array.
        ValueError: it is no such tuple, or they don't fit together.
    """
    parts = _parts(batch)
    if len(parts) < 2:
        raise ValueError(
            "A batch must be (x, y) or (x, y, sample_weight). Received: "
            f"{type(batch).__name__}" + (f" of length {len(parts)}" if parts else "")
        )
    return take_data(*parts, row=row)


def inputs_of(batch: Any) -> Any:
    """Return the inputs of a batch: all of it, or the first of a tuple.

    Raises:
        ValueError: it is a tuple of another length.
    """
    if isinstance(batch, tuple | list):
        parts = _parts(batch)
        if not parts:
            raise ValueError(
                "A batch must be x, (x,), (x, y) or (x, y, sample_weight). Received: "
                f"{type(batch).__name__} of length {len(batch)}"
            )
        return parts[0]
    return batch


def _parts(batch: Any) -> tuple[Any, ...]:
    if isinstance(batch, tuple | list) and len(batch) in (1, 2, 3):
        return tuple(batch)
    return ()


def _is_dataset(x: Any) -> bool:
    if isinstance(x, PyDataset):
        return True
    return any(
        kind.__name__ in _DATASET_BASES and kind.__module__.partition(".")[0] in _DATASET_PACKAGES
        for kind in type(x).__mro__
    )
