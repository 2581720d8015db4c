"""Weights in HDF5 files, laid out as Keras 3 lays them out, and read from Keras 2's layout too."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu.saving.archive import Archive, is_archive
from cornu.saving.damaged_file import naming
from cornu.saving.legacy_weights import (
    has_legacy_layout,
    stored_by_name,
    stored_in_order,
    write_legacy_weights,
)
from cornu.saving.one_moment import at_one_moment, change_at_one_moment
from cornu.saving.optimizer_group import stored_variables, write_optimizer_group
from cornu.saving.own_variables import StoredVariables, own_variables, reads_own
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
from cornu.utils.file_path import file_path
from cornu.utils.flag import check_flag
from cornu.utils.memory_limit import limited_weights, take_weights
from cornu.utils.nesting import is_model
from cornu.utils.user_frame import user_level

# In the archive of a whole model.
WEIGHTS_NAME = "model.weights.h5"
# Of layers whose weights don't fit.
_MOST_TOLD = 8
# Among the variables of a layer.
WORDS_NAME = "idf_weights"


def weights_contents(
    model: Any,
    is_legacy: bool = False,
    include_optimizer: bool = True,
    more: Callable[[Any], None] | None = None,
) -> memoryview:
    """Return what a file of the weights of a model holds, with the state of its optimizer, if that
    has any.

    It is made in memory: HDF5 does not come back from a disk that is full.

    Args:
        model: A model that is built.
        is_legacy: Whether in Keras 2's layout, which has no place for that state here.
        include_optimizer: Whether that state is there.
        more: Called with the file, to write what else it is to hold.
    """
    import h5py

    def contents() -> memoryview:
        file = io.BytesIO()
        with h5py.File(file, "w") as root:
            if is_legacy:
                write_legacy_weights(model, root)
            else:
                _write(model, root, include_optimizer)
            if more is not None:
                more(root)
        return file.getbuffer()

    return at_one_moment(model, contents)


def _write(model: Any, root: Any, include_optimizer: bool) -> None:
    values, places = iter(model.get_weights()), weight_places(model.layers)
    left = {id_: paths for id_, paths in places.paths.items() if id_ not in places.written}
    for place, layer, is_first in layer_places(model):
        # A layer that stands twice is written where it stands first.
        if not is_first:
            continue
        variables = root.create_group(f"{place}/vars")
        variables.attrs["name"] = layer.name
        if is_model(layer):
            continue
        # Keras has these of a lookup in the mode "tf_idf" here, besides its configuration.
        words = getattr(layer, "_weights_of_words", None)
        if words is not None:
            variables.create_dataset(WORDS_NAME, data=words)
        for weight in layer.weights:
            value = next(values)
            # Layers of one's own may share one.
            for path in left.pop(id(weight), ()):
                root.create_dataset(path, data=value)
    for place, layer in places.writing:
        for name, array in own_variables(layer).items():
            root.create_dataset(f"{place}/{name}", data=array)
    root.create_group("vars").attrs["name"] = model.name
    if include_optimizer:
        write_optimizer_group(root, model.optimizer)


def read_weights_file(
    model: Any, path: Any, skip_mismatch: bool = False, by_name: bool = False
) -> None:
    """Write weights of a file to a model: all, or none if one doesn't fit.

    Args:
        model: A model that is built.
        path: The file's path: of weights, or of a whole model.
        skip_mismatch: Whether to leave layers as they are whose weights don't fit, with a warning.
        by_name: Whether layers are those of the same name, not those in the same order, and others
            stay as they are. Only Keras 2's files have their names.

    Raises:
        ValueError: weights don't fit, or it is no such file.
        FileNotFoundError: there is no file.
    """
    name = file_path("filepath", path)
    skip_mismatch = check_flag("skip_mismatch", skip_mismatch)
    by_name = check_flag("by_name", by_name)
    if not os.path.exists(name):
        raise FileNotFoundError(f"There is no file {name!r} to read weights from.")
    with naming(name), limited_weights(os.path.getsize(name)):
        if not is_archive(name):
            with open_stored(name, name) as root:
                read_stored_weights(model, root, name, skip_mismatch, by_name)
            return
        if by_name:
            raise ValueError(
                "`by_name` must be False: it is for files of Keras 2. Received: by_name=True"
            )
        with Archive(name) as archive:
            weights = unpack_weights(archive)
        read_unpacked_weights(model, weights, name, skip_mismatch)


def unpack_weights(archive: Archive) -> io.BytesIO:
    """Return the file of weights in the archive of a whole model."""
    if WEIGHTS_NAME not in archive.names:
        raise ValueError(
            f"The archive has no {WEIGHTS_NAME}. It has: {shown(sorted(archive.names))}"
        )
    return io.BytesIO(archive.read(WEIGHTS_NAME))


def read_unpacked_weights(
    model: Any, weights: io.BytesIO, name: str, skip_mismatch: bool = False
) -> None:
    """Read the weights of what `unpack_weights` gave, of the archive `name`."""
    with open_stored(weights, name) as root:
        read_stored_weights(model, root, name, skip_mismatch)


def read_weights_of_words(archive: Archive, place: str, count: int) -> list[float]:
    """Return the numbers of a lookup in the mode `"tf_idf"` in the archive of a whole model.

    Args:
        archive: The archive.
        place: The layer's name in it.
        count: How many there are at least; more are padding.

    Raises:
        ValueError: there are none, or fewer.
    """
    with open_stored(unpack_weights(archive), archive.path) as root:
        try:
            variables = find_group(root, f"layers/{place}/vars")
            dataset = find_dataset(root if variables is None else variables, WORDS_NAME)
            if dataset.ndim != 1 or len(dataset) < count:
                raise ValueError(f"{count} numbers must be there. Received: shape {dataset.shape}")
            # Those that were never written take no room in the file.
            take_weights(8 * len(dataset))
            return read_dataset(dataset, "float64")[:count].tolist()
        except MALFORMED as error:
            raise ValueError(
                f"The weights of the words of {place} can't be read: {error}"
            ) from None


def read_unpacked_optimizer(model: Any, weights: io.BytesIO, name: str) -> None:
    """Read from it the state of a model's new optimizer, if it has such."""
    with open_stored(weights, name) as root, _naming_state(name):
        variables = stored_variables(root, model.optimizer, model.trainable_weights)
        if variables is not None:
            model.optimizer.load_own_variables(variables)


