"""Training in batches that goes on from a file: breaks when 5 + 5 epochs are not the bits of 10."""

import os
import pickle
import subprocess
import sys

import h5py
import numpy as np
import pytest

import cornu as keras
from cornu.utils.data_place import DataPlace
from test_resume import X, Y, make, told


class Rows(keras.utils.PyDataset):
    """The rows, seven at a time."""

    def __len__(self):
        return -(-len(X) // 7)

    def __getitem__(self, index):
        rows = slice(7 * index, 7 * index + 7)
        return X[rows], Y[rows]


class Endless(Rows):
    @property
    def num_batches(self):
        return None

    def __getitem__(self, index):
        return super().__getitem__(index * index % 8)


def stored(tmp_path):
    path = tmp_path / "rows.h5"
    if not path.exists():
        with h5py.File(path, "w") as file:
            file["x"], file["y"] = X, Y
    file = h5py.File(path)
    return file["x"], file["y"]


def arrays(tmp_path):
    return X, Y


# The data, and how they are taken: 8 batches of seven rows, the last of one.
WAYS = {
    "arrays": (arrays, {"steps_per_epoch": 2}),
    "arrays, in order": (arrays, {"steps_per_epoch": 3, "shuffle": False}),
    "arrays, whole batches": (arrays, {"steps_per_epoch": 5, "shuffle": "batch"}),
    "arrays, many passes": (arrays, {"steps_per_epoch": 8, "batch_size": 50}),
    "a file": (stored, {"shuffle": "batch"}),
    "a file, in order": (stored, {"shuffle": False, "steps_per_epoch": 3}),
    "a data set": (lambda tmp_path: (Rows(),), {}),
    "a data set, in steps": (lambda tmp_path: (Rows(),), {"steps_per_epoch": 3}),
    "an endless data set": (lambda tmp_path: (Endless(),), {"steps_per_epoch": 3}),
}


def fit(model, way, tmp_path, epochs, **more):
    data, options = WAYS[way]
    options = {"batch_size": 7, "verbose": 0} | options | more
    return model.fit(*data(tmp_path), epochs=epochs, **options).history["loss"]


# Epochs that don't go into a pass end it early, with a warning.
@pytest.mark.filterwarnings("ignore:The input ran out of data")
@pytest.mark.parametrize("way", WAYS)
def test_goes_on(way, tmp_path):
    """By the same model, by files that `save` and a callback wrote, and by a pickle."""
    path, kept = str(tmp_path / "model.keras"), str(tmp_path / "kept-{epoch}.keras")
    whole = make()
    checkpoint = keras.callbacks.ModelCheckpoint(kept)
    losses = fit(whole, way, tmp_path, 10, callbacks=checkpoint)
    half = make()
    assert fit(half, way, tmp_path, 5) == losses[:5]
    half.save(path)
    models = {
        "a pickle": pickle.loads(pickle.dumps(half)),
        "a file": keras.models.load_model(path),
        "a callback's file": keras.models.load_model(kept.format(epoch=5)),
        "the same": half,
    }
    for name, model in models.items():
        # Whatever else was drawn in between.
        keras.utils.set_random_seed(99)
        assert fit(model, way, tmp_path, 10, initial_epoch=5) == losses[5:], name
        assert told(model) == told(whole), name


class Interrupt(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 7:
            raise KeyboardInterrupt


@pytest.mark.filterwarnings("ignore:The input ran out of data")
@pytest.mark.parametrize("way", WAYS)
def test_a_backup(way, tmp_path):
    """Of a training that was interrupted between two epochs."""
    whole = make()
    losses = fit(whole, way, tmp_path, 10)
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    with pytest.raises(KeyboardInterrupt):
        fit(make(), way, tmp_path, 10, callbacks=[backup, Interrupt()])
    model = make()
    keras.utils.set_random_seed(99)
    assert fit(model, way, tmp_path, 10, callbacks=backup) == losses[7:]
    assert told(model) == told(whole)


def test_a_file_that_a_callback_wrote_in_a_fit_of_arrays(tmp_path):
    """Breaks when only a fit that has ended says what it shuffled by."""
    path, options = str(tmp_path / "kept-{epoch}.keras"), {"batch_size": 16, "verbose": 0}
    whole = make()
    whole.fit(X, Y, epochs=10, callbacks=keras.callbacks.ModelCheckpoint(path), **options)
    loaded = keras.models.load_model(path.format(epoch=5))
    loaded.fit(X, Y, epochs=10, initial_epoch=5, **options)
    assert told(loaded) == told(whole)


PROGRAM = """
import sys
import numpy as np, cornu
data = np.load(sys.argv[1])
model = cornu.models.load_model(sys.argv[2])
options = {"epochs": 10, "initial_epoch": 5, "steps_per_epoch": 2, "batch_size": 7, "verbose": 0}
model.fit(data["x"], data["y"], **options)
model.save(sys.argv[2])
"""


def test_in_another_process(tmp_path):
    """And on another number of threads."""
    path, data = str(tmp_path / "model.keras"), str(tmp_path / "data.npz")
    whole = make()
    fit(whole, "arrays", tmp_path, 10)
    half = make()
    fit(half, "arrays", tmp_path, 5)
    half.save(path)
    np.savez(data, x=X, y=Y)
    command = [sys.executable, "-c", PROGRAM, data, path]
    subprocess.run(command, check=True, env=os.environ | {"CORNU_NUM_THREADS": "3"})
    assert told(keras.models.load_model(path)) == told(whole)


class Seen(Rows):
    """It knows which batches were asked for."""

    def __init__(self, count=8):
        super().__init__()
        self.count, self.places = count, []

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        self.places.append(index)
        return super().__getitem__(index)


def places(model, count=8, **options):
    data = Seen(count)
    model.fit(data, steps_per_epoch=3, shuffle=False, verbose=0, **options)
    return data.places


def test_only_the_epoch_that_comes_next_goes_on():
    """Breaks when any second fit begins in the middle of the data."""
    model = make()
    assert places(model, epochs=2) == [0, 1, 2, 3, 4, 5]
    assert places(model, epochs=1) == [0, 1, 2]
    assert places(model, epochs=3, initial_epoch=2) == [0, 1, 2]
    assert places(model, epochs=4, initial_epoch=3) == [3, 4, 5]
    # Nothing is trained, and nothing forgotten.
    assert places(model, epochs=4, initial_epoch=4) == []
    # There are fewer now: the pass is at its end.
    assert places(model, 6, epochs=5, initial_epoch=4) == [0, 1, 2]


@pytest.mark.parametrize("batch", [7, 8, 2**64 - 1])
def test_places_that_no_data_have(batch):
    """What a file says may be anything: the next pass begins, at once."""
    model = make()
    model._place = DataPlace(0, 2, 2**64 - 1, batch)
    options = {"steps_per_epoch": 1, "epochs": 4, "initial_epoch": 2, "verbose": 0}
    for data in ((X, Y), (Rows(),), (Endless(),)):
        copy = pickle.loads(pickle.dumps(model))
        assert copy.fit(*data, batch_size=7, **options).epoch == [2, 3]
