"""Constraints: what weights are put back to after each step of training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu.constraints.constraint import Constraint as Constraint
from cornu.constraints.non_neg import NonNeg as NonNeg
from cornu.constraints.norm_constraints import MaxNorm as MaxNorm
from cornu.constraints.norm_constraints import MinMaxNorm as MinMaxNorm
from cornu.constraints.norm_constraints import UnitNorm as UnitNorm
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.custom_objects import CustomObjectScope as _CustomObjectScope
from cornu.utils.lookup import get_callable as _get_callable

max_norm = MaxNorm
min_max_norm = MinMaxNorm
non_neg = NonNeg
unit_norm = UnitNorm
# As Keras 1 and 2 had them.
maxnorm = MaxNorm
nonneg = NonNeg
unitnorm = UnitNorm

_CLASSES = {
    "max_norm": MaxNorm,
    "min_max_norm": MinMaxNorm,
    "non_neg": NonNeg,
    "unit_norm": UnitNorm,
    "constraint": Constraint,
}
_BY_NAME: dict[str, type[Constraint]] = dict(_CLASSES)
_BY_NAME.update({made_by.__name__: made_by for made_by in _CLASSES.values()})
_BY_NAME.update(maxnorm=maxnorm, nonneg=nonneg, unitnorm=unitnorm)

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "maxnorm",
    "min_max_norm",
    "non_neg",
    "nonneg",
    "serialize",
    "unit_norm",
    "unitnorm",
]


def get(identifier: Any) -> Any:
    """Return the constraint that a `kernel_constraint=` argument stands for.

    Args:
        identifier: A name such as `"max_norm"` or `"MaxNorm"`; a constraint or its class; a
            function from an array to an array; what `serialize` returned; or None.

    Returns:
        A function from an array to an array; None for None.

    Raises:
        ValueError: there is no such constraint.

    Example:

    >>> import cornu
    >>> cornu.constraints.get("unit_norm")
    UnitNorm(axis=0)

    Source: https://keras.io/api/layers/constraints/
    """
    return _get_callable("constraint", identifier, _BY_NAME, __name__)


def serialize(constraint: Constraint) -> Any:
    """Return plain values that `deserialize` makes the constraint of again.

    Args:
        constraint: The constraint.

    Example:

    >>> import cornu
    >>> cornu.constraints.serialize(cornu.constraints.UnitNorm(1))["config"]
    {'axis': 1}

    Source: https://keras.io/api/layers/constraints/
    """
    from cornu.saving.serialization import serialize_keras_object

    return serialize_keras_object(constraint)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the constraint that plain values stand for.

    Args:
        config: What `serialize` returned, here or in Keras.
        custom_objects: Classes of one's own by name.

    Raises:
        ValueError: there is no such class, or it can't be made of what is there.

    Example:

    >>> import cornu
    >>> cornu.constraints.deserialize({"class_name": "UnitNorm", "config": {"axis": 1}})
    UnitNorm(axis=1)

    Source: https://keras.io/api/layers/constraints/
    """
    with _CustomObjectScope(custom_objects):
        return get(config)


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
