"""onnxruntime on a graph of Gemm and activations, as an export from Keras would have it."""

from __future__ import annotations

import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from cases import Case, initial_weights, load_data
from peers.task import chunked, repeated

_OPERATORS = {"relu": "Relu", "sigmoid": "Sigmoid", "softmax": "Softmax"}


def versions(mode: str) -> str:
    return f"onnxruntime {onnxruntime.__version__}"


def _graph(case: Case) -> bytes:
    nodes, initializers, last = [], [], "x"
    for i, ((kernel, bias), name) in enumerate(
        zip(initial_weights(case), case.activations, strict=True)
    ):
        initializers.append(numpy_helper.from_array(kernel, f"kernel{i}"))
        initializers.append(numpy_helper.from_array(bias, f"bias{i}"))
        nodes.append(helper.make_node("Gemm", [last, f"kernel{i}", f"bias{i}"], [f"product{i}"]))
        last = f"product{i}"
        if name in _OPERATORS:
            nodes.append(helper.make_node(_OPERATORS[name], [last], [f"output{i}"]))
            last = f"output{i}"
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", case.sizes[0]])
    y = helper.make_tensor_value_info(last, TensorProto.FLOAT, ["rows", case.sizes[-1]])
    graph = helper.make_graph(nodes, "network", [x], [y], initializers)
    opset = helper.make_opsetid("", 17)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def make(kind: str, case: Case, threads: int, mode: str):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        _graph(case), options, providers=["CPUExecutionProvider"]
    )
    x, _ = load_data(case)
    if kind == "call":
        return repeated(lambda: session.run(None, {"x": x})[0])
    return [
        repeated(lambda size=size: chunked(lambda part: session.run(None, {"x": part})[0], x, size))
        for size in (len(x), 1024)
    ]
