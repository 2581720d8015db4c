"""Models as files: breaks when a file of Keras is not read, or one of cornu's is not as Keras's."""

import copy
import functools
import io
import json
import os
import pickle
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

import cornu as keras
from bad_input import refused, unchanged
from oracle import harness, record_files
from small_models import classifier, labels, make_model, regression, regressor, state

FILES = harness.FILES
with np.load(FILES / "predictions.npz") as archive:
    PREDICTIONS = dict(archive)
X, Y = regression()
LATER = (
    "beta_regularizer",
    "gamma_regularizer",
    "beta_constraint",
    "gamma_constraint",
    "synchronized",
)


def both(dtype):
    with harness.float_type(keras, dtype):
        return dict(record_files.models(keras, dtype))


def same(model, name, dtype):
    found = model.predict(record_files.inputs(model, dtype), verbose=0)
    assert found.dtype == dtype
    tolerance = 1e-5 if dtype == "float32" else 1e-12
    np.testing.assert_allclose(found, PREDICTIONS[f"{name}_{dtype}"], tolerance, tolerance)


def config_of(path):
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("config.json"))


def without(config, *names):
    """A configuration without entries that nothing is made of, and without some others."""
    if isinstance(config, list):
        return [without(item, *names) for item in config]
    if not isinstance(config, dict):
        return config
    left_out = {"shared_object_id", *names}
    return {k: without(v, *names) for k, v in config.items() if k not in left_out}


# ---- Files of Keras


@pytest.mark.parametrize("dtype", harness.DTYPES)
@pytest.mark.parametrize("name", ["mixed", "plain", "nested", "functional"])
def test_keras_files_are_read(name, dtype):
    model = keras.models.load_model(FILES / f"{name}_{dtype}.keras")
    assert (model.name, model.dtype, model.compiled) == (name, dtype, True)
    same(model, name, dtype)
    expected = both(dtype)[name]
    config = config_of(FILES / f"{name}_{dtype}.keras")["config"]
    names = [layer["config"]["name"] for layer in config["layers"]]
    assert list(dict.fromkeys(each.name for each in model._layers)) == names
    assert [each.trainable for each in model.layers] == [e.trainable for e in expected.layers]
    assert type(model.optimizer) is type(expected.optimizer)
    assert model._objective.loss_weight == expected._objective.loss_weight
    unread = keras.saving.load_model(FILES / f"{name}_{dtype}.keras", compile=False)
    assert not unread.compiled


@pytest.mark.parametrize("dtype", harness.DTYPES)
@pytest.mark.parametrize("name", ["mixed", "plain", "nested", "functional"])
@pytest.mark.parametrize("ending", [".weights.h5", ".keras", ".h5"])
def test_weights_of_keras_files_are_read(ending, name, dtype):
    """Of Keras 3's layout, of whole models, and of Keras 2's layout."""
    model = both(dtype)[name]
    model.set_weights([weight * 0 for weight in model.get_weights()])
    model.load_weights(FILES / f"{name}_{dtype}{ending}")
    same(model, name, dtype)


@pytest.mark.parametrize("dtype", harness.DTYPES)
@pytest.mark.parametrize("name", ["mixed", "plain", "nested", "functional"])
def test_files_are_as_keras_writes_them(name, dtype, tmp_path):
    """Configuration and weights, entry by entry."""
    model = both(dtype)[name]
    model.save(tmp_path / "model.keras")
    theirs, ours = config_of(FILES / f"{name}_{dtype}.keras"), config_of(tmp_path / "model.keras")
    # What differs: names of inputs that no one gave, how it is compiled, shapes of layers without
    # weights, that cornu keeps a float64 rate, what BatchNormalization has not
    # yet, and masks in calls, which are None.
    ignored = ("compile_config", "build_config", "kwargs", *LATER)
    for config in (theirs, ours):
        unname_inputs(config)
    assert without(ours, *ignored) == without(theirs, *ignored)
    if name != "functional":
        assert ours["build_config"] == theirs["build_config"]
    first, second = (c["compile_config"] for c in (ours, theirs))
    for part in (first, second):
        for entry in ("jit_compile", "optimizer"):
            part.pop(entry)
    assert without(first, "dtype") == without(second, "dtype")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        more = ["cornu.json"] if name == "mixed" else []
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5", *more]
        assert set(json.loads(archive.read("metadata.json"))) >= {"keras_version", "date_saved"}
        mine = contents(io.BytesIO(archive.read("model.weights.h5")))
    assert compare_contents(mine, contents(FILES / f"{name}_{dtype}.weights.h5"))
    model.save_weights(tmp_path / "any name")
    assert compare_contents(contents(tmp_path / "any name"), mine)


