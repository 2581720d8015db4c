"""What layers written in Python add to the loss while they compute."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from cornu.custom.derivatives import is_traced, value_of
from cornu.utils.errors import shown

_here = threading.local()


@contextmanager
def collecting() -> Iterator[list[Any]]:
    """Within it, what layers add to the loss in this thread comes into the list that it gives."""
    before = getattr(_here, "losses", None)
    found: list[Any] = []
    _here.losses = found
    try:
        yield found
    finally:
        _here.losses = before


def collect(losses: Any) -> bool:
    """Add losses to what is collected in this thread; False: nothing is."""
    found = getattr(_here, "losses", None)
    if found is not None:
        found += losses
    return found is not None


def hand_on(losses: Any) -> list[Any]:
    """Collect the values of losses for whoever called the layer, and return them."""
    values = [value_of(loss) for loss in losses]
    collect(values)
    return values


def total_of(losses: Any) -> Any:
    """Return the sum of losses, which may be watched."""
    return sum(losses[1:], losses[0])


def joined(output: Any, losses: Any) -> Any:
    """Return one array of an output's elements and the sum of losses behind them."""
    from cornu import ops

    flat = ops.reshape(output, (-1,))
    return ops.concatenate([flat, ops.reshape(ops.cast(total_of(losses), flat.dtype), (1,))])


def is_collecting() -> bool:
    """Return whether anything is collected in this thread."""
    return getattr(_here, "losses", None) is not None


class AddedLosses:
    """The part of a layer that is about `add_loss`."""

    _is_own: property
    _is_building: bool
    _built: bool
    _output_losses: Any

    def add_loss(self, loss: Any) -> None:
        """Add to the batch's loss, within `call` of a layer of one's own.

        What is added is part of the loss that `fit` and `evaluate` report, and its derivatives are
        part of the gradient. The values of the last call on an array stand in `losses`.

        Args:
            loss: A number or an array, which is summed; or a list of such. It is to be computed
                from the input or from weights.

        Raises:
            ValueError: it is something else.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> class Sparse(cornu.layers.Layer):
        ...     def call(self, x):
        ...         self.add_loss(0.5 * np.sum(np.abs(x)))
        ...         return x
        >>> layer = Sparse()
        >>> y = layer(np.array([[1.0, -3.0]]))
        >>> [float(loss) for loss in layer.losses]
        [2.0]

        Source: https://keras.io/api/layers/base_layer/
        """
        given = loss if isinstance(loss, list | tuple) else [loss]
        # In `__init__` and `build` there is no batch that it could be added to the loss of.
        is_early = self._is_building or (not self._built and not is_collecting())
        for one in given:
            kind = np.asarray(value_of(one)).dtype.kind
            if kind not in "biuf" or is_early or not self._is_own:
                raise ValueError(
                    "`add_loss()` can only be called from inside `call` of a layer of one's own, "
                    f"with numbers. Received: loss={shown(loss)} (of type {type(one).__name__})"
                )
        sums = [one.sum() if is_traced(one) else np.sum(one) for one in given]
        if not collect(sums):
            # Its `call` was called by itself.
            self._output_losses = [*self._output_losses, *map(value_of, sums)]
