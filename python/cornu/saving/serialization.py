"""Objects as dictionaries of plain values, as Keras writes them, and back."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from cornu.saving.lambdas import dump_lambda, find_lambda, is_lambda, is_saved_lambda, warn_lambda
from cornu.saving.safe_mode import as_of_file
from cornu.saving.saved_names import check_class_name, find_class, find_function, module_of
from cornu.saving.unknown_keys import without_unknown_keys
from cornu.utils.custom_objects import (
    CustomObjectScope,
    get_registered_name,
    get_registered_object,
)
from cornu.utils.errors import shown
from cornu.utils.memory_limit import take_contents
from cornu.utils.ownership import is_of_cornu

# Where Keras itself writes that the class of `Model(inputs, outputs)` is.
_FUNCTIONAL = "keras.src.models.functional"
_SPECIAL = ("__numpy__", "__tensor__", "__bytes__", "__slice__", "__ellipsis__")
# What a layer or a model, and another object, takes of memory. It takes up to half a millisecond as
# well, and deflated half a byte.
_LAYER_NBYTES, _OBJECT_NBYTES = 5120, 512
# What `collect_own` collects.
_own: ContextVar[dict[str, Any] | None] = ContextVar("own", default=None)


@contextmanager
def collect_own() -> Iterator[dict[str, Any]]:
    """Collect classes and functions that are not cornu's by the names that they are saved under:
    custom objects, of which the same is made again, lambdas among them.

    Left out are those within a function that are registered: pickle can't refer to them.
    """
    own: dict[str, Any] = {}
    token = _own.set(own)
    try:
        yield own
    finally:
        _own.reset(token)


def _name_of(thing: Any) -> str:
    """The name that a class or function is saved under."""
    own, name = _own.get(), get_registered_name(thing)
    if own is None or is_of_cornu(thing):
        return name
    if "<locals>" in thing.__qualname__ and get_registered_object(name) is thing:
        return name
    # Two of one name, as lambdas have.
    while own.setdefault(name, thing) is not thing:
        name += "'"
    return name


def made_anew(thing: Any) -> Any:
    """Return an object made anew from its configuration, with the very functions that it has.

    Args:
        thing: An object with `get_config` and `from_config`.
    """
    with collect_own() as own:
        config = _config_of(thing)
    with CustomObjectScope(own):
        return type(thing).from_config(config)


def _config_of(thing: Any) -> Any:
    # Of some layers a file has more than `get_config` returns.
    return getattr(thing, "_whole_config", thing.get_config)()


def serialize_keras_object(obj: Any) -> Any:
    """Return plain values that `deserialize_keras_object` makes the object of again.

    Args:
        obj: A layer, a model, an initializer, an optimizer or another object with `get_config`; a
            function with a name; numbers, texts, bytes, arrays, slices, lists, tuples and
            dictionaries. A lambda is saved as Keras does it, as byte code, with a warning; it is
            loaded by what `custom_objects` has as "<lambda>", or by the name of its Lambda layer.

    Raises:
        ValueError: there is no plain form of it.

    Example:

    >>> import cornu
    >>> cornu.saving.serialize_keras_object(cornu.initializers.Zeros())
    {'module': 'keras.initializers', 'class_name': 'Zeros', 'config': {}, 'registered_name': None}

    Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
    """
    if obj is None or isinstance(obj, bool | int | float | str):
        return obj
    if isinstance(obj, np.generic) or (isinstance(obj, np.ndarray) and obj.ndim == 0):
        return obj.item()
    if isinstance(obj, tuple | list):
        items = [serialize_keras_object(item) for item in obj]
        return tuple(items) if isinstance(obj, tuple) else items
    if isinstance(obj, Mapping) and not hasattr(obj, "get_config"):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    special = _serialize_special(obj)
    if special is not None:
        name, config = special
        return {"class_name": f"__{name}__", "config": config}
    if hasattr(obj, "get_config") and not isinstance(obj, type):
        return _serialize_object(obj)
    if callable(obj) and hasattr(obj, "__name__"):
        return _serialize_function(obj)
    raise ValueError(
        "Only objects with `get_config`, functions with a name and plain values can be saved. "
        f"Received: {shown(obj)} (of type {type(obj).__name__})"
    )


def _serialize_special(obj: Any) -> tuple[str, Any] | None:
    """The kind and the configuration of what is no object of Keras's."""
    if isinstance(obj, np.ndarray):
        return "numpy", {"value": obj.tolist(), "dtype": obj.dtype.name}
    if isinstance(obj, bytes):
        return "bytes", {"value": obj.decode("utf-8")}
    if isinstance(obj, slice):
        parts = {name: getattr(obj, name) for name in ("start", "stop", "step")}
        return "slice", serialize_keras_object(parts)
    if obj is ...:
        return "ellipsis", {}
    if _own.get() is None and is_lambda(obj):
        return "lambda", {"value": dump_lambda(obj)}
    return None


