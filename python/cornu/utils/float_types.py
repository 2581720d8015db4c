"""The float types: that of everything, and that of layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cornu.utils.errors import shown

if TYPE_CHECKING:
    from cornu.dtype_policies import DTypePolicy

_FLOAT_TYPES = ("float32", "float64")
# Types that Keras has and the core has not: half the reason is speed on a GPU, and a CPU gains
# nothing from them.
_HALF_TYPES = ("float16", "bfloat16", "mixed_float16", "mixed_bfloat16")

_floatx = "float32"
# The float type of layers that are made without one; None: `_floatx`.
_policy: str | None = None


def floatx() -> str:
    """Return the float type of everything that is made without a `dtype`.

    Returns:
        `"float32"` (the default) or `"float64"`.

    Example:

    >>> import cornu
    >>> cornu.config.floatx()
    'float32'

    Source: https://keras.io/api/utils/config_utils/
    """
    return _floatx


def set_floatx(value: str) -> None:
    """Set the float type of everything that is made from now on without a `dtype`.

    Args:
        value: `"float32"` or `"float64"`.

    Raises:
        ValueError: `value` is something else.

    Example:

    >>> import cornu
    >>> cornu.config.set_floatx("float64")
    >>> cornu.config.floatx()
    'float64'
    >>> cornu.config.set_floatx("float32")

    Source: https://keras.io/api/utils/config_utils/
    """
    global _floatx
    if value is None:
        raise ValueError("`value` must be 'float32' or 'float64'. Received: value=None")
    _floatx = resolve_dtype(value, "value")


def dtype_policy() -> DTypePolicy:
    """Return the policy of layers that are made without a `dtype`.

    Returns:
        What `set_dtype_policy` was given; else that of `floatx()`.

    Example:

    >>> import cornu
    >>> cornu.config.dtype_policy()
    <DTypePolicy "float32">

    Source: https://keras.io/api/mixed_precision/policy/
    """
    from cornu.dtype_policies import DTypePolicy

    return DTypePolicy(_policy or _floatx)


def set_dtype_policy(policy: Any) -> None:
    """Set the float type of layers that are made from now on without a `dtype`.

    Args:
        policy: `"float32"`, `"float64"` or a `DTypePolicy`.

    Raises:
        ValueError: it is something else, such as `"mixed_float16"`.

    Example:

    >>> import cornu
    >>> cornu.config.set_dtype_policy("mixed_float16")
    Traceback (most recent call last):
    ValueError: `policy` must be 'float32' or 'float64': cornu computes in one float type ...

    Source: https://keras.io/api/mixed_precision/policy/
    """
    global _policy
    if policy is None:
        raise ValueError("`policy` must be 'float32' or 'float64'. Received: policy=None")
    _policy = resolve_dtype(policy, "policy")


def layer_dtype(dtype: Any) -> str:
    """Return the float type of a layer that is made with this `dtype`.

    Args:
        dtype: What the layer was given, plain values of a policy too, as its configuration has
            them; None: that of the policy in force.

    Raises:
        ValueError: it stands for another type.

    Example:

    >>> import cornu
    >>> cornu.config.layer_dtype(None), cornu.config.layer_dtype("float64")
    ('float32', 'float64')

    Source: cornu's own.
    """
    if isinstance(dtype, Mapping):
        from cornu.dtype_policies import deserialize

        dtype = deserialize(dtype)
    return resolve_dtype(_policy if dtype is None else dtype)


def resolve_dtype(dtype: Any = None, argument: str = "dtype") -> str:
    """Return the name of the float type that `dtype` stands for.

    Args:
        dtype: None for `floatx()`, a name, a NumPy type, or an object with a `name` such as a
            policy.
        argument: What the caller calls it, for the error.

    Returns:
        `"float32"` or `"float64"`.

    Raises:
        ValueError: it stands for another type.

    Example:

    >>> import numpy as np
    >>> from cornu.config import resolve_dtype
    >>> resolve_dtype(), resolve_dtype(np.float64), resolve_dtype("float")
    ('float32', 'float64', 'float32')

    Source: Keras's `standardize_dtype`, keras/src/backend/common/variables.py
    """
    # Keras reads the Python type, and its name, as the default float type.
    if dtype is None or dtype is float or (isinstance(dtype, str) and dtype == "float"):
        return _floatx
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None)
    if name is None:
        name = getattr(dtype, "__name__", None)
    if name in _FLOAT_TYPES:
        return str(name)
    if name in _HALF_TYPES:
        raise ValueError(
            f"`{argument}` must be 'float32' or 'float64': cornu computes in one float type "
            "throughout, and half "
            f"and mixed precision are not supported. Received: {argument}={name!r}"
        )
    raise ValueError(
        f"`{argument}` must be 'float32' or 'float64'. Received: {argument}={shown(dtype)}"
    )
