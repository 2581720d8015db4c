"""Whole models and weights in Keras 2's files: breaks when one is misread or miswritten."""

import json

import h5py
import numpy as np
import pytest

import cornu as keras
from bad_input import refused, unchanged
from keras_2_files import ADAM
from oracle import harness
from oracle.harness import FILES
from oracle.record_files import inputs, models
from small_models import make_model, regression

X, Y = regression()
NAMES = ("mixed", "plain", "nested", "functional")
PREDICTIONS = np.load(FILES / "predictions.npz")


def attributes(path, **changes):
    """Change attributes of a file; None takes one away."""
    with h5py.File(path, "r+") as root:
        for name, value in changes.items():
            del root.attrs[name]
            if value is not None:
                root.attrs[name] = value


def attribute(path, name):
    with h5py.File(path) as root:
        return json.loads(root.attrs[name])


def test_a_file_that_is_replaced_meanwhile(tmp_path):
    """By another process, as it were, between configuration and weights."""
    path, other = tmp_path / "m.h5", tmp_path / "other.h5"

    class Meanwhile(keras.regularizers.L2):
        @classmethod
        def from_config(cls, config):
            if other.exists():
                other.replace(path)
            return cls(**config)

    def write(value, at):
        dense = keras.layers.Dense(2, kernel_regularizer=Meanwhile(value))
        model = keras.Sequential([keras.Input((3,)), dense])
        model.compile("adam", "mse")
        model.fit(X[:, :3], Y[:, :2], epochs=int(value), verbose=0)
        model.set_weights([np.full((3, 2), value), np.full(2, value)])
        model.save(at)

    write(1.0, path)
    write(2.0, other)
    for value in (1.0, 2.0):
        model = keras.models.load_model(path, {"Meanwhile": Meanwhile})
        assert float(model.layers[0].kernel_regularizer.l2) == value
        assert set(np.unique(np.concatenate([np.ravel(w) for w in model.get_weights()]))) == {value}
        assert int(model.optimizer.iterations) == value


# ---- Keras 3's files of this format


@pytest.mark.parametrize("dtype", harness.DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_files_of_keras(name, dtype):
    model = keras.models.load_model(FILES / f"{name}_{dtype}.h5")
    whole = keras.models.load_model(FILES / f"{name}_{dtype}.keras")
    want = PREDICTIONS[f"{name}_{dtype}"]
    got = model.predict(inputs(model, dtype), verbose=0)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, want, 2e-6 if dtype == "float32" else 1e-12)
    ours, theirs = (one.get_compile_config() for one in (model, whole))
    for part in ("loss", "loss_weights"):
        assert json.dumps(ours[part], sort_keys=True) == json.dumps(theirs[part], sort_keys=True)
    assert type(model.optimizer) is type(whole.optimizer)
    x = inputs(model, dtype)
    y = np.zeros((len(x), 1) if name != "mixed" else len(x), int)
    if name != "functional":
        # NaN, where probabilities are asked for and there are none.
        np.testing.assert_equal(*(one.evaluate(x, y, verbose=0) for one in (model, whole)))


@pytest.mark.parametrize("name", NAMES)
def test_files_are_as_keras_writes_them(name, tmp_path):
    with harness.float_type(keras, "float32"):
        model = dict(models(keras, "float32"))[name]
    path = tmp_path / "m.h5"
    model.save(path)
    theirs = FILES / f"{name}_float32.h5"
    ours, want = attribute(path, "model_config"), attribute(theirs, "model_config")
    assert shapes_of(ours) == shapes_of(want)
    if name != "functional":
        training = attribute(path, "training_config")
        assert training.keys() == attribute(theirs, "training_config").keys()
        assert training["loss"] == attribute(theirs, "training_config")["loss"]
    with h5py.File(path) as one, h5py.File(theirs) as other:
        for group in other["model_weights"]:
            names = [
                list(root["model_weights"][group].attrs["weight_names"]) for root in (one, other)
            ]
            for mine, keras_name in zip(*names, strict=True):
                mine = mine.decode() if isinstance(mine, bytes) else mine
                np.testing.assert_array_equal(
                    one["model_weights"][group][mine], other["model_weights"][group][keras_name]
                )


