"""Penalties for sizes and squares."""

from __future__ import annotations

from typing import Any

from cornu.regularizers.regularizer import CoreRegularizer, as_operand, as_result, check_factor


class L1L2(CoreRegularizer):
    """A penalty for sizes and squares: `l1 * sum(|x|) + l2 * sum(x^2)`.

    Args:
        l1: The factor of the sizes, at least 0; None: 0.
        l2: That of the squares.

    Raises:
        ValueError: a factor is no finite number of at least 0.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> float(cornu.regularizers.L1L2(l1=0.5, l2=0.25)(np.array([[2.0, -4.0]])))
    8.0

    Source: https://keras.io/api/layers/regularizers/#l1l2-class
    """

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0) -> None:
        self.l1 = check_factor("l1", 0.0 if l1 is None else l1)
        self.l2 = check_factor("l2", 0.0 if l2 is None else l2)

    def __call__(self, x: Any) -> Any:
        """Return the penalty for an array, in its type."""
        return _penalty(x, self.l1, self.l2)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a regularizer again."""
        return {"l1": self.l1, "l2": self.l2}

    def _core_arguments(self) -> tuple[Any, ...]:
        return "l1_l2", self.l1, self.l2


class L1(CoreRegularizer):
    """A penalty for sizes: `l1 * sum(|x|)`.

    Args:
        l1: The factor, at least 0; None: 0.01.

    Raises:
        ValueError: it is no finite number of at least 0.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> float(cornu.regularizers.L1(0.5)(np.array([[2.0, -4.0]])))
    3.0

    Source: https://keras.io/api/layers/regularizers/#l1-class
    """

    def __init__(self, l1: float | None = 0.01) -> None:
        self.l1 = check_factor("l1", 0.01 if l1 is None else l1)

    def __call__(self, x: Any) -> Any:
        """Return the penalty for an array, in its type."""
        return _penalty(x, self.l1, 0.0)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a regularizer again."""
        return {"l1": self.l1}

    def _core_arguments(self) -> tuple[Any, ...]:
        return "l1_l2", self.l1, 0.0


class L2(CoreRegularizer):
    """A penalty for squares: `l2 * sum(x^2)`.

    Args:
        l2: The factor, at least 0; None: 0.01.

    Raises:
        ValueError: it is no finite number of at least 0.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> float(cornu.regularizers.L2(0.5)(np.array([[2.0, -4.0]])))
    10.0

    Source: https://keras.io/api/layers/regularizers/#l2-class
    """

    def __init__(self, l2: float | None = 0.01) -> None:
        self.l2 = check_factor("l2", 0.01 if l2 is None else l2)

    def __call__(self, x: Any) -> Any:
        """Return the penalty for an array, in its type."""
        return _penalty(x, 0.0, self.l2)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a regularizer again."""
        return {"l2": self.l2}

    def _core_arguments(self) -> tuple[Any, ...]:
        return "l1_l2", 0.0, self.l2


def _penalty(x: Any, l1: float, l2: float) -> Any:
    x = as_operand(x)
    value: Any = 0.0
    if l1 != 0.0:
        value = abs(x).sum() * l1
    if l2 != 0.0:
        value = (x * x).sum() * l2 + value
    return as_result(x, value)
