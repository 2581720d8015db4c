"""What a peer gives a worker: something to run again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Task:
    """Attributes:
    run: Does the work so many times: epochs, calls or passes. Returns the loss of the last
        epoch, or what was predicted.
    reset: Puts the weights back to where they began, before each sample: a network that has
        learned all there is computes with other numbers.
    share: The part of its rows that an epoch uses.
    """

    run: Callable
    reset: Callable[[], None] = lambda: None
    share: float = 1.0


def repeated(function: Callable) -> Task:
    """Return a task that calls a function of no arguments."""

    def run(repeat: int):
        for _ in range(repeat):
            result = function()
        return result

    return Task(run)


def chunked(function: Callable, x, size: int) -> list:
    """Call a function on so many rows at a time."""
    return [function(x[i : i + size]) for i in range(0, len(x), size)]


def on_one_or_all(make: Callable[[], Task], threads: int, limit: Callable[[int], object]) -> list:
    """Return a task on one thread and, where there are more, one on all: the faster one counts.

    Args:
        make: Makes the task.
        threads: All of them.
        limit: Sets how many threads there are from now on.
    """

    def limited(count: int) -> Task:
        task = make()

        def run(repeat: int):
            limit(count)
            return task.run(repeat)

        return Task(run, task.reset, task.share)

    return [limited(count) for count in sorted({1, threads})]


def limit_blas(count: int) -> None:
    """Set the threads of NumPy's OpenBLAS, where threadpoolctl is there: scikit-learn needs it."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return
    threadpool_limits(count)
