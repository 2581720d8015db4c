"""Datasets of HDF5 files that others wrote: looked at before they are read."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.utils.errors import shown

# HDF5 unpacks a chunk as a whole, and one may be larger than the dataset is. h5py's own choice is
# at most this.
_CHUNK_NBYTES = 2**20

# What h5py, and what is here, raise of a file that is malformed.
MALFORMED = (KeyError, OSError, RuntimeError, ValueError)


def find_group(group: Any, path: str) -> Any:
    """Return the group at a path; None: there is none.

    Args:
        group: An HDF5 group.
        path: The names from there, with "/" between them.

    Raises:
        ValueError: it is something else, or the path has a link out of the file or to another path.
    """
    import h5py

    found = _find(group, path)
    if found is not None and not isinstance(found, h5py.Group):
        raise ValueError(f"{_place(group, path)} must be a group. Received: {_kind(found)}")
    return found


def find_dataset(group: Any, path: str) -> Any:
    """Return the dataset at a path: of numbers, and all of it in the file. Nothing of it is read.

    Args:
        group: An HDF5 group.
        path: The names from there, with "/" between them.

    Raises:
        ValueError: there is none, or it is another kind of thing.
    """
    import h5py

    place = _place(group, path)
    found = _find(group, path)
    if not isinstance(found, h5py.Dataset):
        kind = "nothing" if found is None else _kind(found)
        raise ValueError(f"{place} must be a dataset. Received: {kind}")
    # Either makes HDF5 read other files, any that the user may read.
    if found.is_virtual or found.external:
        kind = (
            "a virtual dataset"
            if found.is_virtual
            else f"external storage, {shown(found.external)}"
        )
        raise ValueError(f"{place} must have its data in the file itself. Received: {kind}")
    try:
        dtype = found.dtype
    except TypeError as error:
        raise ValueError(f"{place} must be an array of numbers. Received: {error}") from None
    if found.shape is None or dtype.kind not in "iuf":
        raise ValueError(
            f"{place} must be an array of numbers. Received: shape {found.shape}, dtype {dtype}"
        )
    return found


def read_dataset(dataset: Any, dtype: Any) -> np.ndarray:
    """Return the numbers in a dataset that `find_dataset` found and whose shape fits.

    Args:
        dataset: The dataset.
        dtype: The type to return them in.

    Raises:
        ValueError: one is too large for that type, or they are no integers where it is one of such.
    """
    place = _place(dataset, "")
    kinds = "f" if np.dtype(dtype).kind == "f" else "iu"
    if dataset.dtype.kind not in kinds:
        raise ValueError(
            f"{place} must be an array of {'floats' if kinds == 'f' else 'integers'}. "
            f"Received: dtype {dataset.dtype}"
        )
    if dataset.chunks is not None:
        nbytes = int(np.prod(dataset.chunks, dtype=object)) * dataset.dtype.itemsize
        most = max(_CHUNK_NBYTES, dataset.nbytes)
        if nbytes > most:
            raise ValueError(
                f"{place} must have chunks of at most {most} bytes. Received: {nbytes} bytes"
            )
    stored = dataset[()]
    with np.errstate(over="ignore"):
        array = stored.astype(dtype)
    lost = np.isinf(array) & np.isfinite(stored) if kinds == "f" else array != stored
    if np.any(lost):
        raise ValueError(
            f"{place} must have numbers that {np.dtype(dtype).name} has. "
            f"Received: one of {np.abs(stored[np.isfinite(stored)]).max()}"
        )
    return array


def _find(group: Any, path: str) -> Any:
    import h5py

    found = group
    for name in filter(None, path.split("/")):
        if not isinstance(found, h5py.Group):
            return None
        links, key = found.id.links, name.encode()
        if not links.exists(key):
            return None
        if links.get_info(key).type != h5py.h5l.TYPE_HARD:
            raise ValueError(
                f"{_place(found, name)} must be in the file itself. Received: a link to "
                f"{links.get_val(key)}"
            )
        found = found[name]
    return found


def _place(thing: Any, path: str) -> str:
    """What a thing is called in errors: the file is named by whoever opened it."""
    return f"'{'/'.join(filter(None, [thing.name.rstrip('/'), path]))}'"


def _kind(thing: Any) -> str:
    return f"a {type(thing).__name__.lower()}"
