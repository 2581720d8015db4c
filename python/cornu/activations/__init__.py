"""Activation functions, one by one on arrays and by name in layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cornu.activations.apply import SPECIFICATIONS as _SPECIFICATIONS
from cornu.activations.rectifiers import celu as celu
from cornu.activations.rectifiers import elu as elu
from cornu.activations.rectifiers import hard_shrink as hard_shrink
from cornu.activations.rectifiers import leaky_relu as leaky_relu
from cornu.activations.rectifiers import relu as relu
from cornu.activations.rectifiers import relu6 as relu6
from cornu.activations.rectifiers import selu as selu
from cornu.activations.rectifiers import soft_shrink as soft_shrink
from cornu.activations.rectifiers import threshold as threshold
from cornu.activations.rowwise import glu as glu
from cornu.activations.rowwise import log_softmax as log_softmax
from cornu.activations.rowwise import softmax as softmax
from cornu.activations.rowwise import sparsemax as sparsemax
from cornu.activations.sigmoids import hard_sigmoid as hard_sigmoid
from cornu.activations.sigmoids import hard_tanh as hard_tanh
from cornu.activations.sigmoids import log_sigmoid as log_sigmoid
from cornu.activations.sigmoids import sigmoid as sigmoid
from cornu.activations.sigmoids import softsign as softsign
from cornu.activations.sigmoids import sparse_sigmoid as sparse_sigmoid
from cornu.activations.sigmoids import tanh as tanh
from cornu.activations.sigmoids import tanh_shrink as tanh_shrink
from cornu.activations.smooth import exponential as exponential
from cornu.activations.smooth import gelu as gelu
from cornu.activations.smooth import hard_silu as hard_silu
from cornu.activations.smooth import linear as linear
from cornu.activations.smooth import mish as mish
from cornu.activations.smooth import silu as silu
from cornu.activations.smooth import softplus as softplus
from cornu.activations.smooth import sparse_plus as sparse_plus
from cornu.activations.smooth import squareplus as squareplus
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.custom_objects import CustomObjectScope as _CustomObjectScope
from cornu.utils.errors import shown as _shown
from cornu.utils.lookup import entry_of as _entry_of
from cornu.utils.lookup import look_up as _look_up

if TYPE_CHECKING:
    from cornu._core import ActivationSpec

swish = silu
hard_swish = hard_silu

_BY_NAME: dict[str, Callable[..., Any]] = {
    function.__name__: function for function in _SPECIFICATIONS
}
_BY_NAME.update(swish=silu, hard_swish=hard_silu)

__all__ = [*_BY_NAME, "deserialize", "get", "serialize"]


def get(identifier: Any) -> Callable[..., Any]:
    """Return the activation function that an `activation=` argument stands for.

    Args:
        identifier: A name such as `"relu"`; a function, which is returned as it is; a
            configuration, which `serialize` returned; or None for `linear`.

    Returns:
        A function of an array.

    Raises:
        ValueError: there is no such activation.

    Example:

    >>> import cornu
    >>> cornu.activations.get("swish") is cornu.activations.silu
    True

    Source: https://keras.io/api/layers/activations/
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str | Mapping):
        return _look_up("activation", identifier, _BY_NAME, __name__)
    if callable(identifier):
        return identifier
    raise ValueError(
        "`activation` must be a name, a function or None. "
        f"Received: activation={_shown(identifier)} (of type {type(identifier).__name__})"
    )


def serialize(activation: Any) -> Any:
    """Return an activation as plain values: its name, if it is one of this module.

    Args:
        activation: A function, or an object with `get_config`.

    Raises:
        ValueError: there is no plain form of it.

    Example:

    >>> import cornu
    >>> cornu.activations.serialize(cornu.activations.relu)
    'relu'

    Source: https://keras.io/api/layers/activations/
    """
    from cornu.saving.serialization import serialize_argument

    if _entry_of(_SPECIFICATIONS, activation) is not None:
        return activation.__name__
    return serialize_argument(activation)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the activation that `serialize` was given.

    Args:
        config: What it returned.
        custom_objects: Functions of one's own by name.

    Raises:
        ValueError: there is no such activation.

    Example:

    >>> import cornu
    >>> cornu.activations.deserialize("relu") is cornu.activations.relu
    True

    Source: https://keras.io/api/layers/activations/
    """
    with _CustomObjectScope(custom_objects):
        return get(config)


def specification(identifier: Any) -> ActivationSpec:
    """Return what the core is told of an activation within a model.

    Args:
        identifier: What `get` takes; also a `functools.partial` of one of this module's functions,
            with its arguments by name, for other parameters than the default ones.

    Returns:
        The core's name and the parameters; none stands for the default ones.

    Raises:
        ValueError: it isn't an activation of this module, or its arguments don't suffice.

    Example:

    >>> import functools
    >>> import cornu
    >>> cornu.activations.specification("tanh")
    ('tanh', ())
    >>> leaky = functools.partial(cornu.activations.leaky_relu, negative_slope=0.1)
    >>> cornu.activations.specification(leaky)
    ('leaky_relu', (0.1,))
    """
    specification = core_specification(identifier)
    if specification is None:
        raise ValueError(
            "`activation` must be one of cornu.activations. "
            f"Received: activation={_shown(identifier)}"
        )
    return specification


def core_specification(identifier: Any) -> Any:
    """Return what the core is told of an activation, or None of a function that it has not.

    Args:
        identifier: As of `specification`; also a layer that is such an activation: `LeakyReLU()`.

    Raises:
        ValueError: it is no activation, or its arguments don't suffice.

    Example:

    >>> import cornu
    >>> from cornu.activations import core_specification
    >>> core_specification("tanh"), core_specification(lambda x: x)
    (('tanh', ()), None)
    """
    function = get(identifier)
    layer = getattr(function, "_activation_in_core", None)
    if isinstance(layer, tuple):
        return layer
    keywords: dict[str, Any] = {}
    # functools is no import of this module's: only a partial brings it in.
    if (
        hasattr(function, "func")
        and hasattr(function, "keywords")
        and not getattr(function, "args", ())
    ):
        function, keywords = function.func, function.keywords
    specify = _entry_of(_SPECIFICATIONS, function)
    if specify is None:
        return None
    try:
        return specify(**keywords)
    except TypeError as error:
        raise ValueError(
            f"`activation` {_shown(identifier)} has not the arguments it needs: "
            + str(error).replace(specify.__name__, function.__name__)
        ) from None


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
