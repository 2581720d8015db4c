"""What all regularizers share."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu.config import floatx
from cornu.custom.derivatives import is_traced
from cornu.utils.errors import shown
from cornu.utils.number import as_float


class Regularizer:
    """The base of the regularizers: `regularizer(x)` is a penalty that is added to the loss.

    One of one's own overrides `__call__`, and `get_config` where its constructor has arguments. To
    train with it takes derivatives, by `pip install 'cornu[custom]'`; so it is to be written with
    operators and methods of arrays, or with functions that `autograd` knows. What a layer is given
    counts as it is then: changing a regularizer's numbers later changes nothing in the layer.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> class Sizes(cornu.regularizers.Regularizer):
    ...     def __call__(self, x):
    ...         return 0.5 * abs(x).sum()
    >>> float(Sizes()(np.array([[3.0], [-1.0]])))
    2.0

    Source: https://keras.io/api/layers/regularizers/
    """

    def __call__(self, x: Any) -> Any:
        """Return the penalty for an array: a number. For subclasses to write; here it is 0."""
        return 0.0

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a regularizer again.

        Raises:
            NotImplementedError: a class of one's own does not say them.

        Example:

        >>> import cornu
        >>> cornu.regularizers.L2(0.5).get_config()
        {'l2': 0.5}

        Source: https://keras.io/api/layers/regularizers/
        """
        raise NotImplementedError(
            f"{type(self).__name__} must have a method `get_config(self)` to be saved."
        )

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Regularizer:
        """Make a regularizer from what `get_config` returned.

        Example:

        >>> import cornu
        >>> cornu.regularizers.L2.from_config({"l2": 0.5})
        L2(l2=0.5)

        Source: https://keras.io/api/layers/regularizers/
        """
        return cls(**config)


class CoreRegularizer(Regularizer):
    """The base of those that the core computes in training."""

    def _core_arguments(self) -> tuple[Any, ...]:
        """What the core's `set_regularizer` takes after the index."""
        raise NotImplementedError

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


def as_operand(x: Any) -> Any:
    """Return what can be computed with: a plain array of a float type, or what autograd follows."""
    if is_traced(x):
        return x
    array = np.asarray(x)
    return array if array.dtype.kind == "f" else array.astype(floatx())


def as_result(x: Any, value: Any) -> Any:
    """Return a penalty, as a number of the type of what it is for."""
    return value if is_traced(value) else x.dtype.type(value)


def check_factor(name: str, value: Any) -> float:
    """Return a factor of a penalty.

    Raises:
        ValueError: it is no finite number of at least 0.
    """
    number = math.nan if isinstance(value, str) else as_float(value)
    if not 0.0 <= number < math.inf:
        raise ValueError(
            f"Invalid value for argument `{name}`: expected a non-negative float. "
            f"Received: {name}={shown(value)}"
        )
    return number
