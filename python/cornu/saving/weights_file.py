"""Weights in HDF5 files, laid out as Keras 3 lays them out, and read from Keras 2's layout too."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any

from cornu.saving.archive import Archive, is_archive
from cornu.saving.damaged_file import naming
from cornu.saving.legacy_weights import write_legacy_weights
from cornu.saving.one_moment import at_one_moment
from cornu.saving.optimizer_group import write_optimizer_group
from cornu.saving.own_variables import own_variables
from cornu.saving.stored_dataset import (
    MALFORMED,
    find_dataset,
    find_group,
    open_stored,
    read_dataset,
)
from cornu.saving.stored_weights import read_stored_weights
from cornu.saving.weight_places import layer_places, weight_places
from cornu.utils.errors import shown
from cornu.utils.file_path import file_path
from cornu.utils.flag import check_flag
from cornu.utils.memory_limit import limited_weights, take_weights
from cornu.utils.nesting import is_model

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
    written: set[int] = set()
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
            if id(weight) in written:
                continue
            written.add(id(weight))
            for path in places.paths_to_write(weight):
                root.create_dataset(path, data=value)
    for place, layer in places.writing.items():
        for name, array in own_variables(layer).items():
            root.create_dataset(f"{place}/{name}", data=array)
    root.require_group("vars").attrs["name"] = model.name
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
