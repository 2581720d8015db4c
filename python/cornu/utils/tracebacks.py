"""Tracebacks without cornu's own lines, where a program asks for such."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

from cornu.utils.extras import ipython_shell
from cornu.utils.user_frame import root_of

# What showed errors before; None: tracebacks are shown whole.
_before: Callable[..., Any] | None = None


def enable_traceback_filtering() -> None:
    """Leave cornu's own lines out of the tracebacks of errors that end a program.

    Those of the program's own code that cornu calls, such as a callback, stay. It is done where
    Python shows the error (`sys.excepthook`, and in a notebook IPython), so that it costs a call
    nothing; an exception that is caught has its whole traceback.

    Example:

    >>> import cornu
    >>> cornu.config.enable_traceback_filtering()
    >>> cornu.config.is_traceback_filtering_enabled()
    True
    >>> cornu.config.disable_traceback_filtering()

    Source: https://keras.io/api/utils/config_utils/
    """
    global _before
    if _before is None:
        _before = sys.excepthook
        sys.excepthook = _show
        _in_notebook((Exception,), _show_in_notebook)


def disable_traceback_filtering() -> None:
    """Show tracebacks whole, as is done unless something else was said.

    Example:

    >>> import cornu
    >>> cornu.config.disable_traceback_filtering()

    Source: https://keras.io/api/utils/config_utils/
    """
    global _before
    if _before is not None:
        # Whoever has set another one since has the say.
        if sys.excepthook is _show:
            sys.excepthook = _before
        _before = None
        _in_notebook((), None)


def is_traceback_filtering_enabled() -> bool:
    """Return whether tracebacks leave cornu's own lines out.

    Example:

    >>> import cornu
    >>> cornu.config.is_traceback_filtering_enabled()
    False

    Source: https://keras.io/api/utils/config_utils/
    """
    return _before is not None


def _show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    show = sys.__excepthook__ if _before is None else _before
    _filter(error)
    show(kind, error, error.__traceback__)


def _show_in_notebook(shell: Any, kind: Any, error: Any, trace: Any, tb_offset: Any = None) -> None:
    _filter(error)
    shell.showtraceback((kind, error, error.__traceback__), tb_offset=tb_offset)


def _in_notebook(kinds: tuple[type[BaseException], ...], handler: Any) -> None:
    shell = ipython_shell()
    if shell is not None:
        shell.set_custom_exc(kinds, handler)


def _filter(error: BaseException) -> None:
    """Filter what is shown of an error, and of those that it came from."""
    seen: set[int] = set()
    shown: BaseException | None = error
    while shown is not None and id(shown) not in seen:
        seen.add(id(shown))
        # Python shows the error's own one, whatever else a hook is given.
        shown.__traceback__ = _filtered(shown.__traceback__)
        shown = shown.__cause__ or shown.__context__


def _filtered(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without cornu's frames; whole where there would be none left."""
    kept, part = [], trace
    while part is not None:
        if root_of(part.tb_frame) != "cornu":
            kept.append(part)
        part = part.tb_next
    found = None
    for part in reversed(kept):
        found = TracebackType(found, part.tb_frame, part.tb_lasti, part.tb_lineno)
    return trace if found is None else found
