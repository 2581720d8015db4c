"""Packages that only some of cornu needs: imported when they are used, or an error says how to."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


def require(module: str, extra: str, user: str) -> Any:
    """Return a module of a package that an extra of cornu installs.

    Args:
        module: The module's name.
        extra: The extra's.
        user: What needs it, for the error.

    Raises:
        ImportError: it is not installed.

    Example:

    >>> from cornu.utils.extras import require
    >>> require("no_such_package", "sklearn", "SKLearnClassifier")
    Traceback (most recent call last):
    ImportError: SKLearnClassifier needs no_such_package, which isn't installed. Install it with:
    pip install 'cornu[sklearn]'
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != module.partition(".")[0]:
            raise
        package = module.partition(".")[0]
        raise ImportError(
            f"{user} needs {package}, which isn't installed. Install it with: "
            f"pip install 'cornu[{extra}]'",
            name=error.name,
        ) from None


def ipython_shell() -> Any:
    """Return IPython's shell that the program runs in, as in a notebook; None: there is none.

    Example:

    >>> from cornu.utils.extras import ipython_shell
    >>> ipython_shell() is None
    True
    """
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
