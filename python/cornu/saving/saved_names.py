"""Classes and functions by what configurations call them: a name, and Keras's module."""

from __future__ import annotations

import types
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from cornu.utils.absent_names import keras_names
from cornu.utils.custom_objects import get_custom_objects, get_registered_object
from cornu.utils.errors import shown
from cornu.utils.ownership import is_of_cornu

# Keras's modules that have classes, and where cornu has them. In this order they are gone through
# for a class whose configuration names no module, as Keras 2's did.
_MODULES = {
    "keras.layers": "cornu.layers",
    "keras.initializers": "cornu.initializers",
    "keras.regularizers": "cornu.regularizers",
    "keras.constraints": "cornu.constraints",
    "keras.optimizers": "cornu.optimizers",
    "keras.optimizers.schedules": "cornu.optimizers.schedules",
    "keras.losses": "cornu.losses",
    "keras.metrics": "cornu.metrics",
    "keras.random": "cornu.random",
    "keras": "cornu",
    "keras.models": "cornu",
    "keras.activations": "cornu.activations",
    "keras.dtype_policies": "cornu.dtype_policies",
}
# Those that have functions which a configuration may name.
_FUNCTION_MODULES = ("activations", "losses", "metrics", "initializers")
_NO_FUNCTIONS_OF_MODELS = ("get", "serialize", "deserialize")
# What others derive from, which can't do anything itself.
_BASES = (
    *("Layer", "Wrapper", "Initializer", "Regularizer", "Constraint", "Loss", "Metric"),
    *("Optimizer", "LearningRateSchedule"),
)
# No name of a class is longer, and some time grows with its square.
_LONGEST_NAME = 1000
_AT_THE_TOP = ("Sequential", "DTypePolicy", "FloatDTypePolicy", "InputSpec")


def module_of(kind: type) -> str | None:
    """Return the module of Keras's that has a class of cornu's; None: it is the user's own.

    Example:

    >>> import cornu
    >>> from cornu.saving.saved_names import module_of
    >>> module_of(cornu.layers.Dense)
    'keras.layers'
    """
    if not is_of_cornu(kind):
        return None
    if kind.__name__ in _AT_THE_TOP:
        return "keras"
    module = _public_module(kind.__module__.replace("cornu", "keras", 1))
    found = vars(import_module(_MODULES[module])).get(kind.__name__) if module in _MODULES else None
    return module if found is kind else None


def find_function(name: Any) -> Any:
    """Return the function of a name: the user's own, or cornu's that can be part of a model.

    Args:
        name: The name that a configuration has.

    Raises:
        ValueError: there is none, or it is no name.
    """
    if not isinstance(name, str):
        raise ValueError(f"A saved function must have a name. Received: {shown(name)}")
    own = get_registered_object(name)
    if own is not None:
        return own
    for module in _FUNCTION_MODULES:
        functions = import_module(f"cornu.{module}")
        found = vars(functions).get(name) if name in functions.__all__ else None
        if isinstance(found, types.FunctionType) and name not in _NO_FUNCTIONS_OF_MODELS:
            return found
    # Up to 3.6, Keras wrote no package.
    ending = f">{name}"
    # A list of them: another thread may register one meanwhile.
    for registered, thing in list(get_custom_objects().items()):
        if registered.endswith(ending):
            return thing
    own_name = shown(name.rpartition(">")[2])[1:-1]
    raise ValueError(
        f"A saved function {shown(name)} can't be found again: pass "
        f"custom_objects={{{shown(name)}: {own_name}}}, or register it by "
        "`cornu.saving.register_keras_serializable`."
    )


def check_class_name(name: Any) -> str:
    """Return what a configuration calls a class.

    Raises:
        ValueError: it is no text, or longer than the names of classes are.

    Example:

    >>> from cornu.saving.saved_names import check_class_name
    >>> check_class_name("Dense")
    'Dense'
    """
    if not isinstance(name, str) or len(name) > _LONGEST_NAME:
        raise ValueError(
            f"'class_name' must be a string of at most {_LONGEST_NAME} letters. "
            f"Received: {shown(name)}"
        )
    return name


