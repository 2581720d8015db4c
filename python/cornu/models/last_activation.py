"""Whether the activation that a model ends with can be meant for its loss."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from cornu import layers
from cornu.utils.user_frame import user_level

# Losses of probabilities, unless they are told that logits come.
_OF_ELEMENTS = ("binary_crossentropy", "binary_focal_crossentropy")
_OF_CLASSES = (
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
)
# What gives numbers of at most 0 too, which are no probabilities, nor become any when each row is
# divided by its sum, as the losses of classes do.
# fmt: off
_OF_ANY_SIGN = (
    "linear", "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "threshold", "soft_shrink",
    "hard_shrink", "log_softmax", "log_sigmoid", "tanh", "hard_tanh", "tanh_shrink", "softsign",
    "gelu", "silu", "hard_silu", "mish", "prelu",
)
# fmt: on
# What gives more than 1 besides; `sigmoid` and the like are right before a loss of elements.
_BEYOND_ONE = ("exponential", "softplus", "squareplus", "sparse_plus")
_PROBABILITIES = ("softmax", "sparsemax", "sigmoid", "hard_sigmoid", "sparse_sigmoid")
# Layers that leave each number what it is while the model predicts.
_PASSING = (
    layers.ActivityRegularization,
    layers.AlphaDropout,
    layers.Dropout,
    layers.Flatten,
    layers.GaussianDropout,
    layers.GaussianNoise,
    layers.Identity,
    layers.Permute,
    layers.RepeatVector,
    layers.Reshape,
)
_OWN_CLASSES = {
    layers.ELU: "elu",
    layers.LeakyReLU: "leaky_relu",
    layers.PReLU: "prelu",
    layers.ReLU: "relu",
    layers.Softmax: "softmax",
}


def warn_of_last_activation(
    chain: Sequence[Any], loss: Any, name: str, output: tuple[int, ...]
) -> bool:
    """Warn where the last activation is clearly a mistake before the loss.

    What a layer of the user's does, or a dense layer that is frozen or under a constraint, is not
    known, and nothing is said of it.

    Args:
        chain: The layers that compute.
        loss: The loss.
        name: What the core calls it.
        output: The shape of a row of the output.

    Returns:
        Whether there was a mistake.
    """
    found = _last_activation(chain)
    if found is None or not output:
        return False
    layer, activation = found
    problem = _problem(layer, activation, loss, name, output[-1], layer is chain[-1])
    if problem is None:
        return False
    warnings.warn(
        f'Layer "{layer.name}" ({type(layer).__name__}) ends the model with the activation '
        f"{activation}, and the loss is {name}{_told(loss)}: {problem}",
        UserWarning,
        stacklevel=user_level(),
    )
    return True


def _last_activation(chain: Sequence[Any]) -> tuple[Any, str] | None:
    """The layer that settles which numbers come out, and its activation; None: it is not known."""
    for layer in reversed(chain):
        kind = type(layer)
        if kind in _PASSING:
            continue
        if kind is layers.Softmax and layer.axis != -1:
            return None
        if kind in _OWN_CLASSES:
            return layer, _OWN_CLASSES[kind]
        if kind is layers.Activation:
            return _named(layer)
        if kind in (layers.Dense, layers.EinsumDense):
            rules = (layer.kernel_constraint, layer.bias_constraint)
            is_free = layer.trainable and rules == (None, None)
            return _named(layer) if is_free else None
        return None
    return None


def _named(layer: Any) -> tuple[Any, str] | None:
    specification = layer._specification
    return None if specification is None else (layer, specification[0])


def _problem(
    layer: Any, activation: str, loss: Any, name: str, columns: int, is_last: bool
) -> str | None:
    """What is wrong, and what to write instead; None: nothing."""
    if columns == 1 and activation == "softmax" and is_last:
        return (
            f"a softmax over one unit is always 1, and nothing can be learned. Write "
            f"{_written(layer, 'sigmoid', 1)} with loss='binary_crossentropy', or a unit for each "
            "class."
        )
    if columns == 1 and name in _OF_CLASSES:
        return (
            f"of one class there is nothing to learn. For two classes write "
            f"{_written(layer, 'sigmoid', 1)} with loss='binary_crossentropy'; for more, a unit "
            "for each."
        )
    suited = "sigmoid" if name in _OF_ELEMENTS else "softmax"
    if name not in (*_OF_ELEMENTS, *_OF_CLASSES):
        return None
    written = _written(layer, suited, columns)
    kind = type(loss).__name__
    if getattr(loss, "from_logits", False):
        if activation not in _PROBABILITIES:
            return None
        return (
            f"logits are what comes before a {suited}, which the loss applies itself. Write "
            f"loss=cornu.losses.{kind}(), or {_written(layer, None, columns)}."
        )
    unfit = (*_OF_ANY_SIGN, *_BEYOND_ONE) if suited == "sigmoid" else _OF_ANY_SIGN
    if activation not in unfit:
        return None
    logits = f", or loss=cornu.losses.{kind}(from_logits=True)"
    return (
        "it takes probabilities, which this activation doesn't give. Write "
        f"{written}{logits if activation == 'linear' and hasattr(loss, 'from_logits') else ''}."
    )


def _written(layer: Any, activation: str | None, columns: int) -> str:
    """The line of a program that makes such a layer with another activation."""
    if type(layer) is layers.Dense:
        given = "" if activation is None else f", activation={activation!r}"
        return f"Dense({columns}{given})"
    if activation is None:
        return "the model without the activation"
    return f"Activation({activation!r}) as the last layer"


def _told(loss: Any) -> str:
    return " of logits" if getattr(loss, "from_logits", False) else ""