def unname_inputs(config):
    if config["class_name"] == "InputLayer":
        config["config"]["name"] = "input"
    for layer in config["config"].get("layers", ()):
        unname_inputs(layer)


def contents(file):
    found = {}
    with h5py.File(file, "r") as root:
        root.visititems(
            lambda name, thing: found.update(
                {name: (dict(thing.attrs), thing[()] if hasattr(thing, "dtype") else None)}
            )
        )
    # The optimizer's state is not written yet.
    return {name: value for name, value in found.items() if not name.startswith("optimizer")}


def compare_contents(one, other):
    assert one.keys() == other.keys()
    for name, (attributes, array) in one.items():
        assert attributes == other[name][0]
        if array is not None:
            np.testing.assert_array_equal(array, other[name][1])
            assert array.dtype == other[name][1].dtype
    return True


# ---- There and back


@pytest.mark.parametrize("name", ["a.keras", "b", "c.model"])
def test_there_and_back(name, tmp_path):
    x, y = labels()
    model = classifier("adam")
    model.fit(x, y, verbose=0)
    path = tmp_path / name
    model.save(path)
    other = keras.models.load_model(path)
    assert [w.tobytes() for w in other.get_weights()] == [w.tobytes() for w in model.get_weights()]
    assert other.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)
    assert other.get_config() == model.get_config()
    other.fit(x, y, verbose=0)
    assert os.listdir(tmp_path) == [name]
    if os.name == "posix":
        plain = tmp_path / "plain"
        plain.touch()
        assert path.stat().st_mode == plain.stat().st_mode


def test_objects_in_compile(tmp_path):
    model = make_model()
    model.compile(
        keras.optimizers.SGD(0.5, momentum=0.25, name="mine"),
        keras.losses.MeanSquaredError(reduction="sum"),
        metrics=[keras.metrics.MeanAbsoluteError(name="off"), keras.metrics.mean_squared_error],
    )
    model.fit(X, Y, verbose=0)
    keras.saving.save_model(model, tmp_path / "m.keras")
    other = keras.saving.load_model(tmp_path / "m.keras")
    assert other.optimizer.get_config() == model.optimizer.get_config()
    assert other.evaluate(X, Y, verbose=0, return_dict=True) == model.evaluate(
        X, Y, verbose=0, return_dict=True
    )


def test_models_that_are_not_built(tmp_path):
    model = keras.Sequential([keras.layers.Dense(2)])
    with pytest.warns(UserWarning, match="no weights yet"):
        model.save(tmp_path / "m.keras")
    other = keras.models.load_model(tmp_path / "m.keras")
    assert not other.built
    assert other.predict(X, verbose=0).shape == (23, 2)
    refused(lambda: model.save_weights(tmp_path / "w"), "no weights", "build")
    refused(lambda: model.load_weights(tmp_path / "w"), "no weights", "build")


def test_a_layer_that_stands_twice(tmp_path):
    shared = keras.layers.Dense(4)
    model = keras.Sequential([keras.Input((4,)), shared, keras.layers.Dense(4), shared])
    model.save(tmp_path / "m.keras")
    other = keras.models.load_model(tmp_path / "m.keras")
    assert other.layers[0] is other.layers[2]
    np.testing.assert_array_equal(other.predict(X, verbose=0), model.predict(X, verbose=0))
    assert keras.models.clone_model(model).count_params() == model.count_params()


