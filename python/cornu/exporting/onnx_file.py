"""A model as an ONNX file."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from cornu._version import __version__
from cornu.exporting.onnx_data_layers import add_data_layers
from cornu.exporting.onnx_graph import OPSET, TABLES, TABLES_OPSET, Graph, Node, Shape
from cornu.exporting.onnx_layers import add_layer
from cornu.exporting.unchanged_model import read_unchanged
from cornu.saving.whole_file import write_whole
from cornu.utils.errors import shown
from cornu.utils.extras import require
from cornu.utils.messages import tell
from cornu.utils.number import as_integer

# The first whose ReduceSum takes its axes as an input.
_FIRST_OPSET = 13
# What a protocol buffer can't be larger than, and room for what isn't weights.
_MOST_NBYTES = 2**31 - 2**20


def write_onnx(
    model: Any, filepath: Any, verbose: bool, *, opset_version: int | None = None
) -> None:
    """Write a model as an ONNX file, wholly or not at all.

    Args:
        model: The model, built.
        filepath: The path of the file.
        verbose: Whether to say what was written.
        opset_version: The version of the operators, from 13 on; None: 18.

    Raises:
        ImportError: the package onnx isn't installed.
        RuntimeError: a layer of the model was changed meanwhile.
        ValueError: a layer can't be exported; the message names it.
    """
    onnx = require("onnx", "onnx", "export(format='onnx')")
    last = onnx.defs.onnx_opset_version()
    opset = OPSET if opset_version is None else as_integer(opset_version)
    if opset is None or not _FIRST_OPSET <= opset <= last:
        raise ValueError(
            f"`opset_version` must be an integer from {_FIRST_OPSET} to {last}, the last that the "
            f"installed onnx knows, or None. Received: opset_version={shown(opset_version)}"
        )
    proto = read_unchanged(model, lambda: onnx_model(model, opset))
    onnx.checker.check_model(proto, full_check=True)
    data = proto.SerializeToString()
    write_whole(filepath, True, data)
    if verbose:
        tell(f"Saved artifact at '{os.fsdecode(filepath)}': opset {opset}, {len(data)} bytes.")


def onnx_model(model: Any, opset: int) -> Any:
    """Return what a model computes outside training, as the protocol buffer of the onnx package.

    Args:
        model: The model, built.
        opset: The version of the operators.

    Raises:
        ValueError: a layer can't be exported, or the weights are too large for such a file.
    """
    model._require_built("exported")
    if 0 in (*model._row, *model._output):
        raise ValueError(
            f'Model "{model.name}" takes or gives no numbers: there is nothing to export. '
            f"Received: rows of shape {tuple(model._row)}, results of shape {model._output}"
        )
    graph = Graph(model.dtype, tuple(model._row), model._layers[0].name, opset)
    source = (graph.at, graph.dtype, graph.row)
    if model._before_core:
        source = add_data_layers(graph, model)
    for layer in model._chain():
        add_layer(graph, layer)
    graph.end(model._output_name())
    nbytes = sum(values.nbytes for values in graph.constants.values())
    if nbytes > _MOST_NBYTES:
        raise ValueError(
            f'Model "{model.name}" has {nbytes} bytes of weights: an ONNX file holds at most '
            f"{_MOST_NBYTES}."
        )
    return _model_proto(model, graph, source)


def _model_proto(model: Any, graph: Graph, source: tuple[str, str, Shape]) -> Any:
    onnx = require("onnx", "onnx", "export(format='onnx')")
    helper = onnx.helper

    def value(name: str, dtype: str, row: Shape) -> Any:
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return helper.make_tensor_value_info(name, kind, ["batch", *row])

    def node_proto(node: Node) -> Any:
        domain, _, op = node.op.rpartition(".")
        return helper.make_node(
            op, node.inputs, node.outputs, node.name, domain=domain, **node.attributes
        )

    proto = helper.make_graph(
        list(map(node_proto, graph.nodes)),
        model.name,
        [value(*source)],
        [value(graph.at, graph.dtype, graph.row)],
        [onnx.numpy_helper.from_array(values, name) for name, values in graph.constants.items()],
    )
    opsets = [helper.make_opsetid("", graph.opset)]
    if any(node.op.startswith(TABLES) for node in graph.nodes):
        opsets.append(helper.make_opsetid(TABLES, TABLES_OPSET))
    return helper.make_model(
        proto,
        producer_name="cornu",
        producer_version=__version__,
        doc_string=f"Model {model.name!r}, written by cornu {__version__} in opset {graph.opset}.",
        opset_imports=opsets,
        ir_version=helper.find_min_ir_version_for(opsets),
    )
