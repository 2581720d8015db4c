"""BackupAndRestore: a training that is interrupted anywhere goes on to the same bits."""

import json

import numpy as np
import pytest

import cornu as keras
from cornu.callbacks import BackupAndRestore, Callback

X = np.random.default_rng(0).standard_normal((23, 3)).astype("float32")
Y = (X.sum(axis=1) > 0).astype("float32")


def compiled(optimizer="adam"):
    keras.utils.set_random_seed(5)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(4, activation="tanh"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy", "auc"])
    return model


class Interrupt(Callback):
    """Raises as batch `batch` of epoch `epoch` ends."""

    def __init__(self, epoch, batch):
        super().__init__()
        self.place, self.epoch = (epoch, batch), 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == self.place:
            raise KeyboardInterrupt


def fit(model, *callbacks, **options):
    options = {"batch_size": 4, "epochs": 4, "validation_data": (X[:7], Y[:7]), **options}
    return model.fit(X, Y, verbose=0, callbacks=list(callbacks), **options)


def assert_same(one, other):
    arrays = zip(one.get_weights(), other.get_weights(), strict=True)
    state = zip(one.optimizer.get_weights(), other.optimizer.get_weights(), strict=True)
    for a, b in (*arrays, *state):
        np.testing.assert_array_equal(a, b)


OPTIMIZERS = {
    "nadam": lambda: keras.optimizers.Nadam(0.01),
    "averages": lambda: keras.optimizers.Adam(
        0.01, use_ema=True, ema_overwrite_frequency=3, gradient_accumulation_steps=2
    ),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(
    ("save_freq", "place"), [("epoch", (2, 3)), (1, (1, 2)), (4, (1, 5)), (6, (1, 5)), (5, (0, 1))]
)
def test_goes_on_to_the_same_bits(tmp_path, name, save_freq, place):
    make = OPTIMIZERS[name]
    whole = compiled(make())
    expected = fit(whole)
    folder = tmp_path / "backup"
    with pytest.raises(KeyboardInterrupt):
        fit(compiled(make()), BackupAndRestore(folder, save_freq), Interrupt(*place))
    again = compiled(make())
    history = fit(again, BackupAndRestore(folder, save_freq))
    assert_same(whole, again)
    for key, values in expected.history.items():
        assert history.history[key] == values[history.epoch[0] :]
    assert not folder.exists()


def test_a_training_that_was_done_is_not_done_again(tmp_path):
    folder = tmp_path / "backup"
    model = compiled()
    fit(model, BackupAndRestore(folder, delete_checkpoint=False))
    assert json.loads((folder / "training_metadata.json").read_text())["epoch"] == 4
    again = compiled()
    assert fit(again, BackupAndRestore(folder, delete_checkpoint=False)).epoch == []
    assert_same(model, again)
    assert fit(again, BackupAndRestore(folder), epochs=5).epoch == [4]
    longer = compiled()
    fit(longer, epochs=5)
    assert_same(longer, again)


def test_data_in_batches_go_on_with_the_epoch(tmp_path):
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 5

        def __getitem__(self, index):
            return X[4 * index : 4 * index + 4], Y[4 * index : 4 * index + 4]

    whole = compiled()
    options = {"x": Batches(), "epochs": 4, "shuffle": False, "verbose": 0}
    whole.fit(**options)
    folder = tmp_path / "backup"
    with pytest.raises(KeyboardInterrupt):
        compiled().fit(callbacks=[BackupAndRestore(folder), Interrupt(2, 1)], **options)
    again = compiled()
    history = again.fit(callbacks=[BackupAndRestore(folder)], **options)
    assert history.epoch == [2, 3]
    # What dropout draws is not kept there: the statistics that do not hang on it are the same.
    assert int(whole.optimizer.iterations) == int(again.optimizer.iterations) == 20


def test_the_backup_before_the_last(tmp_path):
    folder = tmp_path / "backup"
    with pytest.raises(KeyboardInterrupt):
        fit(compiled(), BackupAndRestore(folder, double_checkpoint=True), Interrupt(2, 1))
    (folder / "latest.weights.h5").write_bytes(b"no file of weights")
    whole, again = compiled(), compiled()
    fit(whole)
    history = fit(again, BackupAndRestore(folder, double_checkpoint=True))
    assert history.epoch == [1, 2, 3]
    assert_same(whole, again)


def test_refusals(tmp_path):
    with pytest.raises(ValueError, match="`backup_dir` must be the path of a folder"):
        BackupAndRestore("")
    for wrong in (0, 1.5, True, "batch", None):
        with pytest.raises(ValueError, match="`save_freq` must be 'epoch' or a positive integer"):
            BackupAndRestore(tmp_path, wrong)
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    folder = tmp_path / "backup"
    with pytest.raises(KeyboardInterrupt):
        fit(compiled(), BackupAndRestore(folder), Interrupt(1, 0))
    with pytest.raises(ValueError, match="as many rows and the same batch size") as caught:
        fit(compiled(), BackupAndRestore(folder), batch_size=5)
    for words in (repr(str(folder)), "`initial_epoch=1`", "delete the folder"):
        assert words in str(caught.value)
