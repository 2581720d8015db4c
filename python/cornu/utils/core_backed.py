"""Objects whose work the core does."""

from __future__ import annotations

from typing import Any

from cornu.utils.absent_names import absent_attribute
from cornu.utils.overriding import refusal, refuse_overridden


class CoreBacked:
    """The base of layers and models, which the core runs: their weights are its memory.

    A method of a subclass in place of one that the core has would never be called, so it is refused
    when an object is made, and when one is set on an object.
    """

    # What they are, in the plural: `Layers`.
    _plural: str
    # The class in Keras, which tells what it has and cornu has not.
    _keras_class: str
    # The core has its own: one of a subclass would never be called.
    _core_methods: tuple[str, ...] = ()
    # The same, to be looked up in.
    _refused_names: frozenset[str]

    def _refuse_own_methods(self) -> None:
        """Raise a ValueError if one of the methods is the object's own, or its class's."""
        refuse_overridden(self, self._core_methods, self._plural)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._refused_names = frozenset(cls._core_methods)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._refused_names:
            raise ValueError(refusal(self._plural, type(self), name))
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        raise absent_attribute(self, name, self._keras_class)
