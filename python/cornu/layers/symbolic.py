"""Layers and models called on symbolic tensors, and the tensors that they stand between."""

from __future__ import annotations

import weakref
from typing import Any

from cornu.keras_tensor import KerasTensor
from cornu.layers.arguments import refuse_unsupported


class Symbolic:
    """The part of a layer and of a model that is about symbolic tensors."""

    # What it was called on first, and the result; None: nothing.
    _called: tuple[KerasTensor, KerasTensor] | None = None
    # The first model that it was built in without having been called; None: none.
    _home: weakref.ref[Any] | None = None

    def _call_symbolic(self: Any, inputs: KerasTensor, training: Any, mask: Any) -> KerasTensor:
        """Record a call on a symbolic tensor, and make the weights if they are not there."""
        refuse_unsupported({"mask": mask})
        # False as well: it is what a model does by itself where it predicts.
        refuse_unsupported({"training": None if training is False else training})
        self.build(inputs.shape)
        output = KerasTensor(self.compute_output_shape(inputs.shape), self.dtype)
        output._layer, output._source = self, inputs
        if self._called is None:
            self._called = (inputs, output)
        return output

    def _note_home(self, model: Any) -> None:
        """Remember the model that has built it, for whoever asks for `input` or `output`."""
        home = None if self._home is None else self._home()
        is_there = home is not None and any(part is self for part in home._parts)
        if self._called is None and not is_there:
            self._home = weakref.ref(model)

    def _tensors_at_home(self) -> tuple[KerasTensor, KerasTensor] | None:
        model = None if self._home is None else self._home()
        return None if model is None else model._tensors_around(self)

    def _tensors_around_it(self: Any, what: str) -> tuple[KerasTensor, KerasTensor]:
        found = self._tensors_at_home() or self._called
        if found is None:
            raise AttributeError(
                f"{self!r} was never called on a symbolic tensor, and stands in no model that is "
                f"built: it has no `{what}` yet."
            )
        return found

    @property
    def input(self) -> KerasTensor:
        """What it is called on, as a symbolic tensor, in the first model that it is part of."""
        return self._tensors_around_it("input")[0]

    @property
    def output(self) -> KerasTensor:
        """What it gives there, likewise: `Model(model.input, layer.output)` gives it for data."""
        return self._tensors_around_it("output")[1]
