"""ModelCheckpoint: breaks when it saves at other times, elsewhere, or something else."""

import os

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from cornu import _core
from cornu.callbacks.callback_list import CallbackList
from cornu.models.loops import FitLoop
from small_models import fit, regression, regressor

X, Y = regression()
Checkpoint = keras.callbacks.ModelCheckpoint


def test_weights_and_models(tmp_path):
    for weights_only in (False, True):
        path = tmp_path / "new" / "folder" / f"{weights_only}"
        model = regressor()
        fit(model, [Checkpoint(path, save_weights_only=weights_only)])
        other = regressor()
        other.load_weights(path)
        for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_array_equal(one, two)
        if not weights_only:
            assert keras.models.load_model(path).compiled


def test_after_batches(tmp_path):
    """Counted over epochs; 2 epochs have 2 batches each."""
    fit(regressor(), [Checkpoint(tmp_path / "{epoch}-{batch}-{mae:.0f}", save_freq=3)])
    assert os.listdir(tmp_path) == ["2-1-1"]
    fit(regressor(), [Checkpoint(tmp_path / "{epoch}-{batch}", save_freq=1)])
    assert sorted(os.listdir(tmp_path)) == ["1-1", "1-2", "2-1", "2-1-1", "2-2"]


def test_period(tmp_path):
    """Of Keras 2: every so many epochs, counted over trainings."""
    callback = Checkpoint(str(tmp_path / "{epoch}"), period=2)
    fit(regressor(), [callback], epochs=5)
    assert sorted(os.listdir(tmp_path)) == ["2", "4"]
    fit(regressor(), [callback])
    assert sorted(os.listdir(tmp_path)) == ["1", "2", "4"]
    refused(lambda: Checkpoint("x", period=0), "`period`", "0")


def test_without_batch_hooks():
    """Only `save_freq` in batches makes a training stop after each of them."""
    loops = [FitLoop(CallbackList([Checkpoint("x", save_freq=freq)])) for freq in ("epoch", 3)]
    assert not loops[0].listen & _core.BATCH_END
    assert loops[1].listen & _core.BATCH_END


def test_names_of_older_programs(tmp_path):
    callback = Checkpoint(
        tmp_path / "{epoch:02d}-{val_mean_absolute_error:.2f}.hdf5",
        monitor="val_mean_absolute_error",
        save_best_only=True,
        save_weights_only=True,
    )
    history = fit(regressor(), [callback]).history
    assert sorted(os.listdir(tmp_path))[0] == f"01-{history['val_mae'][0]:.2f}.hdf5"
    assert callback.best == min(history["val_mae"])


def test_what_is_not_there(tmp_path):
    with pytest.raises(KeyError, match=r"'f1'.*Available.*val_loss"):
        fit(regressor(), [Checkpoint(tmp_path / "{f1}")])
    callback = Checkpoint(tmp_path / "m", monitor="val_f1", mode="max", save_best_only=True)
    model = regressor()
    for _ in range(2):
        with pytest.warns(UserWarning, match="val_f1") as caught:
            model.fit(X, Y, epochs=3, verbose=0, callbacks=[callback])
        # Once a training, and where it was called.
        assert [one.filename for one in caught] == [__file__]
    assert os.listdir(tmp_path) == ["m"]
    with pytest.warns(UserWarning, match="not one number"):
        callback._save(0, None, {"val_f1": np.zeros(2)})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"save_freq": 0}, ("save_freq", "'epoch'", "0")),
        ({"save_freq": "batch"}, ("save_freq", "'batch'")),
        ({"save_best_only": 2}, ("`save_best_only`", "2")),
        ({"save_weights_only": None}, ("`save_weights_only`", "None")),
        ({"verbose": 0.5}, ("`verbose`", "0.5")),
        ({"initial_value_threshold": "a"}, ("`initial_value_threshold`", "'a'")),
        ({"monitor": None}, ("`monitor`", "None")),
    ],
)
def test_arguments(options, words):
    refused(lambda: Checkpoint("x", **options), *words)
