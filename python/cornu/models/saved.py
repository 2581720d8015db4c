"""Saving: a model as a file, and as a dictionary that makes one like it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cornu.models.described import Described
from cornu.models.exported import Exported
from cornu.models.pickled import Pickled
from cornu.utils.custom_objects import CustomObjectScope
from cornu.utils.errors import shown
from cornu.utils.file_path import file_path
from cornu.utils.flag import check_flag
from cornu.utils.keywords import of_sequential
from cornu.utils.memory_limit import limited_contents
from cornu.utils.ownership import is_of_cornu


class Saved(Pickled, Exported, Described):
    """A model that can be saved."""

    # Of a saved configuration: its `from_config` sees to it.
    _takes_any_key = True

    @of_sequential
    def save(
        self,
        filepath: Any,
        overwrite: bool = True,
        zipped: Any = None,
        include_optimizer: bool = True,
        save_format: str | None = None,
    ) -> None:
        """Write the model to a file: `cornu.saving.save_model`.

        Args:
            filepath: The file's path.
            overwrite: Whether a file that exists is written anew.
            zipped: None or True.
            include_optimizer: Whether what it was compiled with, and the optimizer's state, are
                written.
            save_format: `"keras"` or `"h5"`: the format, whatever the name; None: the name tells.

        Example:

        >>> import os, tempfile
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
        >>> path = os.path.join(tempfile.mkdtemp(), "model.keras")
        >>> model.save(path)
        >>> cornu.models.load_model(path).output_shape
        (None, 2)

        Source: https://keras.io/api/models/model_saving_apis/model_saving_and_loading/
        """
        from cornu.saving import save_model

        save_model(self, filepath, overwrite, zipped, include_optimizer, save_format)

    @of_sequential
    def save_weights(self, filepath: Any, overwrite: bool = True) -> None:
        """Write the weights, and the optimizer's state, to an HDF5 file.

        It is laid out as Keras 3's; where the name ends in `.h5` or `.hdf5`, and not in
        `.weights.h5`, as Keras 2's, without that state. Keras 3 goes by the name too when it reads.

        Args:
            filepath: The file's path.
            overwrite: Whether a file that exists is written anew.

        Raises:
            ValueError: there are no weights yet, or an argument is none of these.
            FileExistsError: the file exists, and `overwrite` is False.

        Example:

        >>> import os, tempfile
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
        >>> path = os.path.join(tempfile.mkdtemp(), "model.weights.h5")
        >>> model.save_weights(path)
        >>> model.load_weights(path)

        Source: https://keras.io/api/models/model_saving_apis/weights_saving_and_loading/
        """
        from cornu.saving.legacy_file import has_legacy_name
        from cornu.saving.weights_file import weights_contents
        from cornu.saving.whole_file import write_whole

        self._require_built("saved")
        overwrite = check_flag("overwrite", overwrite)
        is_legacy = has_legacy_name(file_path("filepath", filepath))
        write_whole(filepath, overwrite, weights_contents(self, is_legacy))

    @of_sequential
    def load_weights(
        self, filepath: Any, skip_mismatch: bool = False, by_name: bool = False
    ) -> None:
        """Read the weights from a file that `save_weights` or `save` wrote, here or in Keras.

        The state of the optimizer is read too, if there is one that has trained or was built.

        Args:
            filepath: The file's path, whatever its name: what is in it tells its format.
            skip_mismatch: Whether to leave layers as they are whose weights don't fit, with a
                warning.
            by_name: Of a file of Keras 2's layout: whether the weights of the layers of the same
                names are taken, and other layers stay as they are; else layers follow each other.

        Raises:
            ValueError: there are no weights yet, or those of the file don't fit: none is changed.
            FileNotFoundError: there is no file.

        Example:

        >>> import os, tempfile
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
        >>> path = os.path.join(tempfile.mkdtemp(), "model.weights.h5")
        >>> model.save_weights(path)
        >>> model.load_weights(path)

        Source: https://keras.io/api/models/model_saving_apis/weights_saving_and_loading/
        """
        from cornu.saving.weights_file import read_weights_file

        self._require_built("loaded")
        read_weights_file(self, filepath, skip_mismatch, by_name)

    def _require_built(self, what: str) -> None:
        if not self.built:
            raise ValueError(
                f'Model "{self.name}" has no weights that could be {what}: build it first, by data '
                "or `build(input_shape)`."
            )

    @of_sequential
    def get_compile_config(self) -> dict[str, Any]:
        """Return plain values that `compile_from_config` compiles a model like this one of.

        Returns:
            The arguments of `compile`; an empty dictionary before it was called.

        Raises:
            ValueError: there is no plain form of one.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Dense(2)])
        >>> model.compile("sgd", "mse", metrics=["mae"])
        >>> config = model.get_compile_config()
        >>> config["optimizer"]["class_name"], config["loss"], config["metrics"]
        ('SGD', 'mse', ['mae'])

        Source: https://keras.io/api/models/model_saving_apis/
        """
        from cornu.saving import serialize_keras_object
        from cornu.saving.names_for_keras import loss_for_keras, metrics_for_keras

        objective = self._objective
        if objective is None:
            return {}
        scale = objective.loss_weight
        return {
            "optimizer": serialize_keras_object(self.optimizer),
            "loss": loss_for_keras(objective.loss),
            "loss_weights": None if scale == 1 else scale,
            "metrics": metrics_for_keras(objective.identifiers),
            "weighted_metrics": metrics_for_keras(objective.weighted),
            "run_eagerly": self.run_eagerly,
            "steps_per_execution": self.steps_per_execution,
            "jit_compile": self.jit_compile,
        }

    @of_sequential
    def compile_from_config(self, config: Mapping[str, Any]) -> None:
        """Compile the model as the one that `get_compile_config` was called of.

        Args:
            config: What it returned, here or in Keras.

        Raises:
            ValueError: there is no such optimizer, loss or metric.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Dense(2)])
        >>> model.compile("sgd", "mse")
        >>> other = cornu.Sequential([cornu.layers.Dense(2)])
        >>> other.compile_from_config(model.get_compile_config())
        >>> type(other.optimizer).__name__, other.loss
        ('SGD', 'mse')

        Source: https://keras.io/api/models/model_saving_apis/
        """
        from cornu.saving.serialization import make_object
        from cornu.saving.unknown_keys import known_part

        if not isinstance(config, Mapping):
            raise ValueError(f"`config` must be a dictionary. Received: config={shown(config)}")
        names = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
        # Keras 2 wrote None for what nobody had said.
        how = ("run_eagerly", "steps_per_execution", "jit_compile")
        config = known_part("compile_config", config, names + how)
        given = {name: config[name] for name in names if name in config}
        given |= {name: config[name] for name in how if config.get(name) is not None}
        try:
            by_output = ("loss", "metrics", "weighted_metrics")
            made = {name: make_object(given[name], by_output=name in by_output) for name in given}
            self.compile(**made)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"The model can't be compiled as it was: {error} To load it without, pass "
                "compile=False."
            ) from None

    @property
    def _compile_config(self) -> dict[str, Any] | None:
        return self.get_compile_config() or None

    @property
    def _build_config(self) -> dict[str, Any] | None:
        return {"input_shape": list(self.input_shape)} if self.built else None

    @of_sequential
    def get_config(self) -> dict[str, Any]:
        """Return plain values that `from_config` makes a model like this one of, without weights.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)], name="small")
        >>> config = model.get_config()
        >>> config["name"], [layer["class_name"] for layer in config["layers"]]
        ('small', ['InputLayer', 'Dense'])

        Source: https://keras.io/api/models/model_saving_apis/model_config_serialization/
        """
        from cornu.dtype_policies import DTypePolicy
        from cornu.saving import serialize_keras_object

        config = {
            "name": self.name,
            "trainable": self._core.trainable,
            "dtype": serialize_keras_object(DTypePolicy(self.dtype)),
            "layers": serialize_keras_object(self._layers),
        }
        if self.built:
            config["build_input_shape"] = list(self.input_shape)
        return config

    @classmethod
    @of_sequential
    def from_config(cls, config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """Make a model from what `get_config` returned, with weights of its own.

        Args:
            config: The plain values; a list of layers, as older Keras had it.
            custom_objects: Classes of one's own by name.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
        >>> cornu.Sequential.from_config(model.get_config()).output_shape
        (None, 2)

        Source: https://keras.io/api/models/model_saving_apis/model_config_serialization/
        """
        from cornu.saving.serialization import make_object
        from cornu.saving.unknown_keys import known_part

        if isinstance(config, list):
            config = {"layers": config}
        if not isinstance(config, Mapping) or not isinstance(config.get("layers"), list | tuple):
            raise ValueError(
                "A model's configuration must be a dictionary with a list of 'layers', or such a "
                f"list. Received: {shown(config)}"
            )
        if is_of_cornu(cls):
            keys = ("name", "trainable", "dtype", "layers", "build_input_shape")
            config = known_part(cls.__name__, config, keys)
        layers = make_object(config["layers"], custom_objects)
        made: dict[Any, Any] = {}
        # A layer that stands twice was written twice. What is no layer is refused below.
        layers = [made.setdefault(getattr(layer, "name", id(layer)), layer) for layer in layers]
        model = cls._of_layers(layers, config)
        if not model.built and config.get("build_input_shape") is not None:
            model.build(config["build_input_shape"])
        return model

    @classmethod
    def _of_layers(cls, layers: list[Any], config: Mapping[str, Any]) -> Any:
        """Make a model of layers, with name and `trainable` of a configuration."""
        return cls(layers, trainable=config.get("trainable", True), name=config.get("name"))

    @of_sequential
    def to_json(self, **kwargs: Any) -> str:
        """Return the model, without its weights, as text for `model_from_json`.

        Args:
            **kwargs: What `json.dumps` takes.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
        >>> cornu.models.model_from_json(model.to_json()).output_shape
        (None, 2)

        Source: https://keras.io/api/models/model_saving_apis/model_config_serialization/
        """
        from cornu.saving import serialize_keras_object

        return json.dumps(serialize_keras_object(self), **kwargs)


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Make a model from what `to_json` returned, here or in Keras: compiled as it was, with new
    weights.

    Args:
        json_string: The text.
        custom_objects: Classes and functions of one's own by name.

    Raises:
        ValueError: it is no such text, or has more values than its length accounts for.

    Example:

    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
    >>> cornu.models.model_from_json(model.to_json()).output_shape
    (None, 2)

    Source: https://keras.io/api/models/model_saving_apis/model_config_serialization/
    """
    from cornu.saving.model_config import make_model, parse_model

    if not isinstance(json_string, str | bytes):
        raise ValueError(
            "`json_string` must be a text, such as `to_json` returns. "
            f"Received: json_string={shown(json_string)} (of type {type(json_string).__name__})"
        )
    # Not weights: they aren't in the text, and a short one may stand for many.
    with limited_contents(len(json_string)):
        config = parse_model(json_string, "`json_string`")
    model = make_model(config, custom_objects)
    if config.get("compile_config"):
        with CustomObjectScope(custom_objects):
            model.compile_from_config(config["compile_config"])
    return model
