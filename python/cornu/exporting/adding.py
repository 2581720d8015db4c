"""What writes a layer, in whatever format a model is exported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Target = TypeVar("Target")

# The core's default parameters of activations.
_PARAMETERS: dict[str, tuple[float, ...]] = {
    "relu": (0.0, float("inf"), 0.0),
    "leaky_relu": (0.2,),
    "elu": (1.0,),
    "celu": (1.0,),
    "soft_shrink": (0.5,),
    "hard_shrink": (0.5,),
    "squareplus": (4.0,),
    "threshold": (0.0, 0.0),
}


def adding(
    layer: Any, adders: Mapping[type, Callable[[Target, Any], None]], format_name: str, what: str
) -> Callable[[Target, Any], None]:
    """Return what adds a layer to a model's file.

    Args:
        layer: The layer.
        adders: By class; one derived from it is added likewise.
        format_name: The format, for errors.
        what: What there is none of for other layers: `"is no C"`.

    Raises:
        ValueError: there is none for it.
    """
    kinds = () if layer._is_own else type(layer).__mro__
    for kind in kinds:
        if kind in adders:
            return adders[kind]
    activation = getattr(layer, "activation", None)
    is_cornus = not layer._replaces and isinstance(layer, tuple(adders))
    if layer._is_own and is_cornus and hasattr(activation, "_is_own"):
        why = (
            f"Python computes it, for the layer that is its activation. Put that, {activation!r}, "
        )
        why += "behind it in place of in it."
    elif layer._is_own:
        why = "Python computes it. Put layers of cornu in its place, or export a model of the "
        why += "layers before it and one of those behind it: `Model(model.input, layer.input)`."
    else:
        why = f"there {what} for such layers yet. Export a model without it."
    raise ValueError(
        f'Layer "{layer.name}" ({type(layer).__name__}) can\'t be exported as {format_name}: {why}'
    )


def parameters_of(activation: str, given: tuple[float, ...]) -> tuple[float, ...]:
    """Return the parameters of an activation, the core's where it was told none.

    Args:
        activation: The core's name of it.
        given: What the core is told.

    Example:

    >>> from cornu.exporting.adding import parameters_of
    >>> parameters_of("leaky_relu", ()), parameters_of("leaky_relu", (0.5,))
    ((0.2,), (0.5,))
    """
    return given or _PARAMETERS.get(activation, ())
