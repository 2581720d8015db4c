"""An output of a notebook's cell whose text is replaced as things go on."""

from __future__ import annotations

import sys
import time
from typing import Any

from cornu.utils.extras import ipython_shell

# Seconds between two texts: each is a message to the browser, and is kept until it has been sent.
INTERVAL = 0.25


class NotebookDisplay:
    """One output below a cell; the last text stays, in the saved notebook too.

    Example:

    >>> from cornu.callbacks.notebook_display import NotebookDisplay
    >>> display = NotebookDisplay()
    >>> display.flush()  # There is nothing to show yet, so there is no output either.
    """

    def __init__(self) -> None:
        self._handle: Any = None
        self._waiting: str | None = None
        self._shown = 0.0

    def show(self, text: str) -> None:
        """Show a text in place of the last one; as soon as that is some time ago.

        Args:
            text: One line or more.
        """
        self._waiting = text
        if self._handle is None or time.monotonic() - self._shown >= INTERVAL:
            self.flush()

    def flush(self) -> None:
        """Show the text that waits, if one does."""
        if self._waiting is None:
            return
        content = {"text/plain": self._waiting}
        if self._handle is None:
            from IPython.display import display

            self._handle = display(content, raw=True, display_id=True)
        else:
            self._handle.update(content, raw=True)
        self._waiting = None
        self._shown = time.monotonic()


def in_notebook() -> bool:
    """Return whether what is printed goes to a Jupyter kernel, and not to a file or a terminal.

    Example:

    >>> from cornu.callbacks.notebook_display import in_notebook
    >>> in_notebook()
    False
    """
    # The output of a cell may have been sent elsewhere, as `%%capture` does.
    if not type(sys.stdout).__module__.startswith("ipykernel."):
        return False
    return getattr(ipython_shell(), "kernel", None) is not None
