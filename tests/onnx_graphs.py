"""ONNX graphs for tests, and arrays to make them of. Whoever imports it is skipped where onnx is
missing."""

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
FLOAT, DOUBLE = onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE
RNG = np.random.default_rng(5)
W1, B1 = RNG.standard_normal((5, 4)).astype("f4"), RNG.standard_normal(5).astype("f4")
W2, B2 = RNG.standard_normal((5, 3)).astype("f4"), RNG.standard_normal(3).astype("f4")
X = RNG.standard_normal((6, 4)).astype("f4")
THREE = RNG.standard_normal((6, 2, 3)).astype("f4")
WIDE = (THREE * 3).astype("f4")
C2, C3 = RNG.standard_normal(2).astype("f4"), RNG.standard_normal(3).astype("f4")


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
