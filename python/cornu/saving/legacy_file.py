"""Whole models in Keras 2's files: HDF5 with the configuration as an attribute."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

from cornu.saving.legacy_config import compile_settings, from_legacy, to_legacy
from cornu.saving.legacy_weights import write_legacy_weights
from cornu.saving.model_config import parse_json, parse_model
from cornu.saving.one_moment import at_one_moment
from cornu.saving.optimizer_group import read_legacy_optimizer, write_legacy_optimizer
from cornu.saving.origin import is_of_keras_2, write_origin
from cornu.saving.serialization import compile_saved, serialize_keras_object
from cornu.saving.stored_attribute import read_attribute
from cornu.saving.stored_dataset import MALFORMED
from cornu.utils.errors import shown


def has_legacy_name(path: str) -> bool:
    """Return whether a file of this name is one of Keras 2's: its format for whole models ends so,
    and its weights, which Keras 3 tells from its own by `.weights.h5`."""
    return path.endswith((".h5", ".hdf5")) and not path.endswith(".weights.h5")


def legacy_contents(model: Any, include_optimizer: bool = True) -> memoryview:
    """Return what such a file holds of a model.

    Args:
        model: The model.
        include_optimizer: Whether how it is compiled, and the optimizer's state, are there.
    """
    return at_one_moment(model, lambda: _contents(model, include_optimizer))


def _contents(model: Any, include_optimizer: bool) -> memoryview:
    import h5py

    config, contents = to_legacy(serialize_keras_object(model)), io.BytesIO()
    with h5py.File(contents, "w") as root:
        write_origin(root)
        root.attrs["model_config"] = json.dumps(config)
        if model.compiled and include_optimizer:
            root.attrs["training_config"] = json.dumps(_training_config(model))
            write_legacy_optimizer(root, model.optimizer)
        write_legacy_weights(model, root.create_group("model_weights"))
    return contents.getbuffer()


def read_legacy_configs(root: Any, path: str) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
    """Return the configuration of a model in a file, and how it is compiled, as Keras 3 has them.

    Args:
        root: The file, open.
        path: Its path, for errors.

    Returns:
        The second is None where the file doesn't say.

    Raises:
        ValueError: it is no such file, or malformed.
    """
    text = _text(root, "model_config")
    if text is None:
        raise ValueError(
            f"{path!r} has no model_config: it is no file of a model. Weights alone are read by "
            "`load_weights`."
        )
    is_of_keras_2(_attribute(root, "keras_version"), path)
    config = from_legacy(parse_model(text, f"model_config of {path!r}"))
    training = _text(root, "training_config")
    if training is None:
        return config, None
    what = f"training_config of {path!r}"
    settings = parse_json(training, what)
    if not isinstance(settings, Mapping):
        raise ValueError(f"{what} must be a dictionary. Received: {shown(settings)}")
    return config, settings


def compile_as_legacy(
    model: Any,
    training: Mapping[str, Any],
    root: Any,
    custom_objects: Mapping[str, Any] | None,
    safe_mode: bool,
) -> None:
    """Compile a model as a file says, and read the optimizer's state where the file has it.

    Args:
        model: The model.
        training: The second part of what `read_legacy_configs` returned.
        root: The file, open.
        custom_objects: Classes and functions of one's own by name.
        safe_mode: Whether what may do harm is refused.

    Raises:
        ValueError: it can't be.
    """
    compile_saved(model, compile_settings(training), custom_objects, safe_mode)
    if model.built and model.optimizer is not None:
        read_legacy_optimizer(root, model.optimizer, model.trainable_weights)


def _training_config(model: Any) -> dict[str, Any]:
    from cornu import losses

    settings = model.get_compile_config()
    # Of these files, Keras 3.15 reads "mean_squared_error", and fails on "mse".
    if isinstance(settings["loss"], str) and settings["loss"].lower() not in ("ce", "crossentropy"):
        settings["loss"] = getattr(losses.get(settings["loss"]), "__name__", settings["loss"])
    optimizer = to_legacy(settings.pop("optimizer"))
    return {name: to_legacy(value) for name, value in settings.items()} | {
        "optimizer_config": optimizer
    }


def _text(root: Any, attribute: str) -> str | None:
    """A text that is an attribute of the file; None: there is none."""
    value = _attribute(root, attribute)
    try:
        text = value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError as error:
        raise ValueError(f"The attribute {attribute!r} can't be read: {error}") from None
    if not isinstance(text, str | None):
        raise ValueError(f"The attribute {attribute!r} must be a text. Received: {shown(value)}")
    return text


def _attribute(root: Any, name: str) -> Any:
    """An attribute of the file; None: there is none."""
    try:
        return read_attribute(root, name) if name in root.attrs else None
    except MALFORMED as error:
        raise ValueError(f"The attribute {name!r} can't be read: {error}") from None
