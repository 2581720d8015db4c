"""ONNX graphs that can't be taken, or are made to do harm: breaks when one is no clear error, which
names the node or the file, or takes memory or time beyond its size."""

import contextlib
import re

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from onnx_graphs import B1, C3, DOUBLE, FLOAT, W1, graph, node
from small_models import make_model


@pytest.mark.parametrize(
    ("nodes", "weights", "message"),
    [
        (
            [("Gemm", "x w", "a", {}), ("Sin", "a", "y", {})],
            {"w": W1.T},
            r'"/Sin" \(Sin\).*no layer',
        ),
        ([("Relu", "x", "a", {}), ("Add", "a x", "y", {})], {}, r'"/Add" \(Add\).*takes "x"'),
        ([("Gemm", "x w", "y", {})], {"w": W1}, r"kernel of shape \(5, 4\) doesn't fit"),
        ([("Gemm", "w x", "y", {})], {"w": W1}, r'takes the constant "w"'),
        ([("Gemm", "x w", "y", {"transA": 1})], {"w": W1.T}, "columns of the batch"),
        ([("Cast", "x", "y", {"to": DOUBLE})], {}, "one float type, float32"),
        ([("Reshape", "x s", "y", {})], {"s": np.array([-1, 2])}, "leave the batch|doesn't fit"),
        ([("Reshape", "x s", "y", {})], {"s": np.array([4, 1])}, "leave the batch"),
        ([("Reshape", "x x", "y", {})], {}, '"/Reshape"'),
        ([("Softmax", "x", "y", {"axis": 0})], {}, "its axis, 0"),
        ([("Transpose", "x", "y", {"perm": [1, 0]})], {}, "leave the batch"),
        (
            [("Clip", "x m n", "y", {})],
            {"m": np.float32([3]), "n": np.float32([-3])},
            "no numbers between 3.0 and -3.0",
        ),
        ([("Relu", "", "y", {})], {}, r"come of one input. Received: inputs \[\]"),
        ([("Relu", "x", "z", {})], {}, 'No node gives the output. Received: output="y"'),
        ([("Div", "w x", "y", {})], {"w": B1[:4]}, "divides numbers of its own"),
        ([("Add", "x x", "y", {})], {}, '"/Add".*takes "x" twice'),
        ([("Gemm", "x w b", "y", {})], {"w": W1.T, "b": B1[:, None]}, "bias of shape"),
        ([("Gemm", "x w", "y", {})], {"w": W1.T.astype("f8")}, "is of float64, and the model of"),
        ([("BatchNormalization", "x b b b b", "y", {"training_mode": 1})], {"b": B1[:4]}, "isn't"),
        ([("Dropout", "x r t", "y", {})], {"r": B1[0], "t": np.bool_(True)}, "that of training"),
        (
            [("Shape", "x", "s", {}), ("Cast", "s", "t", {"to": FLOAT}), ("Add", "x t", "y", {})],
            {},
            "Cast",
        ),
        ([("CumSum", "x a", "y", {})], {"a": np.array(1)}, r'"/CumSum" \(CumSum\).*no layer'),
        ([("PRelu", "x w", "y", {})], {"w": B1}, "slopes of shape"),
        ([("PRelu", "x w", "y", {})], {"w": B1[:1, None, None]}, "slopes of shape"),
        ([("Mul", "x w", "y", {})], {"w": B1}, "numbers of shape"),
        ([("Unsqueeze", "x", "y", {"axes": [*range(1, 18)]})], {}, "too many"),
    ],
    ids=lambda value: None,
)
def test_the_first_node_that_cannot_be_taken_is_named(nodes, weights, message):
    proto = graph([node(op, *names, **options) for op, *names, options in nodes], weights)
    with pytest.raises(ValueError, match=message) as caught:
        keras.from_onnx(proto)
    assert caught.type is ValueError


def test_a_node_without_a_name_is_named_by_what_it_gives():
    proto = graph([node("Gemm", "x w", "a"), node("Sin", "a", "y")], {"w": W1.T})
    for one in proto.graph.node:
        one.ClearField("name")
    with pytest.raises(ValueError, match=r'Node of output "y" \(Sin\).*no layer.*output="a"'):
        keras.from_onnx(proto)


