"""The line of the user's program that a call came from."""

from __future__ import annotations

import sys
from types import FrameType


def user_level() -> int:
    """Return the `stacklevel` by which `warnings.warn`, called in its caller, names the first line
    that is not cornu's.

    Example:

    >>> from cornu.utils.user_frame import user_level
    >>> user_level() >= 1
    True
    """
    frame: FrameType | None = sys._getframe(1)
    level = 1
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "cornu":
        frame, level = frame.f_back, level + 1
    return level
