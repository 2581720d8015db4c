"""Who has written a file, and in whose format."""

from __future__ import annotations

import warnings
from typing import Any

from cornu.utils.errors import shown
from cornu.utils.user_frame import user_level

KERAS_VERSION = "3.15.1"


def write_origin(group: Any) -> None:
    """Write it to a group of HDF5, as Keras 2's layout has it.

    Args:
        group: The group.
    """
    group.attrs["backend"] = "cornu"
    group.attrs["keras_version"] = KERAS_VERSION


def is_of_keras_2(version: Any, path: str) -> bool:
    """Return whether a file is of Keras before 3, with a warning if so.

    Args:
        version: What it says of itself, a text or bytes; anything else is no version.
        path: Its path.
    """
    text = version.decode(errors="replace") if isinstance(version, bytes) else version
    if not isinstance(text, str) or not text.startswith(("1.", "2.")):
        return False
    warnings.warn(
        f"{path!r} was written by Keras {shown(text)}: it is read with the names and the values of "
        "Keras 3. Save it anew.",
        stacklevel=user_level(),
    )
    return True
