"""The leaky rectifier as a layer."""

from __future__ import annotations

import warnings
from typing import Any

from cornu import _core
from cornu.layers.arguments import check_not_negative
from cornu.layers.layer import Layer
from cornu.utils.user_frame import user_level


class LeakyReLU(Layer):
    """A layer that keeps what is positive and shrinks what is negative.

    `leaky_relu(x) = x` for `x >= 0`, else `negative_slope * x`.

    Args:
        negative_slope: Slope below zero, at least 0.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`; and `alpha`, the name that
            `negative_slope` had before, which warns.

    Raises:
        ValueError: `negative_slope` is negative or no number.

    Example:

    >>> import cornu
    >>> cornu.layers.LeakyReLU(0.5)([[-3.0, -1.0, 0.0, 2.0]])
    array([[-1.5, -0.5,  0. ,  2. ]], dtype=float32)

    Source: https://keras.io/api/layers/activation_layers/leaky_relu/
    """

    _supports_masking = True
    _options = ("negative_slope",)
    _more_keywords = ("alpha",)

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        if "alpha" in kwargs:
            negative_slope = kwargs.pop("alpha")
            warnings.warn(
                "`alpha` of LeakyReLU is now called `negative_slope`: use that.",
                stacklevel=user_level(),
            )
        self.negative_slope = check_not_negative("negative_slope", negative_slope)
        super().__init__(**kwargs)

    @property
    def _activation_in_core(self) -> Any:
        return ("leaky_relu", (self.negative_slope,))

    def _make_core(self) -> _core.Layer:
        return _core.activation(self.name, self.dtype, self._activation_in_core)
