"""Ending a training whose loss is no number any more."""

from __future__ import annotations

import math

from cornu.callbacks.callback import Callback, Logs
from cornu.utils.flag import check_flag
from cornu.utils.messages import tell


class TerminateOnNaN(Callback):
    """Stop training after a batch when the loss is NaN or infinite.

    With it among the callbacks of `fit`, `x`, `y` and `sample_weight` may hold NaN and infinity,
    which `fit` refuses otherwise: they come to the loss. The step whose loss is not finite counts
    in the results and moves no weight, so that the model is left as the steps before made it.

    Args:
        raise_error: Whether to raise a RuntimeError, after which no callback's `on_train_end` is
            called; else training ends as if it were done.

    Raises:
        RuntimeError: in `fit`, with `raise_error`: the loss is NaN or infinite.

    Example:

    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
    >>> callback = cornu.callbacks.TerminateOnNaN()
    >>> callback.set_model(model)
    >>> callback.on_train_batch_end(7, {"loss": float("nan")})
    Batch 7: Invalid loss, terminating training
    >>> model.stop_training
    True

    Source: https://keras.io/api/callbacks/terminate_on_nan/
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = check_flag("raise_error", raise_error)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(
                f"NaN or Inf loss encountered at batch {batch}. Loss value: {loss}. Terminating "
                "training immediately."
            )
        tell(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
