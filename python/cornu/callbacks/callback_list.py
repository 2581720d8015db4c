"""Several callbacks as one, and which hooks they override."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from cornu.callbacks.callback import Callback, Logs
from cornu.callbacks.history import History
from cornu.callbacks.progbar_logger import ProgbarLogger
from cornu.callbacks.result_dict import ResultDict
from cornu.callbacks.terminate_on_nan import TerminateOnNaN

# The hooks that reach their older names, unless they are overridden themselves.
_OLD_NAMES = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}

Hook = Callable[..., None]


class CallbackList:
    """Callbacks that are called one after the other, each at the hooks it overrides.

    Args:
        callbacks: A callback, or a list of them, which may hold lists; or None. An object of
            another class is one if it has `set_model` and `set_params`.
        add_history: Whether to add a `History` if there is none.
        add_progbar: Whether to add a `ProgbarLogger` if there is none, and to tell it how far it is
            between hooks.
        model: The model; None: `attach` or `set_model` says it.
        **params: The callbacks' `params`: `verbose`, `epochs`, `steps`.

    Raises:
        TypeError: something in the list is no callback.

    Example:

    >>> import cornu
    >>> class Printer(cornu.callbacks.Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(epoch, logs)
    >>> callbacks = cornu.callbacks.CallbackList([Printer()])
    >>> callbacks.on_epoch_end(3, {"loss": 0.5})
    3 {'loss': 0.5}

    Source: https://keras.io/api/callbacks/base_callback/
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        self.callbacks: list[Callback] = [] if callbacks is None else list(_flatten(callbacks))
        self.history: History | None = None
        self.display: Any = None
        self._find_own(add_history, add_progbar)
        self.params: Logs = params
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)

    def _find_own(self, add_history: bool, add_progbar: bool) -> None:
        histories = [callback for callback in self.callbacks if isinstance(callback, History)]
        if histories:
            self.history = histories[-1]
        elif add_history:
            self.history = History()
            self.callbacks.append(self.history)
        if add_progbar:
            loggers = [found for found in self.callbacks if isinstance(found, ProgbarLogger)]
            self.display = loggers[-1] if loggers else ProgbarLogger()
            if not loggers:
                self.callbacks.append(self.display)

    def append(self, callback: Callback) -> None:
        """Add a callback.

        Example:

        >>> import cornu
        >>> callbacks = cornu.callbacks.CallbackList()
        >>> callbacks.append(cornu.callbacks.History())
        >>> len(callbacks.callbacks)
        1

        Source: https://keras.io/api/callbacks/base_callback/
        """
        self.callbacks.extend(_flatten(callback))

    def attach(self, model: Any, verbose: Any, epochs: int, steps: int | None) -> None:
        """Tell all callbacks the model and the parameters of the call that begins.

        Args:
            model: The model.
            verbose: As it was given.
            epochs: The epoch to end before.
            steps: Batches in an epoch; None: not known.
        """
        self.set_model(model)
        self.set_params({"verbose": verbose, "epochs": epochs, "steps": steps})

    def set_params(self, params: Logs) -> None:
        """Tell all callbacks the parameters of the call."""
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Tell all callbacks the model, and the model its history."""
        if self.history is not None:
            model.history = self.history
        for callback in self.callbacks:
            callback.set_model(model)

    def hooks(self, name: str) -> list[Hook]:
        """Return what to call for a hook, in the order of the callbacks; nothing: none has it.

        Args:
            name: Such as `"on_epoch_end"`.
        """
        found = self._overridden(name)
        # An epoch's logs come back at `on_train_end`, and as Keras has it without what hooks have
        # added to them: those of this list work on a copy.
        return [self.on_epoch_end] if found and name == "on_epoch_end" else found

    def _hooks_among(self, names: Iterable[str]) -> dict[str, list[Hook]]:
        """Return what to call for those of some hooks that anyone has, as `hooks` has it for one.

        Args:
            names: The hooks.
        """
        found: dict[str, list[Hook]] = {}
        for callback in self.callbacks:
            for name in _own_among(callback, names):
                found.setdefault(name, []).append(getattr(callback, name))
        if "on_epoch_end" in found:
            found["on_epoch_end"] = [self.on_epoch_end]
        return found

    def _overridden(self, name: str) -> list[Hook]:
        return [getattr(callback, name) for callback in self.callbacks if overrides(callback, name)]

    @property
    def ends_on_nan(self) -> bool:
        """Whether one of them says what is to happen where the loss is not finite."""
        return any(isinstance(callback, TerminateOnNaN) for callback in self.callbacks)

    def close(self) -> None:
        """Leave the display as it is, when an exception ended the call."""
        if self.display is not None:
            self.display.close()

    def _call(self, hook: str, *arguments: Any) -> None:
        for method in self._overridden(hook):
            method(*arguments)

    def _call_batch(self, hook: str, batch: int, logs: Logs | None) -> None:
        logs = _sorted(logs)
        for method in self._overridden(hook):
            method(batch, logs=logs)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_train_begin`."""
        self._call("on_train_begin", _sorted(logs))

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_train_end`."""
        self._call("on_train_end", _sorted(logs))

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_epoch_begin`."""
        self._call("on_epoch_begin", epoch, _sorted(logs))

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_epoch_end`."""
        self._call("on_epoch_end", epoch, _sorted(logs))

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_train_batch_begin`."""
        self._call_batch("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_train_batch_end`."""
        self._call_batch("on_train_batch_end", batch, logs)

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_batch_begin`."""
        self._call_batch("on_batch_begin", batch, logs)

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_batch_end`."""
        self._call_batch("on_batch_end", batch, logs)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_test_begin`."""
        self._call("on_test_begin", _sorted(logs))

    def on_test_end(self, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_test_end`."""
        self._call("on_test_end", _sorted(logs))

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_test_batch_begin`."""
        self._call_batch("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_test_batch_end`."""
        self._call_batch("on_test_batch_end", batch, logs)

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_predict_begin`."""
        self._call("on_predict_begin", _sorted(logs))

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_predict_end`."""
        self._call("on_predict_end", _sorted(logs))

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_predict_batch_begin`."""
        self._call_batch("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Call the callbacks' `on_predict_batch_end`."""
        self._call_batch("on_predict_batch_end", batch, logs)


