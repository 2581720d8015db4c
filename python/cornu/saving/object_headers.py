"""Headers of objects in HDF5 files, and what they lead to: looked at before HDF5 goes there."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any

# Of messages: heaps of the names of other files, where a dataset lies, more messages, the tree and
# the heap of a group, and what HDF5 would take in place of the file's own bytes.
_OTHER_FILES, _LAYOUT, _MORE, _LINKS, _CACHE = 0x07, 0x08, 0x10, 0x11, 0x18
# What trees are of; the keys of the second have its sizes and as many numbers as it has dimensions.
_OF_LINKS, _OF_CHUNKS = b"TREE\0", b"TREE\1"
# In place of where the next free room is: there is none.
_NO_ROOM = 1


class ObjectHeaders:
    """The headers in a file, of which HDF5 follows trees and lists by what they say.

    Only what objects lead to is looked at: what was deleted lies about in files that are as they
    should be. What isn't where it should be, or is none, HDF5 refuses itself.

    Args:
        read: Returns bytes of the file: from where, and how many.
        file_nbytes: The file's size. Addresses and lengths take 8 bytes.
    """

    def __init__(self, read: Callable[[int, int], bytes], file_nbytes: int) -> None:
        self._read_bytes, self._file_nbytes = read, file_nbytes
        # Each byte is of one thing. With what is read beyond the end of short ones, twice that.
        self._left = 2 * file_nbytes
        self._seen: set[int] = set()

    def check_root(self) -> None:
        """Check the first group, which is opened with the file."""
        (version,) = self._numbers("<B", 8)
        if version > 1:
            extension, _, root = self._numbers("<3Q", 20)
            self.check(extension)
            self.check(root)
            return
        root, is_cached, tree, heap = self._numbers("<QI4x2Q", 64 + 4 * version)
        self.check(root)
        # They are there once more, for where the header's are none.
        if is_cached and tree not in self._seen:
            self._check_links(tree, heap)

    def check(self, address: int) -> None:
        """Check the object whose header is at an address, unless that has been done.

        Raises:
            ValueError: HDF5 would go on with it for ever.
        """
        if address in self._seen:
            return
        for kind, at in self._messages(address):
            if kind == _LINKS:
                self._check_links(*self._numbers("<2Q", at))
            elif kind == _OTHER_FILES:
                self._check_heap(*self._numbers("<Q", at + 8))
            elif kind == _LAYOUT:
                self._check_chunks(at)
            elif kind == _CACHE:
                raise ValueError("it has an image of HDF5's cache")
        self._seen.add(address)

    def _read(self, at: int, nbytes: int) -> bytes:
        """Bytes of the file; none where they would go beyond its end."""
        if at + nbytes > self._file_nbytes:
            return b""
        self._left -= nbytes
        if self._left < 0:
            raise ValueError(f"what is at {at} of it is in several things")
        return self._read_bytes(at, nbytes)

    def _numbers(self, form: str, at: int) -> tuple[Any, ...]:
        nbytes = struct.calcsize(form)
        return struct.unpack(form, self._read(at, nbytes).ljust(nbytes, b"\0"))

    def _messages(self, address: int) -> Iterator[tuple[int, int]]:
        """The kind of each message of a header, and where what it says is."""
        signature, flags = self._numbers("<4sxB", address)
        is_new = signature == b"OHDR"
        if is_new:
            # Behind times and limits, if it has such.
            at = address + 6 + 16 * (flags >> 5 & 1) + 4 * (flags >> 4 & 1)
            size_nbytes = 1 << (flags & 3)
            size = int.from_bytes(self._read(at, size_nbytes), "little")
            parts, form, frame = [(at + size_nbytes, size)], "<BH", 4
        else:
            parts, form, frame = [(address + 16, *self._numbers("<I", address + 8))], "<HH", 0
        head_nbytes = 4 + 2 * (flags >> 2 & 1) if is_new else 8
        for start, size in parts:
            messages, at = self._read(start, size), 0
            while at + head_nbytes <= len(messages):
                kind, nbytes = struct.unpack_from(form, messages, at)
                at += head_nbytes
                yield kind, start + at
                if kind == _MORE:
                    # Newer ones are between a signature and a checksum.
                    begin, length = self._numbers("<2Q", start + at)
                    parts.append((begin + frame, max(0, length - 2 * frame)))
                at += nbytes

    def _check_links(self, tree: int, heap: int) -> None:
        self._check_heap(heap)
        self._check_tree(tree, _OF_LINKS, 8)

    def _check_heap(self, address: int) -> None:
        """HDF5 takes memory for each free room of a heap of names, up to the last."""
        signature, size, room, begin = self._numbers("<5s3x3Q", address)
        rooms = set()
        while signature == b"HEAP\0" and room != _NO_ROOM and room + 16 <= size:
            if room in rooms:
                raise ValueError(f"its heap at {address} has free room that is followed by itself")
            rooms.add(room)
            (room,) = self._numbers("<Q8x", begin + room)

    def _check_chunks(self, at: int) -> None:
        """The tree of a dataset in chunks, if its layout has such: newer ones have other lists."""
        version, count, kind = self._numbers("<3B", at)
        where = at + 8
        if version == 3:
            kind, count, where = count, kind, at + 3
        if version <= 3 and kind == 2:
            (tree,) = self._numbers("<Q", where)
            self._check_tree(tree, _OF_CHUNKS, 8 + 8 * count)

    def _check_tree(self, address: int, signature: bytes, key_nbytes: int) -> None:
        """HDF5 follows a tree's nodes without a look at whether it has been there."""
        nodes = [(address, -1)]
        for at, wanted in nodes:
            found, level, count = self._numbers("<5sBH16x", at)
            if found != signature and at == address:
                return
            if found != signature or at in self._seen or wanted not in (-1, level):
                raise ValueError(f"its tree at {address} has a part at {at} that is none of it")
            self._seen.add(at)
            each = key_nbytes + 8
            children = self._read(at + 24, count * each) if level else b""
            for begin in range(key_nbytes, len(children), each):
                nodes.append((*struct.unpack_from("<Q", children, begin), level - 1))
