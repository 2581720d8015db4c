"""A copy of a network that C can train, to take a step with."""

from __future__ import annotations

from typing import Any

from cornu.exporting.c_stages import TRAINED
from cornu.models import Sequential


def trainable_copy(model: Any) -> Any:
    """Return a model whose next step is that of a model that `Training` takes, without its metrics.

    The model itself is left alone: another thread may be training it. Unlike a copy by its
    configuration this one asks nothing of initializers and metrics, which may be functions of the
    user's.

    Args:
        model: The model, built and compiled.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> from cornu.exporting.trainable_copy import trainable_copy
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
    >>> model.compile("adam", "mse")
    >>> copy = trainable_copy(model)
    >>> np.array_equal(copy.layers[0].kernel, model.layers[0].kernel)
    True
    """
    made = {id(layer): _layer_like(layer) for layer in model._chain()}
    copy = Sequential([made[id(layer)] for layer in model._chain()], name=model.name)
    copy.build((None, *model._row))
    copy.set_weights(model.get_weights())
    optimizer, weights = model.optimizer, model.trainable_weights
    other = type(optimizer).from_config(optimizer.get_config())
    spared = {id(weight) for weight in optimizer._undecayed_among(weights)}
    pairs = list(zip(copy.trainable_weights, weights, strict=True))
    if spared:
        other.exclude_from_weight_decay([new for new, old in pairs if id(old) in spared])
    copy.compile(other, model.loss)
    if optimizer.built:
        other.build(copy.trainable_weights)
        other.iterations.assign(int(optimizer.iterations))
        for index in range(optimizer.slot_count):
            slots = (
                one._vectors(of, ("slot",), index)
                for one, of in ((other, copy.trainable_weights), (optimizer, weights))
            )
            for new, old in zip(*slots, strict=True):
                new.assign(old.numpy())
    return copy


def _layer_like(layer: Any) -> Any:
    kind: Any = next(kind for kind in TRAINED if isinstance(layer, kind))
    options = {
        name: "zeros" if name.endswith("_initializer") else value
        for name, value in layer._own_config().items()
    }
    return kind(**options, dtype=layer.dtype, name=layer.name)