def test_configurations():
    model = make_model()
    text = model.to_json(indent=1)
    for other in (
        keras.models.model_from_json(text),
        keras.Sequential.from_config(model.get_config()),
        keras.models.clone_model(model),
    ):
        assert other.get_config() == model.get_config()
        assert (other.built, other.compiled) == (True, False)
        other.set_weights(model.get_weights())
        np.testing.assert_array_equal(other.predict(X, verbose=0), model.predict(X, verbose=0))
    for layer in (
        keras.layers.Dense(3, "relu", kernel_initializer="ones", trainable=False),
        keras.layers.Dropout(0.5, noise_shape=(None, 1), seed=3),
        keras.layers.Reshape((2, -1)),
        keras.layers.Activation("swish"),
        keras.layers.Flatten(),
        keras.layers.InputLayer((3,)),
    ):
        config = layer.get_config()
        json.dumps(config)
        again = type(layer).from_config(config)
        assert again.get_config() == config
    only = keras.Sequential.from_config(model.get_config()["layers"])
    assert only.output_shape == model.output_shape


def test_cloning_by_a_function():
    def wider(layer):
        return keras.layers.Dense(2 * layer.units, name=layer.name)

    model = make_model()
    assert keras.models.clone_model(model, clone_function=wider).output_shape == (None, 6)
    refused(lambda: keras.models.clone_model(model, input_tensors=X), "`input_tensors`", "yet")


def test_classes_of_ones_own(tmp_path):
    class Sevens(keras.initializers.Initializer):
        def __call__(self, shape, dtype=None):
            return np.full(shape, 7, dtype)

    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(2, kernel_initializer=Sevens())]
    )
    config = keras.saving.serialize_keras_object(Sevens())
    assert (config["class_name"], config["registered_name"]) == ("Sevens", "Sevens")
    own = {"Sevens": Sevens}
    assert isinstance(keras.saving.deserialize_keras_object(config, own), Sevens)
    refused(lambda: keras.saving.deserialize_keras_object(config), "'Sevens'", "custom_objects")
    model.save(tmp_path / "m.keras")
    refused(lambda: keras.models.load_model(tmp_path / "m.keras"), "'Sevens'", "custom_objects")
    other = keras.models.load_model(tmp_path / "m.keras", custom_objects=own)
    assert isinstance(other.layers[0].kernel_initializer, Sevens)


def test_plain_values():
    plain = {"a": [1, 2.5, None, True, "x"], "b": {"c": (1, 2)}}
    there = keras.saving.serialize_keras_object(plain)
    assert there == plain
    lists = {"a": [1, 2.5, None, True, "x"], "b": {"c": [1, 2]}}
    assert keras.saving.deserialize_keras_object(there) == lists
    array = np.arange(3, dtype="int8")
    there = keras.saving.serialize_keras_object({"array": array, "one": np.float32(0.5)})
    json.dumps(there)
    back = keras.saving.deserialize_keras_object(there)
    np.testing.assert_array_equal(back["array"], array)
    assert (back["array"].dtype, back["one"]) == (np.int8, 0.5)
    as_tuple = {"class_name": "__tuple__", "config": [1, 2]}
    assert keras.saving.deserialize_keras_object(as_tuple) == (1, 2)
    refused(lambda: keras.saving.serialize_keras_object(object()), "get_config", "object")


# ---- Errors


def test_files_that_are_none(tmp_path):
    model = regressor()
    for work in (model.load_weights, keras.models.load_model):
        with pytest.raises(FileNotFoundError, match="nowhere"):
            work(tmp_path / "nowhere")
        (tmp_path / "text").write_text("not a model")
        refused(lambda work=work: work(tmp_path / "text"), "text", "is no file")
        (tmp_path / "w.weights.json").write_text('{"weight_map": {"/layers/dense": "w_00000"}}')
        refused(lambda work=work: work(tmp_path / "w.weights.json"), "w.weights.json", "is no file")
        with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
            archive.writestr("other", "")
        refused(lambda work=work: work(tmp_path / "zip"), "has no")
    refused(lambda: model.load_weights(tmp_path / "w.weights.json"), "max_shard_size")


