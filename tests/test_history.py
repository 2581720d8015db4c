"""What fit returns."""

import gc
import pickle
import weakref

import numpy as np
import pytest

import cornu as keras
from small_models import classifier, labels, regression, regressor


def test_history():
    model = classifier()
    history = model.fit(*labels(), epochs=3, batch_size=10, verbose=0, validation_split=0.2)
    assert type(history) is keras.callbacks.History
    assert history is model.history
    assert history.model is model
    assert history.epoch == [0, 1, 2]
    assert list(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert {len(values) for values in history.history.values()} == {3}
    assert {type(v) for values in history.history.values() for v in values} == {float}
    assert history.params == {"verbose": 0, "epochs": 3, "steps": 2}


def test_every_fit_has_its_own():
    model = regressor()
    first = model.fit(*regression(), verbose=0)
    second = model.fit(*regression(), epochs=2, verbose=0)
    assert first is not second
    assert model.history is second
    assert len(first.history["loss"]) == 1


def test_one_of_the_users_is_used():
    mine = keras.callbacks.History()
    model = regressor()
    assert model.fit(*regression(), epochs=2, verbose=0, callbacks=[mine]) is mine
    assert len(mine.history["loss"]) == 2


def test_the_loss_is_the_mean_over_rows_before_each_step():
    x, y = regression(dtype="float64")
    model, other = regressor(dtype="float64"), regressor(dtype="float64")
    got = model.fit(x, y, batch_size=10, shuffle=False, verbose=0).history["loss"][0]
    parts = [
        other.train_on_batch(x[i : i + 10], y[i : i + 10])[0] * len(x[i : i + 10])
        for i in range(0, len(x), 10)
    ]
    assert got == pytest.approx(sum(parts) / len(x), rel=1e-12)


def test_it_does_not_keep_the_model():
    """Memory of a dropped model is free at once, without the garbage collector."""
    gc.disable()
    try:
        model = regressor()
        history = model.fit(*regression(), verbose=0, validation_split=0.2)
        gone = weakref.ref(model)
        del model
        assert gone() is None
        assert history.model is None
        assert len(history.history["loss"]) == 1
    finally:
        gc.enable()


def test_epochs_before_an_exception_stay():
    class Failing(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 2:
                raise RuntimeError("mine")

    model = regressor()
    with pytest.raises(RuntimeError, match="mine"):
        model.fit(*regression(), epochs=9, verbose=0, callbacks=[Failing()])
    assert model.history.epoch == [0, 1]
    assert np.isfinite(model.history.history["loss"]).all()


def test_a_history_is_pickled_without_its_model():
    """It comes back from a worker process, where the model stays."""
    model = regressor()
    history = model.fit(*regression(), epochs=2, verbose=0)
    copy = pickle.loads(pickle.dumps(history))
    assert copy.history == history.history
    assert (copy.epoch, copy.params, copy.model) == (history.epoch, history.params, None)
    assert history.model is model