NOT_COMPARED = ("name", "keras_history", "input_layers", "output_layers", "renorm_momentum")


def shapes_of(config):
    """Classes and arguments of the layers; no names, which no one gave, and nothing that is off."""
    if isinstance(config, list):
        return [shapes_of(item) for item in config]
    if not isinstance(config, dict):
        return config
    return {
        key: shapes_of(value)
        for key, value in config.items()
        if value not in (None, False) and key not in NOT_COMPARED
    }


# ---- There and back


@pytest.mark.parametrize("name", ["m.h5", "m.hdf5"])
def test_there_and_back(name, tmp_path):
    model = make_model()
    model.compile(keras.optimizers.SGD(0.5), keras.losses.Huber(0.5), metrics=["mae"])
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / name)
    other = keras.models.load_model(tmp_path / name)
    assert other.get_config() == model.get_config()
    assert other.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)
    assert float(other.optimizer.learning_rate) == 0.5
    assert not keras.models.load_model(tmp_path / name, compile=False).compiled
    model.save(tmp_path / name, include_optimizer=False)
    assert not keras.models.load_model(tmp_path / name).compiled
    other.set_weights([weight * 0 for weight in model.get_weights()])
    other.load_weights(tmp_path / name)
    np.testing.assert_array_equal(other.predict(X, verbose=0), model.predict(X, verbose=0))


def test_the_format_by_an_argument(tmp_path):
    model = make_model()
    model.save(tmp_path / "m", save_format="h5")
    assert h5py.is_hdf5(tmp_path / "m")
    model.save(tmp_path / "m.h5", save_format="keras")
    assert not h5py.is_hdf5(tmp_path / "m.h5")
    assert keras.models.load_model(tmp_path / "m.h5").built
    refused(lambda: model.save(tmp_path / "n", save_format="tf"), "`save_format`", "'tf'")


def test_weights_by_the_files_name(tmp_path):
    model = make_model()
    for name, is_legacy in (
        ("w.h5", True),
        ("w.hdf5", True),
        ("w.weights.h5", False),
        ("w", False),
    ):
        model.save_weights(tmp_path / name)
        with h5py.File(tmp_path / name) as root:
            assert ("layer_names" in root.attrs) == is_legacy
        other = make_model(seed=9)
        other.load_weights(tmp_path / name)
        np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])


def named(*names, units=3):
    model = keras.Sequential([keras.Input((4,))])
    for name in names:
        model.add(keras.layers.Dense(units if name == names[-1] else 4, name=name))
    return model


def test_weights_by_name(tmp_path):
    first, path = named("a", "b", "c"), tmp_path / "w.h5"
    first.save_weights(path)
    other = named("c", "new", "a", units=4)
    before = other.get_weights()
    unchanged(other, lambda: other.load_weights(path, by_name=True), '"c"', "(4, 4)", "(4, 3)")
    with pytest.warns(UserWarning, match='Layer "c"'):
        other.load_weights(path, by_name=True, skip_mismatch=True)
    for at, layer in enumerate(("c", "new", "a")):
        want = first.get_layer("a").get_weights() if layer == "a" else before[2 * at : 2 * at + 2]
        np.testing.assert_array_equal(other.layers[at].kernel, want[0])
    first.save_weights(tmp_path / "w.weights.h5")
    first.save(tmp_path / "m.keras")
    for name in ("w.weights.h5", "m.keras"):
        refused(lambda name=name: first.load_weights(tmp_path / name, by_name=True), "`by_name`")


def test_lists_too_long_for_an_attribute(tmp_path, monkeypatch):
    from cornu.saving import legacy_weights

    monkeypatch.setattr(legacy_weights, "_ATTRIBUTE_NBYTES", 6)
    model = named("abc", "ab", "a")
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as root:
        assert {"layer_names0"} <= {*root["model_weights"].attrs}
    other = keras.models.load_model(tmp_path / "m.h5")
    np.testing.assert_array_equal(other.get_weights()[-2], model.get_weights()[-2])


