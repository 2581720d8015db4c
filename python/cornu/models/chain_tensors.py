"""The symbolic tensors of a model: its input, and what each of its layers gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.keras_tensor import KerasTensor
from cornu.layers.symbolic import Symbolic


class ChainTensors(Symbolic):
    """The part of a chain of layers that is about symbolic tensors; `Chain` says what it is."""

    _name: str
    _built: bool
    _layers: list[Any]
    _parts: Sequence[Any]
    dtype: Any
    # The input and what each part gives; None: nobody has asked.
    _tensors: list[KerasTensor] | None = None

    @property
    def inputs(self) -> list[KerasTensor]:
        """A list of the input, as a symbolic tensor."""
        return [self._all_tensors("inputs")[0]]

    @property
    def outputs(self) -> list[KerasTensor]:
        """A list of the output, likewise."""
        return [self._all_tensors("outputs")[-1]]

    def _tensors_around_it(self, what: str) -> tuple[KerasTensor, KerasTensor]:
        around = self._tensors_at_home() or self._called
        tensors = self._all_tensors(what)
        return around or (tensors[0], tensors[-1])

    def _all_tensors(self, what: str) -> list[KerasTensor]:
        if not self._built:
            raise AttributeError(f'Model "{self._name}" has no `{what}` before it is built.')
        tensors = self._tensors
        if tensors is None:
            tensors = [self._layers[0].output]
            for part in self._parts:
                shape = part.compute_output_shape(tensors[-1].shape)
                tensors.append(KerasTensor(shape, self.dtype))
                tensors[-1]._layer, tensors[-1]._source = part, tensors[-2]
            self._tensors = tensors
        return tensors

    def _tensors_around(self, part: Any) -> tuple[KerasTensor, KerasTensor] | None:
        """The tensors before and after a part where it stands first; None: it does not."""
        for index, other in enumerate(self._parts if self._built else ()):
            if other is part:
                before, after = self._all_tensors("output")[index : index + 2]
                return before, after
        return None
