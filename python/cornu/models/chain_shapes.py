"""What goes through a chain of layers: shapes and a float type, and which layer can't take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.layers.input_layer import InputLayer
from cornu.layers.layer import Layer
from cornu.utils.memory_limit import take_contents
from cornu.utils.nesting import is_model

Shape = tuple[int, ...]

# More than a place takes of memory, for the time: of a model that stands twice in each one around
# it a file of 2 KB has 2^25.
_PLACE_NBYTES = 256


def infer_shapes(
    model: str, layers: Sequence[Any], row: Shape, rows: dict[int, Shape] | None = None
) -> list[Shape]:
    """Return the shape of a row after each layer, those of models within the model likewise.

    Args:
        model: The model's name.
        layers: Its layers, and models among them.
        row: The shape of a row of the input.
        rows: Is given the shape of a row of each layer's and model's first input, by its id.

    Raises:
        ValueError: a layer can't take what comes before it; the error names it.
    """
    take_contents("The places of layers in models", _PLACE_NBYTES * len(layers))
    shapes: list[Shape] = []
    rows = {} if rows is None else rows
    for index, layer in enumerate(layers):
        first = rows.setdefault(id(layer), row)
        if is_model(layer):
            _check_row(layer, f'Layer {index} of model "{model}"', row, first)
            shapes += infer_shapes(layer.name, layer._parts, row, rows)
        else:
            try:
                shapes.append(layer._core.output_shape(row, first))
            except ValueError as error:
                raise ValueError(f'Layer {index} of model "{model}": {error}') from None
        row = shapes[-1]
    return shapes


def _check_row(model: Any, place: str, row: Shape, first: Shape) -> None:
    """Raise a ValueError unless a model within another can take what comes before it."""
    if not model._parts:
        raise ValueError(f'{place}: model "{model.name}" has no layers.')
    known = model._known_row()
    expected = first if known is None else known
    if row != expected:
        raise ValueError(
            f'{place}: model "{model.name}" takes inputs of shape {(None, *expected)}. '
            f"Received: {(None, *row)}"
        )


def located(
    error: Exception, model: str, chain: Sequence[Layer], shapes: Sequence[Shape]
) -> Exception:
    """Return the error with the layer whose weights are more than memory can hold, if one's are.

    Args:
        error: A ValueError of sizes that no memory could hold, or a MemoryError.
        model: The model's name.
        chain: The layers.
        shapes: The shape of a row of the input, and after each layer.
    """
    kind = type(error)
    # Kept, so that memory runs out at the same layer again.
    built = []
    for index, layer in enumerate(chain):
        if layer._built:
            continue
        row, output = shapes[index], shapes[index + 1]
        try:
            built.append(layer._make_core())
            built[-1].build(row)
        except kind as again:
            return kind(
                f'Layer {index} "{layer.name}" of model "{model}", for input shape '
                f"{(None, *row)} and output shape {(None, *output)}: "
                f"{str(again) or 'there is not enough memory for its weights'}"
            )
        except (ValueError, MemoryError):
            continue
    return error


def check_dtypes(input_layer: InputLayer, chain: Sequence[Layer]) -> None:
    """Raise a ValueError unless all layers, and the input where it says one, have one float type.

    Args:
        input_layer: The input.
        chain: The layers, at least one.
    """
    first, given = chain[0], input_layer._given_dtype
    for index, layer in enumerate(chain):
        if layer.dtype != first.dtype:
            raise ValueError(
                "All layers of a model must have one float type. Received: layer 0 "
                f'"{first.name}" of {first.dtype}, layer {index} "{layer.name}" of '
                f"{layer.dtype}"
            )
    if given is not None and given != first.dtype:
        raise ValueError(
            "All layers of a model must have one float type. Received: input "
            f'"{input_layer.name}" of {given}, layer 0 "{first.name}" of {first.dtype}'
        )
