"""What HDF5's library relies on in a file without a look: it would search damaged ones for ever."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
# Of version 1. All heaps with it are looked at: what leads to them lies among attributes and other
# heaps. Of one that was deleted the signature goes first, as room is used again from its front; and
# other numbers that begin so have no size behind them that ends in the file.
_HEAP = b"GCOL\1"
_HEADER_NBYTES = 16
# Of links, or of attributes; behind its sizes there may be filters, whose list has a version.
_FRACTAL_HEAP = b"FRHP\0"
_FILTERS_NBYTES_AT, _FILTERS_AT = 7, 154


def check_structure(data: Any) -> None:
    """Check what a file of HDF5 begins with, and its heaps of texts and attributes.

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
    # Some that were deleted may lie where others do.
    left = 4 * len(data)
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


def _check_heap(data: Any, start: int) -> int:
    """How many bytes a heap has. Its objects follow each other, each with its size, up to number 0:
    room that is left."""
    whole = data[start + 8 : start + _HEADER_NBYTES]
    end = start + int.from_bytes(whole, "little")
    # HDF5 refuses it itself, if it is one.
    if len(whole) < 8 or end > len(data):
        return 0
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
