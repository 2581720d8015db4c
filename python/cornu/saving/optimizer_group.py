"""The state of a model's optimizer in HDF5 files, as Keras 3 lays it out."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.saving.stored_dataset import find_dataset, find_group, read_dataset

_PATH = "optimizer/vars"


def write_optimizer_group(root: Any, optimizer: Any) -> None:
    """Write what an optimizer keeps to a file, if it has trained or was built.

    Args:
        root: The file.
        optimizer: The optimizer; None: there is none.
    """
    if optimizer is None or not optimizer.built:
        return
    group = root.create_group(_PATH)
    group.attrs["name"] = optimizer.name
    optimizer.save_own_variables(group)


def read_optimizer_group(root: Any, optimizer: Any, weights: Any = None) -> None:
    """Read what an optimizer keeps from a file, if it has anything of one.

    Where the file has more or fewer variables it warns, as Keras does, and reads none.

    Args:
        root: The file.
        optimizer: The optimizer.
        weights: What it is built for before; None: it is built.

    Raises:
        ValueError: a variable doesn't fit; none is read then.
    """
    group = find_group(root, _PATH)
    if group is None:
        return
    # One that had taken no step when it was saved is none that has been built.
    if weights is not None and len(group) != len(optimizer.variables):
        optimizer.build(weights)
    optimizer.load_own_variables(_Checked(group, optimizer.variables))


class _Checked(dict[str, Any]):
    """The variables in a group, each read only when it was found to fit."""

    def __init__(self, group: Any, variables: list[Any]) -> None:
        super().__init__()
        for index in range(len(group)):
            if len(group) == len(variables):
                self[str(index)] = _read(group, str(index), variables[index])
            else:
                self[str(index)] = None


def _read(group: Any, name: str, variable: Any) -> np.ndarray:
    dataset = find_dataset(group, name)
    if dataset.shape != variable.shape:
        raise ValueError(
            f"{group.name}/{name} must have the shape of {variable.path}, {variable.shape}. "
            f"Received: {dataset.shape}"
        )
    return read_dataset(dataset, np.int64 if variable.dtype == "int64" else variable.dtype)
