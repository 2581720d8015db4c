"""Normalization by the root mean square."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cornu import _core, initializers
from cornu.layers.arguments import check_not_negative, check_row_axes
from cornu.layers.layer import Layer
from cornu.variable import Variable


class RMSNormalization(Layer):
    """A layer that normalizes each row by its root mean square.

    `scale * x / sqrt(mean(x^2) + epsilon)`, with the mean along `axis`.

    Args:
        axis: The axis of the features, or several that are taken together.
        epsilon: What is added to the mean square, at least 0.
        **kwargs: What `Layer` takes: `name`, `dtype`, `trainable`, `input_shape`.

    Attributes:
        scale: A `Variable` of the shape that the axes have.

    Raises:
        ValueError: an argument is none of these.

    Example:

    >>> import cornu
    >>> cornu.layers.RMSNormalization(epsilon=0.0)([[3.0, 3.0], [-4.0, 4.0]])
    array([[ 1.,  1.],
           [-1.,  1.]], dtype=float32)

    Source: https://keras.io/api/layers/normalization_layers/rms_normalization/; Zhang and Sennrich,
    2019, https://arxiv.org/abs/1910.07467
    """

    _options = ("axis", "epsilon")

    def __init__(
        self, axis: int | Sequence[int] = -1, epsilon: float = 1e-6, **kwargs: Any
    ) -> None:
        self.axis = axis
        self._axes = check_row_axes("axis", axis)
        self.epsilon = check_not_negative("epsilon", epsilon)
        super().__init__(**kwargs)

    def _make_core(self) -> _core.Layer:
        return _core.row_normalization(
            self.name, self.dtype, "rms", self._axes, self.epsilon, False, True
        )

    def _initializers(self) -> Sequence[tuple[str, Callable[..., Any] | None]]:
        return (("scale", initializers.get("ones")),)

    @property
    def scale(self) -> Variable | None:
        """What normalized numbers are multiplied by; None before the layer is built."""
        return self._weight_named("scale")

    @scale.setter
    def scale(self, value: Any) -> None:
        self._keep_weight("scale", value)
