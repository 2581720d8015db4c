"""The learning rates of a model's optimizer, or of each of several."""

from __future__ import annotations

from typing import Any, NamedTuple


class Rated(NamedTuple):
    """An optimizer that has a learning rate, and what is said of it.

    Attributes:
        key: What the rate is called among an epoch's results.
        prefix: What stands before "learning rate" in a message.
        optimizer: The optimizer.
    """

    key: str
    prefix: str
    optimizer: Any

    @property
    def rate(self) -> float:
        """The learning rate."""
        return float(self.optimizer.learning_rate)


def rated_optimizers(optimizer: Any) -> list[Rated]:
    """Return what has a learning rate: the optimizer, or each that a `MultiOptimizer` has.

    Example:

    >>> import cornu
    >>> from cornu.callbacks.learning_rates import rated_optimizers
    >>> rated_optimizers(cornu.optimizers.SGD(0.5))[0].rate
    0.5
    """
    if not optimizer._is_divided:
        return [Rated("learning_rate", "", optimizer)]
    return [Rated(f"learning_rate_{one.name}", f"{one.name} ", one) for one in optimizer.optimizers]
