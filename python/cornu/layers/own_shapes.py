"""What layers that Python computes make of shapes: told by methods of theirs, or by a trial."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from cornu.custom.derivatives import value_of
from cornu.custom.raised import user_code
from cornu.keras_tensor import KerasTensor, only_tensor
from cornu.layers.added_losses import collecting
from cornu.layers.arguments import check_row_shape
from cornu.utils.errors import shown
from cornu.utils.memory_limit import take_contents

Shape = tuple[int, ...]

# Of the zeros that a layer is called with to find its output's shape. Not 1: an axis of size 1 may
# be what its code takes away.
_PROBE_ROWS = 2


class OwnShapes:
    """The part of a layer that Python computes which is about shapes; `OwnComputation` has it."""

    _name: str
    _dtype: str
    _own_rows: dict[Shape, Shape]
    _prepare: Callable[[Shape], None]
    _compute: Callable[..., Any]
    _check_input: Callable[[tuple[int | None, ...]], None]
    _sublayers: Callable[[], list[Any]]
    _class_core: Any
    # Whether a class of the user's has methods in the place of `Layer`'s.
    _tells_shape = False
    _tells_spec = False
    # Whether such a method is at work, which may ask that of `Layer`.
    _is_asked: bool

    @classmethod
    def _note_shapes(cls) -> None:
        cls._tells_shape = cls._tells_shape or "compute_output_shape" in cls.__dict__
        cls._tells_spec = cls._tells_spec or "compute_output_spec" in cls.__dict__

    def compute_output_spec(self: Any, inputs: Any, training: bool | None = None) -> KerasTensor:
        """Return a symbolic tensor like what the layer gives; nothing is built or recorded.

        Args:
            inputs: A symbolic tensor.
            training: Of no effect.

        Raises:
            ValueError: the layer can't take it.

        Example:

        >>> import cornu
        >>> cornu.layers.Dense(2).compute_output_spec(cornu.KerasTensor((None, 3))).shape
        (None, 2)

        Source: https://keras.io/api/layers/base_layer/
        """
        shape = only_tensor(inputs, "inputs").shape
        return KerasTensor(self.compute_output_shape(shape), self.dtype)

    def _output_row(self, row: Shape) -> Shape:
        """The shape of a row of the output, for the core."""
        self._prepare(row)
        if row not in self._own_rows:
            self._check_input((None, *row))
            with user_code():
                self._own_rows[row] = self._find_output_row(row)
        return self._own_rows[row]

    def _told_row(self: Any, row: Shape) -> Shape | None:
        """The shape of a row of the output that methods of the class tell; None: none does."""
        method, shape = "compute_output_spec", None
        if self._tells_spec:
            # NotImplementedError: as in Keras, `call` itself will show.
            with contextlib.suppress(NotImplementedError):
                spec = self.compute_output_spec(KerasTensor((None, *row), self._dtype))
                shape = getattr(spec, "shape", spec)
        if shape is None and self._tells_shape:
            method = "compute_output_shape"
            shape = self.compute_output_shape((None, *row))
        elif shape is None:
            return None
        if isinstance(shape, tuple | list) and len(shape) > 0:
            return check_row_shape(method, tuple(shape)[1:])
        returned = "a symbolic tensor" if method == "compute_output_spec" else "a shape"
        raise ValueError(
            f"`{method}` of {self!r} must return {returned}, the batch first. "
            f"Received: {shown(shape)}"
        )

    def _find_output_row(self, row: Shape) -> Shape:
        told = None
        if not self._is_asked and all(layer._built for layer in self._sublayers()):
            self._is_asked = True
            try:
                told = self._told_row(row)
            finally:
                self._is_asked = False
        if told is None and self._class_core is not None:
            unbuilt = any(not layer._built for layer in self._sublayers())
            # As in Keras, whose class tells it; a trial is for layers within, which it builds.
            told = None if unbuilt else self._class_core.output_shape(row)
        if told is not None:
            return told
        what = f'The zeros that layer "{self._name}" is tried with'
        take_contents(what, _PROBE_ROWS * math.prod(row) * np.dtype(self._dtype).itemsize)
        try:
            zeros = np.zeros((_PROBE_ROWS, *row), self._dtype)
        except (MemoryError, ValueError) as error:
            raise MemoryError(f"{what} are too many: {error}") from None
        zeros.flags.writeable = False
        with np.errstate(all="ignore"), collecting(), _probing():
            result = as_array(self, value_of(self._compute(zeros, False)))
        if result.ndim == 0 or result.shape[0] != _PROBE_ROWS:
            raise ValueError(
                f"`call` of {self!r} must keep the first axis, the batch. Received: an output of "
                f"shape {result.shape} for an input of shape {zeros.shape}"
            )
        return result.shape[1:]


_here = threading.local()


@contextmanager
def _probing() -> Iterator[None]:
    before = is_probing()
    _here.probing = True
    try:
        yield
    finally:
        _here.probing = before


def is_probing() -> bool:
    """Return whether this thread tries out a layer with zeros: nothing is drawn or moved then,
    whatever its `call` asks for."""
    return getattr(_here, "probing", False)


def as_array(layer: Any, value: Any) -> np.ndarray:
    """Return what `call` returned, which must be one array.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(value, list | tuple | dict) or value is None:
        raise TypeError(
            f"`call` of {layer!r} must return one array. Received: {shown(value)} "
            f"(of type {type(value).__name__})"
        )
    return np.asarray(value)