def serialize_argument(obj: Any) -> Any:
    """Return plain values for an argument of a layer: of a lambda its name alone, by which Keras
    finds it in custom objects; it reads byte code in other places only.

    Args:
        obj: What `serialize_keras_object` takes.
    """
    if not is_lambda(obj):
        return serialize_keras_object(obj)
    if _own.get() is None:
        warn_lambda(obj)
    return _serialize_function(obj)


def _serialize_function(function: Any) -> dict[str, Any]:
    return {
        "module": "builtins",
        "class_name": "function",
        "config": _name_of(function),
        "registered_name": "function",
    }


def _serialize_object(thing: Any) -> dict[str, Any]:
    kind = type(thing)
    config = _config_of(thing)
    if not isinstance(config, Mapping):
        raise ValueError(
            f"`get_config` of {kind.__name__} must return a dictionary. Received: {shown(config)}"
        )
    result: dict[str, Any] = {
        # A program's own module has another name when the file is read.
        "module": None if kind.__module__ == "__main__" else kind.__module__,
        "class_name": kind.__name__,
        "config": serialize_keras_object(config),
        "registered_name": None,
    }
    public = module_of(kind)
    if public is None:
        result["registered_name"] = _name_of(kind)
    else:
        result["module"] = public
    if kind.__name__ == "Functional":
        result.update(module=_FUNCTIONAL, registered_name="Functional")
    for name in ("build_config", "compile_config"):
        value = getattr(thing, f"_{name}", None)
        if value is not None:
            result[name] = value
    return result


def deserialize_keras_object(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True
) -> Any:
    """Return the object that plain values stand for, built and compiled as it was.

    Args:
        config: What `serialize_keras_object` returned, here or in Keras. A dictionary with a
            `class_name` need not have a `module`; without one, classes of Keras are looked for.
        custom_objects: Classes and functions of one's own by name.
        safe_mode: Whether what may do harm is refused: regular expressions that may search for
            ever, and paths of files. A lambda's code is never run, whatever this is.

    Raises:
        ValueError: there is no such class, or it can't be made of what is there.

    Example:

    >>> import cornu
    >>> config = cornu.saving.serialize_keras_object(cornu.initializers.Constant(3.0))
    >>> cornu.saving.deserialize_keras_object(config)
    Constant(value=3.0)

    Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
    """
    made = make_object(config, custom_objects, safe_mode)
    if not isinstance(config, Mapping):
        return made
    build_config, settings = config.get("build_config"), config.get("compile_config")
    if isinstance(build_config, Mapping) and getattr(made, "built", None) is False:
        shape = build_config.get("input_shape")
        if shape is not None:
            made.build(shape)
    if settings and hasattr(made, "compile_from_config"):
        compile_saved(made, settings, custom_objects, safe_mode)
    return made


def compile_saved(
    model: Any,
    settings: Mapping[str, Any],
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
) -> None:
    """Compile a model as it was; arguments but `settings` as of `deserialize_keras_object`.

    Args:
        model: The model.
        settings: What `get_compile_config` returned.
        custom_objects: Classes and functions of one's own by name.
        safe_mode: Whether what may do harm is refused.
    """
    with CustomObjectScope(custom_objects), as_of_file(safe_mode):
        model.compile_from_config(settings)
        check_patterns_of(model)


def make_object(
    config: Any,
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
    by_output: bool = False,
) -> Any:
    """The same, neither built nor compiled: a model builds its layers together. With `by_output`,
    dictionaries have what there is for each output, which may be a name."""
    # Classes make the objects in their configurations themselves, and must find the same ones.
    with CustomObjectScope(custom_objects), as_of_file(safe_mode):
        return _make_named(config, by_output)


def _make_named(config: Any, by_output: bool) -> Any:
    """The same, where Keras 2 wrote functions of the user's as their names: later, when others are
    looked for, no scope is in force any more."""
    if isinstance(config, list | tuple):
        return [_make_named(item, by_output) for item in config]
    if is_saved_lambda(config):
        return find_lambda()
    if by_output and isinstance(config, Mapping) and not _is_object(config):
        return {key: _make_named(value, by_output) for key, value in config.items()}
    own = get_registered_object(config) if isinstance(config, str) else None
    return _deserialize(config) if own is None else own


