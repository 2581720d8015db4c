"""Initializers: the first values of weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cornu.initializers.constants import Constant as Constant
from cornu.initializers.constants import Ones as Ones
from cornu.initializers.constants import Zeros as Zeros
from cornu.initializers.distributions import RandomNormal as RandomNormal
from cornu.initializers.distributions import RandomUniform as RandomUniform
from cornu.initializers.distributions import TruncatedNormal as TruncatedNormal
from cornu.initializers.initializer import Initializer as Initializer
from cornu.initializers.matrices import Identity as Identity
from cornu.initializers.matrices import Orthogonal as Orthogonal
from cornu.initializers.named import GlorotNormal as GlorotNormal
from cornu.initializers.named import GlorotUniform as GlorotUniform
from cornu.initializers.named import HeNormal as HeNormal
from cornu.initializers.named import HeUniform as HeUniform
from cornu.initializers.named import LecunNormal as LecunNormal
from cornu.initializers.named import LecunUniform as LecunUniform
from cornu.initializers.variance_scaling import VarianceScaling as VarianceScaling
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.arrays import any_type as _any_type
from cornu.utils.custom_objects import CustomObjectScope as _CustomObjectScope
from cornu.utils.errors import shown as _shown
from cornu.utils.lookup import look_up as _look_up

constant = Constant
zeros = Zeros
ones = Ones
random_normal = RandomNormal
random_uniform = RandomUniform
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
he_normal = HeNormal
he_uniform = HeUniform
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
orthogonal = OrthogonalInitializer = Orthogonal
identity = IdentityInitializer = Identity

_CLASSES = {
    "constant": Constant,
    "zeros": Zeros,
    "ones": Ones,
    "random_normal": RandomNormal,
    "random_uniform": RandomUniform,
    "truncated_normal": TruncatedNormal,
    "variance_scaling": VarianceScaling,
    "glorot_normal": GlorotNormal,
    "glorot_uniform": GlorotUniform,
    "he_normal": HeNormal,
    "he_uniform": HeUniform,
    "lecun_normal": LecunNormal,
    "lecun_uniform": LecunUniform,
    "orthogonal": Orthogonal,
    "identity": Identity,
}
_BY_NAME: dict[str, type[Initializer]] = dict(_CLASSES)
_BY_NAME.update({made_by.__name__: made_by for made_by in _CLASSES.values()})
_BY_NAME.update(normal=RandomNormal, uniform=RandomUniform, zero=Zeros, one=Ones)
_BY_NAME.update(OrthogonalInitializer=Orthogonal, IdentityInitializer=Identity)

__all__ = [
    "Initializer",
    *_CLASSES,
    *(made_by.__name__ for made_by in _CLASSES.values()),
    "OrthogonalInitializer",
    "IdentityInitializer",
    "get",
    "serialize",
    "deserialize",
]


def get(identifier: Any) -> Any:
    """Return the initializer that a `kernel_initializer=` argument stands for.

    Args:
        identifier: A name such as `"he_normal"` or `"HeNormal"`; an initializer or its class; a
            function of `(shape, dtype)`; an array, which is the value itself; or None.

    Returns:
        A function of `(shape, dtype)`; None for None.

    Raises:
        ValueError: there is no such initializer.

    Example:

    >>> import cornu
    >>> cornu.initializers.get("zeros")((2,))
    array([0., 0.], dtype=float32)

    Source: https://keras.io/api/layers/initializers/
    """
    if identifier is None:
        return None
    if isinstance(identifier, np.ndarray | np.generic):
        return _value_of(np.asarray(identifier))
    thing = _look_up("initializer", identifier, _BY_NAME, __name__)
    if not callable(thing):
        raise ValueError(
            "An initializer must be a name, a function of `(shape, dtype)` or an array. "
            f"Received: {_shown(identifier)} (of type {type(identifier).__name__})"
        )
    return thing


def serialize(initializer: Any) -> Any:
    """Return plain values that `deserialize` makes the initializer of again.

    Args:
        initializer: An initializer, or a function.

    Raises:
        ValueError: there is no plain form of it.

    Example:

    >>> import cornu
    >>> cornu.initializers.serialize(cornu.initializers.Constant(0.5))["config"]
    {'value': 0.5}

    Source: https://keras.io/api/layers/initializers/
    """
    from cornu.saving.serialization import serialize_keras_object

    return serialize_keras_object(initializer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the initializer that `serialize` was given, or that a name stands for.

    Args:
        config: What it returned; `module` and `config` may be left out. Or what `get` takes.
        custom_objects: Classes and functions of one's own by name.

    Raises:
        ValueError: there is no such initializer.

    Example:

    >>> import cornu
    >>> cornu.initializers.deserialize({"class_name": "Zeros", "config": {}})
    Zeros()

    Source: https://keras.io/api/layers/initializers/
    """
    with _CustomObjectScope(custom_objects):
        return get(config)


def _value_of(array: np.ndarray) -> Callable[..., np.ndarray]:
    def initialize(shape: Any, dtype: Any = None) -> np.ndarray:
        if tuple(shape) != array.shape:
            raise ValueError(
                f"An array as initializer must have the shape of the weight, {tuple(shape)}. "
                f"Received: one of shape {array.shape}"
            )
        return array.astype(_any_type(dtype))

    return initialize


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