def find_class(config: Mapping[str, Any]) -> Any:
    """Return the class of an object: the user's own, or one of cornu's that can be saved.

    Args:
        config: What `serialize_keras_object` returned; without a `module`, classes of Keras are
            looked for by the name alone.

    Returns:
        The class; a function, where that is registered by the name.

    Raises:
        ValueError: there is none, or it is no name.
    """
    for key in ("module", "registered_name"):
        if not isinstance(config.get(key), str | None):
            raise ValueError(f"{key!r} must be a string or null. Received: {shown(config[key])}")
    name, module = config["class_name"], config.get("module") or ""
    for known in (config.get("registered_name"), name):
        own = get_registered_object(known) if known else None
        if own is not None:
            return own
    if name == "Functional" and module.partition(".")[0] in ("", "keras"):
        from cornu.models.functional import Functional

        return Functional
    if config.get("registered_name") in (None, name) and "module" not in config:
        found = _search_class(name)
        if found is not None:
            return _no_base(found)
    if module.partition(".")[0] == "keras":
        module = _public_module(module)
    if module in _MODULES:
        try:
            found = getattr(import_module(_MODULES[module]), name)
        except (AttributeError, ImportError) as error:
            raise ValueError(
                f"{_told(config)} of {module} can't be made again: {str(error).rstrip('.')}. "
                f"{_advice(name)}"
            ) from None
        if not hasattr(found, "from_config"):
            raise ValueError(
                f"'class_name' must be a class of {module} that can be saved. Received: {name!r}"
            )
        return _no_base(found)
    if not module and any(name in keras_names(known) for known in set(_MODULES.values())):
        raise ValueError(
            f"{_told(config)} can't be made again: {name!r} of Keras is not supported by cornu "
            f"yet. {_advice(name)}"
        )
    place = shown(module)[1:-1] or "an unknown module"
    raise ValueError(
        f"{_told(config)} of {place} can't be made again without its class. {_advice(name)}"
    )


def _told(config: Mapping[str, Any]) -> str:
    """What an object is called in errors: by its class, and its name if it has one."""
    inner = config.get("config")
    name = inner.get("name") if isinstance(inner, Mapping) else None
    called = f" named {shown(name)}" if isinstance(name, str) else ""
    return f"A saved {config['class_name']!r}{called}"


def _no_base(found: Any) -> Any:
    if is_of_cornu(found) and found.__name__ in _BASES:
        raise ValueError(
            f"A saved {found.__name__!r} can't be made again: it is the base of other classes, and "
            f"has no computation. {_advice(found.__name__)}"
        )
    return found


def _advice(name: str) -> str:
    """What can be done about a class that is not found."""
    return (
        f"Pass custom_objects={{{name!r}: ...}} with a class that does the same, or register it by "
        "`cornu.saving.register_keras_serializable`; or build a model without it, and take what "
        "fits by `load_weights(path, skip_mismatch=True)`, of a '.h5' file by `by_name=True`."
    )


def _search_class(name: str) -> Any:
    """The class of this name in one of Keras's modules; None: there is none."""
    for module in dict.fromkeys(_MODULES.values()):
        try:
            names = import_module(module)
            # Of a name that it has not, a module would look for what was meant, for milliseconds.
            found = getattr(names, name) if name in vars(names) or name in names.__all__ else None
        except ImportError:
            continue
        if hasattr(found, "from_config"):
            return found
    return None


def _public_module(module: str) -> str:
    """Where a class of a module of Keras's source is public."""
    parts = [part for part in module.split(".") if part != "src"]
    for count in range(len(parts), 1, -1):
        public = ".".join(parts[:count])
        if public in _MODULES:
            return public
    return module
