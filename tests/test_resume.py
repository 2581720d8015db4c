"""Training that goes on from a file: breaks when 5 + 5 epochs are not the bits of 10."""

import json
import os
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from cornu.utils.data_place import NO_PLACE

layers = keras.layers
RNG = np.random.default_rng(3)
X = RNG.normal(size=(50, 6)).astype("float32")
Y = RNG.integers(0, 3, 50)
OPTIONS = {"batch_size": 16, "verbose": 0}


def make(seed=7):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(16, "relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.GaussianNoise(0.1, seed=5),
            layers.AlphaDropout(0.1),
            layers.Dense(3, "softmax"),
        ]
    )
    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    optimizer = keras.optimizers.Adam(schedule, clipnorm=1.0, gradient_accumulation_steps=3)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def told(model):
    return [weight.tobytes() for weight in (*model.get_weights(), *model.optimizer.get_weights())]


@pytest.fixture(scope="module", params=[True, False, "batch"])
def shuffle(request):
    return request.param


@pytest.fixture(scope="module")
def whole(shuffle):
    model = make()
    history = model.fit(X, Y, epochs=10, shuffle=shuffle, **OPTIONS)
    return told(model), history.history["loss"][5:]


@pytest.fixture
def half(shuffle):
    model = make()
    model.fit(X, Y, epochs=5, shuffle=shuffle, **OPTIONS)
    return model


def go_on(model, shuffle):
    history = model.fit(X, Y, epochs=10, initial_epoch=5, shuffle=shuffle, **OPTIONS)
    return told(model), history.history["loss"]


def test_in_this_process(whole, half, shuffle, tmp_path):
    half.save(tmp_path / "model.keras")
    copies = [keras.models.load_model(tmp_path / "model.keras"), pickle.loads(pickle.dumps(half))]
    for model in (*copies, half):
        # Whatever else was drawn in between.
        keras.utils.set_random_seed(99)
        assert go_on(model, shuffle) == whole


PROGRAM = """
import sys
import numpy as np, cornu
data = np.load(sys.argv[1])
model = cornu.models.load_model(sys.argv[2])
shuffle = {"True": True, "False": False}.get(sys.argv[3], sys.argv[3])
options = {"epochs": 10, "initial_epoch": 5, "batch_size": 16, "verbose": 0}
model.fit(data["x"], data["y"], shuffle=shuffle, **options)
model.save(sys.argv[2])
"""


def test_in_another_process(whole, half, shuffle, tmp_path):
    """And on another number of threads."""
    path, data = str(tmp_path / "model.keras"), str(tmp_path / "data.npz")
    half.save(path)
    np.savez(data, x=X, y=Y)
    command = [sys.executable, "-c", PROGRAM, data, path, str(shuffle)]
    subprocess.run(command, check=True, env=os.environ | {"CORNU_NUM_THREADS": "3"})
    assert told(keras.models.load_model(path)) == whole[0]


def test_a_fit_that_begins_anew_draws_anew():
    """Only `initial_epoch` says that it goes on."""
    model, other = make(), make()
    for one in (model, other):
        keras.utils.set_random_seed(4)
        one.fit(X, Y, epochs=2, **OPTIONS)
    other._place = NO_PLACE
    for one in (model, other):
        keras.utils.set_random_seed(4)
        one.fit(X, Y, epochs=2, **OPTIONS)
    assert told(model) == told(other)


def rewritten(source, target, text):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, text if name == "cornu.json" else old.read(name))


def test_members_of_all_kinds(half, tmp_path):
    """What is no such member is an error; what is of another model or version is left out."""
    path, other = str(tmp_path / "a.keras"), str(tmp_path / "b.keras")
    half.save(path)
    with zipfile.ZipFile(path) as archive:
        state = json.loads(archive.read("cornu.json"))
    assert len(state["draws"]) == 3
    for text, words in (
        ("[" * 100_000, "200 deep"),
        ("{", "must be JSON"),
        (json.dumps(state | {"draws": [[1], [2], [3]]}), "pairs of draws and seed"),
        (json.dumps(state | {"draws": [[1, -2], [2, 2], [3, 3]]}), "whole numbers from 0"),
        (json.dumps(state | {"draws": [[1, 2**64], [2, 2], [3, 3]]}), "whole numbers from 0"),
        (json.dumps(state | {"shuffle": {"seed": 0.5, "epoch": 1}}), "whole numbers from 0"),
    ):
        rewritten(path, other, text)
        refused(lambda: keras.models.load_model(other), words)
    for text in ("[]", '{"version": 2}', json.dumps(state | {"draws": [], "shuffle": None})):
        rewritten(path, other, text)
        loaded = keras.models.load_model(other)
        np.testing.assert_array_equal(loaded(X), half(X))


@pytest.mark.parametrize("reset", ["iterations", "variable"])
def test_what_an_optimizer_keeps_stays_where_its_steps_are_counted_anew(reset, tmp_path):
    model = make()
    model.fit(X, Y, epochs=1, **OPTIONS)
    optimizer = model.optimizer
    kept = optimizer.get_weights()
    if reset == "iterations":
        optimizer.iterations = 0
    else:
        optimizer.variables[0].assign(0)
    assert optimizer.built
    model.save(tmp_path / "model.keras")
    for came in (optimizer, keras.models.load_model(tmp_path / "model.keras").optimizer):
        assert int(came.iterations) == 0
        for one, other in zip(kept[1:], came.get_weights()[1:], strict=True):
            np.testing.assert_array_equal(one, other)
