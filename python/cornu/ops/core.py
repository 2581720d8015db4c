"""Arrays, their types and shapes, and parts of them."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from cornu.ops.arithmetic import clip
from cornu.ops.documented import documented
from cornu.ops.promotion import as_tensor, cast_to, standardize
from cornu.utils.errors import shown
from cornu.utils.tracing import is_traced, numpy_of, untraced

_converted = documented(
    "core",
    "An array.",
    x="Numbers: an array, a list or a number.",
    dtype="The type; None: the one that they have.",
    sparse="Whether the result is sparse: None or False.",
    ragged="Whether the result is ragged: None or False.",
)
_cast = documented("core", "An array of x's shape.")
_about = documented("core", "What was asked for.")
_parts = documented(
    "core",
    "An array of the type of `inputs`.",
    inputs="Numbers, of any shape.",
    start_indices="Where the part begins, one index an axis.",
    shape="The shape of the part; a size of -1 reaches to the end.",
    updates="The numbers to put there, in the part's shape.",
)
_lists = documented(
    "core", "A list of arrays.", num="How many there are; None: as x has it.", axis="The axis."
)
_viewed = documented(
    "numpy",
    "An array of the same bytes.",
    dtype="The type to read them as; None: x's. Of another width, it changes the last axis.",
)
_complex = documented("core", "An array.", x="Numbers; real ones have a last axis of 2.")


@_converted
def convert_to_tensor(x: Any, dtype: Any = None, sparse: Any = None, ragged: Any = None) -> Any:
    """Make an array of whatever holds numbers; an array stays as it is.

    >>> ops.convert_to_tensor([1.0, 2.0])
    array([1., 2.], dtype=float32)
    """
    for name, value in (("sparse", sparse), ("ragged", ragged)):
        if value not in (None, False):
            raise ValueError(
                f"`{name}` must be None or False: arrays are dense. Received: {name}={shown(value)}"
            )
    x = as_tensor(x)
    return x if dtype is None else cast_to(x, standardize(dtype))


@_converted
def convert_to_numpy(x: Any) -> Any:
    """Make a NumPy array of whatever holds numbers.

    >>> ops.convert_to_numpy([1.0, 2.0])
    array([1., 2.], dtype=float32)
    """
    return as_tensor(untraced(x))


@_cast
def cast(x: Any, dtype: Any) -> Any:
    """Turn numbers into another type.

    >>> ops.cast([1.5, -1.5], 'int32')
    array([ 1, -1], dtype=int32)
    """
    return cast_to(as_tensor(x), standardize(dtype))


@_cast
def saturate_cast(x: Any, dtype: Any) -> Any:
    """Turn numbers into another type; what is out of its range becomes its limit.

    >>> ops.saturate_cast([-1.0, 300.0], 'uint8')
    array([  0, 255], dtype=uint8)
    """
    x, target = as_tensor(x), standardize(dtype)
    if target.kind in "iu":
        # As Python's: a limit may be no number of x's type.
        low, high = int(np.iinfo(target).min), int(np.iinfo(target).max)
        plain = untraced(x)
        with np.errstate(all="ignore"):
            found = plain.astype(target)
        return np.where(plain <= low, low, np.where(plain >= high, high, found)).astype(target)
    if target.kind == "f" and x.dtype.kind == "f" and target.itemsize < x.dtype.itemsize:
        limits = np.finfo(target)
        x = clip(x, float(limits.min), float(limits.max))
    return cast_to(x, target)


@_about
def shape(x: Any) -> Any:
    """Tell the shape, a tuple.

    >>> ops.shape([[1, 2], [3, 4]])
    (2, 2)
    """
    return tuple(as_tensor(x).shape)


@_about
def dtype(x: Any) -> Any:
    """Tell the type, a name.

    >>> ops.dtype([1.0, 2.0])
    'float32'
    """
    return as_tensor(x).dtype.name


@_about
def ndim(x: Any) -> Any:
    """Tell the number of axes.

    >>> ops.ndim([[1, 2], [3, 4]])
    2
    """
    return as_tensor(x).ndim


@_about
def size(x: Any) -> Any:
    """Tell how many numbers there are.

    >>> ops.size([[1, 2], [3, 4]])
    4
    """
    return as_tensor(x).size


@_about
def is_tensor(x: Any) -> Any:
    """Tell whether it is an array of NumPy's, a weight among them.

    >>> ops.is_tensor([1.0])
    False
    """
    return is_traced(x) or isinstance(x, np.ndarray | np.generic)


@_parts
def slice(inputs: Any, start_indices: Any, shape: Any) -> Any:
    """Take a part of an array.

    >>> ops.slice([[1, 2], [3, 4]], (1, 0), (1, 2))
    array([[3, 4]], dtype=int32)
    """
    inputs = as_tensor(inputs)
    return inputs[_place_of(inputs, start_indices, shape)]


@_parts
def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Any:
    """Return a copy of an array in which a part is replaced.

    >>> ops.slice_update([1, 2, 3, 4], (1,), [7, 8])
    array([1, 7, 8, 4], dtype=int32)
    """
    from cornu.ops.scattering import set_at

    inputs = as_tensor(inputs)
    updates = cast_to(as_tensor(updates), inputs.dtype)
    return set_at(inputs, updates, _place_of(inputs, start_indices, updates.shape))


@_lists
def unstack(x: Any, num: int | None = None, axis: int = 0) -> Any:
    """Take an array apart into its slices along an axis.

    >>> ops.unstack([[1, 2], [3, 4]])
    [array([1, 2], dtype=int32), array([3, 4], dtype=int32)]
    """
    x = as_tensor(x)
    count = x.shape[axis]
    if num is not None and num != count:
        raise ValueError(f"`num` must be the size of the axis, {count}. Received: num={num}")
    before = (builtins.slice(None),) * (axis % x.ndim)
    return [x[(*before, i)] for i in range(count)]


@_viewed
def view(x: Any, dtype: Any = None) -> Any:
    """Read the bytes of numbers as another type.

    >>> ops.view([1.0], 'int32')
    array([1065353216], dtype=int32)
    """
    x = as_tensor(untraced(x))
    return x if dtype is None else np.ascontiguousarray(x).view(standardize(dtype))


@_complex
def view_as_complex(x: Any) -> Any:
    """Read pairs of numbers as complex ones.

    >>> ops.view_as_complex([[1.0, 2.0]])
    array([1.+2.j], dtype=complex64)
    """
    x = as_tensor(x)
    if x.dtype.kind != "f" or x.ndim == 0 or x.shape[-1] != 2:
        raise ValueError(
            "`x` must be real, with a last axis of 2. "
            f"Received: an array of shape {x.shape}, dtype {x.dtype}"
        )
    return x[..., 0] + 1j * x[..., 1]


@_complex
def view_as_real(x: Any) -> Any:
    """Read complex numbers as pairs: the real part and the imaginary one.

    >>> ops.view_as_real([1.0 + 2.0j])
    array([[1., 2.]])
    """
    module = numpy_of(x)
    x = as_tensor(x)
    return module.stack([module.real(x), module.imag(x)], -1)


def _place_of(inputs: Any, start_indices: Any, shape: Any) -> tuple[Any, ...]:
    """The index of a part; one that reaches beyond the end is moved back, as Keras has it."""
    starts = np.atleast_1d(np.asarray(untraced(start_indices)))
    if len(starts) != inputs.ndim or len(shape) != inputs.ndim:
        raise ValueError(
            f"`start_indices` and the part's shape must have one number an axis, {inputs.ndim}. "
            f"Received: {len(starts)} and {len(shape)}"
        )
    place = []
    for start, length, size in zip(starts.tolist(), shape, inputs.shape, strict=True):
        if start < 0:
            start += size
        length = size - start if length == -1 else int(length)
        if not 0 <= length <= size:
            raise ValueError(
                f"a part must lie within the array's shape {inputs.shape}. "
                f"Received: a part of shape {tuple(shape)}"
            )
        start = min(max(start, 0), size - length)
        place.append(builtins.slice(start, start + length))
    return tuple(place)
