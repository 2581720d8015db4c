"""Whole models in files of Keras 3's format: an archive of configuration and weights."""

from __future__ import annotations

import datetime
import io
import json
import os
import warnings
import zipfile
from collections.abc import Mapping
from typing import Any

from cornu._version import __version__
from cornu.saving.archive import Archive, is_archive
from cornu.saving.damaged_file import naming
from cornu.saving.legacy_config import from_legacy
from cornu.saving.legacy_file import (
    compile_as_legacy,
    legacy_contents,
    read_legacy_configs,
)
from cornu.saving.model_config import make_model, parse_json, parse_model
from cornu.saving.one_moment import at_one_moment
from cornu.saving.origin import KERAS_VERSION, is_of_keras_2
from cornu.saving.resume_state import MEMBER, restore, write_state
from cornu.saving.serialization import compile_saved, serialize_keras_object
from cornu.saving.stored_dataset import open_stored
from cornu.saving.stored_weights import read_stored_weights, read_unpacked_optimizer
from cornu.saving.vocabulary_files import take_vocabularies
from cornu.saving.weight_places import WeightPlaces, weight_places
from cornu.saving.weights_file import (
    WEIGHTS_NAME,
    read_unpacked_weights,
    unpack_weights,
    weights_contents,
)
from cornu.saving.whole_file import write_whole
from cornu.utils.errors import shown
from cornu.utils.file_path import file_path
from cornu.utils.flag import check_flag
from cornu.utils.memory_limit import limited_contents, limited_weights
from cornu.utils.overriding import overridden
from cornu.utils.user_frame import user_level


def save_model(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    zipped: Any = None,
    include_optimizer: bool = True,
    save_format: str | None = None,
) -> None:
    """Write a model to a file, with its configuration and its weights, which Keras reads too.

    It is of Keras 3's format, an archive; where the name ends in `.h5` or `.hdf5`, of Keras 2's.

    Both have the state of the optimizer. The former also has what layers draw by and the order in
    which `fit` took rows, so that a training goes on to the same bits.

    Args:
        model: The model.
        filepath: The file's path; by custom it ends in `.keras`.
        overwrite: Whether a file that exists is written anew.
        zipped: None or True: an archive; folders are not supported yet.
        include_optimizer: Whether what the model was compiled with, and the optimizer's state, are
            written.
        save_format: `"keras"` or `"h5"`: the format, whatever the name; None: the name tells.

    Raises:
        ValueError: something can't be saved, such as an activation with parameters of its own, or
            an argument is none of these.
        FileExistsError: the file exists, and `overwrite` is False.
        OSError: it can't be written; what was there is as it was.

    Example:

    >>> import os, tempfile
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
    >>> path = os.path.join(tempfile.mkdtemp(), "model.keras")
    >>> cornu.saving.save_model(model, path)
    >>> cornu.saving.load_model(path).layers[0].units
    2

    Source: https://keras.io/api/models/model_saving_apis/model_saving_and_loading/
    """
    from cornu.models.model import Model

    if not isinstance(model, Model):
        raise ValueError(
            f"`model` must be a model. Received: model={shown(model)} "
            f"(of type {type(model).__name__})"
        )
    overwrite = check_flag("overwrite", overwrite)
    include_optimizer = check_flag("include_optimizer", include_optimizer)
    if zipped not in (None, True):
        raise ValueError(f"`zipped` must be None or True. Received: zipped={shown(zipped)}")
    is_legacy = takes_legacy(filepath, save_format)
    if not is_legacy:
        _warn_of_assets(weight_places(model), "save_assets")
    if not model.built:
        warnings.warn(
            f'Model "{model.name}" has no weights yet: it is saved without any. Build it, by '
            "data or `build(input_shape)`.",
            stacklevel=user_level(),
        )
    if is_legacy:
        contents = legacy_contents(model, include_optimizer)
    else:
        contents = archived(model, include_optimizer)
    write_whole(filepath, overwrite, contents)


def archived(model: Any, include_optimizer: bool = True) -> memoryview:
    """Return what a file of Keras 3's format holds of a model.

    Args:
        model: The model.
        include_optimizer: Whether what it was compiled with, and the optimizer's state, are there.
    """
    return at_one_moment(model, lambda: _archived(model, include_optimizer))


def _archived(model: Any, include_optimizer: bool) -> memoryview:
    described = serialize_keras_object(model)
    if not include_optimizer:
        described["compile_config"] = None
    config = json.dumps(described)
    metadata = {
        "keras_version": KERAS_VERSION,
        "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S"),
        "cornu_version": __version__,
    }
    weights = weights_contents(model, include_optimizer=include_optimizer)
    contents = io.BytesIO()
    with zipfile.ZipFile(contents, "w") as archive:
        archive.writestr("metadata.json", json.dumps(metadata))
        archive.writestr("config.json", config)
        archive.writestr(WEIGHTS_NAME, weights)
        state = write_state(model) if include_optimizer else None
        if state is not None:
            archive.writestr(MEMBER, state)
    return contents.getbuffer()


