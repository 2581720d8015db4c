"""How much memory a file may ask for: in proportion to what it takes itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cornu.utils.errors import shown

# Enough for all that is small, whatever a file says of itself.
_SMALL_NBYTES = 2**24
# What deflating makes of a file whose weights are mostly 0. Of others it leaves nine tenths.
_TIMES_FILE = 32

# Of a model's name, which stands in the path of each weight.
_MOST_LETTERS = 1000

# What weights, and what else a file has, may still take; None: as much as there is.
_weights: ContextVar[int | None] = ContextVar("weights", default=None)
_contents: ContextVar[int | None] = ContextVar("contents", default=None)


def most_nbytes(file_nbytes: int) -> int:
    """Return how much a file of that size may unpack to, or have weights of, in bytes."""
    return _SMALL_NBYTES + _TIMES_FILE * file_nbytes


@contextmanager
def limited_weights(file_nbytes: int) -> Iterator[None]:
    """Let models that are made within have no more weights than a file of that size may have."""
    with _limited(_weights, file_nbytes):
        yield


@contextmanager
def limited_contents(file_nbytes: int) -> Iterator[None]:
    """Let what is read within, but for weights, take no more than it may of a file of that size."""
    with _limited(_contents, file_nbytes):
        yield


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
    _take(_weights, "Weights and vocabularies", nbytes)


def take_contents(what: str, nbytes: int) -> None:
    """Count what is read of a file beside weights: one thing can stand in many places of it.

    Args:
        what: What it is, in errors.
        nbytes: What it takes in memory.

    Raises:
        ValueError: with what was read before it is more than the file may have.

    Example:

    >>> from cornu.utils.memory_limit import limited_contents, take_contents
    >>> with limited_contents(1000):
    ...     take_contents("The names of weights", 10**12)
    Traceback (most recent call last):
    ValueError: The names of weights must take at most 16809216 bytes more, in a file of its size...
    """
    _take(_contents, what, nbytes)


def check_length(what: str, text: str) -> None:
    """Check a text of a file that is repeated in others.

    Args:
        what: What it is, in errors.
        text: The text; where nothing is limited it may be of any length.

    Raises:
        ValueError: it is too long.

    Example:

    >>> from cornu.utils.memory_limit import check_length, limited_contents
    >>> with limited_contents(1000):
    ...     check_length("`name`", "n" * 1001)
    Traceback (most recent call last):
    ValueError: `name` must have at most 1000 letters in a file. Received: 'nnnnnnnn...
    """
    if _contents.get() is not None and len(text) > _MOST_LETTERS:
        raise ValueError(
            f"{what} must have at most {_MOST_LETTERS} letters in a file. "
            f"Received: {shown(text)}, {len(text)} letters"
        )


@contextmanager
def _limited(left: ContextVar[int | None], file_nbytes: int) -> Iterator[None]:
    token = left.set(most_nbytes(file_nbytes))
    try:
        yield
    finally:
        left.reset(token)


def _take(left: ContextVar[int | None], what: str, nbytes: int) -> None:
    most = left.get()
    if most is None:
        return
    if nbytes > most:
        raise ValueError(
            f"{what} must take at most {most} bytes more, in a file of its size. "
            f"Received: {nbytes} bytes"
        )
    left.set(most - nbytes)
