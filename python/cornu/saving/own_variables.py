"""What layers and optimizers of one's own write to files, and read from them, themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from cornu.saving.stored_dataset import count_links, find_dataset, read_dataset
from cornu.utils.errors import shown
from cornu.utils.memory_limit import take_contents, take_weights
from cornu.utils.overriding import overridden

# What a name takes of memory, besides its letters.
_NAME_NBYTES = 64


def writes_own(thing: Any) -> bool:
    """Whether the class of a layer or an optimizer says what is written of it."""
    return overridden(thing, ("save_own_variables",)) is not None


def reads_own(thing: Any) -> bool:
    """Whether the class of a layer or an optimizer says what is read to it."""
    return overridden(thing, ("load_own_variables",)) is not None


def own_variables(layer: Any) -> dict[str, np.ndarray]:
    """Return copies of what a layer's `save_own_variables` has of it, by name.

    Args:
        layer: The layer.

    Raises:
        ValueError: it has something that isn't numbers with a name.
    """
    store: dict[str, Any] = {}
    layer.save_own_variables(store)
    for name, value in store.items():
        array = np.array(value)
        # Files have no truth values that Keras and cornu both read.
        if array.dtype == bool:
            array = array.astype(np.uint8)
        is_name = isinstance(name, str) and "/" not in name and name.strip(".")
        if not is_name or array.dtype.kind not in "iuf":
            raise ValueError(
                f'`save_own_variables` of layer "{layer.name}" must store arrays of numbers by '
                f"names without '/'. Received: {shown(value)} by {shown(name)}"
            )
        store[name] = array
    return store


class StoredVariables(Mapping[str, np.ndarray]):
    """The arrays in a group of a file that is open, each read when it is asked for.

    Args:
        group: The group; None: there is none, and so there are no arrays.

    Raises:
        ValueError: of an array that is read, if it can't be, or takes more than the file may.
    """

    def __init__(self, group: Any) -> None:
        self._group = group

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self:
            raise KeyError(name)
        dataset = find_dataset(self._group, name)
        # What was never written takes no room in the file.
        take_weights(dataset.nbytes)
        return read_dataset(dataset, dataset.dtype)

    def __contains__(self, name: object) -> bool:
        is_name = isinstance(name, str) and "/" not in name and name != "."
        return self._group is not None and is_name and name in self._group

    def __iter__(self) -> Iterator[str]:
        if self._group is None:
            return
        count_links(self._group)
        for name in self._group:
            take_contents("The names of variables", _NAME_NBYTES + len(name))
            yield name

    def __len__(self) -> int:
        return 0 if self._group is None else count_links(self._group)
