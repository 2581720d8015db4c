"""Inputs of another scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import _core
from cornu.config import image_data_format
from cornu.layers.layer import Layer
from cornu.utils.errors import shown


class Rescaling(Layer):
    """A layer that multiplies its input and adds to it: `x * scale + offset`.

    Args:
        scale: A number, or one for each element of the last axis; of the third last, the channels
            of images, where `config.image_data_format()` says so when the layer is made.
        offset: Likewise.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: one of them is no such numbers, or they are of different lengths.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> pixels = np.array([[0, 51, 255]], "uint8")
    >>> cornu.layers.Rescaling(1 / 255)(pixels).round(4)
    array([[0. , 0.2, 1. ]], dtype=float32)
    >>> cornu.layers.Rescaling(1 / 127.5, offset=-1)(pixels).round(4)
    array([[-1. , -0.6,  1. ]], dtype=float32)

    Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/
    """

    _supports_masking = True
    _options = ("scale", "offset")

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        self.scale = scale
        self.offset = offset
        numbers = [_as_numbers("scale", scale), _as_numbers("offset", offset)]
        sizes = {len(each) for each in numbers} - {1}
        if len(sizes) > 1:
            raise ValueError(
                "`scale` and `offset` must be numbers, or of one length. "
                f"Received: scale={shown(scale)}, offset={shown(offset)}"
            )
        self._scales, self._offsets = np.broadcast_arrays(*numbers)
        self._channels_first = image_data_format() == "channels_first"
        super().__init__(**kwargs)

    def _make_core(self) -> _core.Layer:
        limit = np.finfo(self.dtype).max
        for name, numbers in (("scale", self._scales), ("offset", self._offsets)):
            if not (np.abs(numbers) <= limit).all():
                raise ValueError(
                    f"`{name}` must be of numbers that are finite in {self.dtype}. "
                    f"Received: {name}={shown(getattr(self, name))}"
                )
        return _core.rescaling(
            self.name,
            self.dtype,
            self._scales.tolist(),
            self._offsets.tolist(),
            self._channels_first,
        )


def _as_numbers(name: str, value: Any) -> np.ndarray:
    try:
        numbers = np.asarray(value)
    except ValueError:  # ragged lists
        numbers = np.empty(0, object)
    if numbers.dtype.kind not in "biuf" or numbers.ndim > 1 or numbers.size == 0:
        raise ValueError(
            f"`{name}` must be a number, or a list of one for each element of the last axis. "
            f"Received: {name}={shown(value)}"
        )
    return numbers.astype("float64").reshape(-1)
