"""The line of the user's program that a call came from."""

from __future__ import annotations

import sys
from types import FrameType


def user_level() -> int:
    """Return the `stacklevel` by which `warnings.warn`, called in its caller, names the first line
    that is neither cornu's nor that of an import by cornu.

    Example:

    >>> from cornu.utils.user_frame import user_level
    >>> user_level() >= 1
    True
    """
    frame: FrameType | None = sys._getframe(1)
    level = 1
    while frame is not None and root_of(frame) in ("cornu", "importlib"):
        frame = frame.f_back
        # `warn` passes over the frames of the machinery that imports, without counting them.
        level += frame is None or "importlib._bootstrap" not in frame.f_globals.get("__name__", "")
    return level


def root_of(frame: FrameType) -> str:
    """Return the name of the package that the code of a frame is of."""
    name: str = frame.f_globals.get("__name__", "")
    return name.partition(".")[0]