def takes_legacy(filepath: Any, save_format: Any = None) -> bool:
    """Return whether a whole model is to be written in Keras 2's format.

    Args:
        filepath: The file's path.
        save_format: `"keras"`, `"h5"`, `"hdf5"` or None: the path tells.

    Raises:
        ValueError: it is another format.
    """
    if save_format is None:
        return file_path("filepath", filepath).endswith((".h5", ".hdf5"))
    if not isinstance(save_format, str) or save_format not in ("keras", "h5", "hdf5"):
        raise ValueError(
            "`save_format` must be 'keras' or 'h5': TensorFlow's own is not supported. "
            f"Received: save_format={shown(save_format)}"
        )
    return save_format != "keras"


def load_model(
    filepath: Any,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,  # noqa: A002
    safe_mode: bool = True,
) -> Any:
    """Return the model in a file that `save_model` wrote, here, in Keras 3 or in Keras 2.

    Args:
        filepath: The file's path, whatever its name.
        custom_objects: Classes and functions of one's own by name; a lambda by the name of its
            Lambda layer, else as "<lambda>".
        compile: Whether to compile the model as it was.
        safe_mode: Whether what may do harm is refused: regular expressions that may search for
            ever, and paths of files. A lambda's code is never run, whatever this is.

    Raises:
        ValueError: it is no such file, is damaged, has something that cornu has not, or asks for
            more memory than its size accounts for.
        MemoryError: there is not enough memory.
        FileNotFoundError: there is no file.

    Example:

    >>> import os, tempfile
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
    >>> model.compile("sgd", "mse")
    >>> path = os.path.join(tempfile.mkdtemp(), "model.keras")
    >>> model.save(path)
    >>> cornu.models.load_model(path).loss
    'mse'

    Source: https://keras.io/api/models/model_saving_apis/model_saving_and_loading/
    """
    path = file_path("filepath", filepath)
    compile, safe_mode = check_flag("compile", compile), check_flag("safe_mode", safe_mode)  # noqa: A001
    if not os.path.exists(path):
        raise FileNotFoundError(f"There is no file {path!r} to load a model from.")
    size = os.path.getsize(path)
    with naming(path), limited_weights(size), limited_contents(size):
        load = _load_archive if is_archive(path) else _load_legacy
        return load(path, custom_objects, compile, safe_mode)


def _load_archive(path: str, custom_objects: Any, compiles: bool, safe_mode: bool) -> Any:
    """The model in a file of Keras 3's format."""
    with Archive(path) as archive:
        if "config.json" not in archive.names:
            raise ValueError(f"{path!r} has no config.json: it is no file of a model.")
        config = parse_model(archive.read("config.json"), f"config.json of {path!r}")
        if is_of_keras_2(_version(archive, path), path):
            config = from_legacy(config)
        take_vocabularies(archive, config)
        model = make_model(config, custom_objects, safe_mode)
        places = weight_places(model)
        _warn_of_assets(places, "load_assets")
        shape = _entry(config, "build_config").get("input_shape")
        if not model.built and shape is not None:
            model.build(shape)
        # Without weights, layers of one's own may have something to read.
        if model.built or places.reading:
            weights = unpack_weights(archive)
            read_unpacked_weights(model, weights, path)
        remembered = archive.read(MEMBER) if MEMBER in archive.names else None
    settings = _entry(config, "compile_config")
    if compiles and settings:
        compile_saved(model, settings, custom_objects, safe_mode)
        if model.built and model.optimizer is not None:
            read_unpacked_optimizer(model, weights, path)
    if model.built and remembered is not None:
        restore(model, remembered, path, safe_mode)
    return model


def _warn_of_assets(places: WeightPlaces, method: str) -> None:
    """Say which layers keep files beside the weights in Keras; here there is no such folder."""
    for layer in places.layers:
        if overridden(layer, (method,)) is not None:
            warnings.warn(
                f'`{method}` of layer "{layer.name}" is not called: keep what it is about in '
                "`save_own_variables` or `get_config`.",
                stacklevel=user_level(),
            )


def _version(archive: Archive, path: str) -> Any:
    """The version of Keras that an archive says it is of; None: it doesn't say."""
    if "metadata.json" not in archive.names:
        return None
    metadata = parse_json(archive.read("metadata.json"), f"metadata.json of {path!r}")
    return metadata.get("keras_version") if isinstance(metadata, Mapping) else None


def _load_legacy(path: str, custom_objects: Any, compiles: bool, safe_mode: bool) -> Any:
    """The model in a file of Keras 2's format."""
    import h5py

    if os.path.isdir(path) or not h5py.is_hdf5(path):
        raise ValueError(
            f"{path!r} is no file of a model, neither in Keras 3's format ('.keras') nor in "
            "Keras 2's ('.h5'). Folders are not supported."
        )
    # Opened once: another process may put a newer file in its place meanwhile.
    with open_stored(path, path) as root:
        config, training = read_legacy_configs(root, path)
        model = make_model(config, custom_objects, safe_mode)
        read_stored_weights(model, root, path)
        if compiles and training is not None:
            compile_as_legacy(model, training, root, custom_objects, safe_mode)
    return model


def _entry(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    entry = config.get(name) or {}
    if not isinstance(entry, Mapping):
        raise ValueError(f"{name!r} must be a dictionary or null. Received: {shown(entry)}")
    return entry
