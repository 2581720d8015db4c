"""Limits on epochs and steps, by which a whole program is tried out quickly."""

from __future__ import annotations

import warnings

from cornu.utils.number import check_integer
from cornu.utils.user_frame import user_level

_max_epochs: int | None = None
_max_steps_per_epoch: int | None = None


def set_max_epochs(max_epochs: int | None) -> None:
    """Set how many epochs any `fit` has at most, whatever it is given.

    Args:
        max_epochs: A positive integer; None: no limit.

    Raises:
        ValueError: it is something else.

    Example:

    >>> import cornu
    >>> cornu.config.set_max_epochs(1)
    >>> cornu.config.max_epochs()
    1
    >>> cornu.config.set_max_epochs(None)

    Source: https://keras.io/api/utils/config_utils/
    """
    global _max_epochs
    _max_epochs = None if max_epochs is None else check_integer("max_epochs", max_epochs)


def max_epochs() -> int | None:
    """Return how many epochs any `fit` has at most; None: there is no limit.

    Example:

    >>> import cornu
    >>> cornu.config.max_epochs() is None
    True

    Source: https://keras.io/api/utils/config_utils/
    """
    return _max_epochs


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Set how many batches an epoch, a validation, an evaluation and a prediction have at most.

    Args:
        max_steps_per_epoch: A positive integer; None: no limit.

    Raises:
        ValueError: it is something else.

    Example:

    >>> import cornu
    >>> cornu.config.set_max_steps_per_epoch(10)
    >>> cornu.config.max_steps_per_epoch()
    10
    >>> cornu.config.set_max_steps_per_epoch(None)

    Source: https://keras.io/api/utils/config_utils/
    """
    global _max_steps_per_epoch
    _max_steps_per_epoch = (
        None
        if max_steps_per_epoch is None
        else check_integer("max_steps_per_epoch", max_steps_per_epoch)
    )


def max_steps_per_epoch() -> int | None:
    """Return how many batches an epoch has at most; None: there is no limit.

    Example:

    >>> import cornu
    >>> cornu.config.max_steps_per_epoch() is None
    True

    Source: https://keras.io/api/utils/config_utils/
    """
    return _max_steps_per_epoch


def limited_epochs(epochs: int) -> int:
    """Return the epoch to end before, which the limit may have come before; warns where it has."""
    if _max_epochs is None or epochs <= _max_epochs:
        return epochs
    warnings.warn(f"Limiting epochs to {_max_epochs}", stacklevel=user_level())
    return _max_epochs


def limited_steps(steps: int | None, count: int | None) -> int | None:
    """Return how many batches to take, which may be the limit; warns where it is.

    Args:
        steps: How many were asked for; None: all.
        count: How many there are; None: not known.
    """
    limit, wanted = _max_steps_per_epoch, count if steps is None else steps
    if limit is None or (wanted is not None and wanted <= limit):
        return steps
    warnings.warn(f"Limiting steps_per_epoch to {limit}", stacklevel=user_level())
    return limit