def check_patterns_of(model: Any) -> None:
    """Check that a model's optimizer, if both are of a file, finds its weights in good time.

    Args:
        model: The model.

    Raises:
        ValueError: it may not.
    """
    from cornu.optimizers.path_patterns import check_searches

    if model.optimizer is not None:
        paths = [weight.path for weight in model.weights]
        # Weights that are still to be made: kernel and bias, and what is in front of their names.
        missing = [f"{model.name}/{layer.name}/kernel" for layer in model._chain() if not paths]
        check_searches(model.optimizer._path_patterns, paths or 2 * missing)


def deserialize_known(
    kind: str, config: Mapping[str, Any], known: Mapping[str, Any], module: str
) -> Any:
    """Return the object that a configuration stands for, of a module that is known.

    Args:
        kind: What it should be, in errors: `loss`.
        config: What `serialize_keras_object` returned; without a `module`, as Keras 2 wrote it, it
            is one of `known`.
        known: What has a name in the module.
        module: The module: `cornu.losses`.

    Raises:
        ValueError: it stands for nothing.
    """
    name = config.get("class_name")
    if not isinstance(name, str):
        raise ValueError(
            f"The configuration of a {kind} must be a dictionary with 'class_name' and 'config'. "
            f"Received: {shown(config)}"
        )
    settings = {"config": {}, **config}
    if settings.get("module") is None and get_registered_object(name) is None and name in known:
        if not isinstance(known[name], type):
            return known[name]
        settings.update(module=f"keras{module.removeprefix('cornu')}")
        settings.update(class_name=known[name].__name__)
    return make_object(settings)


def _deserialize(config: Any) -> Any:
    # Of which a vocabulary has a million, and to be no Mapping takes them longer.
    if isinstance(config, str):
        return config
    if isinstance(config, list | tuple):
        return [_deserialize(item) for item in config]
    if not isinstance(config, Mapping):
        return config
    if not _is_object(config):
        return make_arguments(config)
    inner, name = config["config"], check_class_name(config["class_name"])
    if name == "__tuple__":
        if not isinstance(inner, list | tuple):
            raise ValueError(f"A saved tuple must have a list of items. Received: {shown(inner)}")
        return tuple(map(_deserialize, inner))
    try:
        if name in _SPECIAL:
            return _deserialize_special(name, inner)
        if is_saved_lambda(config):
            return find_lambda()
        if name == "function":
            return find_function(inner)
        found = find_class(config)
        nbytes = _LAYER_NBYTES if hasattr(found, "get_weights") else _OBJECT_NBYTES
        take_contents("Layers and other objects", nbytes)
        if isinstance(found, types.FunctionType):
            return found
        if not hasattr(found, "from_config"):
            raise ValueError(
                f"{name!r} must be a class with `from_config` in custom_objects. "
                f"Received: {shown(found)} (of type {type(found).__name__})"
            )
        made = found.from_config(without_unknown_keys(found, {} if inner is None else inner))
        inner = config.get("build_config")
        # Others are built with their model.
        if inner and getattr(made, "_is_built_by_config", False) and not made.built:
            made._build_as_told(inner)
        return made
    except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
        raise ValueError(
            f"A saved {name!r} can't be made of its configuration {shown(inner)}: "
            f"{type(error).__name__}: {error}"
        ) from error


def _is_object(config: Mapping[str, Any]) -> bool:
    return "class_name" in config and "config" in config


def _deserialize_special(name: str, inner: Any) -> Any:
    if name in ("__numpy__", "__tensor__"):
        dtype = np.dtype(inner["dtype"])
        # Texts may be of any length, and objects of any kind.
        if dtype.kind not in "biufc":
            raise ValueError(f"A saved array must be of numbers. Received: dtype {dtype}")
        return np.array(inner["value"], dtype)
    if name == "__bytes__":
        return inner["value"].encode("utf-8")
    if name == "__slice__":
        return slice(*(_deserialize(inner[part]) for part in ("start", "stop", "step")))
    return ...


def make_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments in a configuration, those that are objects made again.

    Args:
        config: What `get_config` returned.

    Raises:
        ValueError: it is no dictionary.
    """
    if not isinstance(config, Mapping):
        raise ValueError(f"A configuration must be a dictionary. Received: {shown(config)}")
    owner = config.get("name")
    return {
        key: find_lambda(owner, key) if is_saved_lambda(value, key) else _deserialize(value)
        for key, value in config.items()
    }