def test_what_can_not_be_saved(tmp_path):
    leaky = functools.partial(keras.activations.leaky_relu, negative_slope=0.1)
    for layer in (keras.layers.Dense(2, leaky), keras.layers.Activation(leaky)):
        model = keras.Sequential([keras.Input((3,)), layer])
        refused(lambda model=model: model.save(tmp_path / "m"), "leaky_relu", "0.1")
    model = make_model()
    refused(lambda: model.save(tmp_path / "m", zipped=False), "`zipped`", "False")
    assert os.listdir(tmp_path) == []


def test_a_file_that_exists(tmp_path):
    model, path = make_model(), tmp_path / "m"
    path.write_text("precious")
    for save in (model.save, model.save_weights):
        with pytest.raises(FileExistsError, match="overwrite"):
            save(path, overwrite=False)
        with pytest.raises(IsADirectoryError, match="folder"):
            save(tmp_path)
    assert path.read_text() == "precious"
    assert os.listdir(tmp_path) == ["m"]
    model.save(path)
    assert keras.models.load_model(path).built


def test_weights_that_do_not_fit(tmp_path):
    path = tmp_path / "w"
    make_model(outputs=2).save_weights(path)
    model = make_model()
    unchanged(model, lambda: model.load_weights(path), '"dense', "(5, 3)", "(5, 2)")
    before = model.get_weights()
    with pytest.warns(UserWarning, match=r"\(5, 2\)"):
        model.load_weights(path, skip_mismatch=True)
    other = make_model(outputs=2).get_weights()
    for at, (now, then) in enumerate(zip(model.get_weights(), before, strict=True)):
        np.testing.assert_array_equal(now, other[at] if at < 2 else then)
    deep = keras.Sequential([keras.Input((4,)), *(keras.layers.Dense(3) for _ in range(3))])
    unchanged(deep, lambda: deep.load_weights(path), "has weights", "[]")
    unchanged(deep, lambda: deep.load_weights(FILES / "plain_float32.h5"), "2 layers", "3")


def test_layers_that_cornu_has_not(tmp_path):
    model = make_model()
    model.save(tmp_path / "m")
    with zipfile.ZipFile(tmp_path / "m") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["config.json"] = parts["config.json"].replace(
        b'"class_name": "Dense"', b'"class_name": "Conv9D"'
    )
    with zipfile.ZipFile(tmp_path / "m", "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    refused(
        lambda: keras.models.load_model(tmp_path / "m"), "'Conv9D'", "keras.layers", "cornu.layers"
    )


def test_the_path_may_be_an_object():
    assert isinstance(FILES, Path)
    model = keras.models.load_model(FILES / "plain_float32.keras")
    assert state(model)[3]


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))]
)
def test_a_model_is_copied_as_the_file_that_it_is_saved_as(copied):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)], name="first")
    model.compile("sgd", "mse", metrics=["mae"])
    x = np.arange(6.0).reshape(2, 3)
    other = copied(model)
    assert (other.name, other.loss, type(other.optimizer).__name__) == ("first", "mse", "SGD")
    np.testing.assert_array_equal(other.predict(x, verbose=0), model.predict(x, verbose=0))
    before = model.get_weights()
    other.fit(x, np.ones((2, 2)), verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    assert not copied(keras.Sequential([keras.layers.Dense(2)])).built


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.weights.h5"])
def test_a_folder_that_is_missing(name, tmp_path):
    model = make_model(1)
    path = str(tmp_path / "none" / name)
    save = model.save_weights if "weights" in name else model.save
    with pytest.raises(FileNotFoundError, match=r"There is no folder '.*none'") as caught:
        save(path)
    assert caught.value.filename == path


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_layers_of_another_type_than_their_input_says(name, tmp_path):
    """Of an input that nobody gave a type, a file has the default's, in Keras too."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, dtype="float64")])
    model.save(tmp_path / name)
    again = keras.models.load_model(tmp_path / name)
    x = np.linspace(-1, 1, 12).reshape(4, 3)
    assert again.predict(x, verbose=0).dtype == "float64"
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert again.to_json() == model.to_json()
