"""What pickles and copies are made of: a configuration, classes of the user's own, and arrays.

Classes and functions of the user's go by reference, as pickle has them; arrays are plain ones,
which pickle's protocol 5 leaves out of band, and joblib maps to memory. They are copies that were
taken at one moment of a training.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from cornu.saving.model_config import make_model, parse_json, parse_model
from cornu.saving.one_moment import at_one_moment
from cornu.saving.own_variables import own_variables, reads_own
from cornu.saving.resume_state import (
    copy_generators,
    copy_views,
    resume_state,
    set_generators,
    set_resume_state,
    write_views,
)
from cornu.saving.serialization import (
    collect_own,
    compile_saved,
    deserialize_keras_object,
    serialize_keras_object,
)
from cornu.saving.weight_places import weight_places
from cornu.utils.errors import shown
from cornu.variable import Variable

_WHERE = "a pickle"


def reduce_model(model: Any) -> tuple[Any, ...]:
    """Return what `model.__reduce__` returns.

    Args:
        model: The model.
    """
    described, state = at_one_moment(model, lambda: (_described(model), _model_state(model)))
    return (_make_model, described, state) if state else (_make_model, described)


def reduce_layer(layer: Any) -> tuple[Any, ...]:
    """Return what `layer.__reduce__` returns.

    Args:
        layer: The layer.
    """
    described, views = _described(layer), layer._core.hidden_spans()
    generators = copy_generators(layer)
    # One without weights counts as built before it has seen a shape.
    is_built = layer.built and bool(layer._row or layer.weights or views)
    own = _own_variables([layer])
    if not is_built and not generators and not own:
        return _make_layer, (*described, None)
    state = {
        "weights": layer.get_weights() if is_built else None,
        "draws": copy_views(views),
        "generators": generators,
        "own": own,
    }
    return _make_layer, (*described, tuple(layer._row) if is_built else None), state


def optimizer_state(optimizer: Any) -> dict[str, Any]:
    """Return what `set_optimizer_state` takes: of one that has taken steps with the weights that
    its state is for, which are copied.

    Args:
        optimizer: The optimizer.
    """
    model = optimizer._followed
    if model is None:
        return _optimizer_state(optimizer)
    return at_one_moment(model, lambda: _optimizer_state(optimizer))


def set_model_state(model: Any, state: Any) -> None:
    """Take what `reduce_model` gave.

    Args:
        model: The model, with weights of its own.
        state: Its third item.

    Raises:
        ValueError: it is not of such a model; weights that were found to fit may be written.
    """
    _check_keys(state, ("weights", "optimizer", "resume"))
    stored = state["optimizer"]
    if stored is not None:
        if model.optimizer is None:
            raise ValueError(f'The state of an optimizer is for model "{model.name}", without one.')
        model.optimizer.build(model.trainable_weights)
        _set_variables(model.optimizer, stored, model.weights)
    if state["weights"] is not None:
        model.set_weights(state["weights"])
    _set_own_variables(model, state)
    if state["resume"] is not None:
        set_resume_state(model, state["resume"], _WHERE, safe_mode=False)


def set_layer_state(layer: Any, state: Any) -> None:
    """Take what `reduce_layer` gave.

    Args:
        layer: The layer, with weights of its own.
        state: Its third item.

    Raises:
        ValueError: it is not of such a layer.
    """
    _check_keys(state, ("weights", "draws", "generators"))
    if state["weights"] is not None:
        layer.set_weights(state["weights"])
        write_views(layer._core.hidden_spans(), state["draws"], _WHERE)
    _set_own_variables([layer], state)
    set_generators(layer, state["generators"], _WHERE)


def set_optimizer_state(optimizer: Any, state: Any) -> None:
    """Take what `optimizer_state` gave.

    Args:
        optimizer: The optimizer, new.
        state: What `optimizer_state` gave.

    Raises:
        ValueError: it is not of such an optimizer.
        TypeError: what it is for are no weights.
    """
    _check_keys(state, ("for", "variables", "undecayed", "undecayed_names"))
    weights = state["for"]
    if weights is not None:
        if not isinstance(weights, list) or not all(isinstance(one, Variable) for one in weights):
            raise ValueError(
                f"The weights of optimizer '{optimizer.name}' must be a list of variables. "
                f"Received: {shown(weights)}"
            )
        optimizer.build(weights)
        _set_variables(optimizer, state, weights)
    if state["undecayed"] or state["undecayed_names"]:
        optimizer.exclude_from_weight_decay(state["undecayed"], state["undecayed_names"])


def _described(thing: Any) -> tuple[str, dict[str, Any]]:
    """Its configuration as text, and the classes and functions of the user's in it by name."""
    with collect_own() as own:
        text = json.dumps(serialize_keras_object(thing))
    return text, own