# ---- Bad files


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("model_config", None, ("no model_config", "load_weights")),
        ("model_config", "{", ("must be JSON",)),
        ("model_config", "[1]", ("class_name",)),
        ("model_config", 3, ("must be a text", "3")),
        ("model_config", b"\xff\xfe", ("model_config",)),
        ("model_config", json.dumps({"class_name": "Dense", "config": {"units": 2}}), ("'Dense'",)),
        ("training_config", "[" * 100_000, ("200 deep",)),
        ("training_config", "[1]", ("dictionary", "[1]")),
        ("training_config", "{}", ("'optimizer_config'", "None")),
        (
            "training_config",
            json.dumps({"optimizer_config": {"class_name": 3, "config": {}}}),
            ("'class_name'", "3"),
        ),
        (
            "training_config",
            json.dumps({"optimizer_config": ADAM, "loss": {"class_name": "Nothing"}}),
            ("'Nothing'",),
        ),
        *(
            (
                "training_config",
                json.dumps({"optimizer_config": ADAM, key: {"class_name": "Huber", "config": 5}}),
                ("'config' must be a dictionary", "5"),
            )
            for key in ("loss", "metrics", "weighted_metrics")
        ),
    ],
)
def test_attributes_that_are_refused(name, value, words, tmp_path):
    path = tmp_path / "m.h5"
    model = make_model()
    model.compile("sgd", "mse")
    model.save(path)
    attributes(path, **{name: value})
    refused(lambda: keras.models.load_model(path), *words)


def test_files_that_are_none(tmp_path):
    (tmp_path / "text.h5").write_text("no model")
    refused(lambda: keras.models.load_model(tmp_path / "text.h5"), "no file of a model")
    refused(lambda: keras.models.load_model(tmp_path), "no file of a model", "Folders")
    with h5py.File(tmp_path / "empty.h5", "w"):
        pass
    refused(lambda: keras.models.load_model(tmp_path / "empty.h5"), "no model_config")
    make_model().save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as root:
        del root["model_weights"]
    refused(lambda: keras.models.load_model(tmp_path / "m.h5"), "The weights of")


def off(y_true, y_pred):
    return np.mean(np.abs(y_true - y_pred), axis=-1)


@pytest.mark.parametrize("kind", ["metrics", "weighted_metrics"])
def test_metrics_of_ones_own(kind, tmp_path):
    """The file has their names alone, which are looked for with the first data."""
    model = make_model()
    model.compile("sgd", off, **{kind: ["mae", off]})
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m.h5")
    again = keras.models.load_model(tmp_path / "m.h5", custom_objects={"off": off})
    assert again.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)
    assert again.metrics_names == ["loss", "mae", "off"]


@pytest.mark.parametrize("lacking", ["loss", "metrics", "weighted_metrics"])
def test_functions_that_are_not_found(lacking, tmp_path):
    model = make_model()
    model.compile("sgd", **{"loss": "mse", lacking: off if lacking == "loss" else [off]})
    model.save(tmp_path / "m.h5")
    refused(lambda: keras.models.load_model(tmp_path / "m.h5"), "'off'", "custom_objects={'off':")


def test_models_that_are_not_built(tmp_path):
    path, model = tmp_path / "m.h5", keras.Sequential([keras.layers.Dense(2)])
    for is_compiled in (False, True):
        if is_compiled:
            model.compile("adam", "mse")
        with pytest.warns(UserWarning, match="no weights yet"):
            model.save(path)
        again = keras.models.load_model(path)
        assert (again.built, again.compiled) == (False, is_compiled)
    again.fit(X, Y[:, :2], verbose=0)
    assert again.predict(X, verbose=0).shape == (len(X), 2)
    config = attribute(path, "model_config")
    make_model().save(path)
    attributes(path, model_config=json.dumps(config))
    refused(lambda: keras.models.load_model(path), str(path), "2 layers", "shape of its input")


def test_a_layer_that_is_not_found(tmp_path):
    model = make_model()
    model.save(tmp_path / "m.h5")
    config = attribute(tmp_path / "m.h5", "model_config")
    config["config"]["layers"][1]["class_name"] = "Conv9D"
    attributes(tmp_path / "m.h5", model_config=json.dumps(config))
    refused(lambda: keras.models.load_model(tmp_path / "m.h5"), "'Conv9D'", "'.h5'", "by_name=True")
    other = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3, name=model.layers[1].name)])
    other.load_weights(tmp_path / "m.h5", by_name=True)
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[2])
