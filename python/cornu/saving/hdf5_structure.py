"""What HDF5's library relies on in a file without a look: it would search damaged ones for ever."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
# Of version 1, with the reserved bytes behind it: no weights look like this.
_HEAP = b"GCOL\x01\0\0\0"
_HEADER_NBYTES = 16
# Of names of links, with its size, where its first free room begins, and where itself does. Free
# room has where the next begins, 1 being none, and its size.
_LOCAL_HEAP = b"HEAP\0\0\0\0"
_LOCAL_HEADER_NBYTES, _FREE_NBYTES, _NO_ROOM = 32, 16, 1
# Of links, or of attributes; behind its sizes there may be filters, whose list has a version.
_FRACTAL_HEAP = b"FRHP\0"
_FILTERS_NBYTES_AT, _FILTERS_AT = 7, 154


def check_structure(data: Any) -> None:
    """Check what a file of HDF5 begins with, and its heaps of texts and names.

    Args:
        data: The file's bytes, or its map in memory.

    Raises:
        ValueError: they are not as they should be.
    """
    if data[:1] == b"{":
        raise ValueError(
            "it is JSON. Weights in several files, as Keras writes with `max_shard_size`, can't be "
            "read: save them without it, as one '.weights.h5'"
        )
    if data[:8] != _SIGNATURE:
        raise ValueError("it doesn't begin as HDF5 does")
    # The sizes of an address and of a length.
    sizes = data[13:15] if data[8:9] in (b"\0", b"\1") else data[9:11]
    if sizes != b"\x08\x08":
        raise ValueError(f"its addresses and lengths must be of 8 bytes. Received: {[*sizes]}")
    for start in _places(data, _FRACTAL_HEAP):
        _check_fractal_heap(data, start)
    rooms_left = len(data) // _FREE_NBYTES
    for start in _places(data, _LOCAL_HEAP):
        rooms_left -= _count_rooms(data, start, rooms_left)
        if rooms_left < 0:
            raise ValueError(f"its heap at {start} has free room that is followed by itself")
    left = len(data)
    for start in _places(data, _HEAP):
        left -= _check_heap(data, start)
        # Each in the one before it, they would be gone through for a time that is the square.
        if left < 0:
            raise ValueError("its heaps overlap")


def _places(data: Any, signature: bytes) -> Iterator[int]:
    at = data.find(signature)
    while at >= 0:
        yield at
        at = data.find(signature, at + 1)


def _check_fractal_heap(data: Any, start: int) -> None:
    """HDF5 inflates a block of it to its end, however large it then is. No one deflates links."""
    nbytes = data[start + _FILTERS_NBYTES_AT : start + _FILTERS_NBYTES_AT + 2]
    filters = data[start + _FILTERS_AT : start + _FILTERS_AT + 2]
    # Numbers may look like the signature by chance, but hardly like all of it.
    if any(nbytes) and filters[:1] in (b"\1", b"\2") and 0 < filters[-1] <= 32:
        raise ValueError(f"its heap at {start} is filtered")


def _count_rooms(data: Any, start: int, most: int) -> int:
    """How many free rooms a heap of names has, up to one more than there can be. One that leads out
    of the heap ends them: HDF5 refuses it itself."""
    header = data[start : start + _LOCAL_HEADER_NBYTES]
    if len(header) < _LOCAL_HEADER_NBYTES:
        return 0
    size, room, begin = struct.unpack_from("<3Q", header, len(_LOCAL_HEAP))
    count = 0
    while room != _NO_ROOM and count <= most:
        at = begin + room
        if room + _FREE_NBYTES > size or at + _FREE_NBYTES > len(data):
            break
        (room,) = struct.unpack_from("<Q", data, at)
        count += 1
    return count


def _check_heap(data: Any, start: int) -> int:
    """How many bytes a heap has. Its objects follow each other, each with its size, up to number 0:
    room that is left."""
    whole = data[start + 8 : start + _HEADER_NBYTES]
    end = start + int.from_bytes(whole, "little")
    if len(whole) < 8 or end > len(data):
        raise ValueError(f"its heap at {start} goes beyond the end")
    at = start + _HEADER_NBYTES
    while at + _HEADER_NBYTES <= end:
        number, _, size = struct.unpack_from("<HH4xQ", data, at)
        # That of the room has its header in it; of others it is rounded up to 8.
        step = _HEADER_NBYTES + -(-size // 8) * 8 if number else size
        if not _HEADER_NBYTES <= step <= end - at:
            raise ValueError(
                f"its heap at {start} has an object of {size} bytes, which doesn't fit"
            )
        at += step
    return end - start
