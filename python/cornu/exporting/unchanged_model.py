"""A model that is read for another program, while other threads may train or change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from cornu.saving.one_moment import at_one_moment

Result = TypeVar("Result")


def read_unchanged(model: Any, read: Callable[[], Result]) -> Result:
    """Return what `read()` returns, called between two steps of whoever trains the model.

    A training waits for it. Another activation in the place of a layer's does not.

    Args:
        model: The model.
        read: Makes of it what is to be written.

    Raises:
        RuntimeError: another thread replaced an activation or a layer; what was read may be of two
            models.

    Example:

    >>> import cornu
    >>> from cornu.exporting.unchanged_model import read_unchanged
    >>> model = cornu.Sequential([cornu.Input((1,)), cornu.layers.Dense(1)])
    >>> read_unchanged(model, model.count_params)
    2
    """

    def read_layers() -> tuple[bool, Result]:
        before = _cores_of(model)
        result = read()
        return _cores_of(model) == before, result

    is_same, result = at_one_moment(model, read_layers)
    if not is_same:
        raise RuntimeError(
            f'Model "{model.name}" was changed by another thread while it was exported: export it '
            "before or after that."
        )
    return result


def _cores_of(model: Any) -> list[Any]:
    """What computes its layers."""
    return [layer._core for layer in model._chain()]
