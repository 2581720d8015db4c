"""What `fit` makes of its arguments."""

from __future__ import annotations

import re
import warnings
from typing import Any, Literal

import numpy as np

from cornu.models.batches import (
    ArrayBatches,
    Feed,
    Order,
    as_batches,
    comes_in_batches,
    count_steps,
    refuse_beside_batches,
)
from cornu.models.stored_rows import stored
from cornu.models.training_data import Shape, TrainingData, take_stored, take_validation
from cornu.utils.arrays import is_among
from cornu.utils.errors import shown
from cornu.utils.limits import limited_steps
from cornu.utils.number import check_integer
from cornu.utils.user_frame import user_level

# Rows, no rows, or whole batches.
Shuffle = bool | Literal["batch"]


def take_any_validation(
    data: Any, steps: int | None, batch_size: int, row: Shape | None
) -> TrainingData | Feed | None:
    """Return `validation_data` as arrays or as batches.

    Args:
        data: What was given; None: there is none.
        steps: `validation_steps`.
        batch_size: Rows at a time, of arrays.
        row: The shape of a row that the model takes; None: not known yet.
    """
    if data is None:
        return None
    only = data[0] if isinstance(data, tuple | list) and len(data) == 1 else data
    if comes_in_batches(only):
        return Feed(as_batches(only, None), steps)
    if isinstance(data, tuple | list) and len(data) in (2, 3) and comes_in_batches(data[0]):
        refuse_beside_batches({"validation y": data[1]})
        return Feed(as_batches(data[0], None), steps)
    kept = stored(data[0]) if isinstance(data, tuple | list) and len(data) in (2, 3) else None
    if kept is not None:
        rows = take_stored(kept, *data[1:], prefix="validation ")
        return Feed(ArrayBatches(rows, batch_size, None), steps)
    return first_steps(take_validation(data, row), steps, batch_size)


def first_steps(data: TrainingData, steps: int | None, batch_size: int) -> TrainingData:
    """Return the rows of the first `steps` batches; None: all.

    Warns where there are fewer.
    """
    rows = len(first_rows(data.x, steps, batch_size))
    if rows == len(data.x):
        return data
    return data.rows(slice(rows))


def first_rows(x: np.ndarray, steps: int | None, batch_size: int) -> np.ndarray:
    """Return the rows of the first `steps` batches, likewise."""
    count = count_steps(len(x), batch_size)
    steps = limited_steps(steps, count)
    if steps is None:
        return x
    if steps > count:
        warnings.warn(
            f"The input ran out of data: there are {count} batches. Received: steps={steps}",
            stacklevel=user_level(),
        )
    return x[: steps * batch_size]


def check_steps(name: str, value: Any) -> int | None:
    """Return a number of batches; None: all.

    Raises:
        ValueError: it is no positive integer.
    """
    return None if value is None else check_integer(name, value)


def check_shuffle(value: Any) -> Shuffle:
    """Return whether to shuffle rows, or whole batches.

    Raises:
        ValueError: it is none of True, False and "batch".
    """
    if value is True or value is False:
        return value
    if is_among(value, ("batch",)):
        return "batch"
    if not is_among(value, (0, 1)):
        raise ValueError(
            f"`shuffle` must be True, False or 'batch'. Received: shuffle={shown(value)}"
        )
    return bool(value)


def random_order(seed: int) -> Order | None:
    """Return what gives so many places in another order for each pass, the same for the same one.

    Args:
        seed: What it follows from; 0: they are not shuffled, and this is None.
    """
    if seed == 0:
        return None

    def order(number: int, count: int) -> np.ndarray:
        return np.random.Generator(np.random.PCG64([seed, number])).permutation(count)

    return order


def with_way_out(error: ValueError) -> ValueError:
    """An error about a number that is not finite, with what lets such numbers through.

    Args:
        error: What the core says of the data of a fit.
    """
    if re.match("`(x|y|sample_weight)` must hold finite numbers only", str(error)) is None:
        return error
    return ValueError(
        f"{error}. (With `callbacks=[keras.callbacks.TerminateOnNaN()]` such numbers come to the "
        "loss, and end the training there.)"
    )


def with_row_of_all(error: ValueError, first: int) -> ValueError:
    """An error about a row of the data split off, with its place among all rows.

    Args:
        error: What the core says.
        first: How many rows stand before those.
    """
    text = str(error)
    found = re.search(r"Received: (?:validation \w+\[|.* in row )(\d+)", text)
    if found is None or not text.startswith("`validation "):
        return error
    row = int(found[1])
    return ValueError(
        f"{text} (row {row} of the part that `validation_split` took is row {row + first} of all)"
    )
