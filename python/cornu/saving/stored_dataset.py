"""Datasets of HDF5 files that others wrote: looked at before they are read."""

from __future__ import annotations

import io
import math
import mmap
import os
import zlib
from collections.abc import Iterator, Sized
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from cornu.saving.hdf5_structure import check_structure
from cornu.saving.object_headers import ObjectHeaders
from cornu.saving.stored_attribute import plain_dtype
from cornu.utils.errors import shown
from cornu.utils.memory_limit import limited_contents, take_contents

# HDF5 unpacks a chunk as a whole, and one may be larger than the dataset is. h5py's own choice is
# at most this.
_CHUNK_NBYTES = 2**20
# What a chunk takes at least, in the list of them.
_ENTRY_NBYTES = 8
# Behind what it is of.
_CHECKSUM_NBYTES = 4
# What one that is open takes of memory, at most. It takes some 300 in the file, a link to it 90.
_OPEN_NBYTES = 8192
# What a link takes in the file at least.
_LINK_NBYTES = 16
# A group is soon closed again; but a name can lead through one, or the same one, many times.
_GROUP_NBYTES = 2048

# What h5py, and what is here, raise of a file that is malformed.
MALFORMED = (KeyError, OSError, OverflowError, RuntimeError, TypeError, ValueError)

# HDF5's own filters: the second and the third give no more than they take, and of the first we see
# to it. Of another, HDF5 would load a library from the system's folder.
_DEFLATE, _SHUFFLE, _CHECKSUM = _FILTERS = 1, 2, 3

_KINDS = {"f": "floats", "iu": "integers", "b": "truth values"}

# Those of the file that is open.
_headers: ContextVar[ObjectHeaders] = ContextVar("headers")


@contextmanager
def open_stored(file: Any, name: str) -> Iterator[Any]:
    """Open an HDF5 file for reading, in a `with` statement that gives it.

    Args:
        file: Its path, or a file that is open.
        name: What it is called in errors.

    Raises:
        ValueError: it is none.
    """

    with ExitStack() as opened:
        try:
            root, headers = _checked(file, opened)
        except MALFORMED as error:
            raise ValueError(f"{name!r} is no file of weights or a model: {error}") from None
        opened.enter_context(limited_contents(root.id.get_filesize()))
        opened.callback(_headers.reset, _headers.set(headers))
        yield root


def _checked(file: Any, opened: ExitStack) -> tuple[Any, ObjectHeaders]:
    import h5py

    if isinstance(file, io.BytesIO):
        data = file.getvalue()
        check_structure(data)
        headers = ObjectHeaders(lambda at, nbytes: data[at : at + nbytes], len(data))
        headers.check_root()
        return opened.enter_context(h5py.File(file, "r")), headers
    number = opened.enter_context(io.FileIO(file)).fileno()
    size = os.fstat(number).st_size
    # There is no map of an empty file.
    if size == 0:
        raise ValueError("it is empty")
    with mmap.mmap(number, 0, access=mmap.ACCESS_READ) as mapped:
        check_structure(mapped)
    # Where another process cuts the file short, reading a map would end this one.
    headers = ObjectHeaders(lambda at, nbytes: os.pread(number, nbytes, at), size)
    headers.check_root()
    root = opened.enter_context(h5py.File(file, "r"))
    # Or it has put another in its place.
    is_it = os.path.samestat(os.fstat(number), os.fstat(root.id.get_vfd_handle()))
    return (root, headers) if is_it else _checked(file, opened)


def most_opened(wanted: Sized) -> int:
    """Return how many datasets are opened where some are wanted: enough to tell of others in an
    error. Each takes HDF5 half a millisecond, and a file of 2 MB has 20,000 links."""
    return len(wanted) + 8


def count_links(group: Any) -> int:
    """Return how many things a group has.

    Args:
        group: An HDF5 group.

    Raises:
        ValueError: it says that it has more than there is room for in the file.
    """
    count, most = len(group), group.file.id.get_filesize() // _LINK_NBYTES
    if count > most:
        raise ValueError(
            f"{_place(group, '')} must have at most {most} links. Received: {count} of them"
        )
    return count


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


