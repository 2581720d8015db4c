"""Batches as blocks, and data of files: breaks when a batch has others, or more is read."""

import h5py
import numpy as np
import pytest

import cornu
from cornu import layers
from small_models import state

ROWS = 23
X = np.random.default_rng(5).normal(size=(ROWS, 4)).astype("float32")
Y = np.random.default_rng(6).integers(0, 3, ROWS)


def model():
    cornu.utils.set_random_seed(1)
    made = cornu.Sequential([cornu.Input((4,)), layers.Dense(3, activation="softmax")])
    made.compile(cornu.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["acc"])
    return made


@pytest.fixture
def stored(tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        yield file.create_dataset("x", data=X), file.create_dataset("y", data=Y)


def orders(steps=None, rows=ROWS, size=4, epochs=8):
    """The rows of each batch, epoch by epoch, of a fit with shuffle="batch"."""
    found: list = []

    def spy(y_true, y_pred):
        found.append(np.asarray(y_true).reshape(-1).astype(int).tolist())
        return ((y_pred - y_true) ** 2).mean(axis=-1)

    made = cornu.Sequential([cornu.Input((1,)), layers.Dense(1)])
    made.compile("sgd", "mse", metrics=[spy])
    numbers = np.arange(rows, dtype="float32")
    made.fit(
        numbers[:, None] * 0,
        numbers,
        batch_size=size,
        epochs=epochs,
        steps_per_epoch=steps,
        shuffle="batch",
        verbose=0,
    )
    return found


@pytest.mark.parametrize("steps", [None, 2])
def test_batches_change_places_whole(steps):
    """In the core, and where steps make another epoch; the last one, which is smaller, stays."""
    found = orders(steps, epochs=8 if steps is None else 24)
    blocks = [list(range(begin, min(begin + 4, ROWS))) for begin in range(0, ROWS, 4)]
    passes = [found[begin : begin + 6] for begin in range(0, len(found), 6)]
    assert len(passes) == 8
    for one in passes:
        assert sorted(one) == blocks
        assert one[-1] == blocks[-1]
    assert len({str(one) for one in passes}) > 4


def test_one_batch_is_in_order():
    assert orders(size=ROWS + 1, epochs=2) == [list(range(ROWS))] * 2


@pytest.mark.parametrize("shuffle", [False, "batch", True])
def test_training_from_a_file(stored, shuffle):
    """As from arrays, to the bit; the order of batches is another one."""
    x, y = stored
    one, two = model(), model()
    options = {"batch_size": 5, "epochs": 3, "verbose": 0, "shuffle": shuffle}
    cornu.utils.set_random_seed(2)
    history = one.fit(x, y, validation_data=(x, y), **options).history
    cornu.utils.set_random_seed(2)
    expected = two.fit(X, Y, validation_data=(X, Y), **options).history
    assert list(history) == list(expected)
    if shuffle != "batch":
        assert history == expected
        assert state(one) == state(two)
    assert history["val_loss"][-1] < 1.2


def test_only_what_a_batch_needs_is_read(stored, monkeypatch):
    x, y = stored
    read = []

    def spy(dataset, place):
        read.append((place.start, place.stop))
        return original(dataset, place)

    original = h5py.Dataset.__getitem__
    monkeypatch.setattr(h5py.Dataset, "__getitem__", spy)
    monkeypatch.setattr(h5py.Dataset, "__array__", None)
    made = model()
    options = {"batch_size": 5, "shuffle": False, "verbose": 0}
    made.fit(x, y, validation_split=0.3, **options)
    assert max(end - begin for begin, end in read) == 5
    assert sorted(set(read)) == [(0, 5), (5, 10), (10, 15), (15, 16), (16, 21), (21, 23)]
    del read[:]
    made.fit([x], Y, sample_weight=np.ones(ROWS), steps_per_epoch=2, **options)
    assert read == [(0, 5), (5, 10)]
    del read[:]
    made.evaluate(x, y, batch_size=20, verbose=0)
    made.predict(x, batch_size=20, steps=1, verbose=0)
    assert read == [(0, 20), (0, 20), (20, 23), (20, 23), (0, 20)]


def test_results_from_a_file(stored):
    x, y = stored
    made = model()
    for weight in (None, np.arange(ROWS)):
        found = made.evaluate(x, y, sample_weight=weight, batch_size=5, verbose=0)
        assert found == made.evaluate(X, Y, sample_weight=weight, batch_size=5, verbose=0)
    np.testing.assert_array_equal(made.predict(x, verbose=0), made.predict(X, verbose=0))
    out = np.empty((ROWS, 3), "float32")
    assert made.predict(x, batch_size=5, verbose=0, out=out) is out
    np.testing.assert_array_equal(out, made.predict(X, verbose=0))


def test_balanced_classes_of_a_part_of_the_batches(stored):
    """With `steps_per_epoch`, or from a file, all targets are counted once."""
    options = {"class_weight": "balanced", "shuffle": False, "batch_size": 5, "verbose": 0}
    counts = np.bincount(Y)
    weight = (ROWS / (3 * counts)).astype("float32")[Y]
    for x, y, steps in ((X, Y, 2), (*stored, 2), (*stored, None)):
        one, two = model(), model()
        one.fit(x, y, steps_per_epoch=steps, **options)
        plain = {**options, "class_weight": None, "sample_weight": weight}
        two.fit(X, Y, steps_per_epoch=steps, **plain)
        assert state(one) == state(two)
    with pytest.raises(ValueError, match=r"`class_weight` must be a dictionary .*'balanced'"):
        model().fit(X, Y, steps_per_epoch=2, class_weight="even", verbose=0)


def test_what_does_not_fit(stored):
    x, y = stored
    empty = x.file.create_dataset("empty", (0, 4), "f4")
    wrong = [
        (lambda: model().fit(x, Y[:5], shuffle=False), ValueError, r"as many rows.*\(23, 4\)"),
        (lambda: model().fit(x, shuffle="batch"), TypeError, "`y` must be given"),
        (lambda: model().fit(empty, Y, shuffle=False), ValueError, "at least one row"),
        (lambda: model().predict(empty), ValueError, "at least one row"),
        (lambda: model().evaluate(x, y, sample_weight=[1.0]), ValueError, "as many rows as"),
        (lambda: model().fit(x, y, shuffle="rows"), ValueError, "True, False or 'batch'"),
        (lambda: model().fit(y, y, shuffle=False, verbose=0), ValueError, "in batch 0"),
    ]
    for work, kind, words in wrong:
        with pytest.raises(kind, match=words):
            work()
