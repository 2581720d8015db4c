"""What docs/files.md says that each kind of file keeps: breaks when a cell isn't so."""

import pickle
import re
from pathlib import Path

import joblib
import numpy as np
import pytest

import cornu as keras
from c_exports import exported

PAGE = Path(__file__).resolve().parents[1] / "docs" / "files.md"
ROWS = 40


def trained(dtype="float32"):
    """A model with something in it for every row of the table, in the middle of a training."""
    layers = keras.layers
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((3,), dtype=dtype),
            layers.Normalization(dtype=dtype),
            layers.Dense(4, activation="relu", kernel_regularizer="l2", name="one", dtype=dtype),
            layers.BatchNormalization(name="two", dtype=dtype),
            layers.Dropout(0.5, dtype=dtype),
            layers.Dense(2, trainable=False, dtype=dtype),
        ]
    )
    x, y = data(dtype)
    model.layers[0].adapt(x)
    compiled(model)
    model.fit(x, y, batch_size=8, epochs=2, verbose=0)
    return model


def compiled(model):
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
    model.compile(keras.optimizers.SGD(schedule, momentum=0.9), "mse", metrics=["mae"])


def data(dtype):
    rng = np.random.default_rng(4)
    return rng.standard_normal((ROWS, 3)).astype(dtype), rng.standard_normal((ROWS, 2)).astype(
        dtype
    )


def untrained(model):
    """A model of the same layers, compiled likewise, with other weights: a program's own."""
    keras.utils.set_random_seed(8)
    other = keras.models.clone_model(model)
    compiled(other)
    other.optimizer.build(other.trainable_weights)
    return other


def through_keras(model, folder):
    model.save(folder / "m.keras")
    return keras.saving.load_model(folder / "m.keras")


def through_legacy(model, folder):
    model.save(folder / "m.h5")
    return keras.saving.load_model(folder / "m.h5")


def through_weights(model, folder):
    other = untrained(model)
    model.save_weights(folder / "m.weights.h5")
    other.load_weights(folder / "m.weights.h5")
    return other


def through_json(model, folder):
    return keras.models.model_from_json(model.to_json())


def through_pickle(model, folder):
    return pickle.loads(pickle.dumps(model))


def through_joblib(model, folder):
    joblib.dump(model, folder / "m.joblib")
    return joblib.load(folder / "m.joblib")


def through_onnx(model, folder):
    pytest.importorskip("onnx")
    model.export(folder / "m.onnx", verbose=False)
    return keras.from_onnx(folder / "m.onnx")


class Own(keras.layers.Layer):
    def call(self, x):
        return x * 2


# By the heading of their column.
WAYS = {
    "`.keras`": [through_keras],
    "`.h5`": [through_legacy],
    "`.weights.h5`": [through_weights],
    "JSON": [through_json],
    "pickle": [through_pickle, through_joblib],
    "ONNX": [through_onnx],
}


def keeps_layers(model, other, x, y):
    return [layer.get_config() for layer in model.layers] == [
        layer.get_config() for layer in other.layers
    ]


def keeps_weights(model, other, x, y):
    pairs = zip(model.get_weights(), other.get_weights(), strict=False)
    return len(model.weights) == len(other.weights) and all(
        np.array_equal(one, another) for one, another in pairs
    )


def keeps_predictions(model, other, x, y):
    return np.allclose(
        model.predict(x, verbose=0), other.predict(x, verbose=0), rtol=1e-5, atol=1e-6
    )


def keeps_bits(model, other, x, y):
    return model.predict(x, verbose=0).tobytes() == other.predict(x, verbose=0).tobytes()


def keeps_frozen(model, other, x, y):
    return [layer.trainable for layer in other.layers][-1] is False


def keeps_loss(model, other, x, y):
    if not other.compiled:
        return False
    named = {"mse": "mean_squared_error"}.get(other.loss, other.loss)
    return named == "mean_squared_error" and [
        *other.evaluate(x, y, verbose=0, return_dict=True)
    ] == ["loss", "mae"]


def keeps_optimizer(model, other, x, y):
    one, another = model.optimizer, getattr(other, "optimizer", None)
    return another is not None and one.get_config() == another.get_config()


def keeps_state(model, other, x, y):
    one, another = model.optimizer, getattr(other, "optimizer", None)
    if another is None or len(one.variables) != len(another.variables):
        return False
    pairs = zip(one.variables, another.variables, strict=True)
    return all(np.array_equal(np.asarray(a), np.asarray(b)) for a, b in pairs)


def keeps_draws(model, other, x, y):
    """Those of dropout: which units are dropped next."""
    if len(model.layers) != len(other.layers):
        return False
    ones = np.ones((16, 4), model.dtype)
    drawn = [each.layers[3](ones, training=True) for each in (model, other)]
    return np.array_equal(*map(np.asarray, drawn))


def keeps_training(model, other, x, y):
    """The next epochs give the weights that they would have given."""
    if not other.compiled:
        return False
    for each in (model, other):
        each.fit(x, y, batch_size=8, epochs=4, initial_epoch=2, verbose=0)
    return keeps_weights(model, other, x, y)


