"""The float type of layers, as Keras names it."""

from __future__ import annotations

from typing import Any

from cornu.config import resolve_dtype


class DTypePolicy:
    """The float type of layers: cornu computes in that of the weights, so it is just one type.

    Args:
        name: `"float32"` or `"float64"`.

    Raises:
        ValueError: it is another one, such as `"mixed_float16"`.

    Example:

    >>> import cornu
    >>> cornu.layers.Dense(2, dtype=cornu.DTypePolicy("float64")).dtype
    'float64'

    Source: https://keras.io/api/mixed_precision/policy/
    """

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise ValueError(f"`name` must be 'float32' or 'float64'. Received: name={name!r}")
        self._name = resolve_dtype(name, "name")

    @property
    def name(self) -> str:
        """The float type's name."""
        return self._name

    compute_dtype = name
    variable_dtype = name

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
