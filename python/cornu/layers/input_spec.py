"""What a layer expects of its input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu.utils.arrays import any_type
from cornu.utils.errors import shown
from cornu.utils.number import as_integer

Shape = tuple[int | None, ...]


class InputSpec:
    """What a layer expects of its input: a shape, a number of axes, sizes of some of them.

    A layer of one's own sets `input_spec` to one, in `__init__` or `build`, and is then called on
    nothing else.

    Args:
        dtype: A type; None: any. A layer takes that of its weights only, since the arrays that it
            is given are converted to it.
        shape: A shape, the batch first; None in it stands for any size.
        ndim: How many axes, the batch counted.
        max_ndim: How many at most.
        min_ndim: How many at least.
        axes: Sizes by axis; a size of None stands for any.
        allow_last_axis_squeeze: Whether a last axis of size 1 may be there or not.
        name: What the input is called.
        optional: Whether the input may be None, which no layer here takes.

    Raises:
        TypeError: `axes` is no dictionary of integers.
        ValueError: another argument is none of these, or an axis is not below `ndim`.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> class Halved(cornu.Layer):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.input_spec = cornu.InputSpec(ndim=2, axes={-1: 3})
    ...     def call(self, x):
    ...         return x / 2
    >>> Halved()(np.ones((1, 3)))
    array([[0.5, 0.5, 0.5]], dtype=float32)
    >>> Halved()(np.ones((1, 4)))
    Traceback (most recent call last):
    ValueError: The input of layer "halved_1" is incompatible with the layer: expected axis -1 ...
    >>> cornu.layers.Dense(2).input_spec
    InputSpec(min_ndim=2)

    Source: https://keras.io/api/layers/base_layer/
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: Mapping[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype = None if dtype is None else any_type(dtype).name
        self.shape = None if shape is None else _check_shape(shape)
        self.ndim = _check_count("ndim", ndim) if self.shape is None else len(self.shape)
        self.max_ndim = _check_count("max_ndim", max_ndim)
        self.min_ndim = _check_count("min_ndim", min_ndim)
        self.name = name
        self.optional = optional
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        try:
            given = axes or {}
            self.axes = {int(axis): given[axis] for axis in given}
        except (ValueError, TypeError):
            raise TypeError(
                f"`axes` must be a dict with integer keys. Received: axes={shown(axes)}"
            ) from None
        limit = self.max_ndim if self.ndim is None else self.ndim
        if self.axes and limit is not None and max(self.axes) >= limit:
            raise ValueError(
                f"Axis {max(self.axes)} of `axes` is greater than the maximum allowed value: "
                f"{limit - 1}. Received: axes={self.axes}"
            )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a specification again."""
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        further = ("allow_last_axis_squeeze", "name", "optional")
        return {name: getattr(self, name) for name in (*names, *further)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputSpec:
        """Make a specification from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        given = {name: getattr(self, name) for name in names}
        return (
            f"InputSpec({', '.join(f'{name}={value}' for name, value in given.items() if value)})"
        )


def misfit(spec: InputSpec, shape: Shape) -> str | None:
    """Return what an input of a shape lacks, to end a sentence with; None: nothing.

    Args:
        spec: What is expected.
        shape: The input's, the batch first, None where it is not known.

    Example:

    >>> from cornu.layers.input_spec import InputSpec, misfit
    >>> misfit(InputSpec(min_ndim=3), (None, 4))
    'expected min_ndim=3, found ndim=2. Full shape received: (None, 4)'
    """
    ndim, full = len(shape), f". Full shape received: {shape}"
    expected = spec.shape
    may_squeeze = spec.allow_last_axis_squeeze
    if spec.ndim is not None and not may_squeeze and ndim != spec.ndim:
        return f"expected ndim={spec.ndim}, found ndim={ndim}{full}"
    if spec.max_ndim is not None and ndim > spec.max_ndim:
        return f"expected max_ndim={spec.max_ndim}, found ndim={ndim}{full}"
    if spec.min_ndim is not None and ndim < spec.min_ndim:
        return f"expected min_ndim={spec.min_ndim}, found ndim={ndim}{full}"
    for axis, size in spec.axes.items():
        if not -ndim <= axis < ndim or not _agree(size, shape[axis]):
            return f"expected axis {axis} of input shape to have value {size}{full}"
    if expected is not None:
        found = shape
        if may_squeeze:
            found, expected = _squeezed(found), _squeezed(expected)
        if len(found) != len(expected) or not all(map(_agree, expected, found)):
            return f"expected shape={spec.shape}, found shape={shape}"
    return None


def _agree(expected: int | None, found: int | None) -> bool:
    return expected is None or found is None or expected == found


def _squeezed(shape: Shape) -> Shape:
    return shape[:-1] if shape and shape[-1] == 1 else shape


def _check_shape(shape: Any) -> Shape:
    given = tuple(shape) if isinstance(shape, tuple | list) else (-1,)
    sizes = tuple(None if size is None else as_integer(size) for size in given)
    for size, value in zip(sizes, given, strict=True):
        if value is not None and (size is None or size < 0):
            raise ValueError(
                "`shape` must be a tuple of sizes of at least 0, None for any size, such as "
                f"(None, 4). Received: shape={shown(shape)}"
            )
    return sizes


def _check_count(name: str, value: Any) -> int | None:
    number = as_integer(value)
    if value is not None and (number is None or number < 0):
        raise ValueError(
            f"`{name}` must be None or an integer of at least 0. Received: {name}={shown(value)}"
        )
    return number
