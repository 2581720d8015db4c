"""Weights of an HDF5 file that is open, put into a model: all, or none if one doesn't fit."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu.optimizers.stateful import Stateful
from cornu.saving.legacy_weights import has_legacy_layout, stored_by_name, stored_in_order
from cornu.saving.one_moment import change_at_one_moment
from cornu.saving.optimizer_group import stored_variables
from cornu.saving.own_variables import StoredVariables, reads_own
from cornu.saving.stored_dataset import (
    MALFORMED,
    count_links,
    find_dataset,
    find_group,
    most_opened,
    open_stored,
    read_dataset,
)
from cornu.saving.weight_places import WeightPlaces, layer_places, weight_places
from cornu.utils.errors import shown
from cornu.utils.nesting import is_model
from cornu.utils.user_frame import user_level

# Of layers whose weights don't fit.
_MOST_TOLD = 8


def read_stored_weights(
    model: Any, root: Any, name: str, skip_mismatch: bool = False, by_name: bool = False
) -> None:
    """Write the weights of an HDF5 file that is open to a model, and the state of its optimizer.

    Args:
        model: A model that is built.
        root: The file.
        name: What it is called in errors.
        skip_mismatch: Whether to leave layers as they are whose weights don't fit, with a warning.
        by_name: Whether layers are those of the same name, in Keras 2's layout.

    Raises:
        ValueError: weights or the state don't fit, or can't be read. Everything is as it was then.
    """
    try:
        found = _fitting(model, root, by_name)
    except MALFORMED as error:
        raise ValueError(f"The weights of {name!r} can't be read: {error}") from None
    # As in Keras, one that has kept nothing yet begins anew; but without a warning.
    optimizer, variables = model.optimizer, None
    if optimizer is not None and optimizer.built and not found.problems:
        with _naming_state(name):
            variables = stored_variables(root, optimizer)
    if found.problems:
        if not skip_mismatch:
            raise _unfitting(name, found.problems)
        _warn_unfitting(found.problems, optimizer)
    is_own = optimizer is not None and reads_own(optimizer)
    # Of more or fewer one of cornu's warns, and writes none. Whoever shows a warning may wait for a
    # thread that predicts.
    if variables is not None and len(variables) != len(optimizer.variables) and not is_own:
        _write_state(optimizer, variables, name)
        variables = None
    failed: list[str] = []

    def write() -> None:
        layers = [layer for _, layer in _with_weights(model)]
        # What is the user's may have written something before it fails.
        put_back = _put_back(layers, optimizer) if found.reading or is_own else lambda: None
        try:
            for layer, store in found.reading:
                _read_own(layer, store, name, failed if skip_mismatch else None)
            if variables is not None and not failed:
                _write_state(optimizer, variables, name)
        except BaseException:
            put_back()
            raise
        if not model.built:
            return
        model.set_weights(
            [
                found.values[id(weight)] if id(weight) in found.values else weight.numpy()
                for layer in layers
                for weight in layer.weights
            ]
        )

    change_at_one_moment(model, write)
    if failed:
        _warn_unfitting(failed, optimizer)


def read_unpacked_optimizer(model: Any, weights: io.BytesIO, name: str) -> None:
    """Read the state of a model's new optimizer, if it has such, of an archive `name`.

    Args:
        model: The model.
        weights: What `unpack_weights` gave.
        name: The archive's path.

    Raises:
        ValueError: it can't be read.
    """
    with open_stored(weights, name) as root:
        with _naming_state(name):
            variables = stored_variables(root, model.optimizer, model.trainable_weights)
        if variables is not None:
            _write_state(model.optimizer, variables, name)


@contextmanager
def _naming_state(name: str, errors: Any = MALFORMED) -> Iterator[None]:
    """Say in errors that it is the optimizer's state which can't be read, and of which file."""
    try:
        yield
    except errors as error:
        raise ValueError(f"The optimizer's state in {name!r} can't be read: {error}") from error


def _write_state(optimizer: Any, variables: Mapping[str, Any], name: str) -> None:
    # One of the user's may fail in any way.
    with _naming_state(name, Exception if reads_own(optimizer) else MALFORMED):
        optimizer.load_own_variables(variables)


def _put_back(layers: list[Any], optimizer: Any) -> Callable[[], None]:
    """Return what makes weights and the optimizer's state those of now again."""
    weights, state = [layer.get_weights() for layer in layers], dict[str, Any]()
    if optimizer is not None:
        Stateful.save_own_variables(optimizer, state)

    def put_back() -> None:
        for layer, values in zip(layers, weights, strict=True):
            layer.set_weights(values)
        if optimizer is not None:
            Stateful.load_own_variables(optimizer, state)

    return put_back


def _unfitting(name: str, problems: list[str]) -> ValueError:
    return ValueError(f"The weights of {name!r} don't fit the model. {_told(problems)}")


def _warn_unfitting(problems: list[str], optimizer: Any) -> None:
    has_state = optimizer is not None and optimizer.built
    what = "Some weights, and the optimizer's state," if has_state else "Some weights"
    warnings.warn(f"{what} are left as they are. {_told(problems)}", stacklevel=user_level())