@contextmanager
def _naming_state(name: str) -> Iterator[None]:
    """Say in errors that it is the optimizer's state which can't be read, and of which file."""
    try:
        yield
    except MALFORMED as error:
        raise ValueError(f"The optimizer's state in {name!r} can't be read: {error}") from None


def read_stored_weights(
    model: Any, root: Any, name: str, skip_mismatch: bool = False, by_name: bool = False
) -> None:
    """Read the weights of an HDF5 file that is open, which is called `name` in errors."""
    try:
        found = _fitting(model, root, by_name)
    except MALFORMED as error:
        raise ValueError(f"The weights of {name!r} can't be read: {error}") from None
    # As in Keras, one that has kept nothing yet begins anew; but without a warning.
    variables = None
    if model.optimizer is not None and model.optimizer.built and not found.problems:
        with _naming_state(name):
            variables = stored_variables(root, model.optimizer)
    if found.problems and not skip_mismatch:
        raise _unfitting(name, found.problems)

    def write_state() -> None:
        if variables is not None:
            with _naming_state(name):
                model.optimizer.load_own_variables(variables)

    # Of more or fewer one of cornu's warns, and writes none. Whoever shows a warning may wait for a
    # thread that predicts.
    is_left = (
        variables is not None
        and len(variables) != len(model.optimizer.variables)
        and not reads_own(model.optimizer)
    )
    if is_left:
        write_state()

    def write() -> None:
        layers = [layer for _, layer in _with_weights(model)]
        before = [layer.get_weights() for layer in layers] if found.reading else []
        try:
            for layer, store in found.reading:
                _read_own(layer, store, name, found.problems if skip_mismatch else None)
            if not is_left:
                write_state()
        except BaseException:
            for layer, weights in zip(layers, before, strict=False):
                layer.set_weights(weights)
            raise
        model.set_weights(
            [
                found.values[id(weight)] if id(weight) in found.values else weight.numpy()
                for layer in layers
                for weight in layer.weights
            ]
        )

    change_at_one_moment(model, write)
    if found.problems:
        warnings.warn(
            f"Some weights are left as they are. {_told(found.problems)}",
            stacklevel=user_level(),
        )


