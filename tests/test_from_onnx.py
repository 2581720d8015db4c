"""ONNX files as models: breaks when what `export` wrote, or what others write of such networks, is
not read to the same predictions."""

import re

import numpy as np
import pytest

import cornu as keras
from c_exports import ELEMENTWISE, gallery, randomized, rows_for
from onnx_graphs import (
    B1,
    B2,
    C2,
    C3,
    DOUBLE,
    FLOAT,
    RNG,
    THREE,
    W1,
    W2,
    WIDE,
    X,
    graph,
    node,
    onnx,
    softmax,
)
from small_models import regression


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


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_activations_come_back_from_the_first_opset(dtype, tmp_path):
    """Which writes out more of them than the later ones."""
    for name in ELEMENTWISE:
        activation = keras.layers.Activation(name, dtype=dtype)
        model = keras.Sequential([keras.Input((4,), dtype=dtype), activation])
        model.export(tmp_path / "m.onnx", verbose=False, opset_version=13)
        again, x = keras.from_onnx(tmp_path / "m.onnx"), rows_for(model)
        assert len(again.layers) == 1
        expected = model.predict(x, verbose=0)
        np.testing.assert_allclose(again.predict(x, verbose=0), expected, 1e-6, 1e-6, err_msg=name)


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


def test_a_network_of_pytorch(tmp_path):
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
    again = keras.from_onnx(proto)
    np.testing.assert_allclose(again.predict(X, verbose=0), expected, 1e-5, 1e-6)
    # Where activations are layers, as here, C can train it too.
    again.compile("sgd", "sparse_categorical_crossentropy")
    again.export(tmp_path / "net.c", trainable=True, verbose=False)


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


def made_of(operators, weights, x, **options):
    """What a chain of operators predicts, and what onnx's evaluator makes of it."""
    from onnx.reference import ReferenceEvaluator

    nodes, at = [], "x"
    for place, (op, others, attributes) in enumerate(operators):
        output = "y" if place == len(operators) - 1 else f"v{place}"
        inputs = others.replace("@", at) if "@" in others else f"{at} {others}"
        nodes.append(node(op, inputs, output, **attributes))
        at = output
    proto = graph(nodes, weights, row=x.shape[1:], **options)
    return keras.from_onnx(proto), ReferenceEvaluator(proto).run(None, {"x": x})[0]


@pytest.mark.parametrize(
    ("operators", "weights", "x", "options"),
    [
        ([("Clip", "a b", {})], {"a": np.float32(-2), "b": np.float32(0.5)}, WIDE, {}),
        ([("Clip", "a", {})], {"a": np.float32(0.25)}, WIDE, {}),
        ([("Clip", "", {"min": -3.4028234663852886e38, "max": 1.5})], {}, WIDE, {"opset": 7}),
        ([("Max", "a", {}), ("Min", "b @", {})], {"a": C3[:1], "b": C2[:1] + 1}, WIDE, {}),
        ([("Selu", "", {"alpha": 0.5, "gamma": 2.0})], {}, WIDE, {}),
        ([("HardSigmoid", "", {"alpha": 0.3})], {}, WIDE, {}),
        ([("Sub", "a @", {}), ("Neg", "", {})], {"a": C3}, WIDE, {}),
        ([("Mul", "a", {}), ("Add", "b", {})], {"a": C3, "b": C2[:, None]}, WIDE, {}),
        ([("Gemm", "w", {"alpha": 0.5, "transB": 1})], {"w": W1}, X, {}),
        ([("Gemm", "w b", {"beta": 2.0})], {"w": W1.T, "b": B1[None]}, X, {}),
        ([("Softmax", "", {"axis": 1})], {}, WIDE, {}),
        ([("LogSoftmax", "", {"axis": 1})], {}, WIDE, {}),
        ([("LayerNormalization", "a", {})], {"a": C3}, WIDE, {}),
        ([("RMSNormalization", "a", {"epsilon": 0.1})], {"a": C3}, WIDE, {"opset": 23}),
        (
            [("GroupNormalization", "a b", {"num_groups": 1})],
            {"a": C2, "b": C2},
            WIDE,
            {"opset": 21},
        ),
        ([("InstanceNormalization", "a b", {})], {"a": C2, "b": C2}, WIDE, {}),
        ([("Dropout", "r", {})], {"r": np.float32(0.3)}, X, {}),
        ([("Flatten", "", {"axis": -2})], {}, WIDE, {}),
        ([("Reshape", "s", {})], {"s": np.array([0, -1, 1])}, WIDE, {}),
        ([("Reshape", "s", {})], {"s": np.array([0, 0, 3, 1])}, WIDE, {}),
    ],
    ids=lambda value: value[0][0] if isinstance(value, list) else "",
)
def test_operators_of_others_are_near(operators, weights, x, options):
    model, expected = made_of(operators, weights, x, **options)
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, 1e-5, 1e-6)


