"""Initializers that give every element the same value."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.initializers.initializer import Initializer
from cornu.random.draws import check_shape
from cornu.utils.arrays import any_type


class Constant(Initializer):
    """Fill with one number.

    Args:
        value: The number, or an array that broadcasts to the shape.

    Raises:
        ValueError: `value` is neither.

    Example:

    >>> import cornu
    >>> cornu.initializers.Constant(3)((2,))
    array([3., 3.], dtype=float32)

    Source: https://keras.io/api/layers/initializers/#constant-class
    """

    def __init__(self, value: Any = 0.0) -> None:
        if not _is_numeric(value):
            raise ValueError(
                "`value` must be a number or an array of numbers. "
                f"Received: value={value!r} (of type {type(value).__name__})"
            )
        self.value = value

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Return an array of this shape and type.

        Raises:
            ValueError: the shape or the type can't be, or `value` doesn't broadcast.
        """
        return np.full(check_shape(shape), self.value, any_type(dtype))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such an initializer again."""
        from cornu.saving.serialization import serialize_keras_object

        return {"value": serialize_keras_object(self.value)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Constant:
        """Make an initializer from what `get_config` returned, an array as plain values in it.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> config = cornu.initializers.Constant(np.ones(2)).get_config()
        >>> float(cornu.initializers.Constant.from_config(config)((3, 2)).sum())
        6.0

        Source: https://keras.io/api/layers/initializers/
        """
        from cornu.saving.serialization import make_arguments

        return cls(**make_arguments(config))

    def __repr__(self) -> str:
        return f"Constant(value={self.value!r})"


class Zeros(Initializer):
    """Fill with 0.

    Example:

    >>> import cornu
    >>> cornu.initializers.Zeros()((2,))
    array([0., 0.], dtype=float32)

    Source: https://keras.io/api/layers/initializers/#zeros-class
    """

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Return an array of this shape and type.

        Raises:
            ValueError: the shape or the type can't be.
        """
        return np.zeros(check_shape(shape), any_type(dtype))


class Ones(Initializer):
    """Fill with 1.

    Example:

    >>> import cornu
    >>> cornu.initializers.Ones()((2,), dtype="float64")
    array([1., 1.])

    Source: https://keras.io/api/layers/initializers/#ones-class
    """

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Return an array of this shape and type.

        Raises:
            ValueError: the shape or the type can't be.
        """
        return np.ones(check_shape(shape), any_type(dtype))


def _is_numeric(value: Any) -> bool:
    try:
        return np.asarray(value).dtype.kind in "biuf"
    except ValueError:
        return False