def _told(problems: list[str]) -> str:
    """What is said of problems, of which there may be as many as layers."""
    more = len(problems) - _MOST_TOLD
    told = problems[:_MOST_TOLD] + ([f"Others that don't fit: {more}."] if more > 0 else [])
    return " ".join(told)


def _read_own(layer: Any, store: StoredVariables, name: str, failed: list[str] | None) -> None:
    """Have a layer read its variables; where it can't, say so in `failed`, and leave its weights as
    they are; None: raise a ValueError."""
    # Else whoever calls puts everything back.
    before = layer.get_weights() if failed is not None and layer.built else []
    try:
        layer.load_own_variables(store)
    # It is the user's, and may fail in any way.
    except Exception as error:
        if before:
            layer.set_weights(before)
        # Nothing is asked of the file here: it may be that which fails.
        what = f"{type(error).__name__}: {error}"
        problem = f'Layer "{layer.name}" can\'t read its own variables: {what}'
        if failed is None:
            raise _unfitting(name, [problem]) from error
        failed.append(problem)


@dataclass
class _Fitting:
    """What of a file fits a model.

    Attributes:
        values: The arrays of weights by these' ids. Only those that fit are read: others may be of
            any size.
        problems: What doesn't fit.
        reading: The layers that read their variables themselves, with these.
    """

    values: dict[int, np.ndarray]
    problems: list[str]
    reading: list[tuple[Any, StoredVariables]]


def _fitting(model: Any, root: Any, by_name: bool) -> _Fitting:
    found = _Fitting({}, [], [])
    pairs: Iterable[tuple[Any, list[Any], list[Any] | None]]
    root = find_group(root, "model_weights") or root
    if has_legacy_layout(root):
        find = stored_by_name if by_name else stored_in_order
        stored = find(model, root)
        wanted = [(layer, layer.weights) for _, layer in _with_weights(model)]
        pairs = ((*one, stored.get(id(one[0]))) for one in wanted)
    else:
        if by_name:
            raise ValueError(
                "`by_name` must be False: it is for files of Keras 2's layout, and this one has "
                "another. Received: by_name=True"
            )
        places = weight_places(model)
        for place, layer in places.reading.items():
            store = StoredVariables(_variables(root, place))
            # One that isn't built yet need not have had anything to write.
            if layer.built or store:
                found.reading.append((layer, store))
        pairs = _stored(model, root, places)
    for layer, weights, datasets in pairs:
        if datasets is None:
            continue
        problem = _problem(layer, weights, datasets)
        if problem:
            found.problems.append(problem)
            continue
        for weight, dataset in zip(weights, datasets, strict=True):
            found.values[id(weight)] = read_dataset(dataset, weight.dtype)
    return found


def _problem(layer: Any, weights: list[Any], datasets: list[Any]) -> str:
    """What keeps datasets from being weights of a layer; "": nothing."""
    want, have = ([each.shape for each in many] for many in (weights, datasets))
    if want == have:
        return ""
    return f'Layer "{layer.name}" has weights of shapes {want}; the file has {shown(have)}.'


def _with_weights(model: Any) -> list[tuple[str, Any]]:
    return [
        (place, layer)
        for place, layer, is_first in layer_places(model)
        if is_first and layer.weights and not is_model(layer)
    ]


def _stored(
    model: Any, root: Any, places: WeightPlaces
) -> Iterator[tuple[Any, list[Any], list[Any]]]:
    """The layers that have weights which they don't read themselves, with these and the datasets
    for them: none where the file has none."""
    for place, layer in _with_weights(model):
        weights = [weight for weight in layer.weights if not places.is_read(weight)]
        if not weights:
            continue
        group = f"{place}/vars"
        variables = _variables(root, group)
        paths = [places.paths[id(weight)][0] for weight in weights]
        flat = [f"{group}/{index}" for index, _ in enumerate(paths)]
        # Where a layer of one's own has others within, older files of ours have all in one group.
        is_old = (
            variables is not None
            and len(weights) == len(layer.weights)
            and str(len(weights) - 1) in variables
            and group not in places.reading
            and group not in places.writing
        )
        if paths == flat or is_old:
            count = 0 if variables is None else min(count_links(variables), most_opened(weights))
            if count and str(count - 1) not in variables:
                raise ValueError(
                    f'Layer "{layer.name}" must have variables of the names {list(range(count))} '
                    "in the file, for its weights. It has others, as classes with a "
                    f"`save_own_variables` write: {shown(list(variables))}"
                )
            found = [find_dataset(variables, str(index)) for index in range(count)]
        else:
            parted = [path.rpartition("/") for path in paths]
            groups = [(_variables(root, path), name) for path, _, name in parted]
            found = [find_dataset(one, name) for one, name in groups if one is not None]
        yield layer, weights, found


def _variables(root: Any, path: str) -> Any:
    """The group of a layer's variables; None: there is none."""
    found = find_group(root, path)
    if found is not None:
        return found
    # Before 3.5, Keras put what a Sequential has under another name.
    old = {"layers": "_layer_checkpoint_dependencies"}
    return find_group(root, "/".join(old.get(part, part) for part in path.split("/")))
