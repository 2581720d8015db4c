"""What is said of a file that can't be loaded: one error, and it names the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def naming(path: str) -> Iterator[None]:
    """Load a file within: an error about what is in it names it.

    Args:
        path: The file's path.

    Raises:
        ValueError: one came from within, or what is in the file is nested too deep.
        MemoryError: there is not enough memory for it.

    Example:

    >>> from cornu.saving.damaged_file import naming
    >>> with naming("m.keras"):
    ...     raise ValueError("`units` must be a positive integer. Received: units=-1")
    Traceback (most recent call last):
    ValueError: 'm.keras' can't be loaded: `units` must be a positive integer. Received: units=-1
    """
    try:
        yield
    except RecursionError:
        raise ValueError(f"{path!r} can't be loaded: it is nested too deep.") from None
    except MemoryError as error:
        raise MemoryError(f"{path!r} can't be loaded: not enough memory. {error}") from None
    except ValueError as error:
        if repr(path) in str(error):
            raise
        raise ValueError(f"{path!r} can't be loaded: {error}") from error
