"""Optimizers: how gradients change weights."""

from __future__ import annotations

from collections.abc import Callable as _Callable
from typing import Any

from cornu.optimizers import schedules as schedules
from cornu.optimizers.adadelta import Adadelta as Adadelta
from cornu.optimizers.adafactor import Adafactor as Adafactor
from cornu.optimizers.adagrad import Adagrad as Adagrad
from cornu.optimizers.adam import Adam as Adam
from cornu.optimizers.adamax import Adamax as Adamax
from cornu.optimizers.adamw import AdamW as AdamW
from cornu.optimizers.ftrl import Ftrl as Ftrl
from cornu.optimizers.lamb import Lamb as Lamb
from cornu.optimizers.lion import Lion as Lion
from cornu.optimizers.multi_optimizer import MultiOptimizer as MultiOptimizer
from cornu.optimizers.muon import Muon as Muon
from cornu.optimizers.nadam import Nadam as Nadam
from cornu.optimizers.optimizer import Optimizer as Optimizer
from cornu.optimizers.optimizer_map import OptimizerMap as OptimizerMap
from cornu.optimizers.rmsprop import RMSprop as RMSprop
from cornu.optimizers.schedule_free_adamw import ScheduleFreeAdamW as ScheduleFreeAdamW
from cornu.optimizers.sgd import SGD as SGD
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.errors import shown as _shown
from cornu.utils.errors import unknown_name as _unknown_name
from cornu.utils.old_modules import alias_modules as _alias_modules

_BY_NAME: dict[str, _Callable[..., Optimizer]] = {
    kind.__name__.lower(): kind
    for kind in (
        SGD,
        Adadelta,
        Adafactor,
        Adagrad,
        Adam,
        AdamW,
        Adamax,
        Ftrl,
        Lamb,
        Lion,
        MultiOptimizer,
        Muon,
        Nadam,
        RMSprop,
        ScheduleFreeAdamW,
    )
}

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "OptimizerMap",
    "RMSprop",
    "ScheduleFreeAdamW",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]


def get(identifier: Any) -> Optimizer | None:
    """Return the optimizer that an `optimizer=` argument stands for.

    Args:
        identifier: A name in any case, such as `"adam"`; an optimizer, which is returned as it is;
            a class; what `serialize` returned; or None.

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
        kind: _Callable[..., Optimizer] = identifier
        return kind()
    if isinstance(identifier, dict):
        return deserialize(identifier)
    raise ValueError(
        "`optimizer` must be a name or one of cornu.optimizers. "
        f"Received: optimizer={_shown(identifier)} (of type {type(identifier).__name__})"
    )


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """Return an optimizer, without its state, as a dictionary that can be written as JSON.

    Args:
        optimizer: The optimizer.

    Returns:
        Its module, class and `get_config()`.

    Example:

    >>> import cornu
    >>> cornu.optimizers.serialize(cornu.optimizers.SGD(0.1))["class_name"]
    'SGD'

    Source: https://keras.io/api/optimizers/
    """
    from cornu.saving.serialization import serialize_keras_object

    return serialize_keras_object(optimizer)


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Optimizer:
    """Make an optimizer from what `serialize` returned.

    Args:
        config: The dictionary; `module` and `config` may be left out, and the name of a class of
            cornu's may be in any case.
        custom_objects: Classes of one's own, by name.

    Raises:
        ValueError: there is no such class, or it is no optimizer's.

    Example:

    >>> import cornu
    >>> settings = {"class_name": "sgd", "config": {"learning_rate": 0.25}}
    >>> float(cornu.optimizers.deserialize(settings).learning_rate)
    0.25

    Source: https://keras.io/api/optimizers/
    """
    from cornu.saving.serialization import deserialize_keras_object

    name = config.get("class_name") if isinstance(config, dict) else None
    if not isinstance(name, str) or name in ("serialize", "deserialize", "get"):
        raise ValueError(
            f"`config` must be what `serialize` returned. Received: config={_shown(config)}"
        )
    if name not in (custom_objects or {}):
        name = getattr(_BY_NAME.get(name.lower()), "__name__", name)
    made = deserialize_keras_object(
        {"module": "keras.optimizers", "config": {}, **config, "class_name": name}, custom_objects
    )
    if not isinstance(made, Optimizer):
        raise ValueError(f"`config` must be of an optimizer. Received: config={_shown(config)}")
    return made


# Where Keras 2 had some of them.
_alias_modules(__name__, "experimental", "legacy")


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
