"""Dropout."""

from __future__ import annotations

import math
from typing import Any

from cornu import _core
from cornu.layers.layer import Layer
from cornu.random import make_default_seed
from cornu.utils.errors import shown
from cornu.utils.number import as_float, as_integer, check_integer

_SEED_MASK = (1 << 64) - 1


class Dropout(Layer):
    """A layer that sets elements to zero at random while training: `x * mask / (1 - rate)`.

    The mask has a 0 with probability `rate`, else a 1, and is drawn anew for each batch. Outside
    training, and in `predict`, the layer does nothing.

    Args:
        rate: The share of elements that are dropped, from 0 to 1.
        noise_shape: The shape of the mask, the batch first: 1 for one mask along an axis, None for
            the input's own size; None: the input's shape.
        seed: An integer, for the same masks on every run; None: one that `set_random_seed` settles.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: an argument is out of range.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> dropped = cornu.layers.Dropout(0.5, seed=1)(np.ones((100, 10)), training=True)
    >>> sorted(set(dropped.ravel().tolist()))
    [0.0, 2.0]

    Source: https://keras.io/api/layers/regularization_layers/dropout/; Srivastava et al., 2014.
    """

    _options = ("rate", "noise_shape", "seed")

    def __init__(
        self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        self.rate = _check_rate(rate)
        self.noise_shape = None if noise_shape is None else _check_noise_shape(noise_shape)
        self.seed = seed
        self._seed = make_default_seed() if seed is None else _check_seed(seed)
        super().__init__(**kwargs)

    def _make_core(self) -> _core.Layer:
        return _core.dropout(self.name, self.dtype, self.rate, self.noise_shape, self._seed)


def _check_rate(rate: Any) -> float:
    number = math.nan if isinstance(rate, bool | str) else as_float(rate)
    if not 0.0 <= number <= 1.0:
        raise ValueError(f"`rate` must be a number from 0 to 1. Received: rate={shown(rate)}")
    return number


def _check_noise_shape(shape: Any) -> tuple[int | None, ...]:
    if not isinstance(shape, tuple | list) or not shape:
        raise ValueError(
            "`noise_shape` must be a tuple of sizes and None, the batch first, such as (None, 1). "
            f"Received: noise_shape={shown(shape)}"
        )
    sizes = tuple(
        None if size is None else check_integer(f"noise_shape[{axis}]", size)
        for axis, size in enumerate(shape)
    )
    if sizes[0] not in (None, 1):
        raise ValueError(
            "`noise_shape` must begin with None or 1: a batch may have any number of rows. "
            f"Received: noise_shape={shown(shape)}"
        )
    return sizes


def _check_seed(seed: Any) -> int:
    number = as_integer(seed)
    if number is None:
        raise ValueError(f"`seed` must be an integer or None. Received: seed={shown(seed)}")
    return number & _SEED_MASK
