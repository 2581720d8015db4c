"""Evaluation with the averages of the weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.callbacks.callback import Callback


class SwapEMAWeights(Callback):
    """Puts the averages that an optimizer with `use_ema=True` keeps in the place of the weights
    for validation, `evaluate` and `predict`, and the weights back afterwards.

    Args:
        swap_on_epoch: Whether the averages stand there between two epochs too, so that what is
            saved there is them.

    Raises:
        ValueError: in training, evaluation or prediction: the optimizer has no averages.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
    >>> model.compile(cornu.optimizers.SGD(0.1, use_ema=True), "mse")
    >>> swap = cornu.callbacks.SwapEMAWeights()
    >>> x, y = np.ones((4, 2)), np.ones((4, 1))
    >>> history = model.fit(x, y, validation_data=(x, y), callbacks=[swap], verbose=0)

    Source: https://keras.io/api/callbacks/swap_ema_weights/
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._averages_are_in = False

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Put the weights back."""
        if self.swap_on_epoch and self._averages_are_in:
            self._swap()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Put the averages in, with `swap_on_epoch`."""
        if self.swap_on_epoch and not self._averages_are_in:
            self._swap()
            # The end of the training sets the weights to the averages.
            if epoch == self.params["epochs"] - 1:
                for weight, average in self._pairs():
                    average.assign(np.array(weight))

    def on_test_begin(self, logs: Any = None) -> None:
        """Put the averages in."""
        if not self._averages_are_in:
            self._swap()

    def on_test_end(self, logs: Any = None) -> None:
        """Put the weights back."""
        if self._averages_are_in:
            self._swap()

    def on_predict_begin(self, logs: Any = None) -> None:
        """Put the averages in."""
        if not self._averages_are_in:
            self._swap()

    def on_predict_end(self, logs: Any = None) -> None:
        """Put the weights back."""
        if self._averages_are_in:
            self._swap()

    def _pairs(self) -> list[tuple[Any, Any]]:
        optimizer = self.model.optimizer
        averaging = [
            one for one in getattr(optimizer, "optimizers", (optimizer,)) if _has_averages(one)
        ]
        if not averaging:
            raise ValueError(
                "`SwapEMAWeights` needs an optimizer that was made with `use_ema=True` and has "
                f"taken a step. Received: optimizer={optimizer}"
            )
        return [
            pair
            for one in averaging
            for pair in zip(
                one._trainable_variables, one._model_variables_moving_average, strict=True
            )
        ]

    def _swap(self) -> None:
        for weight, average in self._pairs():
            before = np.array(weight)
            weight.assign(average.value)
            average.assign(before)
        self._averages_are_in = not self._averages_are_in


def _has_averages(optimizer: Any) -> bool:
    return getattr(optimizer, "use_ema", False) and optimizer.built
