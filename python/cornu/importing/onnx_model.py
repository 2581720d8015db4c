"""A model from an ONNX file."""

from __future__ import annotations

import os
import re
from typing import Any

from cornu.exporting.onnx_graph import TENSOR_TYPES, Node
from cornu.importing.onnx_chain import Chain
from cornu.importing.onnx_tensor import RefusedError, cut, is_too_large
from cornu.saving.damaged_file import naming
from cornu.utils.errors import shown
from cornu.utils.extras import require
from cornu.utils.file_path import file_path

# What a protocol buffer can't be larger than.
_MOST_NBYTES = 2**31 - 1
# The first whose BatchNormalization and Dropout are those of today.
_FIRST_OPSET = 7
_DTYPES = {TENSOR_TYPES[name]: name for name in ("float32", "float64")}
# How many times the file's size its layers' weights may have, as one array may be of several
# layers; and what any may have.
_COPIES, _ROOM = 4, 2**26
# More would take seconds, to be taken or refused.
_MOST_NODES = 10_000


def from_onnx(path_or_model: Any, output: str | None = None) -> Any:
    """Return a model that predicts what an ONNX file does, if that is a chain of layers.

    What `export` writes is read back, and what others write of such networks: Gemm, MatMul and Add,
    the activations, BatchNormalization, LayerNormalization, Flatten, Reshape, Transpose, Softmax.
    The model is built and has the weights; it can be compiled and trained on.

    Args:
        path_or_model: The path of a file, or an `onnx.ModelProto`.
        output: The name of what the model is to give, which may be any node's result: what comes
            behind or beside it is left out. None: the file's only output.

    Returns:
        A `Sequential` of the file's float type, float32 or float64.

    Raises:
        ImportError: the package onnx isn't installed.
        ValueError: it is no ONNX file, it is damaged, it keeps weights in other files, or a node
            that the output needs can't be taken; the message names the first such node.
        FileNotFoundError: there is no file.

    Example:

    >>> import os, tempfile
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2, "relu", name="out")])
    >>> path = os.path.join(tempfile.mkdtemp(), "m.onnx")
    >>> model.export(path, verbose=False)
    >>> again = cornu.from_onnx(path)
    >>> again.layers[0].name, again.layers[0].activation.__name__
    ('out', 'relu')
    >>> bool((again.layers[0].kernel == model.layers[0].kernel).all())
    True

    Source: https://onnx.ai/onnx/operators/
    """
    onnx = require("onnx", "onnx", "from_onnx")
    if isinstance(path_or_model, onnx.ModelProto):
        try:
            return _made(onnx, path_or_model, output)
        except RefusedError as error:
            raise ValueError(str(error)) from None
    path = file_path("path_or_model", path_or_model)
    with naming(path):
        return _made(onnx, _read(onnx, path), output)


def _made(onnx: Any, proto: Any, output: str | None) -> Any:
    """The model of a protocol buffer."""
    graph = proto.graph
    opset = _opset_of(onnx, proto)
    if len(graph.node) > _MOST_NODES:
        raise ValueError(
            f"A model must have at most {_MOST_NODES} nodes. Received: {len(graph.node)}"
        )
    if graph.sparse_initializer:
        raise ValueError("A model with sparse weights can't be taken: store them as they are.")
    if output is None:
        if len(graph.output) != 1:
            raise ValueError(
                "A model must have one output, or `output` name the one that is wanted. "
                f"Received: outputs {_names(graph.output)}"
            )
        output = _text(graph.output[0].name)
    nodes, wanted = _needed([_node_of(onnx, node) for node in graph.node], output)
    constants = {
        name: tensor for tensor in graph.initializer if (name := _text(tensor.name)) in wanted
    }
    values = {name: value for value in graph.input if (name := _text(value.name)) in wanted}
    if not nodes and output not in values:
        raise ValueError(f'No node gives the output. Received: output="{cut(output)}"')
    inputs = [values[name] for name in values.keys() - constants.keys()]
    if len(inputs) != 1:
        raise ValueError(
            f'The output "{cut(output)}" must come of one input. Received: inputs {_names(inputs)}'
        )
    dtype, row, batch = _type_of(onnx, inputs[0])
    source = _text(inputs[0].name)
    most_nbytes = _COPIES * proto.ByteSize() + _ROOM
    chain = Chain(opset, dtype, row, source, constants, batch, most_nbytes)
    chain.take(nodes, output)
    return _built(chain, _text(graph.name), source, row)


def _needed(nodes: list[Node], output: str) -> tuple[list[Node], set[str]]:
    """The nodes that an output needs, and the names of all that they take."""
    wanted, kept = {output}, []
    for node in reversed(nodes):
        if not wanted.isdisjoint(node.outputs):
            kept.append(node)
            # "" is what is left out.
            wanted.update(filter(None, node.inputs))
    return kept[::-1], wanted


