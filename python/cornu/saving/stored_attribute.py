"""Attributes of HDF5 files that others wrote: looked at before they are read."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

from cornu.utils.errors import shown
from cornu.utils.memory_limit import most_nbytes, take_contents

# What one that is looked at counts as: it takes a millisecond.
_OPEN_NBYTES = 16384


def plain_dtype(stored: Any, what: str) -> Any:
    """Return the type of what an attribute or a dataset has, if it can be of numbers or texts.

    Of lists, some end the process in HDF5; and of lists of lists and so on, h5py makes a type in
    time and memory that are the square of how deep they are.

    Args:
        stored: Its identifier.
        what: What it is, and must be, in errors.

    Raises:
        ValueError: it is of something else.
    """
    from h5py import h5t

    kind = stored.get_type()
    one = kind.get_super() if kind.get_class() == h5t.ENUM else kind
    if one.get_class() not in (h5t.INTEGER, h5t.FLOAT, h5t.STRING, h5t.BITFIELD):
        # h5py's names are as `TypeVlenID`.
        raise ValueError(f"{what}. Received: type {type(one).__name__[4:-2].lower()}")
    try:
        return stored.dtype
    except TypeError as error:
        raise ValueError(f"{what}. Received: {error}") from None


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

    # Many links can lead to the one group that has it, and it may have many that are empty.
    take_contents("Attributes", _OPEN_NBYTES)
    stored, what = thing.attrs.get_id(name), f"The attribute {name!r} must be of texts or numbers"
    dtype = plain_dtype(stored, what)
    is_text = h5py.check_string_dtype(dtype) is not None
    if not (is_text or dtype.kind in "iuf") or stored.shape is None:
        raise ValueError(f"{what}. Received: {shown(dtype)}")
    file_nbytes = thing.file.id.get_filesize()
    # Of texts with lengths of their own, each may be the same one, which is most of the file.
    each = file_nbytes if dtype.kind == "O" else dtype.itemsize
    most, nbytes = most_nbytes(file_nbytes), each * math.prod(stored.shape)
    if nbytes > most:
        raise ValueError(
            f"The attribute {name!r} must take at most {most} bytes. Received: up to {nbytes} bytes"
        )
    value = thing.attrs[name]
    if is_text:
        take_contents("Attributes", sum(map(sys.getsizeof, np.ravel(value))))
    return value
