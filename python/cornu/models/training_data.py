"""The data of a fit or an evaluation: checked against the model before anything is changed."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from cornu.layers.user_arrays import as_rows, only_array
from cornu.models.intake import Intake
from cornu.models.named_row import NamedRow
from cornu.models.stored_rows import StoredRows, stored
from cornu.utils.errors import shown
from cornu.utils.number import as_float

Shape = tuple[int, ...]
# Asked only where an error is to name them.
Ends = Callable[[], tuple[str, str]]


class TrainingData(NamedTuple):
    """Rows with their targets and weights: arrays, or `StoredRows` that are read in parts."""

    x: Any
    y: Any = None
    sample_weight: Any = None

    def rows(self, rows: slice) -> TrainingData:
        """Return some of them, of the same memory."""
        weights = self.sample_weight
        return TrainingData(self.x[rows], self.y[rows], None if weights is None else weights[rows])


def take_data(
    x: Any, y: Any, sample_weight: Any = None, *, prefix: str = "", row: Shape | None = None
) -> TrainingData:
    """Return data as arrays, of the same memory where they are arrays already.

    Args:
        x: Inputs.
        y: Targets.
        sample_weight: A weight a row, or one for each of its steps; None: all 1.
        prefix: What stands before their names in errors: `"validation "`.
        row: The shape of a row that the model takes; None: not known yet.

    Raises:
        TypeError: one of them is no array, or not given.
        ValueError: one of them is none to compute with, or they differ in their numbers of rows.
    """
    return _with_targets(take_x(x, f"{prefix}x", row), y, sample_weight, prefix)


def take_stored(
    x: StoredRows, y: Any, sample_weight: Any = None, *, prefix: str = ""
) -> TrainingData:
    """Return data of a file, and what else comes with them, as `TrainingData` to be read in parts.

    Args:
        x: Inputs.
        y: Targets, of a file or not.
        sample_weight: A weight a row, or one for each of its steps; None: all 1.
        prefix: As of `take_data`.

    Raises:
        TypeError: as of `take_data`.
        ValueError: likewise.
    """
    return _with_targets(check_rows(x, f"{prefix}x"), y, sample_weight, prefix)


def _with_targets(inputs: Any, y: Any, sample_weight: Any, prefix: str) -> TrainingData:
    if y is None:
        raise TypeError(
            f"`{prefix}y` must be given: an array of targets. "
            f"Received: {prefix}y=None (of type NoneType)"
        )
    targets: Any = stored(y) if isinstance(inputs, StoredRows) else None
    if targets is None:
        targets = _take_only(y, f"{prefix}y", len(inputs))
    if len(inputs) != len(targets):
        raise ValueError(
            f"`{prefix}x` and `{prefix}y` must have as many rows. Received: x of shape "
            f"{inputs.shape}, y of shape {targets.shape}"
        )
    if sample_weight is None:
        return TrainingData(inputs, targets, None)
    weights = _take_only(sample_weight, f"{prefix}sample_weight", len(inputs))
    if len(weights) != len(inputs):
        raise ValueError(
            f"`{prefix}sample_weight` must have as many rows as `{prefix}x`, {len(inputs)}. "
            f"Received: sample_weight of shape {weights.shape}"
        )
    return TrainingData(inputs, targets, weights)


def take_x(x: Any, name: str = "x", row: Shape | None = None) -> np.ndarray:
    """Return inputs as an array with at least one row; see `take_rows`.

    Raises:
        TypeError: it is no array.
        ValueError: it has no rows.
    """
    return check_rows(take_rows(x, name, row), name)


def check_rows(inputs: Any, name: str = "x") -> Any:
    """Return inputs that have been taken, if there are any.

    Raises:
        ValueError: they have no rows.
    """
    if len(inputs) == 0:
        raise ValueError(
            f"`{name}` must have at least one row. Received: {name} of shape {inputs.shape}"
        )
    return inputs


def take_rows(x: Any, name: str, row: Shape | Intake | None) -> np.ndarray:
    """Return inputs as an array, of the same memory where they are one already.

    Args:
        x: An array, a pandas frame or series, a list of numbers, or, as Keras has it for one
            input, a list of one array, or a dictionary of one under the name of an `Input`.
        name: What the caller calls it.
        row: The shape of a row that the model takes; None: not known yet; or what they go through
            before that.

    Raises:
        TypeError: it is no array.
        ValueError: the numbers are of another kind, or it has no axis of rows.
    """
    if isinstance(row, Intake):
        return row.take(x, name)
    if type(x) is np.ndarray:
        return as_rows(x, name)
    if isinstance(row, NamedRow):
        x = row.only_of(x)
    only = only_array(x, name)
    # Else the list is one of rows, and the array one of those.
    if only is not None and (only.shape != row if only.ndim > 1 else row == (1,)):
        x = only
    return as_rows(x, name)


def _take_only(value: Any, name: str, count: int) -> np.ndarray:
    """The value as an array; that of a list of one, if it has as many rows as the inputs."""
    if type(value) is np.ndarray:
        return as_rows(value, name)
    only = only_array(value, name)
    return as_rows(value if only is None or len(only) != count else only, name)


def take_validation(data: Any, row: Shape | None = None) -> TrainingData:
    """Return `validation_data` as arrays.

    Args:
        data: What was given.
        row: The shape of a row that the model takes; None: not known yet.

    Raises:
        ValueError: it is no `(x, y)` or `(x, y, sample_weight)`, or they don't fit together.
    """
    if not isinstance(data, tuple | list) or len(data) not in (2, 3):
        raise ValueError(
            "`validation_data` must be (x, y) or (x, y, sample_weight). Received: "
            f"{type(data).__name__}"
            + (f" of length {len(data)}" if isinstance(data, tuple | list) else "")
        )
    return take_data(*data, prefix="validation ", row=row)


def split(data: TrainingData, fraction: Any) -> tuple[TrainingData, TrainingData]:
    """Return the first rows, to train with, and the last `fraction` of all, to validate with.

    Raises:
        ValueError: `fraction` is not between 0 and 1, or one part is empty.
    """
    number = as_float(fraction) if isinstance(fraction, numbers.Real) else math.nan
    if not 0 < number < 1:
        raise ValueError(
            "`validation_split` must be a number from 0 to 1 (excluded). "
            f"Received: validation_split={shown(fraction)}"
        )
    count = len(data.x)
    at = math.floor(count * (1.0 - number))
    if at in (0, count):
        raise ValueError(
            f"`validation_split` must leave a row on both sides. Received: "
            f"validation_split={fraction} of {count} rows"
        )
    return data.rows(slice(at)), data.rows(slice(at, None))


def check_x(x: np.ndarray, row: Shape, ends: Ends, name: str = "x") -> None:
    """Check that inputs have the model's input shape; (n,) stands for (n, 1).

    Args:
        x: Inputs.
        row: The shape of a row that the model takes.
        ends: Names the model's first and last layer.
        name: What the caller calls them.

    Raises:
        ValueError: they have another one.
    """
    shape = x.shape[1:]
    if shape == row or (shape == () and row == (1,)):
        return
    raise ValueError(
        f'`{name}` must have the shape that layer 0 "{ends()[0]}" takes, {_shown(row)}. '
        f"Received: {x.shape}"
    )


def check_y(
    y: np.ndarray, row: Shape, sparse: bool, ends: Ends, name: str = "y", loss: str = ""
) -> None:
    """Check that targets have the output's shape; (n,) and (n, 1) stand for each other.

    Args:
        y: Targets.
        row: The shape of a row of the output.
        sparse: Whether they are class ids, and so have no axis of classes, or one of size 1.
        ends: Names the model's first and last layer, the last one as `3 "dense"`.
        name: What the caller calls them.
        loss: The core's name of the loss, by which the error can tell which other one they fit.

    Raises:
        ValueError: they have another shape: nothing is broadcast.
    """
    shape = y.shape[1:]
    if sparse:
        if shape in (row[:-1], (*row[:-1], 1)):
            return
        expected, what = _shown(row[:-1]), "one class id where the output has a row of classes"
    else:
        if shape == row or {shape, row} == {(), (1,)}:
            return
        expected, what = _shown(row), "the shape of the output"
    raise ValueError(
        f"`{name}` must have shape {expected}, {what} {_shown(row)} of layer {ends()[1]}. "
        f"Received: {y.shape}{_advice(loss, shape, row)}"
    )


def check_weights(weights: Any, row: Shape, name: str = "sample_weight") -> None:
    """Check that sample weights are numbers for rows, or for steps of them.

    Args:
        weights: The weights; None: there are none.
        row: The shape of a row of the output.
        name: What the caller calls them.

    Raises:
        ValueError: they have another shape: nothing is broadcast but to all that a step holds.
    """
    if weights is None:
        return
    shape = weights.shape[1:]
    steps = shape[:-1] if shape[-1:] == (1,) else shape
    if steps == row[: len(steps)] and len(steps) < max(len(row), 1):
        return
    more = f", or one for each step of the output, shape {_shown(row[:-1])}" if row[1:] else ""
    raise ValueError(
        f"`{name}` must have one number a row, shape (None,){more}. Received: {weights.shape}"
    )


def _advice(loss: str, shape: Shape, row: Shape) -> str:
    """What to do about targets that another cross-entropy takes; nothing where none does."""
    if row[-1:] == (1,) and loss == "binary_crossentropy" and shape[:-1] == row[:-1] != shape:
        return (
            ". For one-hot rows give the last layer a unit for each class and softmax, and use the "
            "loss 'categorical_crossentropy'."
        )
    if loss.startswith("sparse_"):
        one_hot = shape == row
        return ". For one-hot rows use the loss 'categorical_crossentropy'." if one_hot else ""
    if shape not in (row[:-1], (*row[:-1], 1)):
        return ""
    if loss.startswith("categorical_"):
        return (
            ". For class ids use the loss 'sparse_categorical_crossentropy', or make them one-hot: "
            f"`to_categorical(y, {row[-1]})`."
        )
    if loss.startswith("binary_"):
        return (
            ". For one 0 or 1 a row the last layer needs one unit, `Dense(1, 'sigmoid')`; with a "
            "unit for each class and softmax use the loss 'sparse_categorical_crossentropy'."
        )
    return ""


def check_out(out: Any, shape: Shape, dtype: str, x: np.ndarray) -> np.ndarray:
    """Return the array that a prediction is to be written to.

    Args:
        out: What came as `out`.
        shape: The prediction's shape.
        dtype: The model's float type.
        x: The inputs, which are read while `out` is written.

    Raises:
        TypeError: it is no array.
        ValueError: it has another shape or type, can't be written row by row, or is part of `x`.
    """
    if not isinstance(out, np.ndarray):
        raise TypeError(f"`out` must be a NumPy array. Received: out of type {type(out).__name__}")
    if out.shape != shape or out.dtype != np.dtype(dtype) or not out.dtype.isnative:
        raise ValueError(
            f"`out` must have shape {shape} and dtype {dtype}. "
            f"Received: shape {out.shape}, dtype {out.dtype}"
        )
    if not out.flags.carray:
        raise ValueError(
            "`out` must be writable, C-contiguous and aligned. Received: "
            f"writeable={out.flags.writeable}, c_contiguous={out.flags.c_contiguous}, "
            f"aligned={out.flags.aligned}"
        )
    if np.may_share_memory(out, x):
        raise ValueError("`out` must not overlap `x`, which is read while `out` is written.")
    return out


def _shown(row: Sequence[int]) -> str:
    return str((None, *row))
