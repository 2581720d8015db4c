"""Who has written a file, and in whose format."""

from __future__ import annotations

from typing import Any

KERAS_VERSION = "3.15.1"


def write_origin(group: Any) -> None:
    """Write it to a group of HDF5, as Keras 2's layout has it.

    Args:
        group: The group.
    """
    group.attrs["backend"] = "cornu"
    group.attrs["keras_version"] = KERAS_VERSION
