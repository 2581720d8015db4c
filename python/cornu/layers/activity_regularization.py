"""A layer that does nothing but have a penalty for its input."""

from __future__ import annotations

from typing import Any

from cornu import _core
from cornu.layers.layer import Layer


class ActivityRegularization(Layer):
    """A layer that gives out its input, and adds to the loss a penalty for its sizes and squares.

    The penalty is `(l1 * sum(|x|) + l2 * sum(x^2)) / rows`, with the rows of the batch.

    Args:
        l1: The factor of the sizes, at least 0.
        l2: That of the squares.
        **kwargs: What `Layer` takes: `name`, `dtype`, `trainable`, `input_shape`.

    Raises:
        ValueError: a factor is no finite number of at least 0.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> layer = cornu.layers.ActivityRegularization(l2=0.5)
    >>> layer(np.array([[2.0, 4.0], [0.0, 0.0]]))
    array([[2., 4.],
           [0., 0.]], dtype=float32)
    >>> [float(loss) for loss in layer.losses]
    [5.0]

    Source: https://keras.io/api/layers/regularization_layers/activity_regularization/
    """

    _supports_masking = True
    _options = ("l1", "l2")

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        from cornu.regularizers import L1L2

        regularizer = L1L2(l1=l1, l2=l2)
        self.l1 = l1
        self.l2 = l2
        super().__init__(activity_regularizer=regularizer, **kwargs)

    def _make_core(self) -> _core.Layer:
        return _core.activation(self.name, self.dtype, ("linear", ()))

    def get_config(self) -> dict[str, Any]:
        """Return plain values that `from_config` makes a layer like this one of."""
        config = super().get_config()
        del config["activity_regularizer"]
        return config
