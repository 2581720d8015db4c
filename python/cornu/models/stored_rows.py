"""Data in a file, of which only the rows are read that a batch is made of."""

from __future__ import annotations

from typing import Any

import numpy as np


class StoredRows:
    """Some rows of a data set of h5py, which are read when an array is made of them.

    Args:
        dataset: The data set.
        begin: The first row.
        end: The row behind the last one; None: all.

    Example:

    >>> import numpy as np
    >>> from cornu.models.stored_rows import StoredRows
    >>> rows = StoredRows(np.arange(12).reshape(6, 2))[2:][:3]
    >>> rows.shape, np.asarray(rows[1:2])
    ((3, 2), array([[6, 7]]))
    """

    def __init__(self, dataset: Any, begin: int = 0, end: int | None = None) -> None:
        self._dataset, self._begin = dataset, begin
        self._end = len(dataset) if end is None else end
        self.dtype = dataset.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that an array of all of them has."""
        return (len(self), *self._dataset.shape[1:])

    @property
    def ndim(self) -> int:
        """How many axes that has."""
        return len(self.shape)

    def __len__(self) -> int:
        return self._end - self._begin

    def __getitem__(self, rows: slice) -> StoredRows:
        begin, end, _ = rows.indices(len(self))
        return StoredRows(self._dataset, self._begin + begin, self._begin + max(begin, end))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        read = np.asarray(self._dataset[self._begin : self._end])
        return read if dtype is None else read.astype(dtype, copy=False)


def stored(data: Any) -> StoredRows | None:
    """Return a data set of h5py, or the one in a list of one, as rows to be read; else None.

    Example:

    >>> import numpy as np
    >>> from cornu.models.stored_rows import stored
    >>> stored(np.ones(3))
    """
    if isinstance(data, list | tuple) and len(data) == 1:
        (data,) = data
    is_dataset = any(
        kind.__name__ == "Dataset" and kind.__module__.partition(".")[0] == "h5py"
        for kind in type(data).__mro__
    )
    return StoredRows(data) if is_dataset and data.shape else None
