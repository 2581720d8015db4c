"""A penalty for vectors that are not orthogonal."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.regularizers.regularizer import CoreRegularizer, as_operand, as_result, check_factor
from cornu.utils.arrays import is_among
from cornu.utils.errors import shown

# What a vector's length is taken for at least.
_EPSILON = 1e-7


class OrthogonalRegularizer(CoreRegularizer):
    """A penalty for vectors that are not orthogonal.

    It is `factor` times the mean of `|cosine|` over all pairs of a matrix's rows, or columns. Of a
    dense layer's kernel the columns are what the units weigh their input by.

    Args:
        factor: The factor, at least 0.
        mode: `"rows"` or `"columns"`.

    Raises:
        ValueError: an argument is none of these.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> regularizer = cornu.regularizers.OrthogonalRegularizer(factor=0.5)
    >>> float(regularizer(np.array([[2.0, 0.0], [3.0, 4.0]]))), float(regularizer(np.eye(2)))
    (0.3, 0.0)

    Source: https://keras.io/api/layers/regularizers/#orthogonalregularizer-class
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = check_factor("factor", factor)
        if not is_among(mode, ("rows", "columns")):
            raise ValueError(
                "Invalid value for argument `mode`. Expected one of {'rows', 'columns'}. "
                f"Received: mode={shown(mode)}"
            )
        self.mode = mode

    def __call__(self, inputs: Any) -> Any:
        """Return the penalty for a matrix, in its type.

        Raises:
            ValueError: it is no matrix.
        """
        x = as_operand(inputs)
        if len(x.shape) != 2:
            raise ValueError(
                "Inputs to OrthogonalRegularizer must have rank 2. "
                f"Received: inputs.shape={x.shape}"
            )
        rows = x if self.mode == "rows" else x.T
        size = rows.shape[0]
        lengths = (rows * rows).sum(axis=1, keepdims=True) ** 0.5
        units = rows / (lengths + (lengths < _EPSILON) * (_EPSILON - lengths))
        cosines = (units @ units.T) * (1.0 - np.eye(size)).astype(x.dtype)
        pairs = size * (size - 1.0) / 2.0
        # A single vector has no pair; as in Keras, nothing over nothing is no number.
        factor = self.factor * 0.5 / pairs if pairs else float("nan")
        return as_result(x, abs(cosines).sum() * factor)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a regularizer again."""
        return {"factor": self.factor, "mode": self.mode}

    def _core_arguments(self) -> tuple[Any, ...]:
        return f"orthogonal_{self.mode}", self.factor, 0.0
