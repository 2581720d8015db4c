"""A layer's activation, which may be replaced."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from cornu import activations
from cornu.layers.build_lock import build_lock

# What a replacement that fails is taken back to.
_REPLACED = ("activation", "_specification", "_core", "_alone", "_own_rules")


class SettableActivation:
    """The part of a layer whose `activation` may be set, before it is built and later.

    The core's layers don't change: there is another one then, with the same weights, and models
    that have the layer are planned anew.
    """

    _built: bool
    _core: Any
    _alone: Any
    _specification: Any
    _is_own: property
    _forget: Any
    _new_core: Any
    # Whether the core has it within another layer.
    _is_within = False

    @property
    def _models(self) -> WeakSet[Any]:
        """The models that it stands in."""
        found: WeakSet[Any] = self.__dict__.setdefault("_found_models", WeakSet())
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "activation" and "_core" in self.__dict__:
            self._replace_activation(activations.get(value), activations.core_specification(value))
        else:
            super().__setattr__(name, value)

    def _check_replaceable(self, moves: bool) -> None:
        """Raise an AttributeError where the activation can't be replaced.

        Args:
            moves: Whether the core computes the layer with one of the two, Python with the other.
        """
        if not self._is_within and not (self._built and moves):
            return
        what = (
            "is within another one can't be changed"
            if self._is_within
            else "is built can't be changed from or to a function of one's own"
        )
        raise AttributeError(
            f"`activation` of a layer that {what}: make another layer with it. Received: {self!r}"
        )

    def _replace_activation(self, activation: Any, specification: Any) -> None:
        """Compute with another activation from here on.

        Raises:
            AttributeError: the layer is within another one; or it is built, and what computes one
                of the two is the core, and the other one Python.
            RuntimeError: a model that has the layer is being trained.
        """
        with build_lock():
            models = list(self._models)
            for model in models:
                model._refuse_change()
            kept, was_own = {name: self.__dict__[name] for name in _REPLACED}, self._is_own
            try:
                self.__dict__.update(activation=activation, _specification=specification)
                is_own = self._is_own
                self._check_replaceable(is_own != was_own)
                if not self._built:
                    self._forget()
                elif not is_own:
                    core = self._new_core()
                    core.take_weights(self._core)
                    self._core, self._alone = core, None
                for model in models:
                    model._change(model._layers, True)
            except BaseException:
                self.__dict__.update(kept)
                for model in models:
                    model._change(model._layers, True)
                raise
