"""The state of a model's optimizer in HDF5 files, as Keras 3 lays it out, and Keras 2."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from cornu.optimizers.stateful import Stateful
from cornu.saving.legacy_weights import read_names, write_arrays
from cornu.saving.old_optimizer_state import as_today
from cornu.saving.own_variables import StoredVariables, reads_own, writes_own
from cornu.saving.stored_dataset import (
    MALFORMED,
    count_links,
    find_dataset,
    find_group,
    most_opened,
    read_dataset,
)
from cornu.utils.user_frame import user_level

_PATH = "optimizer/vars"
_LEGACY_PATH = "optimizer_weights"


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


def stored_variables(root: Any, optimizer: Any, weights: Any = None) -> Mapping[str, Any] | None:
    """Return what `optimizer.load_own_variables` is to read of a file; None: it has nothing of an
    optimizer.

    Args:
        root: The file.
        optimizer: The optimizer.
        weights: What it is built for before; None: it is built.

    Raises:
        ValueError: a variable doesn't fit.
    """
    group = find_group(root, _PATH)
    if group is None:
        return None
    if reads_own(optimizer) or writes_own(optimizer):
        if weights is not None:
            optimizer.build(weights)
        return StoredVariables(group)
    count = count_links(group)
    # Of one of the user's that wrote other names too. No optimizer has none.
    if count and str(count - 1) not in group:
        return {}
    return _fitting(optimizer, group, [str(index) for index in range(count)], weights)


def write_legacy_optimizer(root: Any, optimizer: Any) -> None:
    """Write what an optimizer keeps to a file of Keras 2's layout, if it has trained or was built.

    Args:
        root: The file.
        optimizer: The optimizer.
    """
    if not optimizer.built:
        return
    group, store = root.create_group(_LEGACY_PATH), dict[str, Any]()
    # There is no place for what one of the user's would write besides.
    Stateful.save_own_variables(optimizer, store)
    paths = [variable.path for variable in optimizer.variables]
    write_arrays(group, paths, [store[str(index)] for index in range(len(paths))])


def read_legacy_optimizer(root: Any, optimizer: Any, weights: Any) -> None:
    """Read what an optimizer keeps from a file of Keras 2's layout, if it has anything of one.

    Where that doesn't fit, as with some of Keras 2's own optimizers, which kept other variables, it
    warns, as Keras does, and reads none.

    Args:
        root: The file.
        optimizer: The optimizer.
        weights: What it is built for before.
    """
    try:
        group = find_group(root, _LEGACY_PATH)
        if group is None:
            return
        names = read_names(group, "weight_names")
        Stateful.load_own_variables(optimizer, _fitting(optimizer, group, names, weights))
    except MALFORMED as error:
        warnings.warn(f"The state of the optimizer begins anew: {error}", stacklevel=user_level())


def _fitting(optimizer: Any, group: Any, names: list[str], weights: Any) -> dict[str, Any]:
    """The variables in a group, each read only when it was found to fit; of too many or too few,
    only how many."""
    # One that had taken no step when it was saved is none that has been built.
    is_counted = len(names) == len(optimizer.variables)
    if weights is not None and (optimizer._takes_own_steps or not is_counted):
        optimizer.build(weights)
    # Keras 2 kept half as many more at most, or one for each weight where none is kept today.
    if len(names) > most_opened(2 * [*optimizer.variables, *(weights or ())]):
        return dict.fromkeys(names)
    datasets = as_today(optimizer, [find_dataset(group, name) for name in names], names)
    keys, variables = map(str, range(len(datasets))), optimizer.variables
    if len(datasets) != len(variables):
        return dict.fromkeys(keys)
    return dict(zip(keys, map(_read, datasets, variables), strict=True))


def _read(dataset: Any, variable: Any) -> np.ndarray:
    if isinstance(dataset, np.ndarray | np.generic):
        return np.asarray(dataset)
    if dataset.shape != variable.shape:
        raise ValueError(
            f"{dataset.name} must have the shape of {variable.path}, {variable.shape}. "
            f"Received: {dataset.shape}"
        )
    # In place of what Adafactor keeps of a matrix, Keras has a whole number for a vector.
    if dataset.shape == () and dataset.dtype.kind in "iu":
        return read_dataset(dataset, np.int64)
    return read_dataset(dataset, np.int64 if variable.dtype == "int64" else variable.dtype)
