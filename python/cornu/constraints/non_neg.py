"""The constraint to numbers of at least 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.constraints.constraint import CoreConstraint, as_weight


class NonNeg(CoreConstraint):
    """No number below 0: those become 0.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> cornu.constraints.NonNeg()(np.array([1.0, -1.0]))
    array([1., 0.])

    Source: https://keras.io/api/layers/constraints/#nonneg-class
    """

    def __call__(self, w: Any) -> np.ndarray:
        """Return what a weight is to be."""
        return np.maximum(as_weight(w), 0)

    def _core_arguments(self) -> tuple[Any, ...]:
        return ("not_negative",)
