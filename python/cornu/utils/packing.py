"""A batch of inputs, targets and weights as one tuple, and back."""

from __future__ import annotations

from typing import Any

from cornu.utils.errors import shown


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Return inputs, targets and weights as a batch, as a data set gives it to `fit`.

    Args:
        x: Inputs.
        y: Targets; None: there are none.
        sample_weight: Weights of rows; None: there are none.

    Returns:
        `(x, y, sample_weight)` or `(x, y)`; without targets `x`, or `(x,)` where `x` is a tuple or
        a list.

    Example:

    >>> import cornu
    >>> cornu.utils.pack_x_y_sample_weight([1], [2]), cornu.utils.pack_x_y_sample_weight([1])
    (([1], [2]), ([1],))

    Source: https://keras.io/api/utils/
    """
    if y is None:
        return (x,) if isinstance(x, tuple | list) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Return a batch's inputs, targets and weights; None for what it has not.

    Args:
        data: `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`, a list counting as a tuple.

    Raises:
        ValueError: it is a tuple of another length.

    Example:

    >>> import cornu
    >>> cornu.utils.unpack_x_y_sample_weight((1, 2))
    (1, 2, None)

    Source: https://keras.io/api/utils/
    """
    parts = tuple(data) if isinstance(data, tuple | list) else (data,)
    if not 1 <= len(parts) <= 3:
        raise ValueError(
            "Data is expected to be in format `x`, `(x,)`, `(x, y)`, or `(x, y, sample_weight)`. "
            f"Received: {shown(data)}"
        )
    x, y, sample_weight = (*parts, None, None)[:3]
    return x, y, sample_weight
