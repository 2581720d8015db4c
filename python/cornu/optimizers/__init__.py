"""Optimizers: how gradients change weights."""

from __future__ import annotations

from typing import Any

from cornu.optimizers import schedules as schedules
from cornu.optimizers.adam import Adam as Adam
from cornu.optimizers.adamw import AdamW as AdamW
from cornu.optimizers.optimizer import Optimizer as Optimizer
from cornu.optimizers.rmsprop import RMSprop as RMSprop
from cornu.optimizers.sgd import SGD as SGD
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.errors import shown as _shown
from cornu.utils.errors import unknown_name as _unknown_name
from cornu.utils.old_modules import alias_modules as _alias_modules

_BY_NAME: dict[str, type[Optimizer]] = {
    kind.__name__.lower(): kind for kind in (SGD, Adam, AdamW, RMSprop)
}

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "get", "schedules"]


def get(identifier: Any) -> Optimizer | None:
    """Return the optimizer that an `optimizer=` argument stands for.

    Args:
        identifier: A name in any case, such as `"adam"`; an optimizer, which is returned as it is;
            a class; or None.

    Returns:
        An `Optimizer`; None for None.

    Raises:
        ValueError: there is no such optimizer.

    Example:

    >>> import cornu
    >>> type(cornu.optimizers.get("SGD")).__name__
    'SGD'

    Source: https://keras.io/api/optimizers/
    """
    if identifier is None or isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, str):
        made_by = _BY_NAME.get(identifier.lower())
        if made_by is None:
            raise _unknown_name("optimizer", identifier, _BY_NAME, __name__)
        return made_by()
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        return identifier()
    raise ValueError(
        "`optimizer` must be a name or one of cornu.optimizers. "
        f"Received: optimizer={_shown(identifier)} (of type {type(identifier).__name__})"
    )


# Where Keras 2 had some of them.
_alias_modules(__name__, "experimental", "legacy")


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)