def damaged(change):
    proto = graph([node("Gemm", "x w", "y")], {"w": np.ascontiguousarray(W1.T)})
    change(proto, proto.graph.initializer[0])
    return proto


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _, w: w.dims.__setitem__(0, 10**12), "as many numbers as that. Received: 20"),
        (lambda _, w: w.dims.__setitem__(0, -4), "as many numbers as that"),
        (lambda _, w: setattr(w, "raw_data", b"12345"), "Received: 1.25"),
        (lambda _, w: setattr(w, "data_location", 1), "in another file, which isn't read"),
        (lambda _, w: setattr(w, "data_type", 8), "must be of a float type, int32"),
        (lambda _, w: w.dims.extend([2**62] * 10**5), "at most 16 axes. Received: 100002"),
        (lambda m, _: m.graph.output.add(name="z"), r"outputs \['y', 'z'\]"),
        (lambda m, _: m.graph.node[0].input.append("z"), 'takes "z"'),
        (lambda m, _: m.graph.node.extend([m.graph.node[0]] * 10**4), "at most 10000 nodes"),
        (lambda m, _: setattr(m.opset_import[0], "version", 999), "one opset from 7 to"),
        (
            lambda m, _: setattr(
                m.graph.input[0].type.tensor_type.shape.dim[1], "dim_value", 10**12
            ),
            "no more than 2",
        ),
        (
            lambda m, _: m.graph.input[0].type.tensor_type.shape.dim[1].Clear(),
            "known positive sizes",
        ),
        (lambda m, _: setattr(m.graph.input[0].type.tensor_type, "elem_type", 7), "float32 or"),
    ],
    ids=lambda value: None,
)
def test_sizes_are_checked_before_anything_is_made(change, message):
    with pytest.raises(ValueError, match=message):
        keras.from_onnx(damaged(change))


def test_small_files_make_no_large_models():
    """Many layers of one array, and weights of a size that is only declared."""
    w = np.eye(512, dtype="f4")
    nodes = [node("Gemm", f"{f'v{i - 1}' if i else 'x'} w", f"v{i}", alpha=0.5) for i in range(900)]
    with pytest.raises(ValueError, match="many times the file's weights"):
        keras.from_onnx(graph(nodes, {"w": w}, row=(512,)), output="v899")
    for proto in (
        graph([node("LayerNormalization", "x s", "y")], {"s": C3}, row=(2**31,)),
        graph(
            [node("GroupNormalization", "x s s", "y", num_groups=1)],
            {"s": C3[:1]},
            row=(2**31,),
            opset=18,
        ),
    ):
        with pytest.raises(ValueError, match="Normalization"):
            keras.from_onnx(proto)
    nodes = [node("Relu", f"v{i - 1}" if i else "x", f"v{i}") for i in range(1001)]
    with pytest.raises(ValueError, match="at most 1000 layers"):
        keras.from_onnx(graph(nodes, {}), output="v1000")


def test_bad_files_are_clear_errors(tmp_path):
    path = tmp_path / "m.onnx"
    make_model().export(path, verbose=False)
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=re.escape("no ONNX model, or is damaged") + "|must"):
            keras.from_onnx(path)
    with pytest.raises(FileNotFoundError):
        keras.from_onnx(tmp_path / "missing.onnx")
    with pytest.raises(ValueError, match="times rows of shape"):
        keras.from_onnx(
            graph([node("Tile", "x r", "y")], {"r": np.array([1, 10**12, 2])}),
        )


def test_flipped_bytes_are_models_or_value_errors(tmp_path):
    path = tmp_path / "m.onnx"
    make_model(activation="gelu").export(path, verbose=False)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(150):
        changed = bytearray(whole)
        for place in rng.integers(0, len(whole), 2):
            changed[place] = rng.integers(256)
        path.write_bytes(changed)
        with contextlib.suppress(ValueError):
            keras.from_onnx(path)


@pytest.fixture
def onnx_path(tmp_path):
    path = tmp_path / "m.onnx"
    make_model().export(path, format="onnx", verbose=False)
    return path


def test_onnx_files_are_named(onnx_path):
    import onnx

    proto = onnx.load(onnx_path)
    proto.graph.node[0].op_type = "Einsum"
    onnx.save(proto, onnx_path)
    refused(lambda: keras.from_onnx(onnx_path), str(onnx_path), "Einsum")


def test_onnx_graphs_that_are_nested_too_deep(onnx_path):
    """Written by hand: the package itself would not parse what it wrote."""
    body = b""
    for _ in range(3000):
        node = field(1, field(4, b"If") + field(5, field(1, b"x") + field(6, body)))
        body = node
    onnx_path.write_bytes(b"\x08\x08" + field(7, body) + field(8, b"\x10\x11"))
    refused(lambda: keras.from_onnx(onnx_path), str(onnx_path))


def field(number, data):
    """A field of a protocol buffer that has bytes or a message."""
    size, length = len(data), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + data


def test_onnx_rows_without_end(onnx_path):
    """A normalization that has no numbers would be given as many as a row has."""
    from onnx import TensorProto, helper, save

    node = helper.make_node("LayerNormalization", ["x", ""], ["y"], axis=1)
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 2**30]) for name in "xy"]
    graph = helper.make_graph([node], "g", ends[:1], ends[1:])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), onnx_path)
    refused(lambda: keras.from_onnx(onnx_path), str(onnx_path), "LayerNormalization", "1073741824")
