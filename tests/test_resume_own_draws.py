"""Layers of one's own that draw: breaks when 5 + 5 epochs are not the bits of 10."""

import copy
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
from test_resume import X, Y, rewritten, told

OPTIONS = {"batch_size": 16, "verbose": 0}


@keras.saving.register_keras_serializable("own_draws")
class Noisy(keras.layers.Layer):
    """It holds generators in all ways, one of them twice, and layers that draw."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator()
        self.more = {"a": [keras.random.SeedGenerator(3), self.seed_generator]}
        self.dropout = keras.layers.Dropout(0.2)
        self.inner = Inner()

    def call(self, x, training=False):
        if training:
            x = x + keras.random.normal(x.shape[1:], seed=self.more["a"][0])
            x = x * keras.random.uniform(x.shape[1:], 0.5, 2, seed=self.seed_generator)
        return self.inner(self.dropout(x, training=training))


@keras.saving.register_keras_serializable("own_draws")
class Inner(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.generator = keras.random.SeedGenerator()

    def call(self, x):
        return x + keras.random.normal(x.shape[1:], seed=self.generator)


@keras.saving.register_keras_serializable("own_draws")
class NoisyDense(keras.layers.Dense):
    """A layer of cornu's with a method of its own."""

    def __init__(self, units, **kwargs):
        super().__init__(units, **kwargs)
        self.generator = keras.random.SeedGenerator()

    def call(self, x):
        return super().call(x) + keras.random.normal((self.units,), seed=self.generator)


@keras.saving.register_keras_serializable("own_draws")
def shifted(x, seed):
    return x + keras.random.normal(x.shape[1:], seed=seed)


def make():
    keras.utils.set_random_seed(7)
    layers = [
        keras.Input((6,)),
        Noisy(),
        NoisyDense(4),
        keras.Sequential([Noisy(), keras.layers.Dense(5, "tanh")]),
        keras.layers.Lambda(shifted, arguments={"seed": keras.random.SeedGenerator(8)}),
        keras.layers.Dense(3, "softmax"),
    ]
    model = keras.Sequential(layers)
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@pytest.fixture(scope="module")
def whole():
    model = make()
    model.fit(X, Y, epochs=10, **OPTIONS)
    return told(model)


@pytest.fixture
def half():
    model = make()
    model.fit(X, Y, epochs=5, **OPTIONS)
    return model


def go_on(model):
    # Whatever else was drawn in between.
    keras.utils.set_random_seed(99)
    model.fit(X, Y, epochs=10, initial_epoch=5, **OPTIONS)
    return told(model)


def test_in_this_process(whole, half, tmp_path):
    half.save(tmp_path / "model.keras")
    copies = {
        "a file": keras.models.load_model(tmp_path / "model.keras"),
        "a pickle": pickle.loads(pickle.dumps(half)),
        "a copy": copy.deepcopy(half),
        "the same": half,
    }
    for name, model in copies.items():
        assert go_on(model) == whole, name


PROGRAM = """
import sys
import numpy as np
import cornu
import test_resume_own_draws
data = np.load(sys.argv[1])
model = cornu.models.load_model(sys.argv[2])
model.fit(data["x"], data["y"], epochs=10, initial_epoch=5, batch_size=16, verbose=0)
model.save(sys.argv[2])
"""


def test_in_another_process(whole, half, tmp_path):
    """And on another number of threads."""
    path, data = str(tmp_path / "model.keras"), str(tmp_path / "data.npz")
    half.save(path)
    np.savez(data, x=X, y=Y)
    command = [sys.executable, "-c", PROGRAM, data, path]
    environment = os.environ | {"CORNU_NUM_THREADS": "3", "PYTHONPATH": os.path.dirname(__file__)}
    subprocess.run(command, check=True, env=environment)
    assert told(keras.models.load_model(path)) == whole


class Interrupt(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        if self.model.optimizer.iterations == 17:
            raise KeyboardInterrupt


def test_a_backup(whole, tmp_path):
    """In the middle of an epoch."""
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup", save_freq=1)
    with pytest.raises(KeyboardInterrupt):
        make().fit(X, Y, epochs=10, callbacks=[backup, Interrupt()], **OPTIONS)
    model = make()
    keras.utils.set_random_seed(99)
    model.fit(X, Y, epochs=10, callbacks=backup, **OPTIONS)
    assert told(model) == whole


@pytest.mark.parametrize("is_built", [False, True])
def test_copies_of_layers(is_built):
    layer = Inner()
    if is_built:
        layer(X)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert other.built == layer.built
        assert other.generator.next() == (layer.generator._seed, int(is_built) * 2)


def test_copies_of_generators():
    generator = keras.random.SeedGenerator()
    generator.next()
    for other in (copy.deepcopy(generator), pickle.loads(pickle.dumps(generator))):
        assert other.name == generator.name
        assert other.get_config() == generator.get_config()
        assert other.next() == (generator._seed, 1)
    assert generator.next() == (generator._seed, 1)


def test_members_of_all_kinds(half, tmp_path):
    """What is no such member is an error; what is of another class is left out."""
    path, other = str(tmp_path / "a.keras"), str(tmp_path / "b.keras")
    half.save(path)
    with zipfile.ZipFile(path) as archive:
        state = json.loads(archive.read("cornu.json"))
    # Of each Noisy three, whichever way they are held; of NoisyDense and of the Lambda one.
    assert len(state["generators"]) == 8
    pairs, whole = "pairs of draws and seed", "whole numbers from 0"
    bad = {"[1]": pairs, "[1, -2]": whole, f"[1, {2**64}]": whole, "[1, 0.5]": whole}
    for pair, words in bad.items():
        generators = [json.loads(pair)] * 8
        rewritten(path, other, json.dumps(state | {"generators": generators}))
        refused(lambda: keras.models.load_model(other), words)
    for generators in (None, [], {}, [[1, 2]], [[2**64 - 1, 2**64 - 1]] * 8):
        rewritten(path, other, json.dumps(state | {"generators": generators}))
        loaded = keras.models.load_model(other)
        assert np.isfinite(loaded(X, training=True)).all()