def test_softmax_of_old_opsets_takes_all_axes_from_one_on():
    model = keras.from_onnx(graph([node("Softmax", "x", "y")], {}, row=(2, 3), opset=11))
    expected = softmax(WIDE.reshape(6, 6)).reshape(WIDE.shape)
    np.testing.assert_allclose(model.predict(WIDE, verbose=0), expected, 1e-5, 1e-6)


def test_shapes_that_pytorch_computes():
    """`x.view(x.size(0), -1)`: the batch's size is taken from the input's shape."""
    first, end = np.array(0), np.array([-1])
    nodes = [
        node("Shape", "x", "shape"),
        node("Gather", "shape first", "size"),
        node("Unsqueeze", "size axes", "sizes"),
        node("Concat", "sizes end", "wanted", axis=0),
        node("Reshape", "x wanted", "flat"),
        node("Transpose", "w", "kernel", perm=[1, 0]),
        node("MatMul", "flat kernel", "y"),
    ]
    weights = {"first": first, "end": end, "axes": np.array([0])}
    weights["w"] = RNG.standard_normal((4, 6)).astype("f4")
    found = keras.from_onnx(graph(nodes, weights, row=(2, 3))).predict(THREE, verbose=0)
    np.testing.assert_allclose(found, THREE.reshape(6, 6) @ weights["w"].T, 1e-5, 1e-6)


def test_one_batch_size_throughout():
    proto = graph([node("Reshape", "x s", "y")], {"s": np.array([6, 3, 2])}, row=(2, 3))
    with pytest.raises(ValueError, match="leave the batch"):
        keras.from_onnx(proto)
    proto.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 6
    found = keras.from_onnx(proto).predict(THREE, verbose=0)
    assert np.array_equal(found, THREE.reshape(6, 3, 2))


def test_layer_normalization_as_pytorch_wrote_it():
    nodes = [
        node("ReduceMean", "x", "mean", axes=[-1]),
        node("Sub", "x mean", "d"),
        node("Pow", "d two", "square"),
        node("ReduceMean", "square", "variance", axes=[-1], keepdims=1),
        node("Add", "variance small", "v"),
        node("Sqrt", "v", "s"),
        node("Div", "d s", "n"),
        node("Mul", "n a", "m"),
        node("Add", "m b", "y"),
    ]
    weights = {"two": np.float32(2), "small": np.float32(1e-5), "a": B1[:4], "b": W1[0]}
    model = keras.from_onnx(graph(nodes, weights))
    assert [type(layer) for layer in model.layers] == [keras.layers.LayerNormalization]
    assert model.layers[0].epsilon == 1e-5
    centred = X - X.mean(-1, keepdims=True)
    expected = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * B1[:4] + W1[0]
    np.testing.assert_allclose(model.predict(X, verbose=0), expected, 1e-5, 1e-6)
    del nodes[3].attribute[:]
    nodes[3].attribute.append(onnx.helper.make_attribute("axes", [-1]))
    nodes[3].attribute.append(onnx.helper.make_attribute("keepdims", 0))
    with pytest.raises(ValueError, match="ReduceMean"):
        keras.from_onnx(graph(nodes, weights))


