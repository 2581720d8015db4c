"""A model as an ONNX file."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from cornu._version import __version__
from cornu.exporting.onnx_graph import Graph
from cornu.exporting.onnx_layers import add_layer
from cornu.exporting.unchanged_model import unchanged
from cornu.saving.whole_file import write_whole
from cornu.utils.errors import shown
from cornu.utils.extras import require
from cornu.utils.messages import tell

# The first one whose reductions take their axes as the later ones do; onnxruntime has it since
# 1.14, of 2023. Files of it are of this version of the format.
OPSET, _IR_VERSION = 18, 8
# What a protocol buffer can't be larger than, and room for what isn't weights.
_MOST_NBYTES = 2**31 - 2**20


def write_onnx(model: Any, filepath: Any, verbose: bool, opset_version: int | None = None) -> None:
    """Write a model as an ONNX file, wholly or not at all.

    Args:
        model: The model, built.
        filepath: The path of the file.
        verbose: Whether to say what was written.
        opset_version: `OPSET`, or None for it.

    Raises:
        ImportError: the package onnx isn't installed.
        RuntimeError: the model was trained or changed meanwhile.
        ValueError: a layer can't be exported; the message names it.
    """
    if opset_version not in (None, OPSET):
        raise ValueError(
            f"`opset_version` must be {OPSET} or None. "
            f"Received: opset_version={shown(opset_version)}"
        )
    onnx = require("onnx", "onnx", "export(format='onnx')")
    with unchanged(model):
        proto = onnx_model(model)
    onnx.checker.check_model(proto)
    data = proto.SerializeToString()

    def write(path: str) -> None:
        with open(path, "wb") as file:
            file.write(data)

    write_whole(filepath, True, write)
    if verbose:
        tell(f"Saved artifact at '{os.fsdecode(filepath)}': opset {OPSET}, {len(data)} bytes.")


def onnx_model(model: Any) -> Any:
    """Return what a model computes outside training, as the protocol buffer of the onnx package.

    Args:
        model: The model, built.

    Raises:
        ValueError: a layer can't be exported, or the weights are too large for such a file.
    """
    model._require_built("exported")
    for layer in model._before_core:
        raise ValueError(
            f'Layer "{layer.name}" ({type(layer).__name__}) can\'t be exported as ONNX: it '
            "prepares data. Export a model of the layers behind it, and prepare the data before."
        )
    if 0 in (*model._row, *model._output):
        raise ValueError(
            f'Model "{model.name}" takes or gives no numbers: there is nothing to export. '
            f"Received: rows of shape {tuple(model._row)}, results of shape {model._output}"
        )
    source = model._layers[0].name
    graph = Graph(model.dtype, tuple(model._row), source)
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


def _model_proto(model: Any, graph: Graph, source: str) -> Any:
    onnx = require("onnx", "onnx", "export(format='onnx')")
    helper = onnx.helper
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(graph.dtype))

    def value(name: str, row: tuple[int, ...]) -> Any:
        return helper.make_tensor_value_info(name, kind, ["batch", *row])

    nodes = [
        helper.make_node(node.op, node.inputs, node.outputs, node.name, **node.attributes)
        for node in graph.nodes
    ]
    proto = helper.make_graph(
        nodes,
        model.name,
        [value(source, tuple(model._row))],
        [value(graph.at, graph.row)],
        [onnx.numpy_helper.from_array(values, name) for name, values in graph.constants.items()],
    )
    return helper.make_model(
        proto,
        producer_name="cornu",
        producer_version=__version__,
        doc_string=f"Model {model.name!r}, written by cornu {__version__} in opset {OPSET}.",
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=_IR_VERSION,
    )
