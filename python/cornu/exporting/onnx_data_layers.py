"""Layers that make numbers of strings and categories, as the first nodes of an ONNX graph.

What is an error in `predict`, such as an integer out of range, counts nowhere there: ONNX has no
operator that refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from cornu import layers
from cornu.exporting.adding import adding
from cornu.exporting.onnx_graph import TABLES, TENSOR_TYPES, Graph, Shape
from cornu.layers.data_layer import encoded_shape


def add_data_layers(graph: Graph, model: Any) -> tuple[str, str, Shape]:
    """Add the layers of a model that stand before all that the core computes.

    Args:
        graph: The graph, without nodes yet; it is left with rows as the core takes them.
        model: The model, which has such layers.

    Returns:
        The name, the type and the shape of a row of the graph's input.

    Raises:
        ValueError: there are no operators for one.
    """
    found, first = graph.dtype, model._before_core[0]
    if isinstance(first, layers.StringLookup):
        graph.dtype = "object"
    elif not isinstance(first, layers.Discretization):
        graph.dtype = "int64"
    begin = model._layers[0]
    is_input = isinstance(begin, layers.InputLayer)
    graph.row = begin.batch_shape[1:] if is_input else model._intake.seen_row
    source = graph.at, graph.dtype, graph.row
    for layer in model._before_core:
        graph.begin(layer)
        adding(layer, _LAYERS, "ONNX", "are no operators")(graph, layer)
    _cast(graph, found)
    return source


def _cast(graph: Graph, dtype: str) -> None:
    if graph.dtype != dtype:
        graph.then("Cast", to=TENSOR_TYPES[dtype])
        graph.dtype = dtype


def _encode(graph: Graph, mode: str, depth: int, dtype: str) -> None:
    """As `encode_categories` does with ids."""
    row = graph.row
    if mode == "int":
        return
    graph.reshape((*row, 1))
    _cast(graph, "int64")
    graph.then("Equal", graph.vector("ids", np.arange(depth)))
    graph.then("Cast", to=TENSOR_TYPES[dtype])
    graph.dtype, graph.row = dtype, (*row, depth)
    if mode != "one_hot":
        op = "ReduceMax" if mode == "multi_hot" else "ReduceSum"
        graph.at = graph.reduce(op, graph.at, (0,))
        graph.row = (1, *row[1:], depth)
    graph.reshape(encoded_shape((None, *row), mode, depth)[1:])  # type: ignore[arg-type]


def _add_category_encoding(graph: Graph, layer: Any) -> None:
    _encode(graph, layer.output_mode, layer.num_tokens, layer.dtype)


def _add_discretization(graph: Graph, layer: Any) -> None:
    row, bounds = graph.row, layer._boundaries()
    _cast(graph, layer.dtype)
    graph.reshape((*row, 1))
    # NaN is in the last bin.
    graph.then("Less", graph.weight("bin_boundaries", bounds))
    graph.then("Not")
    graph.then("Cast", to=TENSOR_TYPES["int64"])
    graph.dtype = "int64"
    graph.then("ReduceSum", graph.integers(-1))
    graph.row = (*row, 1)
    graph.reshape(row)
    _encode(graph, layer.output_mode, len(bounds) + 1, layer.dtype)


def _refuse(layer: Any, what: str) -> NoReturn:
    raise ValueError(
        f'Layer "{layer.name}" ({type(layer).__name__}) can\'t be exported as ONNX: it {what}. '
        "Export a model of the layers behind it, and prepare the data before."
    )


def _refuse_hashing(graph: Graph, layer: Any) -> None:
    _refuse(layer, "hashes, and there are no operators for that")


def _add_lookup(graph: Graph, layer: Any) -> None:
    oov_count, words, x = layer.num_oov_indices, dict(layer._table), graph.at
    is_string = isinstance(layer, layers.StringLookup)
    is_hashed = oov_count > 1 and (is_string or layer.oov_method != "floormod")
    if layer.invert:
        _refuse(layer, "makes words")
    if is_hashed:
        _refuse(layer, "hashes unknown words (num_oov_indices=1 doesn't)")
    if not words:
        _refuse(layer, "has no vocabulary yet")
    first = layer._mask_count
    if layer.mask_token is not None:
        words[layer.mask_token] = 0 if first else -2
    kind = "int64s" if graph.dtype == "int64" else "strings"
    options = {f"keys_{kind}": list(words), "values_int64s": list(words.values())}
    default = first if oov_count == 1 else -1
    graph.then(f"{TABLES}.LabelEncoder", default_int64=default, **options)
    graph.dtype = "int64"
    if oov_count > 1:
        is_unknown = graph.add("Equal", graph.at, graph.integer(-1))
        place = graph.add("Mod", x, graph.integer(oov_count))
        place = graph.add("Add", place, graph.integer(first))
        graph.at = graph.add("Where", is_unknown, place, graph.at)
    weights = layer._weights_of_words
    if layer.output_mode != "tf_idf":
        _encode(graph, layer.output_mode, layer._depth, "int64")
        return
    _encode(graph, "count", layer._depth, str(weights.dtype))
    graph.then("Mul", graph.weight("idf_weights", weights))


_LAYERS: dict[type, Callable[[Graph, Any], None]] = {
    layers.CategoryEncoding: _add_category_encoding,
    layers.Discretization: _add_discretization,
    layers.Hashing: _refuse_hashing,
    layers.IntegerLookup: _add_lookup,
    layers.StringLookup: _add_lookup,
}
