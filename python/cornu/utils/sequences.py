"""Sequences of different lengths as one array."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.utils.arrays import is_among
from cornu.utils.errors import shown
from cornu.utils.number import check_integer


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Return sequences as the rows of one array, filled up and cut to one length.

    Args:
        sequences: A list of sequences, each of numbers or of arrays of one shape.
        maxlen: The length; None: that of the longest.
        dtype: The array's type; `object` for texts of any length.
        padding: Where what is missing is filled up: `"pre"`, before, or `"post"`, after.
        truncating: Where what is too much is cut off: `"pre"` or `"post"`.
        value: What to fill up with.

    Returns:
        An array of shape (sequences, maxlen, ...).

    Raises:
        ValueError: an argument is something else, or sequences hold arrays of different shapes.

    Example:

    >>> import cornu
    >>> cornu.utils.pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2)
    array([[0, 1],
           [2, 3],
           [5, 6]], dtype=int32)

    Source: https://keras.io/api/utils/python_utils/ (`pad_sequences`)
    """
    if not hasattr(sequences, "__len__"):
        raise ValueError(
            f"`sequences` must be a list of sequences. Received: {shown(sequences)} "
            f"(of type {type(sequences).__name__})"
        )
    for name, place in (("padding", padding), ("truncating", truncating)):
        if not is_among(place, ("pre", "post")):
            raise ValueError(f"`{name}` must be 'pre' or 'post'. Received: {name}={shown(place)}")
    for at, sequence in enumerate(sequences):
        if not hasattr(sequence, "__len__"):
            raise ValueError(
                "`sequences` must be a list of sequences. "
                f"Received: sequences[{at}]={shown(sequence)} (of type {type(sequence).__name__})"
            )
    if isinstance(value, str) and np.dtype(dtype).kind not in "OUS":
        raise ValueError(
            f"`dtype` {np.dtype(dtype)} is not compatible with `value`'s type, a text: it must be "
            f"object, or one of texts. Received: dtype={shown(dtype)}, value={value!r}"
        )
    longest = max(map(len, sequences), default=0)
    length = longest if maxlen is None else check_integer("maxlen", maxlen, least=0)
    inner = next((np.shape(sequence)[1:] for sequence in sequences if len(sequence)), ())
    padded = np.full((len(sequences), length, *inner), value, dtype=dtype)
    for at, sequence in enumerate(sequences):
        count = min(len(sequence), length)
        if not count:
            continue
        kept = sequence[len(sequence) - count :] if truncating == "pre" else sequence[:count]
        row = np.asarray(kept, dtype=dtype)
        if row.shape[1:] != inner:
            raise ValueError(
                f"`sequences` must hold arrays of one shape, {inner} as in the first. "
                f"Received: sequences[{at}] with {row.shape[1:]}"
            )
        start = length - count if padding == "pre" else 0
        padded[at, start : start + count] = row
    return padded
