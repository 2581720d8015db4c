"""Arrays in pickles: only these are made, whatever a file asks for."""

from __future__ import annotations

import pickle
from typing import IO, Any

import numpy as np

# What a pickled array of lists is made of, in files of NumPy 1 and 2; nothing else is made.
_NEEDED = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
}


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _NEEDED:
            raise ValueError(
                f"A data set must be of arrays and numbers only. Received: {module}.{name}"
            )
        if name == "_reconstruct":
            # Under its newer name, whatever NumPy is there: the older one warns.
            return np.empty(0).__reduce__()[0]
        return super().find_class(module, name)


def load_arrays(file: IO[bytes], encoding: str = "ASCII") -> Any:
    """Return the arrays, lists, dictionaries and numbers in a pickle.

    Args:
        file: The pickle, from where the file stands.
        encoding: How strings of Python 2 are read; `"bytes"`: as bytes.

    Raises:
        ValueError: it has something else.

    Example:

    >>> import io, pickle
    >>> from cornu.datasets.pickled_arrays import load_arrays
    >>> load_arrays(io.BytesIO(pickle.dumps([1, 2])))
    [1, 2]
    """
    return _ArrayUnpickler(file, encoding=encoding).load()
