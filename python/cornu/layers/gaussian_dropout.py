"""Multiplication by normal numbers in training."""

from __future__ import annotations

import math
from typing import Any

from cornu import _core
from cornu.layers.layer import Layer
from cornu.layers.random_arguments import check_share_below_1, seed_of
from cornu.utils.old_keywords import takes_old_keywords


class GaussianDropout(Layer):
    """A layer that multiplies by normal numbers of mean 1 while training: `x * noise`.

    Their standard deviation is `sqrt(rate / (1 - rate))`, which is that of dropout's mask, and they
    are drawn anew for each batch. Outside training, and in `predict`, the layer does nothing.

    Args:
        rate: What the rate of a dropout of that deviation would be, at least 0 and less than 1.
        seed: An integer, for the same numbers on every run; None: one that `set_random_seed`
            settles.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: an argument is out of range.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> layer = cornu.layers.GaussianDropout(0.5, seed=1)
    >>> noise = layer(np.ones((100, 100)), training=True)
    >>> bool(abs(noise.mean() - 1) < 0.05), bool(abs(noise.std() - 1) < 0.05)
    (True, True)

    Source: https://keras.io/api/layers/regularization_layers/gaussian_dropout/; Srivastava et al.,
    2014.
    """

    _supports_masking = True
    _options = ("rate", "seed")

    @takes_old_keywords
    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        self.rate = check_share_below_1("rate", rate)
        self.seed = seed
        self._seed = seed_of(seed)
        super().__init__(**kwargs)

    def _make_core(self) -> _core.Layer:
        deviation = math.sqrt(self.rate / (1.0 - self.rate))
        return _core.gaussian_noise(self.name, self.dtype, deviation, True, self._seed)
