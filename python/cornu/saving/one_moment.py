"""Reading and changing of a model what belongs together, while other threads may train it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")


def at_one_moment(model: Any, read: Callable[[], Result]) -> Result:
    """Return what `read()` returns, called between two steps of whoever trains the model.

    Meanwhile a training waits, and predictions go on: so weights, the optimizer's state and what
    layers draw by are of one step. `read` must change nothing of them.

    Args:
        model: The model; there is nothing to wait for where it is not built.
        read: Reads of it what is wanted.

    Example:

    >>> import cornu
    >>> from cornu.saving.one_moment import at_one_moment
    >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
    >>> model.compile("adam", "mse")
    >>> weights, state = at_one_moment(
    ...     model, lambda: (model.get_weights(), model.optimizer.get_weights())
    ... )
    >>> len(weights), int(state[0])
    (2, 0)
    """
    return model._core.hold(read, False) if model.built else read()


def change_at_one_moment(model: Any, change: Callable[[], None]) -> None:
    """Call `change()` between two steps of whoever trains the model.

    Meanwhile trainings and predictions of other threads wait: so no step is taken from weights of
    one moment with the optimizer's state of another.

    Args:
        model: The model; one that isn't built is trained by nobody.
        change: Writes weights, and what the optimizer keeps.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> from cornu.saving.one_moment import change_at_one_moment
    >>> model = cornu.Sequential([cornu.Input((1,)), cornu.layers.Dense(1)])
    >>> change_at_one_moment(model, lambda: model.set_weights([np.ones((1, 1)), np.ones(1)]))
    >>> model([[2]])
    array([[3.]], dtype=float32)
    """
    if model.built:
        model._core.hold(change, True)
    else:
        change()
