"""Archives of whole models, read no further than what can be in them."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections import Counter
from typing import Any

from cornu.utils.errors import shown
from cornu.utils.memory_limit import most_nbytes

# Keras writes the first. Of others, zipfile unpacks all that there is before it looks at the size.
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BEGINNING = b"PK\x03\x04"
# What zipfile raises of an archive that is damaged.
_MALFORMED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)


def is_archive(path: str) -> bool:
    """Return whether a file is an archive.

    Args:
        path: The file's path.

    Raises:
        ValueError: it begins as one, and has no end.
    """
    if zipfile.is_zipfile(path):
        return True
    if os.path.isfile(path):
        with open(path, "rb") as file:
            if file.read(len(_BEGINNING)) == _BEGINNING:
                raise ValueError(
                    f"{path!r} is no file of a model: the archive has no end, it may be cut short."
                )
    return False


class Archive:
    """A file of Keras 3's format, to be used in a `with` statement.

    All that is read of it is together bounded, by its size: members may overlap, and each unpack to
    a thousand times of what it takes.

    Args:
        path: The file's path.

    Attributes:
        path: Likewise.
        names: The members' names.

    Raises:
        ValueError: it is no archive, two members have one name, or one has the name of a file
            elsewhere.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._left = most_nbytes(os.path.getsize(path))
        try:
            self._zip = zipfile.ZipFile(path)
        except _MALFORMED as error:
            raise ValueError(f"{path!r} is no file of a model: {error}") from None
        names = self._zip.namelist()
        self.names = frozenset(names)
        try:
            if len(self.names) != len(names):
                repeated = [name for name, count in Counter(names).items() if count > 1]
                raise ValueError(
                    f"{path!r} must have each member once. Received repeatedly: {shown(repeated)}"
                )
            outside = list(filter(_is_outside, names))
            if outside:
                raise ValueError(
                    f"{path!r} must have members of its own folder only. Received: {shown(outside)}"
                )
        except ValueError:
            self._zip.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: Any) -> None:
        self._zip.close()

    def read(self, name: str) -> bytes:
        """Return what a member holds.

        Args:
            name: The member's name, one of `names`.

        Raises:
            ValueError: it and what was read before are too large, or it can't be unpacked.
        """
        info = self._zip.getinfo(name)
        what = f"{name} of the archive {self.path!r}"
        if info.file_size > self._left:
            raise ValueError(
                f"{what} must have at most {self._left} bytes. Received: {info.file_size} bytes"
            )
        if info.compress_type not in _KINDS:
            raise ValueError(
                f"{what} must be stored as it is or deflated. "
                f"Received: method {info.compress_type} of compression"
            )
        self._left -= info.file_size
        try:
            with self._zip.open(info) as file:
                # By its size: without one, zipfile unpacks more than the size that it claims.
                found = file.read(info.file_size)
        except _MALFORMED as error:
            raise ValueError(f"{what} can't be unpacked: {error}") from None
        if len(found) != info.file_size:
            raise ValueError(
                f"{what} must have {info.file_size} bytes. Received: {len(found)} bytes"
            )
        return found


def _is_outside(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return not parts[0] or ":" in parts[0] or ".." in parts
