"""Classes and functions of the user's own, by the names that saved configurations have of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from typing import Any, TypeVar

from cornu.utils.errors import shown

Thing = TypeVar("Thing")

# What `register_keras_serializable` was given, by name and by object.
_registered: dict[str, Any] = {}
_names: dict[Any, str] = {}
# What the scopes and calls under way were given; what is inside has precedence. A thread has its
# own, as in Keras.
_scope: ContextVar[Mapping[str, Any]] = ContextVar("custom_objects", default={})  # noqa: B039


class CustomObjectScope:
    """Within `with CustomObjectScope(objects):`, names stand for these classes and functions.

    A scope within another adds to it.

    Args:
        custom_objects: A dictionary of classes and functions by name; None: none.

    Raises:
        ValueError: it is no dictionary.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> class Sevens(cornu.initializers.Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return np.full(shape, 7, dtype)
    >>> with cornu.saving.CustomObjectScope({"Sevens": Sevens}):
    ...     layer = cornu.layers.Dense(1, kernel_initializer="Sevens")
    >>> layer(np.ones((1, 2)))
    array([[14.]], dtype=float32)

    Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
    """

    def __init__(self, custom_objects: Mapping[str, Any] | None) -> None:
        self.custom_objects = check_custom_objects(custom_objects)
        # One for each time that it is entered: a scope can be used within itself.
        self._tokens: list[Token[Mapping[str, Any]]] = []

    def __enter__(self) -> CustomObjectScope:
        self._tokens.append(_scope.set({**_scope.get(), **self.custom_objects}))
        return self

    def __exit__(self, *exception: Any) -> None:
        _scope.reset(self._tokens.pop())


custom_object_scope = CustomObjectScope


def check_custom_objects(custom_objects: Any) -> Mapping[str, Any]:
    """Return what a `custom_objects=` argument holds.

    Raises:
        ValueError: it is no dictionary of names.
    """
    objects = {} if custom_objects is None else custom_objects
    if isinstance(objects, Mapping) and all(isinstance(name, str) for name in objects):
        return objects
    raise ValueError(
        "`custom_objects` must be a dictionary of classes and functions by name. "
        f"Received: custom_objects={shown(custom_objects)}"
    )


def get_custom_objects() -> dict[str, Any]:
    """Return the dictionary of what is registered, which may be changed; scopes don't add to it.

    Example:

    >>> import cornu
    >>> def cubed(x):
    ...     return x**3
    >>> cornu.saving.get_custom_objects()["cubed"] = cubed
    >>> cornu.saving.get_registered_object("cubed") is cubed
    True
    >>> del cornu.saving.get_custom_objects()["cubed"]

    Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
    """
    return _registered


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[Thing], Thing]:
    """Return a decorator that registers a class or function, so that files can name it.

    Args:
        package: What the name begins with: `package>name`.
        name: The name; None: the class's or function's.

    Raises:
        TypeError: by the decorator: it is neither.
        ValueError: by the decorator: a class has no `get_config`.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> @cornu.saving.register_keras_serializable("docs")
    ... class Sevens(cornu.initializers.Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return np.full(shape, 7, dtype)
    >>> config = cornu.saving.serialize_keras_object(Sevens())
    >>> config["registered_name"]
    'docs>Sevens'
    >>> type(cornu.saving.deserialize_keras_object(config)) is Sevens
    True

    Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
    """
    for argument, value in (("package", package), ("name", name)):
        # Without the parentheses, Python passes the class itself.
        if not isinstance(value, str) and not (argument == "name" and value is None):
            raise TypeError(
                f"`{argument}` must be a string. Received: {argument}={shown(value)} (of type "
                f"{type(value).__name__}). Use it as @register_keras_serializable()."
            )

    def register(thing: Thing) -> Thing:
        if not callable(thing) or not hasattr(thing, "__name__"):
            raise TypeError(f"Only classes and functions are registered. Received: {shown(thing)}")
        if isinstance(thing, type) and not hasattr(thing, "get_config"):
            raise ValueError(
                "Cannot register a class that does not have a get_config() method. "
                f"Received: {thing.__name__}"
            )
        registered = f"{package}>{name or thing.__name__}"
        _registered[registered] = thing
        _names[thing] = registered
        return thing

    return register


def get_registered_name(obj: Any) -> str:
    """Return the name by which a class or function is registered, or else its own.

    Args:
        obj: A class or function.

    Raises:
        TypeError: it has no name.

    Example:

    >>> import cornu
    >>> cornu.saving.get_registered_name(cornu.layers.Dense)
    'Dense'

    Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
    """
    try:
        registered = _names.get(obj)
    except TypeError:  # it can't be hashed
        registered = None
    name = registered or getattr(obj, "__name__", None)
    if name is None:
        raise TypeError(f"`obj` must be a class or function. Received: obj={shown(obj)}")
    return str(name)


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """Return what a name stands for: in the scopes under way, registered, or in the arguments.

    Args:
        name: The name.
        custom_objects: Where else it is looked up.
        module_objects: Where it is looked up last.

    Returns:
        The class or function; None: there is none.

    Example:

    >>> import cornu
    >>> cornu.saving.get_registered_object("nobody", {"nobody": cornu.layers.Dense}).__name__
    'Dense'

    Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
    """
    places = (_scope.get(), _registered, custom_objects or {}, module_objects or {})
    return next((place[name] for place in places if name in place), None)
