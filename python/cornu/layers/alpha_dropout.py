"""Dropout for networks of SELU."""

from __future__ import annotations

from typing import Any

from cornu import _core
from cornu.layers.layer import Layer
from cornu.layers.random_arguments import check_noise_shape, check_share_below_1, seed_of
from cornu.utils.old_keywords import takes_old_keywords


class AlphaDropout(Layer):
    """A layer that sets elements to SELU's lowest value at random while training.

    It then scales and shifts all, `a * x + b`, so that numbers of mean 0 and deviation 1 keep both.
    Outside training, and in `predict`, the layer does nothing.

    Args:
        rate: The share of elements that are dropped, at least 0 and less than 1.
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
    >>> dropped = cornu.layers.AlphaDropout(0.5, seed=1)(np.zeros((100, 10)), training=True)
    >>> sorted({round(number, 4) for number in dropped.ravel().tolist()})
    [-0.7792, 0.7792]

    Source: https://keras.io/api/layers/regularization_layers/alpha_dropout/; Klambauer et al.,
    2017, https://arxiv.org/abs/1706.02515
    """

    _supports_masking = True
    _options = ("rate", "noise_shape", "seed")

    @takes_old_keywords
    def __init__(
        self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        self.rate = check_share_below_1("rate", rate)
        self.noise_shape = None if noise_shape is None else check_noise_shape(noise_shape)
        self.seed = seed
        self._seed = seed_of(seed)
        super().__init__(**kwargs)

    def _make_core(self) -> _core.Layer:
        return _core.alpha_dropout(self.name, self.dtype, self.rate, self.noise_shape, self._seed)
