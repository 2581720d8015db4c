"""From an array through a chain of the core's layers to an array."""

from __future__ import annotations

import numpy as np

from cornu import _core

# Rows computed at a time where nobody said how many: results do not depend on it, and a matrix
# of so many rows is large enough to be multiplied at full speed.
_BATCH_ROWS = 256


def forward(
    model: _core.Model,
    x: np.ndarray,
    training: bool = False,
    batch_size: int | None = None,
    out: np.ndarray | None = None,
    mask: np.ndarray | None = None,
) -> np.ndarray:
    """Return a chain's output for all rows.

    Args:
        model: The core's chain.
        x: Rows of the shape that it takes, of any real dtype and layout.
        training: Whether dropout is active; then all rows are one batch, as in Keras.
        batch_size: Rows at a time; None: as many as suit.
        out: An array for the result; None: a new one.
        mask: Which places of `x` count, bools in one piece; None: all.

    Returns:
        `out`.

    Raises:
        ValueError: `x` has another shape.
    """
    if batch_size is None:
        batch_size = max(1, len(x)) if training else _BATCH_ROWS
    if out is None:
        out = np.empty((len(x), *model.shape(-1)), model.dtype)
    run = _core.Run(
        model, _core.PREDICT, x, output=out, batch_size=batch_size, training=training, mask=mask
    )
    try:
        # PREDICT with nobody listening has one event.
        run.advance()
    finally:
        run.close()
    return out