def overrides(callback: Callback, name: str) -> bool:
    """Return whether a callback has a hook of its own, as a method or set on the object.

    Args:
        callback: A callback.
        name: The hook's name.
    """
    kind = type(callback)
    known = _KNOWN.get(kind)
    if known is None:
        if not isinstance(callback, Callback):
            return hasattr(callback, name)
        if kind.__module__.startswith("cornu."):
            _KNOWN[kind] = frozenset(hook for hook in _HOOKS if _has(kind, hook))
        if _has(kind, name):
            return True
    elif name in known:
        return True
    here = callback.__dict__
    return name in here or _OLD_NAMES.get(name) in here


def _own_among(callback: Callback, names: Iterable[str]) -> Iterable[str]:
    """Those of some hooks that a callback has of its own."""
    known = _KNOWN.get(type(callback))
    if known is not None and _HOOKS.isdisjoint(callback.__dict__):
        return known.intersection(names)
    return [name for name in names if overrides(callback, name)]


_HOOKS = frozenset(name for name in vars(Callback) if name.startswith("on_"))
# The hooks of cornu's own classes, which stay as they are: to look for them each time would be much
# of what a small `fit` takes.
_KNOWN: dict[type, frozenset[str]] = {}


def _has(kind: type, name: str) -> bool:
    """Whether a class has a hook of its own, under this name or the older one."""
    names = (name, _OLD_NAMES.get(name, name))
    return any(getattr(kind, one) is not Callback.__dict__[one] for one in names)


def _flatten(callbacks: Any) -> Iterable[Callback]:
    if isinstance(callbacks, CallbackList):
        yield from callbacks.callbacks
    elif isinstance(callbacks, list | tuple):
        for callback in callbacks:
            yield from _flatten(callback)
    elif isinstance(callbacks, Callback) or _is_alike(callbacks):
        yield callbacks
    else:
        raise TypeError(
            "`callbacks` must be cornu.callbacks.Callback objects, or objects with `set_model`, "
            "`set_params` and hooks. "
            f"Received: {callbacks!r} (of type {type(callbacks).__name__})"
        )


def _is_alike(thing: Any) -> bool:
    return not isinstance(thing, type) and all(
        callable(getattr(thing, name, None)) for name in ("set_model", "set_params")
    )


def _sorted(logs: Logs | None) -> Logs:
    return ResultDict(sorted(logs.items())) if logs else ResultDict()
