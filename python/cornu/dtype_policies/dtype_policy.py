"""The float type of layers, as Keras names it."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.config import dtype_policy as dtype_policy
from cornu.config import resolve_dtype
from cornu.config import set_dtype_policy as set_dtype_policy
from cornu.utils.errors import shown


class DTypePolicy:
    """The float type of layers: cornu computes in that of the weights, so it is just one type.

    Args:
        name: `"float32"` or `"float64"`; None: that of the policy in force.

    Raises:
        TypeError: it is no string.
        ValueError: it is another one, such as `"mixed_float16"`.

    Example:

    >>> import cornu
    >>> cornu.layers.Dense(2, dtype=cornu.DTypePolicy("float64")).dtype
    'float64'

    Source: https://keras.io/api/mixed_precision/policy/
    """

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = dtype_policy().name
        if not isinstance(name, str):
            raise TypeError(
                f"'name' must be a string: 'float32' or 'float64'. Received: name={shown(name)} "
                f"(of type {type(name).__name__})"
            )
        self._name = resolve_dtype(name, "name")

    @property
    def name(self) -> str:
        """The float type's name."""
        return self._name

    compute_dtype = name
    variable_dtype = name

    @property
    def quantization_mode(self) -> None:
        """None: nothing is quantized."""
        return None

    def convert_input(self, x: Any, autocast: bool, dtype: Any) -> Any:
        """Return an array in a float type, as a layer takes it; whole numbers as they are.

        Args:
            x: An array; anything else comes back as it is.
            autocast: Whether floats are converted.
            dtype: The float type.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> cornu.DTypePolicy("float32").convert_input(np.zeros(2), True, "float32").dtype
        dtype('float32')

        Source: https://keras.io/api/mixed_precision/policy/
        """
        kind = resolve_dtype(dtype)
        if not hasattr(x, "__array__"):
            return x
        array = np.asarray(x)
        return array.astype(kind, copy=False) if autocast and array.dtype.kind == "f" else array

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a policy again."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> DTypePolicy:
        """Make a policy from what `get_config` returned."""
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other._name == self._name

    def __hash__(self) -> int:
        return hash((DTypePolicy, self._name))

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'


class FloatDTypePolicy(DTypePolicy):
    """`DTypePolicy` under its older name: one equals the other.

    Args:
        name: See `DTypePolicy`.

    Example:

    >>> import cornu
    >>> cornu.FloatDTypePolicy("float64") == cornu.DTypePolicy("float64")
    True

    Source: https://keras.io/api/mixed_precision/policy/
    """