def keeps_dtype(model, other, x, y):
    return model.dtype == other.dtype == "float64"


# By the heading of their row; the last changes the models.
CHECKS = {
    "layers and their settings": keeps_layers,
    "weights, with moving statistics": keeps_weights,
    "what it predicts, within 1e-5": keeps_predictions,
    "what it predicts, to the bit": keeps_bits,
    "float type": keeps_dtype,
    "what is frozen": keeps_frozen,
    "loss and metrics": keeps_loss,
    "optimizer and its settings": keeps_optimizer,
    "its state, and the place in a schedule": keeps_state,
    "what layers draw next": keeps_draws,
    "a training that goes on to the same bits": keeps_training,
}


def table():
    """The cells of the page's table by row and column."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    head = cells[0][1:]
    return {row[0]: dict(zip(head, row[1:], strict=True)) for row in cells[2:]}


def said(cell):
    """Whether a cell says yes; None: something else."""
    found = re.match(r"(yes|no)\b", cell)
    return None if found is None else found[1] == "yes"


@pytest.mark.parametrize("way", WAYS)
def test_files_keep_what_the_page_says(way, tmp_path):
    cells = table()
    for through in WAYS[way]:
        model = trained("float64")
        other = through(model, tmp_path)
        x, y = data("float64")
        for name, keeps in CHECKS.items():
            keeping = keeps(model, other, x, y)
            assert said(cells[name][way]) in (keeping, None), (name, through.__name__)


@pytest.mark.parametrize("way", WAYS)
def test_vocabularies_and_own_layers_as_the_page_says(way, tmp_path):
    layers, cells = keras.layers, table()
    lookup = layers.StringLookup(output_mode="one_hot")
    lookup.adapt(np.array([["a"], ["b"], ["c"]]))
    words = keras.Sequential([keras.Input((1,), dtype="string"), lookup, layers.Dense(2)])
    words.compile("sgd", "mse")
    own = keras.Sequential([keras.Input((3,)), Own(), layers.Dense(2)])
    found = cells["vocabularies of `StringLookup` and the like"][way]
    own_found = cells["layers, losses and functions of one's own"][way]
    for through in WAYS[way]:
        if said(found) is not None:
            there = through(words, tmp_path).layers[0].get_vocabulary()
            assert said(found) is (there == lookup.get_vocabulary())
        if own_found == "refused":
            with pytest.raises(ValueError, match="can't be exported"):
                through(own, tmp_path)
        if own_found == "by reference":
            assert type(through(own, tmp_path).layers[0]) is Own
        if own_found == "by name":
            with pytest.raises(ValueError, match=r"custom_objects=\{'Own': "):
                through(own, tmp_path)
            with keras.saving.custom_object_scope({"Own": Own}):
                assert type(through(own, tmp_path).layers[0]) is Own


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_c_keeps_what_the_page_says(dtype, tmp_path):
    cells, model = table(), trained(dtype)
    x = data(dtype)[0]
    expected = model.predict(x, verbose=0)
    assert said(cells["what it predicts, within 1e-5"]["C"])
    found = exported({"net": model}, tmp_path, exact=False)["net"](x)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert cells["what it predicts, to the bit"]["C"] == "yes, with `-DNET_EXACT`"
    (tmp_path / "exact").mkdir()
    assert exported({"net": model}, tmp_path / "exact")["net"](x).tobytes() == expected.tobytes()
    assert model.dtype == dtype == str(found.dtype)


def test_sizes_are_about_what_the_page_says(tmp_path):
    pytest.importorskip("onnx")
    model = keras.Sequential(
        [keras.Input((64,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(10, "softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(np.random.default_rng(1).random((64, 64)), np.arange(64) % 10, verbose=0)
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"m.{ending}")
    model.save_weights(tmp_path / "m.weights.h5")
    for ending in ("onnx", "c"):
        model.export(tmp_path / f"m.{ending}", verbose=False)
    model.export(tmp_path / "trained.c", verbose=False, trainable=True)

    def nbytes(*names):
        return sum((tmp_path / name).stat().st_size for name in names)

    found = {
        "`.keras`": nbytes("m.keras"),
        "`.h5`": nbytes("m.h5"),
        "`.weights.h5`": nbytes("m.weights.h5"),
        "JSON": len(model.to_json()),
        "pickle": len(pickle.dumps(model)),
        "ONNX": nbytes("m.onnx"),
        "C": nbytes("m.c", "m.h"),
    }
    cells = table()["size, of a 64-32-10 network with Adam"]
    told = {way: 1000 * int(cell.removesuffix(" KB")) for way, cell in cells.items()}
    assert found == pytest.approx(told, rel=0.2)
    (trainable,) = re.findall(r"Trainable C of this network has (\d+) KB", PAGE.read_text("utf-8"))
    assert nbytes("trained.c", "trained.h") == pytest.approx(1000 * int(trainable), rel=0.2)
