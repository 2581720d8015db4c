"""Weights in HDF5 files, laid out as Keras 3 lays them out, and read from Keras 2's layout too."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from cornu.saving.stored_dataset import (
    MALFORMED,
    count_links,
    find_dataset,
    find_group,
    most_opened,
    open_stored,
    read_dataset,
)
from cornu.saving.weight_places import layer_places, weight_places
from cornu.utils.errors import shown
from cornu.utils.file_path import file_path
from cornu.utils.flag import check_flag
from cornu.utils.memory_limit import take_weights
from cornu.utils.nesting import is_model
from cornu.utils.overriding import overridden
from cornu.utils.user_frame import user_level

# In the archive of a whole model.
WEIGHTS_NAME = "model.weights.h5"
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
    values, places = iter(model.get_weights()), weight_places(model)
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
            for path in places.pop(id(weight), ()):
                root.create_dataset(path, data=value)
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
    with naming(name):
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
        values, problems = _fitting(model, root, by_name)
    except MALFORMED as error:
        raise ValueError(f"The weights of {name!r} can't be read: {error}") from None
    # As in Keras, one that has kept nothing yet begins anew; but without a warning.
    variables = None
    if model.optimizer is not None and model.optimizer.built and not problems:
        with _naming_state(name):
            variables = stored_variables(root, model.optimizer)
    if problems and not skip_mismatch:
        raise ValueError(f"The weights of {name!r} don't fit the model. " + " ".join(problems))
    if problems:
        warnings.warn(
            "Some weights are left as they are. " + " ".join(problems), stacklevel=user_level()
        )

    def write_state() -> None:
        if variables is not None:
            with _naming_state(name):
                model.optimizer.load_own_variables(variables)

    # Of more or fewer one of cornu's warns, and writes none. Whoever shows a warning may wait for a
    # thread that predicts.
    is_left = (
        variables is not None
        and len(variables) != len(model.optimizer.variables)
        and overridden(model.optimizer, ("load_own_variables",)) is None
    )
    if is_left:
        write_state()

    def write() -> None:
        if not is_left:
            write_state()
        flat: list[np.ndarray] = []
        for _, layer in _with_weights(model):
            flat += values.get(id(layer)) or layer.get_weights()
        model.set_weights(flat)

    change_at_one_moment(model, write)


def _fitting(model: Any, root: Any, by_name: bool) -> tuple[dict[int, list[np.ndarray]], list[str]]:
    """The arrays of each layer, by its id, that a file has fitting ones for, and what doesn't fit.
    Only those that fit are read: others may be of any size."""
    values, problems = {}, []
    stored = _stored(model, find_group(root, "model_weights") or root, by_name)
    for (_, layer), datasets in zip(_with_weights(model), stored, strict=True):
        if datasets is None:
            continue
        problem = _problem(layer, datasets)
        if problem:
            problems.append(problem)
            continue
        pairs = zip(layer.weights, datasets, strict=True)
        values[id(layer)] = [read_dataset(dataset, weight.dtype) for weight, dataset in pairs]
    return values, problems


def _problem(layer: Any, datasets: list[Any]) -> str:
    """What keeps datasets from being a layer's weights; "": nothing."""
    want, have = ([each.shape for each in many] for many in (layer.weights, datasets))
    if want == have:
        return ""
    return f'Layer "{layer.name}" has weights of shapes {want}; the file has {shown(have)}.'


def _with_weights(model: Any) -> list[tuple[str, Any]]:
    return [
        (place, layer)
        for place, layer, is_first in layer_places(model)
        if is_first and layer.weights and not is_model(layer)
    ]


def _stored(model: Any, root: Any, by_name: bool) -> list[list[Any] | None]:
    """The datasets for each layer that has weights; none where the file has none for it. None: the
    layer is to stay as it is."""
    if has_legacy_layout(root):
        find = stored_by_name if by_name else stored_in_order
        found = find(model, root)
        return [found.get(id(layer)) for _, layer in _with_weights(model)]
    if by_name:
        raise ValueError(
            "`by_name` must be False: it is for files of Keras 2's layout, and this one has "
            "another. Received: by_name=True"
        )
    result: list[list[Any] | None] = []
    places = weight_places(model)
    for place, layer in _with_weights(model):
        variables = find_group(root, f"{place}/vars")
        paths = [places[id(weight)][0] for weight in layer.weights]
        flat = [f"{place}/vars/{index}" for index, _ in enumerate(paths)]
        # Where a layer of one's own has others within, older files of ours have all in one group.
        is_parted = variables is None or str(len(paths) - 1) not in variables
        if variables is not None and paths != flat and is_parted:
            parted = [path.rpartition("/") for path in paths]
            pairs = [(find_group(root, group), name) for group, _, name in parted]
            result.append([find_dataset(group, name) for group, name in pairs if group is not None])
            continue
        # Before 3.5, Keras put what a Sequential has under another name.
        if variables is None:
            parts = place.split("/")
            parts[::2] = ["_layer_checkpoint_dependencies"] * len(parts[::2])
            variables = find_group(root, f"{'/'.join(parts)}/vars")
        count = 0 if variables is None else min(count_links(variables), most_opened(layer.weights))
        result.append([find_dataset(variables, str(index)) for index in range(count)])
    return result
