"""Models as bytes: copies, and pickles."""

from __future__ import annotations

from typing import Any


class Pickled:
    """A model that is copied and pickled with the state of its optimizer.

    Another thread may train it meanwhile: all is of one moment. Weights and that state are arrays,
    which pickle's protocol 5 passes out of band (`buffer_callback=`), and which `joblib.load` maps
    to memory. What is loaded goes on training to the same bits.

    Example:

    >>> import pickle
    >>> import numpy as np
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
    >>> other = pickle.loads(pickle.dumps(model))
    >>> np.array_equal(other.get_weights()[0], model.get_weights()[0])
    True
    >>> buffers = []
    >>> data = pickle.dumps(model, protocol=5, buffer_callback=buffers.append)
    >>> [buffer.raw().nbytes for buffer in buffers]
    [24, 8]
    >>> other = pickle.loads(data, buffers=buffers)
    """

    def __reduce__(self) -> tuple[Any, ...]:
        from cornu.saving.pickled_state import reduce_model

        return reduce_model(self)

    def __setstate__(self, state: Any) -> None:
        from cornu.saving.pickled_state import set_model_state

        set_model_state(self, state)
