"""Exceptions of the user's own code, which are handed on as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_MARK = "_raised_by_user"


@contextmanager
def user_code() -> Iterator[None]:
    """Within it runs code of the user's: what it raises is not about the data."""
    try:
        yield
    except BaseException as error:
        setattr(error, _MARK, True)
        raise


def is_of_user(error: BaseException | None) -> bool:
    """Return whether an exception came from code of the user's.

    Example:

    >>> from cornu.custom.raised import is_of_user, user_code
    >>> try:
    ...     with user_code():
    ...         raise ValueError("mine")
    ... except ValueError as error:
    ...     is_of_user(error), is_of_user(ValueError("another"))
    (True, False)
    """
    return getattr(error, _MARK, False)
