"""Rows of length 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu import _core
from cornu.layers.arguments import check_row_axes
from cornu.layers.layer import Layer


class UnitNormalization(Layer):
    """A layer that gives each row the length 1: `x / sqrt(sum(x^2))`, along `axis`.

    Args:
        axis: The axis of the features, or several that are taken together.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: `axis` is no such axis.

    Example:

    >>> import cornu
    >>> cornu.layers.UnitNormalization()([[3.0, 4.0], [0.0, 0.0]])
    array([[0.6, 0.8],
           [0. , 0. ]], dtype=float32)

    Source: https://keras.io/api/layers/normalization_layers/unit_normalization/
    """

    _supports_masking = True
    _options = ("axis",)

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any) -> None:
        self.axis = axis
        self._axes = check_row_axes("axis", axis)
        super().__init__(**kwargs)

    def _make_core(self) -> _core.Layer:
        # A length of less than 1e-12 counts as that.
        return _core.row_normalization(
            self.name, self.dtype, "unit", self._axes, 1e-12, False, False
        )