def find_dataset(group: Any, path: str, kinds: str = "iuf") -> Any:
    """Return the dataset at a path: of numbers, and all of it in the file. Nothing of it is read.

    Args:
        group: An HDF5 group.
        path: The names from there, with "/" between them.
        kinds: NumPy's letters for the kinds of numbers that it may have; "b", of truth values.

    Raises:
        ValueError: there is none, it is another kind of thing, or there are too many.
    """
    import h5py

    place = _place(group, path)
    take_contents("Datasets", _OPEN_NBYTES)
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
    what = f"{place} must be an array of numbers"
    dtype = plain_dtype(found.id, what)
    if found.shape is None or dtype.kind not in kinds:
        raise ValueError(f"{what}. Received: shape {found.shape}, dtype {dtype}")
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
    kinds = {"f": "f", "b": "b"}.get(np.dtype(dtype).kind, "iu")
    if dataset.dtype.kind not in kinds:
        raise ValueError(
            f"{place} must be an array of {_KINDS[kinds]}. Received: dtype {dataset.dtype}"
        )
    if dataset.chunks is not None:
        _check_chunks(dataset, place)
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


def _check_chunks(dataset: Any, place: str) -> None:
    """Refuse what would take much more memory or time than the dataset itself."""
    nbytes = math.prod(dataset.chunks) * dataset.dtype.itemsize
    most = max(_CHUNK_NBYTES, dataset.nbytes)
    if nbytes > most:
        raise ValueError(
            f"{place} must have chunks of at most {most} bytes. Received: {nbytes} bytes"
        )
    # Those that are there take room in the file, and of those that are not each is looked for.
    sizes = zip(dataset.shape, dataset.chunks, strict=True)
    count = math.prod(-(-whole // one) for whole, one in sizes)
    most = dataset.file.id.get_filesize() // _ENTRY_NBYTES
    if count > most:
        raise ValueError(f"{place} must have at most {most} chunks. Received: {count}")
    # At the rims a chunk may have more than the dataset, all of which is unpacked.
    take_contents("The rims of chunks", max(0, count * nbytes - dataset.nbytes))
    settings = dataset.id.get_create_plist()
    filters = [settings.get_filter(at)[0] for at in range(settings.get_nfilters())]
    # Of what was shuffled after it, HDF5 would inflate other bytes than are looked at here.
    is_reversed = [one for one in filters if one != _CHECKSUM] == [_DEFLATE, _SHUFFLE]
    if not set(filters) <= set(_FILTERS) or len(set(filters)) != len(filters) or is_reversed:
        raise ValueError(
            f"{place} must be stored as it is or deflated, and checked or, before, shuffled at "
            f"most. Received: the filters {shown(filters)}"
        )
    if _DEFLATE not in filters:
        return
    for slices in dataset.iter_chunks():
        try:
            skipped, packed = dataset.id.read_direct_chunk(tuple(part.start for part in slices))
        except (OSError, RuntimeError, ValueError):
            # It isn't there, or HDF5 can't read it later either. Asked where one is, HDF5 goes
            # through all those before it.
            continue
        if skipped >> filters.index(_DEFLATE) & 1:
            continue
        # HDF5 inflates a chunk to its end, whatever its size should be.
        inflater = zlib.decompressobj()
        try:
            inflater.decompress(packed, nbytes + _CHECKSUM_NBYTES)
        except zlib.error as error:
            raise ValueError(f"{place} can't be unpacked: {error}") from None
        if inflater.unconsumed_tail:
            raise ValueError(f"{place} must have chunks of {nbytes} bytes. Received: a larger one")


def _find(group: Any, path: str) -> Any:
    import h5py

    found = group
    for name in filter(None, path.split("/")):
        if not isinstance(found, h5py.Group):
            return None
        take_contents("Groups", _GROUP_NBYTES)
        links, key = found.id.links, name.encode()
        if not links.exists(key):
            return None
        link = links.get_info(key)
        if link.type != h5py.h5l.TYPE_HARD:
            raise ValueError(
                f"{_place(found, name)} must be in the file itself. Received: a link to "
                f"{links.get_val(key)}"
            )
        _headers.get().check(link.u)
        found = found[name]
    return found


def _place(thing: Any, path: str) -> str:
    """What a thing is called in errors: the file is named by whoever opened it."""
    return shown("/".join(filter(None, [thing.name.rstrip("/"), path])))


def _kind(thing: Any) -> str:
    return f"a {type(thing).__name__.lower()}"
