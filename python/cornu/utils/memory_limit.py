"""How much memory a file may ask for: in proportion to what it takes itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Enough for all that is small, whatever a file says of itself.
_SMALL_NBYTES = 2**24
# What deflating makes of a file whose weights are mostly 0. Of others it leaves nine tenths.
_TIMES_FILE = 32

# What weights may still take; None: as much as there is.
_left: ContextVar[int | None] = ContextVar("left", default=None)


def most_nbytes(file_nbytes: int) -> int:
    """Return how much a file of that size may unpack to, or have weights of, in bytes."""
    return _SMALL_NBYTES + _TIMES_FILE * file_nbytes


@contextmanager
def limited_weights(file_nbytes: int) -> Iterator[None]:
    """Let models that are made within have no more weights than a file of that size may have."""
    token = _left.set(most_nbytes(file_nbytes))
    try:
        yield
    finally:
        _left.reset(token)


def take_weights(nbytes: int) -> None:
    """Count weights or a vocabulary, before they are written to.

    Args:
        nbytes: What they take.

    Raises:
        ValueError: with those before they are more than the file may have.

    Example:

    >>> from cornu.utils.memory_limit import limited_weights, take_weights
    >>> with limited_weights(1000):
    ...     take_weights(10**12)
    Traceback (most recent call last):
    ValueError: Weights and vocabularies must take at most 16809216 bytes more, in a file of ...
    """
    left = _left.get()
    if left is None:
        return
    if nbytes > left:
        raise ValueError(
            f"Weights and vocabularies must take at most {left} bytes more, in a file of its size. "
            f"Received: {nbytes} bytes"
        )
    _left.set(left - nbytes)
