"""Models made anew, layer by layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.layers.input_layer import InputLayer
from cornu.utils.nesting import is_model


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Callable[[Any], Any] | None = None,
    call_function: Any = None,
    recursive: bool = False,
) -> Any:
    """Return a model of the same layers made anew, with weights of its own, compiled likewise.

    Args:
        model: The model.
        input_tensors: None; other inputs are not supported.
        clone_function: Makes the new layer of each; None: from its configuration.
        call_function: None; likewise.
        recursive: Whether `clone_function` is asked for the layers of models within the model, in
            place of those models.

    Example:

    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
    >>> clone = cornu.models.clone_model(model)
    >>> clone.layers[0] is model.layers[0], clone.output_shape
    (False, (None, 2))

    Source: https://keras.io/api/models/model_saving_apis/
    """
    from cornu.layers.arguments import refuse_unsupported

    refuse_unsupported({"input_tensors": input_tensors, "call_function": call_function})
    return _cloned(model, clone_function or _made_anew, recursive, {})


def _cloned(
    model: Any, clone_function: Callable[[Any], Any], recursive: bool, made: dict[int, Any]
) -> Any:
    for layer in model._layers:
        if id(layer) in made:
            continue
        if isinstance(layer, InputLayer):
            made[id(layer)] = _made_anew(layer)
        elif recursive and is_model(layer):
            made[id(layer)] = _cloned(layer, clone_function, True, made)
        else:
            made[id(layer)] = clone_function(layer)
    layers = [made[id(layer)] for layer in model._layers]
    config = {"trainable": model._core.trainable, "name": model.name}
    clone = type(model)._of_layers(layers, config)
    objective = model._objective
    if objective is not None:
        clone.compile(
            _made_anew(model.optimizer),
            _made_anew(objective.loss),
            objective.loss_weight,
            [_made_anew(metric) for metric in objective.identifiers],
            [_made_anew(metric) for metric in objective.weighted],
        )
    return clone


def _made_anew(thing: Any) -> Any:
    """An object made anew from its configuration; a name or a function as it is."""
    from cornu.saving.serialization import made_anew

    is_made = hasattr(thing, "from_config") and not isinstance(thing, type)
    return made_anew(thing) if is_made else thing
