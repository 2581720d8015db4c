"""What a call builds for data that may yet be refused."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

Result = TypeVar("Result")


class Trial:
    """Within it, a refusal of the data takes back what was built for them.

    It may be entered again and again: around each piece of work of the core, but around no hook,
    whose errors say nothing of the data. An interrupt takes nothing back.

    Args:
        take_back: Takes it back, unless that can't be any more; None: nothing was built.

    Example:

    >>> from cornu.models.trial import Trial
    >>> trial = Trial(lambda: print("taken back"))
    >>> try:
    ...     with trial:
    ...         raise ValueError("NaN")
    ... except ValueError as error:
    ...     print(error)
    taken back
    NaN
    """

    def __init__(self, take_back: Callable[[], None] | None = None) -> None:
        self._take_back = take_back

    @property
    def has_built(self) -> bool:
        """Whether there is anything to take back."""
        return self._take_back is not None

    def around(self, function: Callable[[], Result]) -> Callable[[], Result]:
        """Return a function that calls another one within it; that one, where nothing was built."""
        if self._take_back is None:
            return function

        def call() -> Result:
            with self:
                return function()

        return call

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._take_back is None or kind is None:
            return
        if issubclass(kind, ValueError | TypeError):
            self._take_back()


# Of what is built already.
NO_TRIAL = Trial()
