"""Regularizers: penalties for weights and outputs that are added to the loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu.regularizers.norm_penalties import L1 as L1
from cornu.regularizers.norm_penalties import L1L2 as L1L2
from cornu.regularizers.norm_penalties import L2 as L2
from cornu.regularizers.orthogonal_regularizer import OrthogonalRegularizer as OrthogonalRegularizer
from cornu.regularizers.regularizer import Regularizer as Regularizer
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.custom_objects import CustomObjectScope as _CustomObjectScope
from cornu.utils.lookup import get_callable as _get_callable

l1 = L1
l2 = L2
l1_l2 = L1L2
orthogonal_regularizer = OrthogonalRegularizer

_CLASSES = {
    "l1": L1,
    "l2": L2,
    "l1_l2": L1L2,
    "orthogonal_regularizer": OrthogonalRegularizer,
    "regularizer": Regularizer,
}
_BY_NAME: dict[str, type[Regularizer]] = dict(_CLASSES)
_BY_NAME.update({made_by.__name__: made_by for made_by in _CLASSES.values()})
_BY_NAME.update(l1l2=L1L2)

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]


def get(identifier: Any) -> Any:
    """Return the regularizer that a `kernel_regularizer=` argument stands for.

    Args:
        identifier: A name such as `"l2"` or `"L2"`; a regularizer or its class; a function from an
            array to a number; what `serialize` returned; or None.

    Returns:
        A function from an array to a number; None for None.

    Raises:
        ValueError: there is no such regularizer.

    Example:

    >>> import cornu
    >>> cornu.regularizers.get("l1")
    L1(l1=0.01)

    Source: https://keras.io/api/layers/regularizers/
    """
    return _get_callable("regularizer", identifier, _BY_NAME, __name__)


def serialize(regularizer: Regularizer) -> Any:
    """Return plain values that `deserialize` makes the regularizer of again.

    Args:
        regularizer: The regularizer.

    Example:

    >>> import cornu
    >>> cornu.regularizers.serialize(cornu.regularizers.L2(0.5))["config"]
    {'l2': 0.5}

    Source: https://keras.io/api/layers/regularizers/
    """
    from cornu.saving.serialization import serialize_keras_object

    return serialize_keras_object(regularizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the regularizer that plain values stand for.

    Args:
        config: What `serialize` returned, here or in Keras.
        custom_objects: Classes of one's own by name.

    Raises:
        ValueError: there is no such class, or it can't be made of what is there.

    Example:

    >>> import cornu
    >>> cornu.regularizers.deserialize({"class_name": "L2", "config": {"l2": 0.5}})
    L2(l2=0.5)

    Source: https://keras.io/api/layers/regularizers/
    """
    with _CustomObjectScope(custom_objects):
        return get(config)


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
