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
        layer: The layer; one that isn't built, and can't say, has nothing.

    Raises:
        ValueError: it has something that isn't numbers with a name.
    """
    store: dict[str, Any] = {}
    try:
        layer.save_own_variables(store)
    # What it is about may be made when the layer is built.
    except Exception:
        if layer.built:
            raise
        return {}
    for name, value in store.items():
        array = np.array(value)
        # HDF5 would take the rest for another group's, or leave it out.
        is_name = isinstance(name, str) and not set("/\0") & set(name) and name.strip(".")
        if not is_name or array.dtype.kind not in "biuf":
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
        # What was found is counted once, however often it is read.
        self._names: list[str] | None = None
        self._datasets: dict[str, Any] = {}

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self:
            raise KeyError(name)
        if name not in self._datasets:
            dataset = find_dataset(self._group, name, "biuf")
            # What was never written takes no room in the file.
            take_weights(dataset.nbytes)
            self._datasets[name] = dataset
        dataset = self._datasets[name]
        # Of a single number it returns no array.
        return np.asarray(read_dataset(dataset, dataset.dtype))

    def __contains__(self, name: object) -> bool:
        is_name = isinstance(name, str) and "/" not in name and name != "."
        return self._group is not None and is_name and name in self._group

    def __iter__(self) -> Iterator[str]:
        if self._names is None:
            names = [] if self._group is None else list(self._group)
            take_contents("The names of variables", sum(_NAME_NBYTES + len(n) for n in names))
            self._names = names
        return iter(self._names)

    def __len__(self) -> int:
        return 0 if self._group is None else count_links(self._group)
