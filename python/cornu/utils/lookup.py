"""From what a user names to what cornu has under that name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from cornu.utils.custom_objects import get_registered_object
from cornu.utils.errors import shown, unknown_name

Value = TypeVar("Value")


def look_up(
    kind: str,
    identifier: Any,
    known: Mapping[str, Any],
    module: str,
    by_shape: Collection[str] = (),
    unlisted: Collection[str] = (),
) -> Any:
    """Return what a name stands for, made where that is a class; a class made; else what came.

    Args:
        kind: What it should name: `loss`.
        identifier: A name, also of an object of the user's own that is registered or of a scope;
            a configuration that `serialize_keras_object` returned; or anything else.
        known: What has a name.
        module: The module that it is looked up in, `cornu.losses`, to tell what Keras has.
        by_shape: Further names, whose meaning depends on shapes that only `compile` knows.
        unlisted: Those of the known names that an error about another one leaves out.

    Raises:
        ValueError: there is nothing of this name.

    Example:

    >>> import cornu
    >>> from cornu.utils.lookup import look_up
    >>> known = {"mse": cornu.losses.MeanSquaredError}
    >>> look_up("loss", "mse", known, "cornu.losses")
    <MeanSquaredError name=mean_squared_error>
    """
    thing = identifier
    if isinstance(identifier, Mapping):
        from cornu.saving.serialization import deserialize_known

        return deserialize_known(kind, identifier, known, module)
    if isinstance(identifier, str):
        # Keras 3's `get` knows no objects of a scope; Keras 2's did, and files of it name them.
        thing = get_registered_object(identifier, None, known)
        if thing is None and identifier.lower() in by_shape:
            raise ValueError(
                f"The {kind} {identifier!r} is chosen by the shapes of output and targets: it "
                "works in `compile` only."
            )
        if thing is None:
            from cornu.saving.safe_mode import advice_on_own

            listed = [name for name in (*known, *by_shape) if name not in unlisted]
            error = unknown_name(kind, identifier, listed, module)
            raise ValueError(f"{error}{advice_on_own(identifier)}")
    return thing() if isinstance(thing, type) else thing


def get_callable(kind: str, identifier: Any, known: Mapping[str, Any], module: str) -> Any:
    """Return the object that a layer's argument stands for; None for None.

    Args:
        kind: What it should be: `regularizer`.
        identifier: What `look_up` takes.
        known: Classes by name.
        module: The module that a name is looked up in.

    Raises:
        ValueError: it stands for nothing that can be called.
    """
    thing = None if identifier is None else look_up(kind, identifier, known, module)
    if identifier is not None and not callable(thing):
        raise ValueError(
            f"Could not interpret {kind} identifier: {shown(identifier)} "
            f"(of type {type(identifier).__name__})"
        )
    return thing


def entry_of(table: Mapping[Callable[..., Any], Value], function: Any) -> Value | None:
    """Return a function's entry in a table; None: it has none, or can't be a key at all."""
    try:
        return table.get(function)
    except TypeError:  # a callable that can't be hashed
        return None
