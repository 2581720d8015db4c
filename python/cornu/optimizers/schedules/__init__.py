"""Learning rates that are functions of the step."""

from __future__ import annotations

from typing import Any

from cornu.optimizers.schedules.cosine_decay import CosineDecay as CosineDecay
from cornu.optimizers.schedules.cosine_decay_restarts import (
    CosineDecayRestarts as CosineDecayRestarts,
)
from cornu.optimizers.schedules.exponential_decay import ExponentialDecay as ExponentialDecay
from cornu.optimizers.schedules.inverse_time_decay import InverseTimeDecay as InverseTimeDecay
from cornu.optimizers.schedules.learning_rate_schedule import (
    LearningRateSchedule as LearningRateSchedule,
)
from cornu.optimizers.schedules.piecewise_constant_decay import (
    PiecewiseConstantDecay as PiecewiseConstantDecay,
)
from cornu.optimizers.schedules.polynomial_decay import PolynomialDecay as PolynomialDecay
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.errors import shown as _shown

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """Return a schedule as a dictionary that can be written as JSON.

    Args:
        learning_rate_schedule: The schedule.

    Returns:
        Its module, class and `get_config()`.

    Example:

    >>> import cornu
    >>> schedules = cornu.optimizers.schedules
    >>> schedules.serialize(schedules.CosineDecay(0.1, 10))["class_name"]
    'CosineDecay'

    Source: https://keras.io/api/optimizers/learning_rate_schedules/
    """
    from cornu.saving.serialization import serialize_keras_object

    return serialize_keras_object(learning_rate_schedule)


def deserialize(
    config: dict[str, Any], custom_objects: dict[str, Any] | None = None
) -> LearningRateSchedule:
    """Make a schedule from what `serialize` returned.

    Args:
        config: The dictionary; `module` and `config` may be left out.
        custom_objects: Classes of one's own, by name.

    Raises:
        ValueError: there is no such class.

    Example:

    >>> import cornu
    >>> settings = {"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.1,
    ...                                                     "decay_steps": 10}}
    >>> float(cornu.optimizers.schedules.deserialize(settings)(10))
    0.0

    Source: https://keras.io/api/optimizers/learning_rate_schedules/
    """
    from cornu.saving.serialization import deserialize_keras_object

    name = config.get("class_name") if isinstance(config, dict) else None
    if not isinstance(name, str) or name in ("serialize", "deserialize"):
        raise ValueError(
            f"`config` must be what `serialize` returned. Received: config={_shown(config)}"
        )
    return deserialize_keras_object(
        {"module": "keras.optimizers.schedules", "config": {}, **config}, custom_objects
    )


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
