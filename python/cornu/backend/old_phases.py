"""Keras 2's learning phase: whether a model is being trained."""

from __future__ import annotations

from typing import Any

from cornu.ops.documented import documented
from cornu.utils.errors import shown

_helper = documented(
    "backend",
    "What was asked for.",
    x="An array, or a function without arguments that returns one.",
    alt="Likewise, for the other phase.",
    training="Whether it is a training, as `call` is told; None: `learning_phase()`.",
    value="0.",
)


@_helper
def learning_phase() -> Any:
    """Tell the learning phase outside of a call: 0, as for predictions.

    >>> from cornu import backend as K
    >>> K.learning_phase()
    0
    """
    return 0


@_helper
def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """Return the first in a training, the other one else.

    >>> from cornu import backend as K
    >>> K.in_train_phase(1.0, lambda: 2.0, training=True), K.in_train_phase(1.0, lambda: 2.0)
    (1.0, 2.0)
    """
    # Outside of `call` it is 0.
    chosen = x if training else alt
    return chosen() if callable(chosen) else chosen


@_helper
def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """Return the other one in a training, the first else.

    >>> from cornu import backend as K
    >>> K.in_test_phase(1.0, lambda: 2.0, training=True), K.in_test_phase(1.0, lambda: 2.0)
    (2.0, 1.0)
    """
    return in_train_phase(alt, x, training)


@_helper
def set_learning_phase(value: Any) -> Any:
    """Take the phase that there is outside of `fit`, 0, and refuse another.

    >>> from cornu import backend as K
    >>> K.set_learning_phase(0)
    """
    if value not in (0, False):
        raise NotImplementedError(
            "K.set_learning_phase sets what a graph asks for, and there is none: call "
            f"model(x, training=True). Received: value={shown(value)}"
        )
