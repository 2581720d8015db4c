"""What optimizers of the user's own save and read themselves, as in Keras."""

import pickle
import threading

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from small_models import state

WIDTH = 4
X = np.linspace(-1, 1, 6 * WIDTH).reshape(6, WIDTH)


def trained(optimizer, epochs=1):
    model = keras.Sequential([keras.Input((WIDTH,)), keras.layers.Dense(2)])
    model.compile(optimizer, "mse")
    model.fit(X, X[:, :2], verbose=0, epochs=epochs)
    return model


@keras.saving.register_keras_serializable(package="variables")
class Remembering(keras.optimizers.SGD):
    """Keeps a number that is no variable."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.extra, self.while_reading = 0.0, lambda: None

    def save_own_variables(self, store):
        super().save_own_variables(store)
        store["extra"] = self.extra

    def load_own_variables(self, store):
        self.while_reading()
        self.extra = float(store["extra"])
        super().load_own_variables({name: store[name] for name in store if name != "extra"})


def test_an_optimizer_reads_what_it_likes_with_the_weights(tmp_path):
    model, path = trained(Remembering(0.1, momentum=0.5)), tmp_path / "model.keras"
    model.optimizer.extra = 0.75
    model.save(path)
    again = keras.models.load_model(path)
    assert again.optimizer.extra == 0.75
    assert state(again) == state(model)
    assert pickle.loads(pickle.dumps(model)).optimizer.extra == 0.75
    # Another thread predicts before all is read, or after; not meanwhile.
    other, threads = trained(Remembering(0.1, momentum=0.5)), []

    def predict():
        threads.append(threading.Thread(target=other.predict, args=(X,), kwargs={"verbose": 0}))
        threads[0].start()
        threads[0].join(0.2)
        assert threads[0].is_alive()

    other.optimizer.while_reading = predict
    other.load_weights(path)
    threads[0].join()
    assert other.optimizer.extra == 0.75
    assert state(other) == state(model)


def test_an_optimizer_that_fails_to_read_leaves_everything_as_it_was(tmp_path):
    class Failing(Remembering):
        def load_own_variables(self, store):
            super().load_own_variables(store)
            raise LookupError("not this")

    path = tmp_path / "model.keras"
    trained(Remembering(0.1, momentum=0.5)).save(path)
    other = trained(Failing(0.1, momentum=0.5), epochs=2)
    before = state(other)
    for skips in (False, True):
        refused(
            lambda skips=skips: other.load_weights(path, skip_mismatch=skips),
            "The optimizer's state in",
            "model.keras",
            "not this",
        )
        assert state(other) == before
    own = {"variables>Remembering": Failing}
    refused(lambda: keras.models.load_model(path, own), "The optimizer's state in", "model.keras")


def test_an_optimizer_that_only_writes_more(tmp_path):
    @keras.saving.register_keras_serializable(package="variables")
    class Writing(keras.optimizers.SGD):
        def save_own_variables(self, store):
            super().save_own_variables(store)
            store["extra"] = np.arange(2)

    model = trained(Writing(0.1, momentum=0.5))
    model.save(tmp_path / "model.keras")
    with pytest.warns(UserWarning, match="has 4 variables, what was saved has 5"):
        again = keras.models.load_model(tmp_path / "model.keras")
    assert int(again.optimizer.iterations) == 0
    model.save(tmp_path / "model.h5")
    assert state(keras.models.load_model(tmp_path / "model.h5")) == state(model)


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_an_optimizer_without_arrays_goes_on_after_loading(name, tmp_path):
    @keras.saving.register_keras_serializable(package="variables")
    class Sign(keras.optimizers.Optimizer):
        def build(self, variables):
            # As Keras's own do.
            if not self.built:
                super().build(variables)

        def update_step(self, gradient, variable, learning_rate):
            self.assign_sub(variable, learning_rate * np.sign(gradient))

    model = trained(Sign(0.1))
    model.save(tmp_path / name)
    again = keras.models.load_model(tmp_path / name)
    for one in (model, again):
        one.fit(X, X[:, :2], verbose=0)
    assert state(again) == state(model)


def test_names_of_others_leave_an_optimizer_as_it_is(tmp_path):
    model, path = trained(Remembering(0.1, momentum=0.5)), tmp_path / "a.weights.h5"
    model.save_weights(path)
    other = trained(keras.optimizers.SGD(0.1, momentum=0.5), epochs=3)
    with pytest.warns(UserWarning, match="is left as it is"):
        other.load_weights(path)
    assert int(other.optimizer.iterations) == 3
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])
