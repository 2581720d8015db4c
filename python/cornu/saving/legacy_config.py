"""Configurations of Keras 2's files, and those of cornu as such ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu.saving.lambdas import LAMBDA, name_functions
from cornu.saving.saved_names import check_class_name
from cornu.utils.custom_objects import get_registered_object
from cornu.utils.errors import shown

# Settings that later versions of Keras 2 wrote, and which have nothing to say here.
_OPTIMIZERS_OWN = ("is_legacy_optimizer", "jit_compile")
# What tf.keras registered its own optimizers by.
_REGISTERED = "Custom>"
_BY_SHAPE = ("accuracy", "acc", "crossentropy", "ce")


def to_legacy(config: Any) -> Any:
    """Return the configuration of an object or function as Keras 2's files have it.

    Args:
        config: What `serialize_keras_object` returned.

    Returns:
        The class by its name alone, also those of a model's layers; the name of a function.
    """
    if isinstance(config, list | tuple):
        return [to_legacy(item) for item in config]
    if not isinstance(config, Mapping) or "class_name" not in config:
        return config
    if config["class_name"] == "function":
        return config["config"]
    if config["class_name"] == "__lambda__":
        return LAMBDA
    left_out = ("module", "registered_name", "build_config", "compile_config")
    result = {key: value for key, value in config.items() if key not in left_out}
    result["class_name"] = config.get("registered_name") or config["class_name"]
    inner = config["config"]
    if isinstance(inner, Mapping) and isinstance(inner.get("layers"), list | tuple):
        result["config"] = {**inner, "layers": to_legacy(inner["layers"])}
    return result


def from_legacy(config: Any) -> Any:
    """Return a configuration of Keras 2's with the names and values of Keras 3.

    Args:
        config: A model's, with everything that is in it.
    """
    if isinstance(config, list):
        return [from_legacy(item) for item in config]
    if not isinstance(config, Mapping):
        return config
    result = {key: from_legacy(value) for key, value in config.items()}
    inner = result.get("config")
    if isinstance(result.get("class_name"), str) and isinstance(inner, dict):
        _name_as_today(result)
        _rename(result["class_name"], inner)
        if result["class_name"] == "DTypePolicy":
            result["module"] = "keras"
    return result


def compile_settings(training: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `compile_from_config` takes, of the configuration that Keras 2 wrote for it.

    Args:
        training: It.

    Raises:
        ValueError: it is malformed.
    """
    optimizer = training.get("optimizer_config")
    if not isinstance(optimizer, Mapping) or not isinstance(optimizer.get("config"), Mapping):
        raise ValueError(
            "'optimizer_config' must be a dictionary with 'class_name' and 'config'. "
            f"Received: {shown(optimizer)}"
        )
    options = {
        key: value
        for key, value in optimizer["config"].items()
        # None was the default epsilon.
        if key not in _OPTIMIZERS_OWN and not (key == "epsilon" and value is None)
    }
    metrics = {name: _metrics(training.get(name)) for name in ("metrics", "weighted_metrics")}
    return {
        "optimizer": _of("optimizers", {**optimizer, "config": options}),
        "loss": _loss(training.get("loss")),
        "loss_weights": _only(training.get("loss_weights")),
        **metrics,
    }


def _name_as_today(config: dict[str, Any]) -> None:
    """Give a configuration the class and the module of today, in place."""
    name, module = config["class_name"], config.get("module")
    root, _, rest = module.partition(".") if isinstance(module, str) else ("", "", "")
    if root in ("keras", "tf_keras"):
        config["module"] = f"keras.{rest}" if rest else "keras"
        # What Keras 2 registered its own classes by.
        name = name.removeprefix(_REGISTERED)
        config["registered_name"] = None
    config["class_name"] = {"Policy": "DTypePolicy", "Model": "Functional"}.get(name, name)


def _rename(kind: str, inner: dict[str, Any]) -> None:
    """Give a configuration today's arguments, in place."""
    from cornu import initializers

    if kind == "InputLayer":
        if "batch_input_shape" in inner:
            inner["batch_shape"] = inner.pop("batch_input_shape")
        for name in ("sparse", "ragged"):
            if inner.get(name) is False:
                del inner[name]
    if inner.get("reduction") == "auto":
        inner["reduction"] = "sum_over_batch_size"
        # The function that the loss is of, which its class says.
        inner.pop("fn", None)
    if "is_legacy_optimizer" in inner:
        for name in _OPTIMIZERS_OWN:
            inner.pop(name, None)
    if kind == "Lambda":
        name_functions(inner)
    axis = inner.get("axis")
    # tf.keras wrote that of BatchNormalization as a list.
    if isinstance(axis, list) and len(axis) == 1:
        inner["axis"] = axis[0]
    if isinstance(vars(initializers).get(kind), type):
        inner.pop("dtype", None)
        if kind == "VarianceScaling" and inner.get("distribution") == "normal":
            inner["distribution"] = "truncated_normal"


def _of(module: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration with its module, unless the class is the user's own."""
    name = check_class_name(config.get("class_name"))
    if get_registered_object(name) is not None:
        return dict(config)
    return {
        "module": f"keras.{module}",
        "class_name": name.removeprefix(_REGISTERED),
        "config": config.get("config") or {},
    }


def _only(value: Any) -> Any:
    """What there is for the one output, which Keras 2 also wrote in a list, or by its name."""
    if isinstance(value, Mapping) and "class_name" not in value and len(value) == 1:
        return next(iter(value.values()))
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _options(config: Mapping[str, Any]) -> Mapping[str, Any]:
    options = config.get("config") or {}
    if not isinstance(options, Mapping):
        raise ValueError(f"'config' must be a dictionary. Received: {shown(options)}")
    return options


def _loss(config: Any) -> Any:
    config = _only(config)
    if not isinstance(config, Mapping):
        return config
    options = {key: value for key, value in _options(config).items() if key != "fn"}
    if options.get("reduction") == "auto":
        options["reduction"] = "sum_over_batch_size"
    return _of("losses", {**config, "config": options})


def _metrics(config: Any) -> Any:
    config = _only(config)
    if config is None:
        return None
    return [_metric(one) for one in (config if isinstance(config, list) else [config])]


def _metric(config: Any) -> Any:
    if not isinstance(config, Mapping):
        return config
    options = _options(config)
    # tf.keras's form of a function, or of a name whose function the shapes had chosen.
    if config.get("class_name") == "MeanMetricWrapper" and isinstance(options.get("fn"), str):
        name = options.get("name")
        return name if name in _BY_SHAPE else options["fn"]
    return _of("metrics", config)
