"""What the core calls of a layer that Python computes."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.custom.derivatives import Pullback, pull_back, value_of
from cornu.custom.raised import user_code
from cornu.layers.added_losses import collecting, hand_on, joined, total_of
from cornu.layers.masks import as_mask
from cornu.layers.own_shapes import Shape, as_array
from cornu.layers.traced_layer import put_back, with_boxes
from cornu.utils.kept_masks import keep_mask
from cornu.variable import Variable

# Steps under way that may be abandoned before their backward pass, at most.
_MOST_PULLBACKS = 64


class OwnPart:
    """What the core calls of a layer; it keeps no reference that would keep itself alive.

    Args:
        layer: The layer.
    """

    def __init__(self, layer: Any) -> None:
        self._layer = weakref.ref(layer)
        # How to come back, and whether the loss was added to.
        self._pullbacks: dict[int, tuple[Pullback, bool]] = {}

    def _found(self) -> Any:
        layer = self._layer()
        if layer is None:
            raise RuntimeError("A layer that Python computes is gone.")
        return layer

    def output_shape(self, row: Shape) -> Shape:
        """Return the shape of a row of the output."""
        return self._found()._output_row(row)

    def forward(self, x: np.ndarray, training: bool, place: int, mask: np.ndarray | None) -> Any:
        """Return the output; at a place that is not 0, remember how to come back.

        Where the layer has added to the loss, a tuple of the output and of the sum of it.
        """
        layer = self._found()
        with user_code(), collecting() as added:
            if not place:
                keep_mask(x, mask)
                value = as_array(layer, layer._compute(x, training, mask))
            else:
                value = self._forward_traced(layer, x, training, place, mask, added)
        return (value, float(total_of(hand_on(added)))) if added else value

    def _forward_traced(
        self,
        layer: Any,
        x: np.ndarray,
        training: bool,
        place: int,
        mask: np.ndarray | None,
        added: list[Any],
    ) -> np.ndarray:
        trained = _trained(layer)
        shape: list[int] = []

        def compute(x: Any, *boxes: Any) -> Any:
            output = _compute_traced(layer, x, trained, boxes, training, mask)
            if not added:
                return output
            shape[:] = as_array(layer, value_of(output)).shape
            return joined(output, added)

        value, back = pull_back(compute, x, *(weight.value for weight in trained))
        while len(self._pullbacks) >= _MOST_PULLBACKS:
            self._pullbacks.pop(next(iter(self._pullbacks)))
        self._pullbacks[place] = back, bool(added)
        return as_array(layer, value[:-1].reshape(shape) if added else value)

    def output_mask(self, x: np.ndarray, mask: np.ndarray | None) -> np.ndarray | None:
        """Return which places of the output for x count; None: all."""
        layer = self._found()
        with user_code():
            found = layer.compute_mask(x, mask)
        return None if found is None else as_mask(found) != 0

    def backward(
        self, place: int, dy: np.ndarray, wanted: Sequence[Any], loss_scale: float
    ) -> tuple[Any, ...]:
        """Return the derivatives by the input and by each weight.

        Args:
            place: As of the pass forward.
            dy: The loss's derivatives by the output.
            wanted: Of each weight None, where none is wanted, True, or what is to be added to.
            loss_scale: The derivative by what was added to the loss.
        """
        layer = self._found()
        with user_code():
            back, has_added = self._pullbacks.pop(place)
            dx, *found = back(np.append(dy, dy.dtype.type(loss_scale)) if has_added else dy)
        gradients = {id(w): g for w, g in zip(_trained(layer), found, strict=True)}
        result = [np.asarray(dx)]
        for weight, what in zip(layer._own_spans, wanted, strict=True):
            gradient = gradients.get(id(weight))
            if what is not None and gradient is None:
                gradient = np.zeros(weight.shape, weight.dtype)
            result.append(np.asarray(gradient if what is None or what is True else what + gradient))
        return tuple(result)


def _trained(layer: Any) -> list[Variable]:
    """The weights whose derivatives are taken."""
    return [weight for weight in layer._own_spans if weight.trainable]


def _compute_traced(
    layer: Any,
    x: Any,
    weights: Sequence[Variable],
    boxes: Sequence[Any],
    training: bool,
    mask: np.ndarray | None,
) -> Any:
    """The output, of the layer with boxes in the places of its weights."""
    pairs = {id(weight): box for weight, box in zip(weights, boxes, strict=True)}
    copies: dict[int, tuple[Any, Any, dict[str, Any]]] = {}
    result = with_boxes(layer, pairs, copies)._compute(x, training, mask)
    put_back(copies)
    return result
