"""What Keras 2's backend did with a tensor as such: copies, parts, looks."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.ops.documented import documented
from cornu.ops.promotion import as_tensor

_helper = documented(
    "backend",
    "An array.",
    start="The index where the part begins, one for each axis.",
    size="How much of each axis; -1: all that is left.",
    axis="The axis, or several; None: all.",
    message="What is printed before it.",
    name="A name, which has no effect on a plain array.",
)


@_helper
def identity(x: Any, name: str | None = None) -> Any:
    """Return the same numbers, as an array of their own.

    >>> from cornu import backend as K
    >>> K.identity([1.0, 2.0])
    array([1., 2.], dtype=float32)
    """
    return ops.copy(x)


@_helper
def is_tensor(x: Any) -> Any:
    """Tell whether it is an array.

    >>> from cornu import backend as K
    >>> K.is_tensor(K.constant([1.0])), K.is_tensor([1.0])
    (True, False)
    """
    return ops.is_tensor(x)


@_helper
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Take the logarithm of the sum of exponentials.

    >>> from cornu import backend as K
    >>> float(K.logsumexp([0.0, 0.0]))
    0.6931471824645996
    """
    return ops.logsumexp(x, axis, keepdims)


@_helper
def print_tensor(x: Any, message: str = "") -> Any:
    """Print an array at once, and return it.

    >>> from cornu import backend as K
    >>> print(K.print_tensor([1.0, 2.0], "x ="))
    x = [1. 2.]
    [1. 2.]
    """
    x = as_tensor(x)
    print(message, x) if message else print(x)
    return x


@_helper
def slice(x: Any, start: Any, size: Any) -> Any:
    """Take a part of an array.

    >>> from cornu import backend as K
    >>> K.slice([[1, 2, 3], [4, 5, 6]], (0, 1), (-1, 2))
    array([[2, 3],
           [5, 6]], dtype=int32)
    """
    x = as_tensor(x)
    sizes = [
        length - begin if wanted == -1 else wanted
        for length, begin, wanted in zip(x.shape, start, size, strict=True)
    ]
    return ops.slice(x, start, sizes)
