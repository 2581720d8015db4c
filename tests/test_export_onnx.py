"""Models as ONNX: breaks when an export's numbers are not those of `predict`, in the evaluator of
the onnx package or (where it is installed: `make check-onnx`) in onnxruntime, or when half of it is
left where it can't be made."""

import os
import re

import numpy as np
import pytest

import cornu as keras
import unexportable_layers
from c_exports import gallery, rows_for
from cornu.exporting import onnx_file
from cornu.exporting.onnx_layers import _LAYERS
from cornu.utils import extras
from small_models import make_model

onnx = pytest.importorskip("onnx")
NEAR = {"rtol": 1e-5, "atol": 1e-6}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def exported(model):
    """The protocol buffer of a model, which the checker has found whole."""
    model.export("m.onnx", verbose=False)
    proto = onnx.load("m.onnx")
    onnx.checker.check_model(proto, full_check=True)
    return proto


def evaluated(proto, x):
    """What the onnx package's own evaluator makes of rows."""
    from onnx.reference import ReferenceEvaluator

    # It evaluates the unused part of a choice, too.
    with np.errstate(all="ignore"):
        return ReferenceEvaluator(proto).run(None, {proto.graph.input[0].name: x})[0]


def run_by_onnxruntime(proto, x):
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(
        proto.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def check(model, name, run):
    x = rows_for(model)
    expected = model.predict(x, verbose=0)
    found = run(exported(model), x)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, **NEAR, err_msg=name)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_exports_are_near(dtype):
    for name, model in gallery(dtype).items():
        check(model, name, evaluated)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_onnxruntime_is_near(dtype):
    for name, model in gallery(dtype).items():
        check(model, name, run_by_onnxruntime)
    for model in further_models(dtype):
        check(model, model.name, run_by_onnxruntime)


def further_models(dtype):
    """Sizes and axes that the gallery has not."""
    layers = keras.layers
    keras.config.set_floatx(dtype)
    try:
        for layer in (
            layers.Softmax(axis=(1, 2)),
            layers.LayerNormalization(axis=(1, 3)),
            layers.BatchNormalization(axis=2),
            layers.GroupNormalization(-1),
            layers.Normalization(axis=None, mean=2.0, variance=9.0),
            layers.ReLU(threshold=0.5),
            layers.ReLU(max_value=0.5),
        ):
            yield keras.Sequential([keras.Input((2, 3, 4)), layer, layers.Dense(1)])
    finally:
        keras.config.set_floatx("float32")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_further_axes_are_near(dtype):
    for model in further_models(dtype):
        check(model, model.layers[0].name, evaluated)


def test_every_layer_is_in_the_gallery():
    tested = {type(layer) for model in gallery("float32").values() for layer in model._chain()}
    assert tested == set(_LAYERS)


def test_names_shapes_and_versions():
    model = keras.Sequential(
        [keras.Input((3,), name="x"), keras.layers.Dense(2, name="out")], name="net"
    )
    proto = exported(model)
    graph = proto.graph
    assert [(entry.domain, entry.version) for entry in proto.opset_import] == [("", 18)]
    assert (proto.producer_name, proto.producer_version) == ("cornu", keras.__version__)
    assert (proto.ir_version, graph.name) == (8, "net")
    assert "opset 18" in proto.doc_string
    sizes = [
        (
            value.name,
            [size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim],
        )
        for value in (*graph.input, *graph.output)
    ]
    assert sizes == [("x", ["batch", 3]), ("out", ["batch", 2])]
    assert {entry.name for entry in graph.initializer} == {"out/kernel", "out/bias"}
    assert [node.name for node in graph.node] == ["out/Gemm"]
    for rows in (0, 1, 7):
        assert evaluated(proto, np.zeros((rows, 3), np.float32)).shape == (rows, 2)


def test_a_layer_that_stands_twice_is_stored_once():
    layer = keras.layers.Dense(3, name="twice")
    model = keras.Sequential([keras.Input((3,)), layer, layer])
    proto = exported(model)
    assert len(proto.graph.initializer) == 2
    check(model, "twice", evaluated)


def test_what_is_said(capsys):
    make_model().export("m.bin", format="onnx")
    size = os.path.getsize("m.bin")
    assert capsys.readouterr().out == (f"Saved artifact at 'm.bin': opset 18, {size} bytes.\n")


@pytest.mark.parametrize(("layer", "message"), unexportable_layers.LAYERS)
def test_what_has_no_operator_is_named(layer, message):
    model = keras.Sequential([keras.Input((3,)), layer, keras.layers.Dense(2)])
    with pytest.raises(ValueError, match=message):
        model.export("m.onnx")
    assert not os.listdir()


def test_what_is_refused(monkeypatch):
    model = make_model()
    with pytest.raises(ValueError, match="no weights that could be exported"):
        keras.Sequential([keras.layers.Dense(2)]).export("m.onnx")
    with pytest.raises(
        ValueError, match=re.escape("must be 18 or None. Received: opset_version=9")
    ):
        model.export("m.onnx", opset_version=9)
    with pytest.raises(OSError, match="no folder"):
        model.export("missing/m.onnx")
    monkeypatch.setattr("cornu.exporting.onnx_file._MOST_NBYTES", 100)
    with pytest.raises(ValueError, match="bytes of weights: an ONNX file holds at most 100"):
        model.export("m.onnx")

    def missing(module):
        raise ModuleNotFoundError(name=module)

    monkeypatch.setattr(extras, "import_module", missing)
    with pytest.raises(ImportError, match=re.escape("pip install 'cornu[onnx]'")):
        model.export("m.onnx")
    assert not os.listdir()


def test_what_changes_meanwhile_is_not_written(monkeypatch, tmp_path):
    """As by a thread that trains: the file's weights would be of several moments."""
    model, made = make_model(), onnx_file.onnx_model

    def make_and_train(model):
        proto = made(model)
        model.set_weights([values + 1 for values in model.get_weights()])
        return proto

    monkeypatch.setattr(onnx_file, "onnx_model", make_and_train)
    with pytest.raises(RuntimeError, match="trained or changed by another thread"):
        model.export(tmp_path / "net.onnx")
    assert not os.listdir(tmp_path)