@pytest.mark.parametrize("kind", [onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16])
@pytest.mark.parametrize("is_raw", [False, True])
def test_weights_of_half_the_size(kind, is_raw):
    kernel = np.array([[0.5, -2], [1.25, 3], [0, 1], [8, -0.75]], "f4")
    if kind == onnx.TensorProto.FLOAT16:
        bits = kernel.astype("f2").view("u2")
    else:
        bits = (kernel.view("u4") >> 16).astype("u2")
    tensor = onnx.TensorProto(name="half", data_type=kind, dims=kernel.shape)
    if is_raw:
        tensor.raw_data = bits.tobytes()
    else:
        tensor.int32_data.extend(bits.ravel().tolist())
    proto = graph([node("Cast", "half", "w", to=FLOAT), node("MatMul", "x w", "y")], {})
    proto.graph.initializer.append(tensor)
    assert np.array_equal(keras.from_onnx(proto).layers[0].kernel, kernel)


def test_an_output_of_several_and_parts():
    nodes = [
        node("Gemm", "x w", "logits"),
        node("Softmax", "logits", "y"),
        node("ArgMax", "y", "label"),
    ]
    proto = graph(nodes, {"w": np.ascontiguousarray(W1.T)})
    proto.graph.output.add(name="label")
    with pytest.raises(ValueError, match=r"or `output` name the one.*\['y', 'label'\]"):
        keras.from_onnx(proto)
    found = keras.from_onnx(proto, output="y").predict(X, verbose=0)
    np.testing.assert_allclose(found, softmax(X @ W1.T), 1e-5)
    found = keras.from_onnx(proto, output="logits").predict(X, verbose=0)
    np.testing.assert_allclose(found, X @ W1.T, 1e-5, 1e-6)
    with pytest.raises(ValueError, match=re.escape("(ArgMax) can't be taken: there is no layer")):
        keras.from_onnx(proto, output="label")
    with pytest.raises(ValueError, match="No node gives the output"):
        keras.from_onnx(proto, output="other")


def test_a_layer_that_stands_twice_is_one(tmp_path):
    layer = keras.layers.Dense(4, "tanh", name="twice")
    model = keras.Sequential([keras.Input((4,)), layer, layer, keras.layers.Dense(4)])
    model.export(tmp_path / "m.onnx", verbose=False)
    again = keras.from_onnx(tmp_path / "m.onnx")
    assert again.count_params() == model.count_params() == 40
    assert again.layers[0] is again.layers[1]
    assert np.array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


def test_names_that_are_taken():
    """An input of the name that a layer would get."""
    proto = graph([node("Relu", "relu", "y")], {})
    proto.graph.input[0].name = "relu"
    assert [layer.name for layer in keras.from_onnx(proto).layers] == ["relu_1"]


def random_layers(rng):
    """Layers for rows of one axis, most of them with weights."""
    layers = keras.layers
    activations = ("relu", "tanh", "gelu", "silu", "elu", "softplus", "mish", "selu", "softmax")
    for _ in range(rng.integers(1, 6)):
        yield [
            lambda: layers.Dense(int(rng.integers(2, 9)), rng.choice(activations)),
            lambda: layers.BatchNormalization(momentum=0.5),
            lambda: layers.LayerNormalization(epsilon=1e-4),
            lambda: layers.PReLU(),
            lambda: layers.RMSNormalization(),
            lambda: layers.ReLU(max_value=3.0),
            lambda: layers.UnitNormalization(),
            lambda: layers.Activation(str(rng.choice(activations))),
        ][rng.integers(8)]()


def test_random_models_come_back_and_train_alike(tmp_path):
    rng = np.random.default_rng(11)
    x, y = rng.standard_normal((16, 5)).astype("f4"), rng.standard_normal((16, 2)).astype("f4")
    for index in range(50):
        parts = [keras.layers.Dense(4), *random_layers(rng), keras.layers.Dense(2)]
        model = randomized(keras.Sequential([keras.Input((5,)), *parts]), index)
        model.export(tmp_path / "m.onnx", verbose=False)
        again = keras.from_onnx(tmp_path / "m.onnx")
        for one in (model, again):
            one.compile(keras.optimizers.SGD(0.01), "mse")
        for _ in range(2):
            expected, found = model.predict(x, verbose=0), again.predict(x, verbose=0)
            np.testing.assert_allclose(found, expected, 1e-5, 1e-5, err_msg=f"{index}")
            model.fit(x, y, shuffle=False, verbose=0)
            again.fit(x, y, shuffle=False, verbose=0)
