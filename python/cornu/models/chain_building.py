"""Building a chain of layers: by a shape, or by the data that come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.layers.arguments import batch_counted, check_batch_shape
from cornu.layers.build_lock import build_lock
from cornu.layers.input_layer import InputLayer
from cornu.layers.layer import Layer
from cornu.models.chain_shapes import Shape, infer_shapes
from cornu.models.intake import Intake, row_after
from cornu.models.named_row import NamedRow, named_row
from cornu.models.trial import NO_TRIAL, Trial
from cornu.utils.keywords import of_sequential


class ChainBuilding:
    """The part of a chain of layers that is about when it is built; `Chain` says what it is."""

    _name: str
    _built: bool
    _settled: bool
    _on_trial: bool
    _row: Shape
    _output: Shape
    _layers: list[Any]
    _parts: Sequence[Any]
    _intake: Intake | None
    _input_row: NamedRow | None
    _before_core: Any
    _chain: Callable[[], Sequence[Layer]]
    _set_chain: Callable[..., None]
    _states: Callable[..., Any]
    _core: Any
    _tensors: Any
    _undo: Callable[..., None]
    _note_objective: Callable[[], Any]
    _note_steps: Callable[[], Any]

    if TYPE_CHECKING:

        @property
        def _computed(self) -> list[Any]: ...

    @of_sequential
    def build(self, input_shape: Any = None) -> None:
        """Make the weights.

        Args:
            input_shape: The shape of the input, the batch (None) first; None: that of the `Input`,
                and nothing is done where there is none.

        Raises:
            ValueError: the model has no layers, was made for another input, or a layer can't take
                what comes before it.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Dense(2)])
        >>> model.build((None, 3))
        >>> model.layers[0].kernel.shape
        (3, 2)

        Source: https://keras.io/api/layers/base_layer/
        """
        first = self._layers[0] if self._layers else None
        known = first.batch_shape if isinstance(first, InputLayer) else None
        if input_shape is None:
            if known is not None:
                self._set_chain(self._layers)
            return
        shape = check_batch_shape("input_shape", input_shape)
        self._require_layers()
        if known is not None:
            if known[1:] != shape[1:]:
                raise ValueError(
                    f"`input_shape` must be that of the model's input, {known}, which has already "
                    f"been configured. Received: input_shape={shape}"
                )
            if not self._built:
                self._set_chain(self._layers)
            return
        with build_lock(), batch_counted("input_shape", shape):
            self._set_chain([InputLayer(batch_shape=shape), *self._layers])

    def _require_layers(self) -> None:
        if not self._chain():
            what = "no layers behind those that prepare data" if self._parts else "no layers"
            raise ValueError(f'Model "{self._name}" has {what}: call `model.add(layer)` first.')

    def _shapes(self, x: np.ndarray) -> tuple[Shape, Shape]:
        if self._built:
            row = x.shape[1:]
            return (self._row, self._output) if row == self._row else self._other_shapes(row)
        self._require_layers()
        parts = self._computed
        if isinstance(self._layers[0], InputLayer):
            row = row_after(self._before_core, self._layers[0].batch_shape[1:])
            return row, infer_shapes(self._name, parts, row)[-1]
        row = x.shape[1:]
        try:
            return row, infer_shapes(self._name, parts, row)[-1]
        except ValueError:
            if row:
                raise
        # (n,) stands for one feature where the layers can't take plain numbers.
        return (1,), infer_shapes(self._name, parts, (1,))[-1]

    def _other_shapes(self, row: Shape) -> tuple[Shape, Shape]:
        """For rows of this shape, if it was data that said the input's and the layers take these
        too; else for those that the model was built for."""
        known = self._row, self._output
        if not self._layers[0]._is_of_data or self._intake or len(row) != len(self._row):
            return known
        try:
            return row, infer_shapes(self._name, self._computed, row)[-1]
        except ValueError:
            return known

    def _plan_for(self, row: Shape) -> None:
        """Let the core take rows of another shape; weights, which allow it, stay."""
        with build_lock():
            if row == self._row:
                return
            output = infer_shapes(self._name, self._computed, row)[-1]
            self._core.set_input(row)
            first = self._layers[0]._like((None, *row))
            self._layers, self._row, self._output = [first, *self._layers[1:]], row, output
            self._input_row = named_row(self._layers)
            self._tensors = None

    def _known_row(self) -> Any:
        return self._input_row if self._intake is None else self._intake

    def _build_for(self, row: Shape) -> Trial:
        if self._settled:
            if row != self._row:
                self._plan_for(row)
            return NO_TRIAL
        with build_lock():
            if self._built:
                # Whoever built it may still be at work, but this call counts on it too.
                self._settled = self._intake is None
                if self._settled and row != self._row:
                    self._plan_for(row)
                return NO_TRIAL
            new = [layer for layer in self._chain() if not layer._built]
            before = self._states(self._parts)
            undo_objective = self._note_objective()
            self._on_trial = True
            is_of_data = not isinstance(self._layers[0], InputLayer)
            try:
                seen = row if self._intake is None else self._intake.seen_row
                self.build((None, *(seen or ())))
                self._layers[0]._is_of_data = is_of_data
            finally:
                self._on_trial = False
            layers, untrained = self._layers, self._note_steps()

            def take_back() -> None:
                with build_lock():
                    if self._layers is not layers or not untrained():
                        return
                    if any(model._settled for model, _ in before):
                        return
                    if not any(layer._reused for layer in new):
                        self._undo(new, before)
                        undo_objective()

            return Trial(take_back)

    @of_sequential
    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the output for that of an input, both with the batch first.

        Args:
            input_shape: The input's shape.

        Raises:
            ValueError: a layer can't take what comes before it.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Flatten()])
        >>> model.compute_output_shape((32, 8, 8))
        (32, 64)

        Source: https://keras.io/api/layers/base_layer/
        """
        shape = check_batch_shape("input_shape", input_shape)
        self._require_layers()
        with batch_counted("input_shape", shape):
            row = row_after(self._before_core, shape[1:])
            return (shape[0], *infer_shapes(self._name, self._computed, row)[-1])