def _model_state(model: Any) -> dict[str, Any] | None:
    own = _own_variables(model)
    if not model.built:
        nothing = dict.fromkeys(("weights", "optimizer", "resume"))
        return {**nothing, "own": own} if own else None
    optimizer, stored = model.optimizer, None
    if optimizer is not None and optimizer.built:
        stored = {"variables": _variables(optimizer)}
    return {
        "weights": model.get_weights(),
        "own": own,
        "optimizer": stored,
        "resume": resume_state(model),
    }


def _optimizer_state(optimizer: Any) -> dict[str, Any]:
    weights = optimizer._trainable_variables if optimizer.built else None
    return {
        "for": weights,
        "variables": None if weights is None else _variables(optimizer),
        "undecayed": list(optimizer._undecayed),
        "undecayed_names": tuple(optimizer._undecayed_names),
    }


def _variables(optimizer: Any) -> dict[str, Any]:
    store: dict[str, Any] = {}
    optimizer.save_own_variables(store)
    return store


def _own_variables(owner: Any) -> dict[str, dict[str, np.ndarray]]:
    """What layers that read their variables themselves write, by the place that a file has for
    it."""
    found = {place: own_variables(layer) for place, layer in weight_places(owner).reading.items()}
    return {place: store for place, store in found.items() if store}


def _set_own_variables(owner: Any, state: Mapping[str, Any]) -> None:
    # Earlier pickles have none of them.
    for place, layer in weight_places(owner).reading.items() if "own" in state else ():
        store = state["own"].get(place, {})
        if layer.built or store:
            layer.load_own_variables(store)


def _set_variables(optimizer: Any, state: Any, weights: Any) -> None:
    stored = state.get("variables") if isinstance(state, Mapping) else None
    is_counted = not reads_own(optimizer)
    count = len(optimizer.variables)
    if not isinstance(stored, Mapping) or (is_counted and len(stored) != count):
        raise ValueError(
            f"The state of optimizer '{optimizer.name}' must be of {count} "
            f"variables, for {len(weights)} weights. Received: {shown(stored)}"
        )
    try:
        optimizer.load_own_variables(stored)
    except (KeyError, TypeError) as error:
        raise ValueError(f"The state of optimizer '{optimizer.name}' can't be: {error}") from None


def _check_keys(state: Any, keys: tuple[str, ...]) -> None:
    if not isinstance(state, Mapping) or any(key not in state for key in keys):
        raise ValueError(f"A state must be a dictionary of {keys}. Received: {shown(state)}")


def _make_model(text: str, own: Mapping[str, Any]) -> Any:
    config = parse_model(text, _WHERE)
    # A pickle could do anything itself: what the model has adds nothing to that.
    model = make_model(config, own, safe_mode=False)
    shape = (config.get("build_config") or {}).get("input_shape")
    if not model.built and shape is not None:
        model.build(shape)
    if config.get("compile_config"):
        compile_saved(model, config["compile_config"], own, safe_mode=False)
    return model


def _make_layer(text: str, own: Mapping[str, Any], row: tuple[int, ...] | None) -> Any:
    layer = deserialize_keras_object(parse_json(text, _WHERE), own, safe_mode=False)
    if row is not None and not layer.weights:
        layer.build((None, *row))
    return layer
