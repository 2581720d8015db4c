"""Checks of what layers and models are given."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu import initializers
from cornu.utils.arrays import is_among
from cornu.utils.errors import shown
from cornu.utils.memory_limit import check_length
from cornu.utils.number import as_float, as_integer, check_integer

if TYPE_CHECKING:
    from typing_extensions import Unpack

    # The batch, and the sizes of a row.
    BatchShape = tuple[int | None, Unpack[tuple[int, ...]]]


def check_not_negative(name: str, value: Any, subject: str | None = None) -> float:
    """Return an argument that must be a finite number of at least 0.

    Args:
        name: Its name.
        value: What came.
        subject: What the error begins with, in place of the name.

    Raises:
        ValueError: it is something else.
    """
    number = math.nan if isinstance(value, bool | str) else as_float(value)
    if not 0.0 <= number < math.inf:
        raise ValueError(
            f"{subject or f'`{name}`'} must be a finite number of at least 0. "
            f"Received: {name}={shown(value)}"
        )
    return number


def check_row_axes(name: str, axes: Any, with_batch: bool = False) -> tuple[int, ...]:
    """Return the axes of a row that an argument names, each as it was given.

    Args:
        name: The argument's name.
        axes: An integer, or a tuple or list of at least one; they count the batch, which is 0, or
            from the end.
        with_batch: Whether the batch may be among them.

    Raises:
        ValueError: it is something else, or the batch is among them and may not be.

    Example:

    >>> from cornu.layers.arguments import check_row_axes
    >>> check_row_axes("axis", -1), check_row_axes("axis", [1, 2])
    ((-1,), (1, 2))
    """
    given = axes if isinstance(axes, tuple | list) else (axes,)
    numbers = tuple(map(as_integer, given))
    if not numbers or None in numbers:
        raise ValueError(
            f"`{name}` must be an integer or a tuple of integers. Received: {name}={shown(axes)}"
        )
    if 0 in numbers and not with_batch:
        raise ValueError(
            f"`{name}` must be among the axes of a row, from 1 on: axis 0 is the batch. "
            f"Received: {name}={shown(axes)}"
        )
    return tuple(number for number in numbers if number is not None)


def check_row_axis(name: str, axis: Any) -> int:
    """Return an argument that must be one axis of a row, as `check_row_axes` has it.

    Raises:
        ValueError: it is something else.
    """
    given = axis[0] if isinstance(axis, tuple | list) and len(axis) == 1 else axis
    if as_integer(given) is None:
        raise ValueError(f"`{name}` must be an integer. Received: {name}={shown(axis)}")
    return check_row_axes(name, given)[0]


def first_values(
    path: str, initializer: Callable[..., Any] | None, shape: tuple[int, ...], dtype: str
) -> np.ndarray:
    """Return what a weight starts as; without an initializer Glorot's uniform numbers.

    Args:
        path: The weight's name with the layer's before it, for errors.
        initializer: What a layer has for it, or None.
        shape: The weight's shape.
        dtype: Its type.

    Raises:
        MemoryError: there is not enough for it.
        ValueError: the initializer returns an array of another shape.

    Example:

    >>> from cornu.layers.arguments import first_values
    >>> first_values("dense/kernel", None, (2, 3), "float32").shape
    (2, 3)
    """
    make = initializers.GlorotUniform() if initializer is None else initializer
    try:
        value = np.asarray(make(shape, dtype=dtype))
    except MemoryError:
        raise MemoryError(f"There is not enough memory for {path} of shape {shape}.") from None
    if value.shape != shape:
        raise ValueError(
            f"The initializer of {path} must return an array of shape {shape}. "
            f"Received: shape {value.shape}"
        )
    if value.dtype.kind not in "biuf":
        raise ValueError(
            f"The initializer of {path} must return real numbers. Received: dtype {value.dtype}"
        )
    return value


def check_training(value: Any) -> bool:
    """Return whether a call is to do as in training; None: it is not.

    Raises:
        ValueError: it is no truth value.
    """
    if is_among(value, (None, False, True)):
        return bool(value)
    raise ValueError(
        f"`training` must be True, False or None. Received: training={shown(value)} "
        f"(of type {type(value).__name__})"
    )


def check_name(name: Any) -> str:
    """Return the name of a layer or a model.

    Raises:
        ValueError: it is empty, no string, has a slash, which parts names in paths, or half of a
            character, which JSON can have and no file's name; or it is of a file and very long.
    """
    if isinstance(name, str):
        check_length("`name`", name)
    is_text = isinstance(name, str) and not any("\ud800" <= letter <= "\udfff" for letter in name)
    if not is_text or not name or "/" in name:
        raise ValueError(
            "`name` must be a string without '/'. "
            f"Received: name={shown(name)} (of type {type(name).__name__})"
        )
    return name


def refuse_unsupported(given: Mapping[str, Any], default: Any = None) -> None:
    """Refuse what Keras has and cornu has not yet, rather than ignore it.

    Args:
        given: Arguments by name.
        default: The one value that is supported.

    Raises:
        ValueError: an argument has another value.
    """
    for name, value in given.items():
        if value is default or (default is not None and is_among(value, (default,))):
            continue
        raise ValueError(
            f"`{name}` must be {default!r}: it is not supported yet. "
            f"Received: {name}={shown(value)}"
        )


def check_batch_shape(name: str, shape: Any) -> BatchShape:
    """Return a shape with its batch axis first, all others known.

    Args:
        name: The argument's name.
        shape: A tuple or list: None or a size, then the sizes of a row.

    Raises:
        ValueError: it is something else.

    Example:

    >>> from cornu.layers.arguments import check_batch_shape
    >>> check_batch_shape("input_shape", [None, 28, 28])
    (None, 28, 28)
    """
    if not isinstance(shape, tuple | list) or not shape:
        raise ValueError(
            f"`{name}` must be a tuple of the batch (None) and the sizes of a row, "
            f"such as (None, 4). Received: {name}={shown(shape)}"
        )
    batch = None if shape[0] is None else check_integer(f"{name}[0]", shape[0])
    return (batch, *check_row_shape(name, shape[1:]))


@contextmanager
def batch_counted(name: str, shape: tuple[int | None, ...]) -> Iterator[None]:
    """Within it, a shape that a layer refuses is shown, where its one size must be a row's.

    Args:
        name: The argument's name.
        shape: What `check_batch_shape` returned.

    Raises:
        ValueError: the one raised within, with the advice to count the batch.
    """
    try:
        yield
    except ValueError as error:
        if len(shape) != 1 or shape[0] is None:
            raise
        raise ValueError(
            f"{error} (from {name}={shape}, whose first size is the batch's: did you mean "
            f"{name}=(None, {shape[0]})?)"
        ) from None


def check_row_shape(name: str, shape: Any) -> tuple[int, ...]:
    """Return the shape of one row.

    Args:
        name: The argument's name.
        shape: A tuple or list of sizes; () for one number a row.

    Raises:
        ValueError: it is something else, or a size is not known.

    Example:

    >>> from cornu.layers.arguments import check_row_shape
    >>> check_row_shape("shape", (28, 28))
    (28, 28)
    """
    if not isinstance(shape, tuple | list):
        raise ValueError(
            f"`{name}` must be a tuple of the sizes of a row, such as (4,). "
            f"Received: {name}={shown(shape)}"
        )
    sizes = []
    for size in shape:
        if size is None:
            raise ValueError(
                f"`{name}` must have known sizes after the batch; sizes that change from batch to "
                f"batch are not supported yet. Received: {name}={shown(shape)}"
            )
        number = as_integer(size)
        if number is None or number < 0:
            raise ValueError(
                f"`{name}` must have sizes of at least 0. Received: {name}={shown(shape)}"
            )
        sizes.append(number)
    return tuple(sizes)