def _read(onnx: Any, name: str) -> Any:
    from google.protobuf.message import DecodeError

    with open(name, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > _MOST_NBYTES:
            raise ValueError(
                f"An ONNX file must have at most {_MOST_NBYTES} bytes. Received: {name!r} of {size}"
            )
        data = file.read()
    try:
        proto = onnx.ModelProto.FromString(data)
    except DecodeError:
        proto = None
    if proto is None or not proto.HasField("graph") or not proto.opset_import:
        raise ValueError(f"The file is no ONNX model, or is damaged. Received: {name!r}")
    return proto


def _opset_of(onnx: Any, proto: Any) -> int:
    """The version of the standard operators."""
    found = list({one.version for one in proto.opset_import if one.domain in ("", "ai.onnx")})
    last = onnx.defs.onnx_opset_version()
    if len(found) != 1 or not _FIRST_OPSET <= found[0] <= last:
        raise ValueError(
            f"A model must be of one opset from {_FIRST_OPSET} to {last}, the last one that the "
            f"installed onnx knows. Received: {shown(found)}"
        )
    return found[0]


def _type_of(onnx: Any, value: Any) -> tuple[str, tuple[int, ...], int | None]:
    """The float type of an input, the shape of a row, and the size of every batch or None."""
    kind = value.type.tensor_type
    if kind.elem_type not in _DTYPES:
        known = {number: name for name, number in onnx.TensorProto.DataType.items()}
        raise ValueError(
            f'Input "{cut(_text(value.name))}" must be a tensor of float32 or float64. '
            f"Received: {known.get(kind.elem_type, kind.elem_type)}"
        )
    sizes = [size.dim_value for size in kind.shape.dim]
    if not sizes or min(sizes[1:], default=1) < 1 or is_too_large(sizes[1:]):
        shown_sizes = [size.dim_param or size.dim_value for size in kind.shape.dim]
        raise ValueError(
            f'Input "{cut(_text(value.name))}" must have a batch and known positive sizes behind '
            f"it, of no more than 2^31 numbers in all. Received: shape {shown(shown_sizes)}"
        )
    return _DTYPES[kind.elem_type], tuple(sizes[1:]), sizes[0] if sizes[0] > 0 else None


def _node_of(onnx: Any, node: Any) -> Node:
    attributes = {}
    for attribute in node.attribute:
        try:
            value = onnx.helper.get_attribute_value(attribute)
        except (TypeError, ValueError, AttributeError):
            value = None
        is_list = isinstance(value, str | bytes) or not hasattr(value, "__len__")
        attributes[_text(attribute.name)] = value if is_list else list(value)
    op = _text(node.op_type)
    if node.domain not in ("", "ai.onnx"):
        op = f"{_text(node.domain)}.{op}"
    inputs, outputs = tuple(map(_text, node.input)), tuple(map(_text, node.output))
    if not outputs:
        name = cut(_text(node.name))
        raise ValueError(f'Node "{name}" ({cut(op)}) can\'t be taken: it has no output.')
    return Node(op, inputs, outputs, attributes, _text(node.name))


def _text(name: Any) -> str:
    """A name; one that isn't UTF-8 comes as bytes."""
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name


def _names(values: Any) -> str:
    return shown([_text(value.name) for value in values])


def _built(chain: Chain, name: str, source: str, row: tuple[int, ...]) -> Any:
    """The model of what was found."""
    from cornu.layers import Identity, Input
    from cornu.models import Sequential

    layers = _shared(chain) or [(Identity(dtype=chain.dtype), [])]
    model = Sequential(
        [
            Input(row, dtype=chain.dtype, name=_allowed(source)),
            *(layer for layer, _ in layers),
        ],
        name=_allowed(name),
    )
    for layer, weights in layers:
        if weights:
            layer.set_weights(weights)
    return model


def _shared(chain: Chain) -> list[tuple[Any, list[Any]]]:
    """The layers; those that are alike and have the same arrays for weights are one."""
    known: dict[Any, list[Any]] = {}
    found = []
    for layer, weights, arguments in chain.layers:
        places = [(one.__array_interface__["data"][0], one.shape, one.strides) for one in weights]
        alike = known.setdefault((type(layer), *places), []) if weights else []
        made = arguments, getattr(layer, "_specification", None)
        same = [other for other, of_other in alike if of_other == made]
        if not same:
            chain.room -= sum(values.nbytes for values in weights)
            alike.append((layer, made))
        found.append((same[0] if same else layer, weights))
    if chain.room < 0:
        raise ValueError(
            "The layers must not have many times as many weights as the file. Received: some "
            f"{-chain.room} bytes more than {_COPIES} times as many"
        )
    return found


def _allowed(name: str) -> str | None:
    """A name that a model or a layer can have; None: this can't be one."""
    return name if re.fullmatch(r"\w[\w.-]*", name) else None
