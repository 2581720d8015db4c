"""Trainings with averages and callbacks that go on from a file: breaks when they do otherwise than
docs/files.md says."""

import numpy as np
import pytest

import cornu as keras
from test_resume import X, Y, told

OPTIONS = {"batch_size": 16, "verbose": 0}
WATCHED = ("best", "wait", "cooldown_counter")


def make(**options):
    keras.utils.set_random_seed(7)
    layers = [keras.Input((6,)), keras.layers.Dense(8, "tanh"), keras.layers.Dropout(0.3)]
    model = keras.Sequential([*layers, keras.layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.Adam(0.01, **options), "sparse_categorical_crossentropy")
    return model


def averages_of(model):
    return [np.array(average) for average in model.optimizer._model_variables_moving_average]


@pytest.mark.parametrize("frequency", [None, 3])
def test_averages(frequency, tmp_path):
    """A file of the middle of a fit goes on as that; one of its end, from the averages."""
    options = {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": frequency}
    path, later = str(tmp_path / "kept-{epoch}.keras"), str(tmp_path / "later.keras")
    whole = make(**options)
    whole.fit(X, Y, epochs=10, callbacks=keras.callbacks.ModelCheckpoint(path), **OPTIONS)
    kept = keras.models.load_model(path.format(epoch=5))
    kept.fit(X, Y, epochs=10, initial_epoch=5, **OPTIONS)
    assert told(kept) == told(whole)

    half = make(**options)
    half.fit(X, Y, epochs=5, **OPTIONS)
    for weight, average in zip(half.get_weights(), averages_of(half), strict=True):
        np.testing.assert_array_equal(weight, average)
    half.save(later)
    loaded = keras.models.load_model(later)
    for model in (half, loaded):
        model.fit(X, Y, epochs=10, initial_epoch=5, **OPTIONS)
    assert told(loaded) == told(half) != told(whole)


class GoingOn:
    """What a callback was when it was noted."""

    noted = None

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        vars(self).update(self.noted or {})

    def note(self):
        return {name: value for name, value in vars(self).items() if name in WATCHED}


class Plateau(GoingOn, keras.callbacks.ReduceLROnPlateau):
    pass


class Stopping(GoingOn, keras.callbacks.EarlyStopping):
    pass


# None of the losses is less by so much.
CALLBACKS = {
    "plateau": lambda: Plateau("loss", factor=0.5, patience=3, min_delta=9, cooldown=2),
    "stopping": lambda: Stopping("loss", patience=7, min_delta=9),
}


@pytest.mark.parametrize("kind", CALLBACKS)
def test_callbacks(kind, tmp_path):
    """They begin anew, as Keras's, unless their attributes are set."""
    path, make_callback = str(tmp_path / "model.keras"), CALLBACKS[kind]
    whole = make()
    history = whole.fit(X, Y, epochs=10, callbacks=make_callback(), **OPTIONS)
    assert len(history.epoch) == {"plateau": 10, "stopping": 8}[kind]
    half, first = make(), make_callback()
    half.fit(X, Y, epochs=5, callbacks=first, **OPTIONS)
    half.save(path)
    ends = []
    for noted in (first.note(), None):
        callback = make_callback()
        callback.noted = noted
        loaded = keras.models.load_model(path)
        options = OPTIONS | {"epochs": 10, "initial_epoch": 5, "callbacks": callback}
        ends.append((loaded.fit(X, Y, **options).history, told(loaded)))
    for name, values in history.history.items():
        assert ends[0][0][name] == values[5:]
    assert ends[0][1] == told(whole) != ends[1][1]
