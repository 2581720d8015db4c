"""Whole models and weights in Keras 2's files: breaks when one is misread or miswritten."""

import json

import h5py
import numpy as np
import pytest

import cornu as keras
from bad_input import refused, unchanged
from oracle import harness
from oracle.record_files import FILES, inputs, models
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


# ---- Keras 2's files, written here as published ones are


def keras_2_file(path, training=None, layers=None):
    """A file as tf.keras 2 and Keras 2.3 wrote it."""
    glorot = {"class_name": "GlorotUniform", "config": {"seed": None, "dtype": "float32"}}
    zeros = {"class_name": "Zeros", "config": {}}
    dense = {
        "trainable": True,
        "dtype": "float32",
        "use_bias": True,
        "kernel_initializer": glorot,
        "bias_initializer": zeros,
        "kernel_regularizer": None,
        "bias_regularizer": None,
        "activity_regularizer": None,
        "kernel_constraint": None,
        "bias_constraint": None,
    }
    first = {"name": "dense_1", "batch_input_shape": [None, 4], "units": 3, "activation": "relu"}
    layers = layers or [
        {"class_name": "Dense", "config": {**dense, **first}},
        {
            "class_name": "BatchNormalization",
            "config": {"name": "bn", "axis": [1], "momentum": 0.9, "epsilon": 0.001},
        },
        {"class_name": "Dropout", "config": {"name": "d", "rate": 0.5, "noise_shape": None}},
        {
            "class_name": "Dense",
            "config": {**dense, "name": "dense_2", "units": 1, "activation": "sigmoid"},
        },
    ]
    config = {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": layers}}
    rng = np.random.default_rng(5)
    weights = {
        "dense_1": {"kernel": (4, 3), "bias": (3,)},
        "bn": dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance"), (3,)),
        "d": {},
        "dense_2": {"kernel": (3, 1), "bias": (1,)},
    }
    values = []
    with h5py.File(path, "w") as root:
        root.attrs["keras_version"] = b"2.3.1"
        root.attrs["backend"] = b"tensorflow"
        root.attrs["model_config"] = json.dumps(config).encode()
        if training is not None:
            root.attrs["training_config"] = json.dumps(training).encode()
        group = root.create_group("model_weights")
        group.attrs["layer_names"] = [name.encode() for name in weights]
        for layer, arrays in weights.items():
            part = group.create_group(layer)
            names = [f"{layer}/{name}:0".encode() for name in arrays]
            part.attrs["weight_names"] = names
            for name, shape in zip(names, arrays.values(), strict=True):
                values.append(rng.random(shape).astype("float32"))
                part.create_dataset(name, data=values[-1])
    return values


ADAM = {
    "class_name": "Adam",
    "config": {
        "name": "Adam",
        "learning_rate": 0.25,
        "decay": 0.0,
        "beta_1": 0.5,
        "beta_2": 0.75,
        "epsilon": 1e-7,
        "amsgrad": False,
    },
}
TRAINING = {
    "loss": "binary_crossentropy",
    "metrics": ["acc"],
    "weighted_metrics": None,
    "sample_weight_mode": None,
    "loss_weights": None,
    "optimizer_config": ADAM,
}


def test_a_file_of_keras_2(tmp_path):
    values = keras_2_file(tmp_path / "m.h5", TRAINING)
    model = keras.models.load_model(tmp_path / "m.h5")
    for mine, theirs in zip(model.get_weights(), values, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    kernel, bias, gamma, beta, mean, variance, last, end = values
    hidden = np.maximum(X @ kernel + bias, 0)
    hidden = (hidden - mean) / np.sqrt(variance + 0.001) * gamma + beta
    want = 1 / (1 + np.exp(-(hidden @ last + end)))
    np.testing.assert_allclose(model.predict(X, verbose=0), want, rtol=1e-5)
    assert (model.loss, model.optimizer.beta_1) == ("binary_crossentropy", 0.5)
    assert {*model.evaluate(X, np.ones(len(X)), verbose=0, return_dict=True)} >= {"loss", "acc"}


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        (
            {
                "loss": {
                    "class_name": "BinaryCrossentropy",
                    "config": {"reduction": "auto", "name": "bce", "from_logits": False},
                },
                "metrics": [
                    [
                        {
                            "class_name": "MeanMetricWrapper",
                            "config": {"name": "accuracy", "fn": "binary_accuracy"},
                        },
                        {"class_name": "Precision", "config": {"name": "p", "top_k": None}},
                    ]
                ],
                "loss_weights": [1.0],
            },
            {"accuracy", "p"},
        ),
        ({"loss": ["mse"], "metrics": {"dense_2": "mae"}}, {"mae"}),
        (
            {
                "loss": {"dense_2": "mse"},
                "metrics": None,
                "optimizer_config": {
                    "class_name": "Custom>SGD",
                    "config": {
                        "name": "SGD",
                        "lr": 0.5,
                        "momentum": 0.0,
                        "jit_compile": False,
                        "is_legacy_optimizer": False,
                        "epsilon": None,
                    },
                },
            },
            set(),
        ),
    ],
)
def test_how_keras_2_compiled(changes, names, tmp_path):
    keras_2_file(tmp_path / "m.h5", {**TRAINING, **changes})
    model = keras.models.load_model(tmp_path / "m.h5")
    found = model.evaluate(X, np.ones(len(X)), verbose=0, return_dict=True)
    assert {*found} == {"loss", *names}


def test_parts_of_ones_own(tmp_path):
    def mine(x):
        return keras.activations.relu(x)

    layers = [
        {
            "class_name": "Own",
            "config": {"name": "o", "units": 3, "batch_input_shape": [None, 4]},
        },
        {"class_name": "BatchNormalization", "config": {"name": "bn"}},
        {"class_name": "Dense", "config": {"name": "last", "units": 1}},
    ]
    keras_2_file(tmp_path / "m.h5", layers=layers)
    refused(lambda: keras.models.load_model(tmp_path / "m.h5"), "'Own'", "custom_objects")
    own = type("Own", (keras.layers.Dense,), {})
    model = keras.models.load_model(tmp_path / "m.h5", custom_objects={"Own": own, "mine": mine})
    assert type(model.layers[0]) is own
    assert not model.compiled


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
        ("training_config", "[" * 100_000, ("must be JSON",)),
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
