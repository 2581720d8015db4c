"""Whether what is being made is of plain values that may come from anywhere, such as a file's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cornu.utils.errors import shown

# Whether the call under way refuses what may do harm; None: there is none under way.
_is_safe: ContextVar[bool | None] = ContextVar("is_safe", default=None)
# Regular expressions of it may have so many letters, which take about a second to compile.
_MOST_LETTERS = 200_000
_letters: ContextVar[int] = ContextVar("letters", default=_MOST_LETTERS)


@contextmanager
def as_of_file(safe_mode: bool) -> Iterator[None]:
    """Say whether what is made meanwhile is of plain values that may come from anywhere, so that
    what may do harm is refused; the outermost call says it.

    Args:
        safe_mode: Whether they may come from anywhere, and what may do harm is refused.
    """
    from cornu import config as settings

    under_way = _is_safe.get()
    if under_way is None:
        _letters.set(_MOST_LETTERS)
    is_safe = bool(safe_mode) if under_way is None else under_way
    token = _is_safe.set(is_safe and not settings._allows_harm)
    try:
        yield
    finally:
        _is_safe.reset(token)


def is_of_file() -> bool:
    """Return whether an object is being made of plain values that may come from anywhere."""
    return _is_safe.get() is True


def take_letters(count: int) -> None:
    """Count the letters of a regular expression, before it is compiled.

    Args:
        count: How many it has, or how many others take as long.

    Raises:
        ValueError: with those before they are more than plain values may have.
    """
    left = _letters.get() - count
    if left < 0:
        raise ValueError(
            f"The regular expressions of a file must have at most {_MOST_LETTERS} letters. "
            "Call `cornu.config.enable_unsafe_deserialization()` if you trust where they come from."
        )
    _letters.set(left)


def advice_on_own(name: str) -> str:
    """Return what to do about a name that stands for nothing, after a space; "" unless an object is
    being made of plain values."""
    if _is_safe.get() is None:
        return ""
    return f" If it is your own, pass custom_objects={{{shown(name)}: ...}}."
