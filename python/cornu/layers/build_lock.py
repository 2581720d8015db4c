"""The lock under which weights are made."""

from __future__ import annotations

import os
import threading

_lock = threading.RLock()


def build_lock() -> threading.RLock:
    """Return what is held while weights are made, so that two threads that call one unbuilt model
    make them once.
    """
    return _lock


def _renew() -> None:
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    # A thread that holds the lock when another one forks does not exist in the child.
    os.register_at_fork(after_in_child=_renew)
