"""Files that are written wholly or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable
from typing import Any


def write_whole(filepath: Any, overwrite: bool, write: Callable[[str], None]) -> None:
    """Write a file wholly or not at all: one that was there stays until the new one is done.

    Args:
        filepath: Its path, of strings or bytes; a pipe's or a device's is written to as it is.
        overwrite: Whether it may be there.
        write: Writes it to another path.

    Raises:
        OSError: no file can be made there; it names the file and a folder that is missing.
    """
    path = os.fsdecode(filepath)
    if not path:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not overwrite:
        raise FileExistsError(f"The file exists, and `overwrite` is False. Received: {path!r}")
    # A slash at the end would be lost, and nothing be found under that name.
    if (mode is not None and stat.S_ISDIR(mode)) or path.endswith((os.sep, os.altsep or os.sep)):
        raise IsADirectoryError(f"`filepath` must be a file's path. Received: the folder {path!r}")
    if mode is not None and not stat.S_ISREG(mode):
        _write_through(path, write)
        return
    # What a link points to is written, and the link stays.
    path = os.path.realpath(path)
    other = os.path.join(os.path.dirname(path), f"tmp{secrets.token_hex(8)}.part")
    # A new file is as the user's own files are, which mkstemp's are not. One that was there keeps
    # its mode, and until then no one else reads what may be private.
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    try:
        os.close(os.open(other, flags, 0o666 if mode is None else 0o600))
    except OSError as error:
        folder = os.path.dirname(path)
        reason = error.strerror if os.path.exists(folder) else f"There is no folder {folder!r}"
        raise OSError(error.errno, reason, os.fsdecode(filepath)) from None
    try:
        write(other)
        if mode is not None:
            os.chmod(other, stat.S_IMODE(mode))
        os.replace(other, path)
    except BaseException:
        os.unlink(other)
        raise


def write_text(filepath: Any, text: str) -> None:
    """Write a text to a file wholly or not at all, in place of what is there.

    Args:
        filepath: Its path.
        text: What it is to hold; it is written as UTF-8.

    Raises:
        OSError: no file can be made there.
    """

    def write(path: str) -> None:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)

    write_whole(filepath, True, write)


def _write_through(path: str, write: Callable[[str], None]) -> None:
    """Write to a pipe or a device, which can be neither replaced nor written out of order."""
    with tempfile.TemporaryDirectory() as folder:
        other = os.path.join(folder, "whole")
        write(other)
        with open(other, "rb") as source, open(path, "wb") as target:
            shutil.copyfileobj(source, target)
