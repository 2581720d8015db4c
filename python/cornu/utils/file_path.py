"""Paths of files, as arguments."""

from __future__ import annotations

import os
from typing import Any

from cornu.utils.errors import shown

# Linux's PATH_MAX. What is longer, or has a byte that no path has, is what is in a file.
_MOST_LETTERS = 4096


def file_path(name: str, value: Any) -> str:
    """Return an argument that is a file's path as a string.

    Args:
        name: Its name.
        value: What came: a string, bytes or an object such as `pathlib.Path`.

    Raises:
        TypeError: it is something else.
        ValueError: no file can have this path.

    Example:

    >>> from pathlib import Path
    >>> from cornu.utils.file_path import file_path
    >>> file_path("filepath", Path("model.keras"))
    'model.keras'
    """
    received = f"Received: {name}={shown(value)} (of type {type(value).__name__})"
    if not isinstance(value, str | bytes | os.PathLike):
        raise TypeError(f"`{name}` must be a path: of type str, bytes or os.PathLike. {received}")
    path = os.fsdecode(value)
    if "\0" in path or len(path) > _MOST_LETTERS:
        raise ValueError(f"`{name}` must be the path of a file, not what is in it. {received}")
    return path
