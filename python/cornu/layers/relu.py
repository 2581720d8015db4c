"""The rectifier as a layer."""

from __future__ import annotations

from typing import Any

from cornu import _core
from cornu.layers.arguments import check_not_negative
from cornu.layers.layer import Layer


class ReLU(Layer):
    """A layer that keeps what is above a threshold and flattens what is below.

    `relu(x) = min(x, max_value)` for `x > threshold`, else `negative_slope * (x - threshold)`.

    Args:
        max_value: The largest value, at least 0; None: there is none.
        negative_slope: Slope below the threshold, at least 0.
        threshold: Where the line starts, at least 0.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: an argument is negative or no number.

    Example:

    >>> import cornu
    >>> cornu.layers.ReLU(max_value=2, negative_slope=0.5)([[-2.0, 0.0, 1.0, 5.0]])
    array([[-1.,  0.,  1.,  2.]], dtype=float32)

    Source: https://keras.io/api/layers/activation_layers/relu/
    """

    _supports_masking = True
    _options = ("max_value", "negative_slope", "threshold")

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ) -> None:
        self.max_value = None if max_value is None else _checked("max_value", max_value)
        self.negative_slope = _checked("negative_slope", negative_slope)
        self.threshold = _checked("threshold", threshold)
        super().__init__(**kwargs)

    @property
    def _activation_in_core(self) -> Any:
        largest = float("inf") if self.max_value is None else self.max_value
        return "relu", (self.negative_slope, largest, self.threshold)

    def _make_core(self) -> _core.Layer:
        return _core.activation(self.name, self.dtype, self._activation_in_core)


def _checked(name: str, value: Any) -> float:
    refused = "a negative value" if name == "max_value" else "None or a negative value"
    return check_not_negative(name, value, f"{name} of a ReLU layer cannot be {refused}: it")
