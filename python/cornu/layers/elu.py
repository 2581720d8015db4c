"""The exponential linear unit as a layer."""

from __future__ import annotations

from typing import Any

from cornu import _core
from cornu.layers.layer import Layer
from cornu.utils.number import check_finite


class ELU(Layer):
    """A layer that keeps what is positive and lets what is negative level off.

    `elu(x) = x` for `x > 0`, else `alpha * (exp(x) - 1)`.

    Args:
        alpha: The level is `-alpha`.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: `alpha` is no finite number.

    Example:

    >>> import cornu
    >>> cornu.layers.ELU()([[-1.0, 0.0, 3.0]]).round(4)
    array([[-0.6321,  0.    ,  3.    ]], dtype=float32)

    Source: https://keras.io/api/layers/activation_layers/elu/; Clevert et al., 2016.
    """

    _supports_masking = True
    _options = ("alpha",)

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        self.alpha = check_finite("alpha", alpha)
        super().__init__(**kwargs)

    @property
    def _activation_in_core(self) -> Any:
        return ("elu", (self.alpha,))

    def _make_core(self) -> _core.Layer:
        return _core.activation(self.name, self.dtype, self._activation_in_core)
