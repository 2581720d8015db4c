"""Models as bytes: copies, and pickles."""

from __future__ import annotations

import os
import tempfile
from typing import Any


class Pickled:
    """A model that is copied and pickled as the file that `save` writes.

    Example:

    >>> import pickle
    >>> import numpy as np
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
    >>> other = pickle.loads(pickle.dumps(model))
    >>> np.array_equal(other.get_weights()[0], model.get_weights()[0])
    True
    """

    def __reduce__(self) -> tuple[Any, ...]:
        from cornu.saving.model_file import archived

        return _unpickled, (bytes(archived(self)),)


def _unpickled(contents: bytes) -> Any:
    from cornu.saving.model_file import load_model

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        with open(path, "wb") as file:
            file.write(contents)
        # A pickle could do anything itself: a lambda in the model adds nothing to that.
        return load_model(path, safe_mode=False)
