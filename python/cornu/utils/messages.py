"""What cornu tells whoever runs a program: on the screen, or to Python's logging."""

from __future__ import annotations

import sys
from collections.abc import Callable

_is_interactive = True
# What clears the lines that are being written over on a terminal.
_clears: list[Callable[[], None]] = []


def enable_interactive_logging() -> None:
    """Print progress and what callbacks tell, as is done unless something else was said.

    Example:

    >>> import cornu
    >>> cornu.config.enable_interactive_logging()

    Source: https://keras.io/api/utils/config_utils/
    """
    global _is_interactive
    _is_interactive = True


def disable_interactive_logging() -> None:
    """Hand to Python's logging whatever would be printed: progress, what callbacks tell, summaries.

    It goes to the logger `"cornu"` at the level INFO, which `logging` shows nothing of unless it is
    told to. No bar moves; what is done has its one line.

    Example:

    >>> import logging
    >>> import cornu
    >>> cornu.config.disable_interactive_logging()
    >>> logging.getLogger("cornu").setLevel(logging.INFO)  # Each line of `fit`, too.
    >>> cornu.config.enable_interactive_logging()

    Source: https://keras.io/api/utils/config_utils/
    """
    global _is_interactive
    _is_interactive = False


def is_interactive_logging_enabled() -> bool:
    """Return whether progress and messages are printed.

    Example:

    >>> import cornu
    >>> cornu.config.is_interactive_logging_enabled()
    True

    Source: https://keras.io/api/utils/config_utils/
    """
    return _is_interactive


def tell(message: str) -> None:
    """Print a message, or log it.

    Args:
        message: One line or more; the end of the last one is added.
    """
    if _is_interactive:
        for clear in _clears:
            clear()
        print(message, flush=True)
        return
    import logging

    logging.getLogger("cornu").info(message.strip("\n"))


def keep_clear(clear: Callable[[], None]) -> None:
    """Call a function before a message is printed, so that it begins on an empty line.

    Args:
        clear: Clears a line that is being written over.
    """
    _clears.append(clear)


def keep_clear_no_more(clear: Callable[[], None]) -> None:
    """Forget a function that `keep_clear` got.

    Args:
        clear: The function.
    """
    _clears.remove(clear)


def can_print(text: str) -> bool:
    """Return whether the present output has all characters of a text; a log has all."""
    try:
        text.encode((_is_interactive and getattr(sys.stdout, "encoding", None)) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
