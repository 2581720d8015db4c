"""Whole models in files of Keras 3's format: an archive of configuration and weights."""

from __future__ import annotations

import datetime
import io
import json
import os
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from cornu._version import __version__
from cornu.saving.serialization import deserialize_keras_object, serialize_keras_object
from cornu.saving.weights_file import WEIGHTS_NAME, read_archived_weights, write_weights_file
from cornu.utils.errors import shown

# Whose format it is.
_KERAS_VERSION = "3.15.1"


def save_model(model: Any, filepath: Any, overwrite: bool = True, zipped: Any = None) -> None:
    """Write a model to a file of Keras 3's format, whatever its name: an archive of its
    configuration and its weights, which Keras reads too.

    The state of the optimizer is not written yet: training goes on without momentum.

    Args:
        model: The model.
        filepath: The file's path; by custom it ends in `.keras`. One that ends in `.h5` warns:
            Keras 2's format is not supported yet.
        overwrite: Whether a file that exists is written anew.
        zipped: None or True: an archive; folders are not supported yet.

    Raises:
        ValueError: something can't be saved, such as an activation with parameters of its own.
        FileExistsError: the file exists, and `overwrite` is False.

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
    if zipped not in (None, True):
        raise ValueError(f"`zipped` must be None or True. Received: zipped={shown(zipped)}")
    if os.fspath(filepath).endswith((".h5", ".hdf5")):
        warnings.warn(
            "Whole models are saved in Keras 3's format whatever the file's name, and cornu loads "
            "them by what is in the file; Keras itself would look for its older format in one that "
            f"ends in '.h5'. Use a name that ends in '.keras'. Received: {filepath!r}",
            stacklevel=3,
        )
    if not model.built:
        warnings.warn(
            f'Model "{model.name}" has no weights yet: it is saved without any. Build it, by '
            "data or `build(input_shape)`.",
            stacklevel=3,
        )
    config = json.dumps(_describe(model))
    metadata = {
        "keras_version": _KERAS_VERSION,
        "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S"),
        "cornu_version": __version__,
    }
    weights = io.BytesIO()
    write_weights_file(model, weights)

    def write(path: str) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("metadata.json", json.dumps(metadata))
            archive.writestr("config.json", config)
            archive.writestr(WEIGHTS_NAME, weights.getbuffer())

    write_whole(filepath, overwrite, write)


def write_whole(filepath: Any, overwrite: bool, write: Callable[[str], None]) -> None:
    """Write a file wholly or not at all: one that was there stays until the new one is done.

    Args:
        filepath: Its path.
        overwrite: Whether it may be there.
        write: Writes it to another path.
    """
    path = os.fspath(filepath)
    if not overwrite and os.path.exists(path):
        raise FileExistsError(f"The file exists, and `overwrite` is False. Received: {path!r}")
    if os.path.isdir(path):
        raise IsADirectoryError(f"`filepath` must be a file's path. Received: the folder {path!r}")
    handle, other = tempfile.mkstemp(dir=os.path.dirname(path) or ".", suffix=".part")
    os.close(handle)
    try:
        write(other)
        # As the user's own files have it, where mkstemp's are nobody else's to read.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(other, 0o666 & ~mask)
        os.replace(other, path)
    except BaseException:
        os.unlink(other)
        raise


def load_model(
    filepath: Any,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,  # noqa: A002
    safe_mode: bool = True,
) -> Any:
    """Return the model in a file that `save_model` wrote, here or in Keras 3.

    Args:
        filepath: The file's path, whatever its name.
        custom_objects: Classes of one's own by name.
        compile: Whether to compile the model as it was.
        safe_mode: Of no effect: code is never read from a file.

    Raises:
        ValueError: it is no such file, or has something that cornu has not.
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
    path = os.fspath(filepath)
    if not os.path.exists(path):
        raise FileNotFoundError(f"There is no file {path!r} to load a model from.")
    if not zipfile.is_zipfile(path):
        raise ValueError(
            f"{path!r} is no file of a model in Keras 3's format ('.keras'). Files of Keras 2's "
            "format ('.h5') and folders are not supported yet."
        )
    with zipfile.ZipFile(path) as archive:
        if "config.json" not in archive.namelist():
            raise ValueError(f"{path!r} has no config.json: it is no file of a model.")
        config = json.loads(archive.read("config.json"))
        model = deserialize_keras_object(config, custom_objects)
        shape = (config.get("build_config") or {}).get("input_shape")
        if not model.built and shape is not None:
            model.build(shape)
        if model.built:
            read_archived_weights(model, archive)
    settings = config.get("compile_config")
    if compile and settings:
        _compile(model, settings, custom_objects)
    return model


def _describe(model: Any) -> dict[str, Any]:
    result = serialize_keras_object(model)
    objective = model._objective
    result["compile_config"] = None
    if objective is not None:
        scale = objective.loss_weight
        result["compile_config"] = {
            "optimizer": serialize_keras_object(model.optimizer),
            "loss": serialize_keras_object(objective.loss),
            "loss_weights": None if scale == 1 else scale,
            "metrics": serialize_keras_object(objective.identifiers) or None,
            "weighted_metrics": serialize_keras_object(objective.weighted) or None,
            "run_eagerly": False,
            "steps_per_execution": 1,
            "jit_compile": "auto",
        }
    return result


def _compile(
    model: Any, settings: Mapping[str, Any], custom_objects: Mapping[str, Any] | None
) -> None:
    names = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
    try:
        model.compile(
            **{
                name: deserialize_keras_object(settings[name], custom_objects)
                for name in names
                if name in settings
            }
        )
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"The model can't be compiled as it was: {error} Pass compile=False to load it without."
        ) from None
