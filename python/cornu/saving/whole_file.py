"""Files that are written wholly or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import zlib
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from typing import Any


def write_whole(filepath: Any, overwrite: bool, contents: Any) -> None:
    """Write a file wholly or not at all: one that was there stays until the new one is done.

    The new one is written beside it, flushed to the disk, and given its name. So whoever reads it,
    and whatever ends the process or the machine meanwhile, there is the old file or the new one. A
    file `.cornu-….part` is what a process that was killed has left; the next one that writes to the
    same path removes it.

    Args:
        filepath: Its path, of strings or bytes; a pipe's or a device's is written to as it is. What
            a link points to is written, and the link stays. A file that was there keeps its mode.
        overwrite: Whether it may be there.
        contents: Its bytes, or what has such as a buffer.

    Raises:
        OSError: no file can be made there, or the disk is full; it names the file, and a folder
            that is missing. What was there is as it was.
    """
    write_together({os.fsdecode(filepath): contents}, overwrite)


def write_text(filepath: Any, text: str) -> None:
    """Write a text to a file wholly or not at all, in place of what is there.

    Args:
        filepath: Its path.
        text: What it is to hold; it is written as UTF-8.

    Raises:
        OSError: no file can be made there.
    """
    write_whole(filepath, True, text.encode("utf-8"))


def write_together(files: Mapping[str, Any], overwrite: bool) -> None:
    """Write several files as `write_whole` does; none gets its name before all are on the disk.

    Args:
        files: What each is to hold, by its path.
        overwrite: Whether they may be there.

    Raises:
        OSError: one can't be written.
    """
    parts: dict[str, _Part] = {}
    path = ""
    try:
        # The last one is what was asked for: an error about the folder names that.
        for path in reversed(list(files)):
            parts[path] = _Part(path, overwrite)
        for path in files:
            parts[path].write(files[path])
        for path in files:
            parts[path].rename()
    except OSError as error:
        # It would name the part, or nothing.
        if error.errno is None or error.filename == path:
            raise
        raise OSError(error.errno, error.strerror, path) from None
    finally:
        for part in parts.values():
            part.close()


class _Part:
    """A file under way, beside the one that it is to become.

    Args:
        filepath: The path of that.
        overwrite: Whether there may be one.
    """

    def __init__(self, filepath: str, overwrite: bool) -> None:
        found = _find(filepath, overwrite)
        self._is_direct = found is not None and not stat.S_ISREG(found.st_mode)
        self._found = found
        self._part = ""
        if self._is_direct:
            # A pipe or a device, which can't be replaced.
            self._path, self._file = filepath, os.open(filepath, os.O_WRONLY)
            return
        self._path = os.path.realpath(filepath)
        folder = os.path.dirname(self._path)
        try:
            # A new file is as the user's own files are. One that was there keeps its mode, and
            # until then no one else reads what may be private.
            self._part, self._file = _begin(self._path, 0o666 if found is None else 0o600)
        except OSError as error:
            reason = f"There is no folder {folder!r}"
            if os.path.exists(folder):
                reason = f"{error.strerror} in the folder {folder!r}"
            raise OSError(error.errno, reason, filepath) from None

    def write(self, contents: Any) -> None:
        with open(self._file, "wb", closefd=False) as file:
            file.write(contents)
        if self._is_direct:
            return
        if self._found is not None:
            # Only a privileged user can give files away; another's are then the writer's.
            with suppress(OSError):
                os.fchown(self._file, self._found.st_uid, self._found.st_gid)
            os.fchmod(self._file, stat.S_IMODE(self._found.st_mode))
        os.fsync(self._file)

    def rename(self) -> None:
        if self._is_direct:
            return
        os.replace(self._part, self._path)
        self._part = ""
        # Without it, the old file may be back after the machine has lost its power. A folder that
        # can be written to, but not read, can't be flushed, nor can those of some file systems.
        with suppress(OSError):
            folder = os.open(os.path.dirname(self._path), os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def close(self) -> None:
        if self._part:
            with suppress(OSError):
                os.unlink(self._part)
        os.close(self._file)


def _find(path: str, overwrite: bool) -> os.stat_result | None:
    """What is at a path to write to; None: nothing."""
    if not path:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    try:
        found = os.stat(path)
    except FileNotFoundError:
        found = None
    if found is not None and not overwrite:
        raise FileExistsError(f"The file exists, and `overwrite` is False. Received: {path!r}")
    # A slash at the end would be lost, and nothing be found under that name.
    if (found is not None and stat.S_ISDIR(found.st_mode)) or path.endswith(os.sep):
        raise IsADirectoryError(f"`filepath` must be a file's path. Received: the folder {path!r}")
    # It could be replaced all the same; but who has made it so means it to stay.
    effective = os.access in os.supports_effective_ids
    if found is not None and not os.access(path, os.W_OK, effective_ids=effective):
        raise PermissionError(errno.EACCES, "The file may not be written to", path)
    return found


def _begin(path: str, mode: int) -> tuple[str, int]:
    """Make the file that is to become the one at `path`; return its path and its descriptor.

    A lock on it says that its writer lives. So one that a writer who was killed has left is told
    from one that another thread or process is writing, which takes the next number.
    """
    folder, name = os.path.split(path)
    # Of any name, however long it is.
    beginning = os.path.join(folder, f".cornu-{zlib.crc32(os.fsencode(name)):08x}-")
    for number in count():
        part = f"{beginning}{number}.part"
        while True:
            try:
                file = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
            except FileExistsError:
                if _remove_abandoned(part):
                    continue
                break
            # Another writer may have taken it for an abandoned one before it was locked.
            if _lock(file, True) and _is_at(part, file):
                return part, file
            os.close(file)
    raise AssertionError


def _remove_abandoned(part: str) -> bool:
    """Remove a part without a writer; whether there is none any more."""
    try:
        file = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        if not _lock(file, False):
            return False
        if _is_at(part, file):
            os.unlink(part)
        return True
    except OSError:
        return False
    finally:
        os.close(file)


def _lock(file: int, otherwise: bool) -> bool:
    """Lock a file, if no one has; `otherwise` where the file system knows no locks."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return otherwise
    return True


def _is_at(path: str, file: int) -> bool:
    try:
        return os.path.samestat(os.lstat(path), os.fstat(file))
    except FileNotFoundError:
        return False
