"""Normal numbers added in training."""

from __future__ import annotations

from typing import Any

from cornu import _core
from cornu.layers.layer import Layer
from cornu.layers.random_arguments import check_share, seed_of
from cornu.utils.old_keywords import takes_old_keywords


class GaussianNoise(Layer):
    """A layer that adds normal numbers of mean 0 while training: `x + noise`.

    They are drawn anew for each batch. Outside training, and in `predict`, the layer does nothing.

    Args:
        stddev: Their standard deviation, from 0 to 1.
        seed: An integer, for the same numbers on every run; None: one that `set_random_seed`
            settles.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: an argument is out of range.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> layer = cornu.layers.GaussianNoise(0.5, seed=1)
    >>> noise = layer(np.zeros((100, 100)), training=True)
    >>> bool(abs(noise.std() - 0.5) < 0.02), layer(np.zeros((1, 2)))
    (True, array([[0., 0.]], dtype=float32))

    Source: https://keras.io/api/layers/regularization_layers/gaussian_noise/
    """

    _supports_masking = True
    _options = ("stddev", "seed")

    @takes_old_keywords
    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        self.stddev = check_share("stddev", stddev)
        self.seed = seed
        self._seed = seed_of(seed)
        super().__init__(**kwargs)

    def _make_core(self) -> _core.Layer:
        return _core.gaussian_noise(self.name, self.dtype, self.stddev, False, self._seed)
