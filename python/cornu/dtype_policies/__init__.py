"""The float types of layers as objects, and as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu.dtype_policies.dtype_policy import DTypePolicy as DTypePolicy
from cornu.dtype_policies.dtype_policy import FloatDTypePolicy as FloatDTypePolicy
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.custom_objects import CustomObjectScope as _CustomObjectScope
from cornu.utils.errors import shown as _shown

__all__ = ["DTypePolicy", "FloatDTypePolicy", "deserialize", "get", "serialize"]

_BY_NAME = {kind.__name__: kind for kind in (DTypePolicy, FloatDTypePolicy)}


def get(identifier: Any) -> DTypePolicy:
    """Return the policy that a `dtype=` argument stands for.

    Args:
        identifier: `"float32"` or `"float64"`, a NumPy type of these, a policy, what `serialize`
            returned; None: the policy in force.

    Raises:
        ValueError: it stands for another type, such as those that are quantized, or for nothing.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> cornu.dtype_policies.get(None), cornu.dtype_policies.get(np.float64)
    (<DTypePolicy "float32">, <DTypePolicy "float64">)

    Source: https://keras.io/api/mixed_precision/policy/
    """
    from cornu.config import resolve_dtype

    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    if identifier is None:
        return DTypePolicy()
    return DTypePolicy(resolve_dtype(identifier))


def serialize(dtype_policy: DTypePolicy) -> Any:
    """Return plain values that `deserialize` makes the policy of again.

    Args:
        dtype_policy: The policy.

    Example:

    >>> import cornu
    >>> cornu.dtype_policies.serialize(cornu.DTypePolicy("float64"))["config"]
    {'name': 'float64'}

    Source: https://keras.io/api/mixed_precision/policy/
    """
    from cornu.saving.serialization import serialize_keras_object

    return serialize_keras_object(dtype_policy)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> DTypePolicy:
    """Return the policy that plain values stand for.

    Args:
        config: What `serialize` returned, here or in Keras; `module` may be left out.
        custom_objects: Classes of one's own by name.

    Raises:
        ValueError: it is the configuration of no policy that is supported.

    Example:

    >>> import cornu
    >>> config = {"class_name": "DTypePolicy", "config": {"name": "float64"}}
    >>> cornu.dtype_policies.deserialize(config)
    <DTypePolicy "float64">

    Source: https://keras.io/api/mixed_precision/policy/
    """
    from cornu.saving.serialization import deserialize_known

    with _CustomObjectScope(custom_objects):
        made = (
            deserialize_known("policy", config, _BY_NAME, __name__)
            if isinstance(config, Mapping)
            else config
        )
    if not isinstance(made, DTypePolicy):
        raise ValueError(
            f"`config` must be the configuration of a policy. Received: config={_shown(config)}"
        )
    return made


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
