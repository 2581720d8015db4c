"""Models as ONNX: breaks when an export's numbers are not those of `predict`, in the evaluator of
the onnx package or (where it is installed: `make check-onnx`) in onnxruntime, or when half of it is
left where it can't be made."""

import os
import re

import numpy as np
import pytest

import cornu as keras
import unexportable_layers
from c_exports import gallery, randomized, rows_for
from cornu.exporting import onnx_file
from cornu.exporting.onnx_data_layers import _LAYERS as _DATA_LAYERS
from cornu.exporting.onnx_layers import _LAYERS
from cornu.utils import extras
from small_models import make_model

onnx = pytest.importorskip("onnx")
NEAR = {"rtol": 1e-5, "atol": 1e-6}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def exported(model, **options):
    """The protocol buffer of a model, which the checker has found whole."""
    model.export("m.onnx", verbose=False, **options)
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


def check(model, name, run, x=None, **options):
    x = rows_for(model) if x is None else x
    expected = model.predict(x, verbose=0)
    found = run(exported(model, **options), x.astype(object) if x.dtype.kind == "U" else x)
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
    # Whoever adds a layer of the core adds its nodes, or says here why there are none.
    of_core = {
        kind
        for name in keras.layers.__all__
        if isinstance(kind := getattr(keras.layers, name), type)
        and issubclass(kind, keras.layers.Layer)
        and kind._make_core is not keras.layers.Layer._make_core
    }
    assert of_core == set(_LAYERS) | set(_DATA_LAYERS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("opset", "dtype"),
    [
        # Of float64 onnxruntime lacks some operators there.
        (13, "float32"),
        (17, "float32"),
        (onnx.defs.onnx_opset_version(), "float32"),
        (onnx.defs.onnx_opset_version(), "float64"),
    ],
)
def test_other_opsets_are_near(opset, dtype):
    for name, model in (*gallery(dtype).items(), *((m.name, m) for m in further_models(dtype))):
        # onnxruntime knows new opsets later than onnx, whose evaluator is wrong in some old ones.
        check(model, name, run_by_onnxruntime if opset < 18 else evaluated, opset_version=opset)
        assert onnx.load("m.onnx").opset_import[0].version == opset
        again = keras.from_onnx("m.onnx")
        x = rows_for(model)
        expected = model.predict(x, verbose=0)
        np.testing.assert_allclose(again.predict(x, verbose=0), expected, **NEAR, err_msg=name)


@pytest.mark.parametrize("run", [evaluated, run_by_onnxruntime])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_extreme_numbers_are_near(dtype, run):
    """Where a formula as it is written would lose a small number, or be infinite."""
    x = np.array([[0.5, 1e10], [-800, 800], [-1e-3, 1e-3], [30, -30], [1, np.nan]], dtype)
    for name in ("softplus", "log_sigmoid", "sparsemax", "mish", "soft_shrink", "hard_shrink"):
        model = keras.Sequential(
            [keras.Input((2,), dtype=dtype), keras.layers.Activation(name, dtype=dtype)]
        )
        check(model, name, run, x[:4] if name == "sparsemax" else x)


def data_models():
    """Models whose first layers prepare data, and rows for each."""
    layers = keras.layers
    words = np.array([["a", "z", "b"], ["c", "a", "a"], ["", "q", "b"]])
    numbers = np.array([[3, 4, -2], [0, 5, 5], [-7, 8, 3]])
    floats = np.array([[-1.0, 0.5, 2], [0.4, np.nan, 1], [0, 1, -3]], "float32")
    for mode in ("int", "one_hot", "multi_hot", "count"):
        for mask in (None, ""):
            options = {"output_mode": mode, "mask_token": mask}
            yield words, "string", [layers.StringLookup(vocabulary=["a", "b", "c"], **options)]
        for count in (1, 3):
            options = {"output_mode": mode, "num_oov_indices": count, "mask_token": 0}
            yield numbers, "int64", [layers.IntegerLookup(vocabulary=[3, 5, -2], **options)]
        yield floats, "float32", [layers.Discretization([-0.5, 0.5, 1.0], output_mode=mode)]
        if mode != "int":
            yield abs(numbers), "int64", [layers.CategoryEncoding(9, output_mode=mode)]
    yield words[:, :1], "string", [layers.StringLookup(vocabulary=["a"], output_mode="one_hot")]
    weighted = {"vocabulary": ["a", "b"], "idf_weights": [2.0, 3.0], "output_mode": "tf_idf"}
    options = {"pad_to_max_tokens": True, "max_tokens": 7}
    yield words, "string", [layers.StringLookup(**weighted, **options)]
    yield words, "string", [layers.StringLookup(vocabulary=["a"]), layers.CategoryEncoding(2)]


@pytest.mark.parametrize("run", [evaluated, run_by_onnxruntime])
def test_layers_that_prepare_data_are_near(run):
    tested = set()
    for x, dtype, parts in data_models():
        begin = keras.Input(x.shape[1:], dtype=dtype)
        model = keras.Sequential([begin, *parts, keras.layers.Flatten(), keras.layers.Dense(2)])
        check(randomized(model), repr(parts[0].get_config()), run, x)
        tested |= set(map(type, parts))
    assert tested == set(_DATA_LAYERS) - {keras.layers.Hashing}


def test_rows_that_came_first_say_what_an_input_is():
    x = np.array([["a"], ["b"]])
    lookup = keras.layers.StringLookup(vocabulary=["a"], output_mode="count")
    model = keras.Sequential([lookup, keras.layers.Dense(2)])
    model.predict(x, verbose=0)
    check(model, "unnamed", evaluated, x)


def test_data_layers_without_operators_are_named():
    layers = keras.layers
    for layer, message in (
        (layers.Hashing(3, name="h"), r'"h" \(Hashing\).*it hashes.*prepare the data before'),
        (layers.StringLookup(vocabulary=["a"], num_oov_indices=2), "hashes unknown words"),
        (layers.IntegerLookup(vocabulary=[2], num_oov_indices=2, oov_method="farmhash"), "hashes"),
        (layers.StringLookup(name="empty"), '"empty".*no vocabulary yet'),
    ):
        model = keras.Sequential([keras.Input((2,), dtype="string"), layer, layers.Dense(1)])
        with pytest.raises(ValueError, match=message):
            model.export("m.onnx")


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


@pytest.mark.parametrize(
    ("layer", "message"),
    [one for one in unexportable_layers.LAYERS if not isinstance(one[0], tuple(_DATA_LAYERS))],
)
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
        ValueError, match=r"must be an integer from 13 to .* Received: opset_version=9$"
    ):
        model.export("m.onnx", opset_version=9)
    with pytest.raises(ValueError, match="Received: opset_version='18'"):
        model.export("m.onnx", opset_version="18")
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
    """As by another thread: the file would be of two models."""
    model, made = make_model(), onnx_file.onnx_model

    def make_and_change(model, opset):
        proto = made(model, opset)
        model.layers[0].activation = "softsign"
        return proto

    monkeypatch.setattr(onnx_file, "onnx_model", make_and_change)
    with pytest.raises(RuntimeError, match="changed by another thread"):
        model.export(tmp_path / "net.onnx")
    assert not os.listdir(tmp_path)
