"""Layers as nodes of an ONNX graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu import layers
from cornu.config import epsilon
from cornu.exporting.adding import adding
from cornu.exporting.onnx_activations import add_activation
from cornu.exporting.onnx_graph import TENSOR_TYPES, Graph, Shape

Add = Callable[[Graph, Any], None]


def add_layer(graph: Graph, layer: Any) -> None:
    """Add a layer to a graph.

    Args:
        graph: The graph.
        layer: The layer, built, with rows of `graph.row` for its input.

    Raises:
        ValueError: there are no operators for it.
    """
    add = _adding(layer)
    graph.begin(layer)
    add(graph, layer)


def _adding(layer: Any) -> Add:
    return adding(layer, _LAYERS, "ONNX", "are no operators")


def _places(axes: Sequence[int], rank: int) -> Shape:
    """Axes, which count the batch, as those of a row, in their order."""
    return tuple(sorted(axis + rank if axis < 0 else axis - 1 for axis in axes))


def _brought_last(graph: Graph, places: Shape, add: Callable[[], None]) -> None:
    """Nodes that keep the shape, with some axes of a row behind the others."""
    order = (*(axis for axis in range(len(graph.row)) if axis not in places), *places)
    graph.permute(order)
    add()
    graph.permute(tuple(np.argsort(order).tolist()))


def _add_product(graph: Graph, taken: int, kernel: Any, bias: Any) -> None:
    """A product over the last `taken` axes, with a bias."""
    kept = len(graph.row) - taken
    others, units = graph.row[:kept], kernel.shape[taken:]
    graph.reshape((*others, math.prod(graph.row[kept:])))
    matrix = np.asarray(kernel).reshape(graph.row[-1], math.prod(units))
    name = graph.weight("kernel", matrix)
    names = [name] if bias is None else [name, graph.weight("bias", np.reshape(bias, -1))]
    if not others and bias is not None:
        graph.then("Gemm", *names)
    else:
        graph.then("MatMul", name)
        if bias is not None:
            graph.then("Add", names[1])
    graph.row = (*others, math.prod(units))
    graph.reshape((*others, *units))


def _add_dense(graph: Graph, layer: Any) -> None:
    _add_product(graph, 1, layer.kernel, layer.bias)
    add_activation(graph, layer._specification)


def _add_einsum_dense(graph: Graph, layer: Any) -> None:
    _add_product(graph, len(layer._parts.taken), layer.kernel, layer.bias)
    add_activation(graph, layer._specification)


def _add_spectral_normalization(graph: Graph, layer: Any) -> None:
    _adding(layer.layer)(graph, layer.layer)


def _add_activation(graph: Graph, layer: Any) -> None:
    add_activation(graph, layer._activation_in_core)


def _add_nothing(graph: Graph, layer: Any) -> None:
    """What acts in training only."""


def _add_reshape(graph: Graph, layer: Any) -> None:
    graph.reshape(tuple(layer._core.output_shape(graph.row)))


def _add_flatten(graph: Graph, layer: Any) -> None:
    rank = len(graph.row)
    if layer.data_format == "channels_first":
        graph.permute((*range(1, rank), *range(min(1, rank))))
    if rank != 1:
        graph.then("Flatten", axis=1)
        graph.row = (math.prod(graph.row),)


def _add_permute(graph: Graph, layer: Any) -> None:
    graph.permute(tuple(axis - 1 for axis in layer.dims))


def _add_repeat_vector(graph: Graph, layer: Any) -> None:
    (count,) = graph.row
    graph.reshape((1, count))
    graph.then("Tile", graph.integers(1, layer.n, 1))
    graph.row = (layer.n, count)


def _add_softmax(graph: Graph, layer: Any) -> None:
    places = _places(layer._axes, len(graph.row))
    if len(places) == 1:
        graph.then("Softmax", axis=places[0] + 1)
        return

    def add() -> None:
        row = graph.row
        kept = len(row) - len(places)
        graph.reshape((*row[:kept], math.prod(row[kept:])))
        graph.then("Softmax", axis=-1)
        graph.reshape(row)

    _brought_last(graph, places, add)


def _add_prelu(graph: Graph, layer: Any) -> None:
    graph.then("PRelu", graph.weight("alpha", layer.alpha))


def _add_batch_normalization(graph: Graph, layer: Any) -> None:
    (place,) = _places([layer.axis], len(graph.row))
    count = graph.row[place]
    values = {
        "gamma": layer.gamma if layer.scale else np.ones(count),
        "beta": layer.beta if layer.center else np.zeros(count),
        "moving_mean": layer.moving_mean,
        "moving_variance": layer.moving_variance,
    }
    names = [graph.weight(name, numbers) for name, numbers in values.items()]
    # The operator takes the first axis of a row.
    order = (place, *(axis for axis in range(len(graph.row)) if axis != place))
    graph.permute(order)
    least = layer.epsilon
    if graph.dtype == "float64":
        # The attribute is float32.
        graph.constants[names[3]] = np.asarray(layer.moving_variance) + least
        least = 0.0
    graph.then("BatchNormalization", *names, epsilon=least, momentum=layer.momentum)
    graph.permute(tuple(np.argsort(order).tolist()))


def _scale_and_shift(graph: Graph, places: Shape, scale: Any, shift: Any, op: str = "Mul") -> None:
    """Multiply by numbers and add others, which differ along some axes of a row."""
    ends = len(graph.row)
    row = [graph.row[axis] if axis in places else 1 for axis in range(min(places, default=0), ends)]
    for name, values, operator in (("scale", scale, op), ("shift", shift, "Add")):
        if values is not None:
            graph.then(operator, graph.weight(name, np.asarray(values).reshape(row)))


def center(graph: Graph, places: Shape, least: float) -> None:
    """Make the mean along axes of a row 0 and the deviation 1."""
    graph.then("Sub", graph.reduce("ReduceMean", graph.at, places))
    divide_by_root_mean_square(graph, places, least)


def divide_by_root_mean_square(graph: Graph, places: Shape, least: float) -> None:
    """Make the root mean square along axes of a row 1."""
    mean = graph.reduce("ReduceMean", graph.add("Mul", graph.at, graph.at), places)
    graph.then("Div", graph.add("Sqrt", graph.add("Add", mean, graph.number(least))))


def divide_by_length(graph: Graph, places: Shape) -> None:
    """Make the length along axes of a row 1; one of less than 1e-12 counts as that."""
    square = graph.add("Mul", graph.at, graph.at)
    length = graph.add("Sqrt", graph.reduce("ReduceSum", square, places))
    graph.then("Div", graph.add("Max", length, graph.number(1e-12)))


def _add_layer_normalization(graph: Graph, layer: Any) -> None:
    places = _places(layer._axes, len(graph.row))
    center(graph, places, layer.epsilon)
    _scale_and_shift(graph, places, layer.gamma, layer.beta)


def _add_rms_normalization(graph: Graph, layer: Any) -> None:
    places = _places(layer._axes, len(graph.row))
    divide_by_root_mean_square(graph, places, layer.epsilon)
    _scale_and_shift(graph, places, layer.scale, None)


def _add_unit_normalization(graph: Graph, layer: Any) -> None:
    divide_by_length(graph, _places(layer._axes, len(graph.row)))


def _add_group_normalization(graph: Graph, layer: Any) -> None:
    row = graph.row
    (place,) = _places([layer.axis], len(row))
    groups = row[place] if layer.groups < 0 else layer.groups
    graph.reshape((*row[:place], groups, row[place] // groups, *row[place + 1 :]))
    center(graph, tuple(axis for axis in range(len(graph.row)) if axis != place), layer.epsilon)
    graph.reshape(row)
    _scale_and_shift(graph, (place,), layer.gamma, layer.beta)


def _add_normalization(graph: Graph, layer: Any) -> None:
    mean, variance, _ = (np.array(span) for span in layer._spans())
    # As the core computes it.
    deviation = np.maximum(np.sqrt(variance), np.asarray(epsilon(), graph.dtype))
    places = _places(layer._axes, len(graph.row))
    if layer.invert:
        _scale_and_shift(graph, places, deviation, mean)
    else:
        _scale_and_shift(graph, places, None, -mean)
        _scale_and_shift(graph, places, deviation, None, "Div")


def _add_rescaling(graph: Graph, layer: Any) -> None:
    rank = len(graph.row)
    channel = max(0, rank - 3) if layer._channels_first else rank - 1
    places = () if len(layer._scales) == 1 else (channel,)
    if places:
        _scale_and_shift(graph, places, layer._scales, layer._offsets)
    else:
        graph.then("Mul", graph.weight("scale", layer._scales.reshape(())))
        graph.then("Add", graph.weight("shift", layer._offsets.reshape(())))


def mask_steps(graph: Graph, value: float) -> None:
    """Make steps 0 whose features all are a value."""
    differs = graph.add("Not", graph.add("Equal", graph.at, graph.number(value)))
    kept = graph.add("Cast", differs, to=TENSOR_TYPES[graph.dtype])
    graph.then("Mul", graph.reduce("ReduceMax", kept, (len(graph.row) - 1,)))


def _add_masking(graph: Graph, layer: Any) -> None:
    mask_steps(graph, layer.mask_value)


_LAYERS: dict[type, Add] = {
    layers.Activation: _add_activation,
    layers.ActivityRegularization: _add_nothing,
    layers.AlphaDropout: _add_nothing,
    layers.BatchNormalization: _add_batch_normalization,
    layers.Dense: _add_dense,
    layers.Dropout: _add_nothing,
    layers.EinsumDense: _add_einsum_dense,
    layers.ELU: _add_activation,
    layers.Flatten: _add_flatten,
    layers.GaussianDropout: _add_nothing,
    layers.GaussianNoise: _add_nothing,
    layers.GroupNormalization: _add_group_normalization,
    layers.Identity: _add_nothing,
    layers.LayerNormalization: _add_layer_normalization,
    layers.LeakyReLU: _add_activation,
    layers.Masking: _add_masking,
    layers.Normalization: _add_normalization,
    layers.Permute: _add_permute,
    layers.PReLU: _add_prelu,
    layers.ReLU: _add_activation,
    layers.RepeatVector: _add_repeat_vector,
    layers.Rescaling: _add_rescaling,
    layers.Reshape: _add_reshape,
    layers.RMSNormalization: _add_rms_normalization,
    layers.Softmax: _add_softmax,
    layers.SpectralNormalization: _add_spectral_normalization,
    layers.UnitNormalization: _add_unit_normalization,
}
