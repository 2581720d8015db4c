"""Callbacks between epochs: breaks when they take their arguments or the model otherwise."""

import math

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from small_models import fit, regression, regressor

callbacks = keras.callbacks


def test_a_schedule_with_an_error_of_its_own():
    """A TypeError within the function is not taken for one about its arguments."""
    calls = []

    def schedule(epoch, rate=None):
        calls.append((epoch, rate))
        return None + 1

    with pytest.raises(TypeError, match="NoneType"):
        fit(regressor(), [callbacks.LearningRateScheduler(schedule)])
    assert len(calls) == 1
    refused(lambda: callbacks.LearningRateScheduler(0.1), "`schedule`", "0.1")
    refused(lambda: callbacks.LearningRateScheduler(max, verbose=-1), "`verbose`", "-1")
    wrong = callbacks.LearningRateScheduler(lambda epoch: 1)
    refused(lambda: fit(regressor(), [wrong]), "`schedule`", "float", "1", "int", "epoch 0")


def test_a_schedule_moves_the_step():
    x, y = regression()
    one, two = regressor(keras.optimizers.SGD(0.5)), regressor(keras.optimizers.SGD(0.125))
    two.set_weights(one.get_weights())
    one.fit(x, y, verbose=0, shuffle=False, callbacks=[
        callbacks.LearningRateScheduler(lambda epoch, rate: rate / 4)])  # fmt: skip
    two.fit(x, y, verbose=0, shuffle=False)
    for first, second in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"factor": 1.0}, ("`factor`", "1.0")),
        ({"factor": -0.5}, ("`factor`", "-0.5")),
        ({"factor": "a"}, ("`factor`", "'a'")),
        ({"patience": -1}, ("`patience`", "-1")),
        ({"cooldown": 0.5}, ("`cooldown`", "0.5")),
        ({"min_lr": None}, ("`min_lr`", "None")),
        ({"min_delta": math.nan}, ("`min_delta`", "nan")),
        ({"monitor": 3}, ("`monitor`", "3")),
    ],
)
def test_arguments_of_a_plateau(options, words):
    refused(lambda: callbacks.ReduceLROnPlateau(**options), *words)


def test_more_of_a_plateau():
    assert callbacks.ReduceLROnPlateau(epsilon=0.5).min_delta == 0.5
    with pytest.raises(TypeError, match="'lr'"):
        callbacks.ReduceLROnPlateau(lr=1)
    with pytest.warns(UserWarning, match=r"`val_f1`, which is not available.*loss"):
        fit(regressor(), [callbacks.ReduceLROnPlateau(monitor="val_f1", mode="max")], epochs=1)


def test_old_names_of_results():
    """Programs for older Keras find what they ask for; the names that are listed are Keras 3's."""
    seen = []

    class Old(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((logs["val_mean_absolute_error"], logs.get("lr"), logs.get("acc", "none")))

    plateau = callbacks.ReduceLROnPlateau(monitor="val_mean_absolute_error")
    stopping = callbacks.EarlyStopping(monitor="val_mean_absolute_error", patience=5)
    history = fit(regressor(), [plateau, stopping, Old()]).history
    assert list(history) == ["loss", "mae", "val_loss", "val_mae", "learning_rate"]
    assert history["val_mean_absolute_error"] is history["val_mae"] is history["val_MAE"]
    assert history["lr"] == history.get("learning_rate") == [0.01, 0.01]
    assert seen == [(value, 0.01, "none") for value in history["val_mae"]]
    assert "lr" not in history
    with pytest.raises(KeyError, match="acc"):
        history["acc"]
    x, y = regression(outputs=1)
    model = regressor(metrics=["acc"], outputs=1)
    assert model.fit(x, y > 0, verbose=0).history["accuracy"] is not None
    model.compile("sgd", "mse", metrics=["accuracy"])
    history = model.fit(x, y > 0, verbose=0, validation_data=(x, y > 0)).history
    assert history["acc"] == history["accuracy"]
    assert history["val_acc"] == history["val_accuracy"]


def test_a_csv_file(tmp_path):
    path = tmp_path / "log.csv"
    logger = callbacks.CSVLogger(path)
    fit(regressor(), [logger])
    fit(regressor(), [logger])
    lines = path.read_text().splitlines()
    assert lines[0] == "epoch,loss,mae,val_loss,val_mae"
    assert [line[0] for line in lines] == ["e", "0", "1"]
    fit(regressor(), [callbacks.CSVLogger(path, append=True)])
    assert [line[0] for line in path.read_text().splitlines()] == ["e", "0", "1", "0", "1"]
    logger.on_train_begin()
    logger.on_epoch_end(0, {"a": np.array([1, 2]), "b": "x", "c": np.float32(0.5)})
    logger.on_train_end()
    assert path.read_text().splitlines()[1].startswith('0,"""[1, 2]""",x,0.5')


def test_nan_as_an_error():
    class Breaking(callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.set_weights([w * np.nan for w in self.model.get_weights()])

    said = pytest.warns(RuntimeWarning, match="is NaN in batch 0 of epoch 0")
    with said, pytest.raises(RuntimeError, match=r"batch 0.*nan"):
        fit(regressor(), [Breaking(), callbacks.TerminateOnNaN(raise_error=True)])
    refused(lambda: callbacks.TerminateOnNaN(raise_error=2), "`raise_error`", "2")


def test_functions_as_hooks():
    """Whatever they call their arguments, and for hooks that have no argument of their own."""
    seen = []
    callback = callbacks.LambdaCallback(
        on_train_batch_end=lambda b, results: seen.append(b),
        on_test_end=lambda results: seen.append("test"),
        mark="kept",
    )
    assert callback.mark == "kept"
    fit(regressor(), [callback], epochs=1)
    assert seen == [0, 1, "test"]
    refused(lambda: callbacks.LambdaCallback(on_epoch_end=3), "`on_epoch_end`", "3")


def test_callbacks_without_batch_hooks_cost_nothing():
    """The core is asked for nothing between the borders of epochs."""
    from cornu import _core
    from cornu.callbacks.callback_list import CallbackList
    from cornu.models.loops import FitLoop

    quiet = [
        callbacks.LearningRateScheduler(lambda epoch: 0.1),
        callbacks.ReduceLROnPlateau(),
        callbacks.CSVLogger("never"),
        callbacks.LambdaCallback(on_epoch_end=print),
        callbacks.EarlyStopping(),
    ]
    listen = FitLoop(CallbackList(quiet, add_history=True)).listen
    assert listen == _core.EPOCH_BEGIN | _core.BAD_LOSS


def test_a_lambda_for_no_hook():
    refused(
        lambda: keras.callbacks.LambdaCallback(on_epochs_end=print),
        "`on_epochs_end`",
        "'on_epoch_end'",
    )
    assert keras.callbacks.LambdaCallback(on_batch_end=print, mark=3).mark == 3
