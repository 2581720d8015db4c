"""A callback made of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.callbacks.callback import Callback
from cornu.utils.errors import nearest_advice

Function = Callable[..., Any] | None


class LambdaCallback(Callback):
    """Call functions as the hooks of a callback.

    Args:
        on_epoch_begin: Called with `(epoch, logs)`.
        on_epoch_end: Likewise.
        on_train_begin: Called with `(logs)`.
        on_train_end: Likewise.
        on_train_batch_begin: Called with `(batch, logs)`.
        on_train_batch_end: Likewise.
        **kwargs: Functions for other hooks, such as `on_test_end`, and further attributes.

    Raises:
        ValueError: a hook is no function, or there is no such hook.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> printer = cornu.callbacks.LambdaCallback(
    ...     on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"])
    ... )
    >>> history = model.fit(
    ...     np.zeros((4, 3)), np.zeros((4, 1)), epochs=2, verbose=0, callbacks=[printer]
    ... )
    0 0.0
    1 0.0

    Source: https://keras.io/api/callbacks/lambda_callback/
    """

    def __init__(
        self,
        on_epoch_begin: Function = None,
        on_epoch_end: Function = None,
        on_train_begin: Function = None,
        on_train_end: Function = None,
        on_train_batch_begin: Function = None,
        on_train_batch_end: Function = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, function in given.items():
            if function is None:
                continue
            if name.startswith("on_") and not hasattr(Callback, name):
                hooks = [hook for hook in dir(Callback) if hook.startswith("on_")]
                raise ValueError(
                    f"`{name}` must be a hook of Callback, or it would never be called."
                    f"{nearest_advice(name, hooks)} Received: {name}={function!r}"
                )
            if name.startswith("on_") and not callable(function):
                raise ValueError(f"`{name}` must be a function. Received: {name}={function!r}")
            # Batch hooks are called with `logs=`, which a function may call otherwise.
            setattr(self, name, _positional(function) if "_batch_" in name else function)


def _positional(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(batch: int, logs: Any = None) -> None:
        function(batch, logs)

    return call