def _unfitting(name: str, problems: list[str]) -> ValueError:
    return ValueError(f"The weights of {name!r} don't fit the model. {_told(problems)}")


def _told(problems: list[str]) -> str:
    """What is said of problems, of which there may be as many as layers."""
    more = len(problems) - _MOST_TOLD
    told = problems[:_MOST_TOLD] + ([f"So it is with {more} more layers."] if more > 0 else [])
    return " ".join(told)


def _read_own(layer: Any, store: StoredVariables, name: str, problems: list[str] | None) -> None:
    """Have a layer read its variables; where it can't, say so in `problems`, and leave its weights
    as they are; None: raise a ValueError."""
    before = layer.get_weights()
    try:
        layer.load_own_variables(store)
    # It is the user's, and may fail in any way.
    except Exception as error:
        problem = (
            f'Layer "{layer.name}" can\'t read its own variables, {shown(list(store))}: '
            f"{type(error).__name__}: {error}"
        )
        if problems is None:
            raise _unfitting(name, [problem]) from error
        layer.set_weights(before)
        problems.append(problem)


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
    root = find_group(root, "model_weights") or root
    if has_legacy_layout(root):
        find = stored_by_name if by_name else stored_in_order
        stored = find(model, root)
        wanted = [(layer, layer.weights) for _, layer in _with_weights(model)]
        pairs = [(*one, stored.get(id(one[0]))) for one in wanted]
    else:
        if by_name:
            raise ValueError(
                "`by_name` must be False: it is for files of Keras 2's layout, and this one has "
                "another. Received: by_name=True"
            )
        places = weight_places(model.layers)
        for place, layer in places.reading:
            found.reading.append((layer, StoredVariables(find_group(root, place))))
        pairs = list(_stored(model, root, places))
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
    has_say = {id(layer) for _, layer in places.reading + places.writing}
    for place, layer in _with_weights(model):
        weights = [weight for weight in layer.weights if id(weight) not in places.read]
        if not weights:
            continue
        variables = find_group(root, f"{place}/vars")
        paths = [places.paths[id(weight)][0] for weight in weights]
        flat = [f"{place}/vars/{index}" for index, _ in enumerate(paths)]
        # Where a layer of one's own has others within, older files of ours have all in one group.
        last = str(len(paths) - 1)
        is_old = variables is not None and last in variables and id(layer) not in has_say
        if variables is not None and paths != flat and not is_old:
            parted = [path.rpartition("/") for path in paths]
            pairs = [(find_group(root, group), name) for group, _, name in parted]
            yield (
                layer,
                weights,
                [find_dataset(group, name) for group, name in pairs if group is not None],
            )
            continue
        # Before 3.5, Keras put what a Sequential has under another name.
        if variables is None:
            parts = place.split("/")
            parts[::2] = ["_layer_checkpoint_dependencies"] * len(parts[::2])
            variables = find_group(root, f"{'/'.join(parts)}/vars")
        count = 0 if variables is None else min(count_links(variables), most_opened(weights))
        yield layer, weights, [find_dataset(variables, str(index)) for index in range(count)]
