"""Dropout."""

from __future__ import annotations

from typing import Any

from cornu import _core
from cornu.layers.layer import Layer
from cornu.layers.random_arguments import check_noise_shape, check_share, seed_of
from cornu.utils.old_keywords import takes_old_keywords


class Dropout(Layer):
    """A layer that sets elements to zero at random while training: `x * mask / (1 - rate)`.

    The mask has a 0 with probability `rate`, else a 1, and is drawn anew for each batch. Outside
    training, and in `predict`, the layer does nothing.

    Args:
        rate: The share of elements that are dropped, from 0 to 1.
        noise_shape: The shape of the mask, the batch first: 1 for one mask along an axis, None for
            the input's own size; None: the input's shape. With the batch's size in it, all batches
            of a training must be of that size.
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

    _supports_masking = True
    _options = ("rate", "noise_shape", "seed")

    @takes_old_keywords
    def __init__(
        self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        self.rate = check_share("rate", rate)
        self.noise_shape = None if noise_shape is None else check_noise_shape(noise_shape)
        self.seed = seed
        self._seed = seed_of(seed)
        super().__init__(**kwargs)

    def _make_core(self) -> _core.Layer:
        return _core.dropout(self.name, self.dtype, self.rate, self.noise_shape, self._seed)
