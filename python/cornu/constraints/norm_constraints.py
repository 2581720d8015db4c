"""Constraints of the length of what lies along an axis of a weight."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.constraints.constraint import CoreConstraint, as_weight
from cornu.utils.errors import shown
from cornu.utils.number import as_integer, check_finite

# What is added to a norm before something is divided by it.
_EPSILON = 1e-7


class MaxNorm(CoreConstraint):
    """No length above `max_value`: what is longer is shortened to it.

    Args:
        max_value: The greatest length.
        axis: The axis, or a list of axes, along which lengths are taken: of a dense layer's kernel,
            (features, units), 0 for those of each unit's weights.

    Raises:
        ValueError: `max_value` is no finite number, or `axis` no axis.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> cornu.constraints.MaxNorm(1.0)(np.array([[3.0, 0.3], [4.0, 0.4]])).round(3)
    array([[0.6, 0.3],
           [0.8, 0.4]])

    Source: https://keras.io/api/layers/constraints/#maxnorm-class
    """

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        check_finite("max_value", max_value)
        self.max_value = max_value
        self.axis = _check_axis(axis)

    def __call__(self, w: Any) -> np.ndarray:
        """Return what a weight is to be."""
        weight = as_weight(w)
        norms = _norms(weight, self.axis)
        return weight * (np.clip(norms, 0, self.max_value) / (_EPSILON + norms))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a constraint again."""
        return {"max_value": self.max_value, "axis": self.axis}

    def _core_arguments(self) -> tuple[Any, ...] | None:
        return _core_norms("norm_between", self.axis, 0.0, self.max_value, 1.0)


class MinMaxNorm(CoreConstraint):
    """A length from `min_value` to `max_value`, or on the way there.

    Args:
        min_value: The least length.
        max_value: The greatest.
        rate: How much of the way is gone at each step: 1 for all of it.
        axis: The axis, or a list of axes, along which lengths are taken, as in `MaxNorm`.

    Raises:
        ValueError: a number is not finite, or `axis` no axis.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> cornu.constraints.MinMaxNorm(1.0, 2.0, rate=0.5)(np.array([[3.0], [4.0]])).round(3)
    array([[2.1],
           [2.8]])

    Source: https://keras.io/api/layers/constraints/#minmaxnorm-class
    """

    def __init__(
        self,
        min_value: float = 0.0,
        max_value: float = 1.0,
        rate: float = 1.0,
        axis: Any = 0,
    ) -> None:
        for name, value in (("min_value", min_value), ("max_value", max_value), ("rate", rate)):
            check_finite(name, value)
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = _check_axis(axis)

    def __call__(self, w: Any) -> np.ndarray:
        """Return what a weight is to be."""
        weight = as_weight(w)
        norms = _norms(weight, self.axis)
        wanted = np.clip(norms, self.min_value, self.max_value)
        desired = self.rate * wanted + (1 - self.rate) * norms
        return weight * (desired / (_EPSILON + norms))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a constraint again."""
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }

    def _core_arguments(self) -> tuple[Any, ...] | None:
        return _core_norms("norm_between", self.axis, self.min_value, self.max_value, self.rate)


class UnitNorm(CoreConstraint):
    """A length of 1.

    Args:
        axis: The axis, or a list of axes, along which lengths are taken, as in `MaxNorm`.

    Raises:
        ValueError: `axis` is no axis.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> cornu.constraints.UnitNorm()(np.array([[3.0], [4.0]])).round(3)
    array([[0.6],
           [0.8]])

    Source: https://keras.io/api/layers/constraints/#unitnorm-class
    """

    def __init__(self, axis: Any = 0) -> None:
        self.axis = _check_axis(axis)

    def __call__(self, w: Any) -> np.ndarray:
        """Return what a weight is to be."""
        weight = as_weight(w)
        return weight / (_EPSILON + _norms(weight, self.axis))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a constraint again."""
        return {"axis": self.axis}

    def _core_arguments(self) -> tuple[Any, ...] | None:
        return _core_norms("unit_norm", self.axis)


def _check_axis(axis: Any) -> Any:
    """The axis or the list of axes as it was given."""
    given = axis if isinstance(axis, tuple | list) else [axis]
    if axis is not None and (not given or None in map(as_integer, given)):
        raise ValueError(
            f"`axis` must be an integer or a list of integers. Received: axis={shown(axis)}"
        )
    return axis


def _norms(w: np.ndarray, axis: Any) -> np.ndarray:
    axes = tuple(axis) if isinstance(axis, list) else axis
    return np.sqrt(np.sum(np.square(w), axis=axes, keepdims=True))


def _core_norms(
    kind: str, axis: Any, least: float = 0.0, most: float = 0.0, rate: float = 0.0
) -> tuple[Any, ...] | None:
    """The core takes axes side by side, counted from one end."""
    if axis is None:
        return None
    axes = sorted(int(one) for one in (axis if isinstance(axis, tuple | list) else [axis]))
    first = axes[0]
    if axes != list(range(first, first + len(axes))) or first < 0 <= axes[-1]:
        return None
    return kind, first, len(axes), float(least), float(most), float(rate)
