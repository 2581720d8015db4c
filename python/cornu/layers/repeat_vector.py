"""Rows of features, repeated."""

from __future__ import annotations

from typing import Any

from cornu import _core
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.utils.number import check_integer


class RepeatVector(Layer):
    """A layer that repeats each row of features: (batch, features) becomes (batch, n, features).

    Args:
        n: How many times.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: `n` is no positive integer.

    Example:

    >>> import cornu
    >>> cornu.layers.RepeatVector(2)([[1.0, 2.0]])
    array([[[1., 2.],
            [1., 2.]]], dtype=float32)

    Source: https://keras.io/api/layers/reshaping_layers/repeat_vector/
    """

    _options = ("n",)

    def __init__(self, n: int, **kwargs: Any) -> None:
        self.n = check_integer("n", n)
        super().__init__(**kwargs)

    def _expected_input(self) -> InputSpec:
        return InputSpec(ndim=2)

    def _make_core(self) -> _core.Layer:
        return _core.repeat_vector(self.name, self.dtype, self.n)
