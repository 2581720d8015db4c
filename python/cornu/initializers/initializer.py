"""What all initializers share."""

from __future__ import annotations

from typing import Any

import numpy as np


class Initializer:
    """The base of the initializers: `initializer(shape, dtype)` gives a weight its first value.

    One of one's own overrides `__call__`, and `get_config` where its constructor has arguments.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> class Sevens(cornu.initializers.Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return np.full(shape, 7, dtype)
    >>> Sevens()((2,), "float32")
    array([7., 7.], dtype=float32)

    Source: https://keras.io/api/layers/initializers/
    """

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Return an array of this shape and type. For subclasses to write."""
        raise NotImplementedError(
            f"{type(self).__name__} must have a method `__call__(self, shape, dtype=None)`."
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such an initializer again.

        Example:

        >>> import cornu
        >>> cornu.initializers.Constant(3).get_config()
        {'value': 3}

        Source: https://keras.io/api/layers/initializers/
        """
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        """Make an initializer from what `get_config` returned.

        Example:

        >>> import cornu
        >>> cornu.initializers.Constant.from_config({"value": 3})
        Constant(value=3)

        Source: https://keras.io/api/layers/initializers/
        """
        return cls(**config)

    def clone(self) -> Initializer:
        """Return another one made of the same arguments.

        Example:

        >>> import cornu
        >>> cornu.initializers.Constant(3).clone()
        Constant(value=3)

        Source: https://keras.io/api/layers/initializers/
        """
        return type(self).from_config(self.get_config())

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"
