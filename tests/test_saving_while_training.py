"""Saving while another thread trains: breaks when what is saved is not of one step, wholly."""

import copy
import hashlib
import pickle
import threading
import warnings

import numpy as np
import pytest

import cornu as keras
from cornu.saving.one_moment import at_one_moment

layers = keras.layers
RNG = np.random.default_rng(8)
X = RNG.normal(size=(64, 8)).astype("float32")
Y = RNG.integers(0, 3, 64)
EPOCHS = 1500


def make(optimizer):
    keras.utils.set_random_seed(11)
    model = keras.Sequential(
        [
            keras.Input((8,)),
            layers.Dense(24, "tanh"),
            layers.BatchNormalization(),
            layers.Dropout(0.2, seed=3),
            layers.Dense(3, "softmax"),
        ]
    )
    model.compile(optimizer(), "sparse_categorical_crossentropy")
    return model


def digest(model):
    """The step that a model is at, and what all of it is there."""
    arrays = [*model.get_weights(), *map(np.asarray, model.optimizer.get_weights())]
    arrays += [view for layer in model.layers for view in layer._core.hidden_spans()]
    total = hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays))
    return model.optimizer._core.iterations, total.hexdigest()


def saved(model, path):
    model.save(path / "m.keras")
    return keras.models.load_model(path / "m.keras")


WAYS = {
    "save": saved,
    "deepcopy": lambda model, path: copy.deepcopy(model),
    "pickle": lambda model, path: pickle.loads(pickle.dumps(model)),
}
OPTIMIZERS = {
    "adam": lambda: keras.optimizers.Adam(1e-3, use_ema=True),
    "sgd": lambda: keras.optimizers.SGD(1e-3, momentum=0.9, gradient_accumulation_steps=2),
}
FIT = {"epochs": EPOCHS, "batch_size": 64, "shuffle": False, "verbose": 0}


def steps_of(model):
    """What a model is after each of its steps, where nobody else uses it."""
    steps = dict([digest(model)])

    class Record(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            steps.update([digest(self.model)])

    # Averages become the weights at the end of a fit only.
    model.fit(X, Y, callbacks=[Record()], **FIT)
    return steps


@pytest.fixture(scope="module", params=OPTIMIZERS)
def trajectory(request):
    optimizer = OPTIMIZERS[request.param]
    return optimizer, steps_of(make(optimizer))


def test_what_is_saved_is_of_one_step(trajectory, tmp_path):
    optimizer, steps = trajectory
    came = []
    for _ in range(20):
        model = make(optimizer)
        model.optimizer.build(model.trainable_weights)
        fitting = threading.Thread(target=lambda model=model: model.fit(X, Y, **FIT))
        fitting.start()
        while fitting.is_alive():
            for way in WAYS.values():
                step, found = digest(way(model, tmp_path))
                if 0 < step < EPOCHS:
                    assert found == steps[step]
                    came.append(step)
        fitting.join()
        if len(set(came)) >= 12:
            break
    assert len(set(came)) >= 12, "the training was met at several steps"


def test_what_is_saved_goes_on(trajectory, tmp_path):
    """To where the training ended that it was taken of."""
    optimizer, _ = trajectory
    model, caught = make(optimizer), []
    model.optimizer.build(model.trainable_weights)
    fitting = threading.Thread(target=lambda: model.fit(X, Y, **FIT))
    fitting.start()
    while fitting.is_alive() and len(caught) < 3:
        other = saved(model, tmp_path)
        if other.optimizer._core.iterations < EPOCHS:
            caught.append(other)
    fitting.join()
    assert caught
    for other in caught:
        steps = other.optimizer._core.iterations
        other.fit(X, Y, initial_epoch=steps, **FIT)
        assert digest(other) == digest(model)


def test_a_training_waits_for_what_is_read():
    """And its errors come through; the lock is free behind them."""
    model = make(OPTIMIZERS["adam"])
    core = model._core

    def read():
        first = model.get_weights()
        return first, core.hold(model.get_weights, False), model.predict(X, verbose=0)

    assert len(core.hold(read, False)) == 3
    for exclusive in (False, True):
        with pytest.raises(ZeroDivisionError):
            core.hold(lambda: 1 // 0, exclusive)
        with pytest.raises(TypeError):
            core.hold(3, exclusive)
    with pytest.raises(RuntimeError, match="in the middle of a step"):
        core.hold(lambda: model.set_weights(model.get_weights()), False)
    model.fit(X, Y, epochs=1, verbose=0)


# Without averages, which become the weights at the end of a fit, whatever was loaded before.
@pytest.mark.parametrize("optimizer", [keras.optimizers.Adam, OPTIMIZERS["sgd"]])
def test_weights_and_optimizer_are_loaded_between_two_steps(optimizer, tmp_path):
    """A step from the weights of one moment with the state of another leads off the way that the
    training alone took."""

    def make_even():
        """What loading takes back is all that a step depends on: no draws of Dropout."""
        model = make(optimizer)
        even = keras.Sequential([keras.Input((8,)), *model.layers[:2], model.layers[3]])
        even.compile(optimizer(), "sparse_categorical_crossentropy")
        even.optimizer.build(even.trainable_weights)
        return even

    path = tmp_path / "begin.weights.h5"
    model = make_even()
    model.save_weights(path)
    steps, loads = steps_of(model), 0
    for _ in range(20):
        model = make_even()
        fitting = threading.Thread(target=lambda model=model: model.fit(X, Y, **FIT))
        fitting.start()
        while fitting.is_alive():
            model.load_weights(path)
            step, found = at_one_moment(model, lambda model=model: digest(model))
            assert found == steps[step]
            loads += 1
        fitting.join()
        if loads >= 20:
            break
    assert loads >= 20, "the training was met several times"


def test_what_is_changed_at_one_moment_can_be_read_and_trained_there():
    model = make(OPTIMIZERS["sgd"])
    twin = make(OPTIMIZERS["sgd"])

    def change():
        model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
        model.train_on_batch(X, Y)
        return model._core.hold(model.get_weights, False)

    came = model._core.hold(change, True)
    twin.set_weights([np.zeros_like(weight) for weight in twin.get_weights()])
    twin.train_on_batch(X, Y)
    for one, other in zip(came, twin.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_warning_of_other_state_waits_for_no_one(tmp_path, monkeypatch):
    """Whoever shows it may wait for a thread that predicts."""
    model, other = make(keras.optimizers.Adam), make(keras.optimizers.SGD)
    other.fit(X, Y, verbose=0)
    other.save_weights(tmp_path / "w.weights.h5")
    model.fit(X, Y, verbose=0)
    waited = []

    def show(message, *_, **__):
        thread = threading.Thread(target=model.predict, args=(X,), kwargs={"verbose": 0})
        thread.start()
        thread.join(2)
        waited.append((str(message), thread.is_alive()))

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        monkeypatch.setattr(warnings, "showwarning", show)
        model.load_weights(tmp_path / "w.weights.h5")
    assert [is_alive for _, is_alive in waited] == [False]
    assert "what was saved has" in waited[0][0]
    np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])
