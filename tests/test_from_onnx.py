"""ONNX files as models: breaks when what `export` wrote, or what others write of such networks, is
not read to the same predictions, or when a file that can't be taken is no clear error."""

import contextlib
import re

import numpy as np
import pytest

import cornu as keras
from c_exports import gallery, rows_for
from small_models import make_model, regression

onnx = pytest.importorskip("onnx")
FLOAT, DOUBLE, INT64 = onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE, onnx.TensorProto.INT64
RNG = np.random.default_rng(5)
W1, B1 = RNG.standard_normal((5, 4)).astype("f4"), RNG.standard_normal(5).astype("f4")
W2, B2 = RNG.standard_normal((5, 3)).astype("f4"), RNG.standard_normal(3).astype("f4")
X = RNG.standard_normal((6, 4)).astype("f4")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_export_wrote_predicts_the_same(dtype, tmp_path):
    near = 1e-6 if dtype == "float32" else 1e-13
    for name, model in gallery(dtype).items():
        model.export(tmp_path / "m.onnx", verbose=False)
        again = keras.from_onnx(tmp_path / "m.onnx")
        x = rows_for(model)
        expected, found = model.predict(x, verbose=0), again.predict(x, verbose=0)
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        np.testing.assert_allclose(found, expected, 10 * near, near, err_msg=name)


def test_it_is_the_same_network_and_can_be_trained(tmp_path):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((4,), name="x"),
            layers.Dense(5, "tanh", name="first"),
            layers.LayerNormalization(name="norm"),
            layers.BatchNormalization(epsilon=0.01, name="batch"),
            layers.LeakyReLU(0.3, name="leaky"),
            layers.Dense(3, "softmax", use_bias=False, name="last"),
        ],
        name="net",
    )
    model.export(tmp_path / "m.onnx", verbose=False)
    again = keras.from_onnx(str(tmp_path / "m.onnx"))
    assert (again.name, again.input_shape) == ("net", (None, 4))
    shown = [(layer.name, type(layer), layer.count_params()) for layer in again.layers]
    assert shown == [(layer.name, type(layer), layer.count_params()) for layer in model.layers]
    assert [getattr(layer, "activation", None) for layer in again.layers] == [
        getattr(layer, "activation", None) for layer in model.layers
    ]
    assert (again.layers[2].epsilon, again.layers[3].negative_slope) == (0.01, 0.3)
    again.compile("sgd", "mse")
    again.fit(*regression(), verbose=0)


def graph(nodes, weights, dtype=FLOAT, row=(4,), opset=17, **options):
    """A model of nodes from "x" to "y"."""
    helper = onnx.helper
    info = helper.make_tensor_value_info
    return helper.make_model(
        helper.make_graph(
            nodes,
            "main_graph",
            [info("x", dtype, ["n", *row])],
            [info("y", dtype, ["n", None])],
            [onnx.numpy_helper.from_array(value, name) for name, value in weights.items()],
        ),
        opset_imports=[helper.make_opsetid("", opset)],
        **options,
    )


def node(op, inputs, output, **attributes):
    return onnx.helper.make_node(op, inputs.split(), [output], name=f"/{op}", **attributes)


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def test_a_network_of_pytorch():
    """Gemm with the kernel transposed, and a Constant, an Identity and a Cast between."""
    three = onnx.numpy_helper.from_array(np.array([-1, 5], np.int64))
    proto = graph(
        [
            node("Gemm", "x 0.weight 0.bias", "a", alpha=1.0, beta=1.0, transB=1),
            node("Relu", "a", "b"),
            node("Identity", "b", "c"),
            node("Cast", "c", "d", to=FLOAT),
            node("Constant", "", "shape", value=three),
            node("Reshape", "d shape", "e"),
            node("Identity", "2.weight", "w"),
            node("Gemm", "e w 2.bias", "f", beta=0.5),
            node("Softmax", "f", "y", axis=-1),
        ],
        {"0.weight": W1, "0.bias": B1, "2.weight": W2, "2.bias": B2},
    )
    onnx.checker.check_model(proto)
    expected = softmax(np.maximum(X @ W1.T + B1, 0) @ W2 + B2 / 2)
    found = keras.from_onnx(proto).predict(X, verbose=0)
    np.testing.assert_allclose(found, expected, 1e-5, 1e-6)


def test_a_network_of_scikit_learn():
    proto = graph(
        [
            node("Cast", "x", "a", to=DOUBLE),
            node("MatMul", "a w1", "b"),
            node("Add", "b b1", "c"),
            node("Sigmoid", "c", "d"),
            node("MatMul", "d w2", "e"),
            node("Add", "b2 e", "y"),
        ],
        {
            name: value.astype("f8")
            for name, value in (("w1", W1.T), ("b1", B1), ("w2", W2), ("b2", B2))
        },
        DOUBLE,
        opset=9,
    )
    model = keras.from_onnx(proto)
    assert model.dtype == "float64"
    assert [type(layer).__name__ for layer in model.layers] == ["Dense", "Activation", "Dense"]
    x = X.astype("f8")
    expected = 1 / (1 + np.exp(-(x @ W1.T + B1))) @ W2 + B2
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, 1e-12)


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
        ([("Clip", "x m", "y", {})], {"m": np.float32([-3])}, "between -3.0 and inf"),
        ([("Relu", "", "y", {})], {}, "no input"),
        ([("Relu", "x", "z", {})], {}, 'output "y" must be what its last node'),
        ([("Sub", "w x", "y", {})], {"w": B1[:4]}, "numbers of its own"),
        ([("PRelu", "x w", "y", {})], {"w": B1}, "slopes of shape"),
    ],
    ids=lambda value: None,
)
def test_the_first_node_that_cannot_be_taken_is_named(nodes, weights, message):
    proto = graph([node(op, *names, **options) for op, *names, options in nodes], weights)
    with pytest.raises(ValueError, match=message):
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
        (lambda _, w: setattr(w, "data_type", 8), "must be of float32, float64"),
        (lambda m, _: m.graph.input.add(name="z"), r"inputs \['x', 'z'\]"),
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
