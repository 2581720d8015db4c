"""Attributes of HDF5 files that others wrote: looked at before they are read."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

from cornu.utils.errors import shown
from cornu.utils.memory_limit import most_nbytes, take_contents


def read_attribute(thing: Any, name: str) -> Any:
    """Return an attribute.

    Args:
        thing: A file, a group or a dataset, which has it.
        name: Its name.

    Raises:
        ValueError: it is no text or number, no array of such, or with those that were read before
            larger than the file can have.
        OSError: it is damaged.
    """
    import h5py

    stored = thing.attrs.get_id(name)
    dtype = stored.dtype
    # Of objects other than texts, such as lists, some end the process in HDF5.
    is_text = dtype.kind == "S" or h5py.check_string_dtype(dtype) is not None
    if not (is_text or dtype.kind in "iuf") or stored.shape is None:
        raise ValueError(
            f"The attribute {name!r} must be of texts or numbers. Received: {shown(dtype)}"
        )
    file_nbytes = thing.file.id.get_filesize()
    # Of texts with lengths of their own, each may be the same one, which is most of the file.
    each = file_nbytes if dtype.kind == "O" else dtype.itemsize
    most, nbytes = most_nbytes(file_nbytes), each * math.prod(stored.shape)
    if nbytes > most:
        raise ValueError(
            f"The attribute {name!r} must take at most {most} bytes. Received: up to {nbytes} bytes"
        )
    value = thing.attrs[name]
    # Many links can lead to the one group that has it.
    if is_text:
        take_contents("Attributes", sum(map(sys.getsizeof, np.ravel(value))))
    return value
