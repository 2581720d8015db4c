"""The members of an archive, read no further than what can be in them."""

from __future__ import annotations

import zipfile
import zlib

# More than any configuration is: a layer's takes about a kilobyte.
SMALL_NBYTES = 2**26
# Keras writes the first. Of others, zipfile unpacks all that there is before it looks at the size.
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read_member(archive: zipfile.ZipFile, name: str, most_nbytes: int = SMALL_NBYTES) -> bytes:
    """Return what a member of an archive holds.

    Args:
        archive: The archive.
        name: The member's name.
        most_nbytes: How large it may be, unpacked.

    Raises:
        ValueError: it is larger, or can't be unpacked.
    """
    info = archive.getinfo(name)
    what = f"{name} of the archive {str(archive.filename)!r}"
    if info.file_size > most_nbytes:
        raise ValueError(
            f"{what} must have at most {most_nbytes} bytes. Received: {info.file_size} bytes"
        )
    if info.compress_type not in _KINDS:
        raise ValueError(
            f"{what} must be stored as it is or deflated. "
            f"Received: method {info.compress_type} of compression"
        )
    try:
        with archive.open(info) as file:
            # By its size: without one, zipfile unpacks more than the size that it claims.
            return file.read(info.file_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise ValueError(f"{what} can't be unpacked: {error}") from None
