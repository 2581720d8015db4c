"""A model that is built for data that turn out bad is unbuilt again, and the next data build it."""

import threading

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from small_models import FEATURES, OUTPUTS, ROWS, labels, regression, state

layers = keras.layers
X, Y = regression()
IDS = labels()[1]
WIDER = np.random.default_rng(2).standard_normal((ROWS, FEATURES + 3)).astype("float32")


def with_one(array, index, value):
    other = array.astype("float64")
    other[index] = value
    return other


# Found in the last row, after many steps of two rows.
NAN_IN_X = with_one(X, (ROWS - 1, 1), np.nan)
INF_IN_Y = with_one(Y, (ROWS - 1, 1), np.inf)
BAD_IDS = with_one(IDS, ROWS - 1, OUTPUTS)

DATA_CALLS = {
    "fit": lambda model, x, y: model.fit(x, y, batch_size=2, verbose=0),
    "evaluate": lambda model, x, y: model.evaluate(x, y, batch_size=2, verbose=0),
    "train_on_batch": lambda model, x, y: model.train_on_batch(x, y),
    "test_on_batch": lambda model, x, y: model.test_on_batch(x, y),
    "loss_and_gradients": lambda model, x, y: model.loss_and_gradients(x, y),
}


OF_IDS = keras.losses.SparseCategoricalCrossentropy


def deferred(optimizer="adam", loss="mse", seed=5, metrics=("mae",)):
    """A compiled model that waits for data."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([layers.Dense(5, "tanh"), layers.Dropout(0.5), layers.Dense(OUTPUTS)])
    if optimizer == "momentum":
        optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    model.compile(optimizer, loss, metrics=list(metrics))
    return model


def assert_unbuilt(model):
    assert not model.built
    assert model.weights == []
    assert [layer for layer in model.layers if layer._built or layer.path] == []
    assert model.metrics_names == []
    assert model.get_metrics_result() == {}
    assert int(model.optimizer.iterations) == 0
    assert model.history is None
    assert not hasattr(model, "input_shape")


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize(("x", "y"), [(NAN_IN_X, Y), (X, INF_IN_Y)], ids=["x", "y"])
@pytest.mark.parametrize("name", DATA_CALLS)
def test_the_next_data_build_it_as_if_nothing_had_been(name, x, y, optimizer):
    """Weights, dropout's masks and the shuffle are those of a model that never saw bad data."""
    model = deferred(optimizer)
    refused(lambda: DATA_CALLS[name](model, x, y), "finite", f"[{ROWS - 1}, 1]")
    assert_unbuilt(model)
    model.fit(WIDER, Y, batch_size=7, verbose=0)
    twin = deferred(optimizer)
    twin.fit(WIDER, Y, batch_size=7, verbose=0)
    assert state(model) == state(twin)
    assert model.weights[0].path.endswith("/kernel")


@pytest.mark.parametrize("name", DATA_CALLS)
def test_labels_out_of_range(name):
    model = deferred(loss=OF_IDS(from_logits=True), metrics=["accuracy"])
    refused(lambda: DATA_CALLS[name](model, X, BAD_IDS), "`y`", f"row {ROWS - 1}")
    assert_unbuilt(model)
    DATA_CALLS[name](model, WIDER, IDS)
    assert model.input_shape == (None, FEATURES + 3)


def test_validation_data():
    for validation in ({"validation_data": (NAN_IN_X, Y)}, {"validation_split": 0.5}):
        model = deferred()
        x = NAN_IN_X if "validation_split" in validation else X
        refused(lambda x=x, v=validation, m=model: m.fit(x, Y, verbose=0, **v), "validation x")
        assert_unbuilt(model)
        model.fit(WIDER, Y, verbose=0)


@pytest.mark.parametrize("name", DATA_CALLS)
def test_what_only_the_core_refuses(name):
    model = keras.Sequential([layers.Activation("sigmoid")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    refused(lambda: DATA_CALLS[name](model, X[:, 0], IDS), "axis of classes", "(None,)")
    assert_unbuilt(model)
    DATA_CALLS[name](model, X, IDS)


@pytest.mark.parametrize("out", [np.zeros(3), [0.0], np.zeros((ROWS, OUTPUTS), "float64")])
def test_a_wrong_out(out):
    model = deferred()
    with pytest.raises((TypeError, ValueError), match="`out` must"):
        model.predict(X, verbose=0, out=out)
    assert_unbuilt(model)
    assert model.predict(WIDER, verbose=0).shape == (ROWS, OUTPUTS)


def test_a_known_input_stays_known():
    """`rebuild=False` leaves a model with an input unbuilt."""
    model = keras.Sequential([keras.Input((FEATURES,))])
    model.add(layers.Dense(OUTPUTS), rebuild=False)
    model.compile("sgd", "mse")
    refused(lambda: model.fit(NAN_IN_X, Y, verbose=0), "finite")
    assert_unbuilt(model)
    refused(lambda: model.fit(WIDER, Y, verbose=0), f"(None, {FEATURES})")
    model.fit(X, Y, verbose=0)


def test_a_frozen_model_stays_frozen():
    model = deferred()
    model.trainable = False
    refused(lambda: model.evaluate(NAN_IN_X, Y, verbose=0), "finite")
    assert not model.trainable
    assert not any(layer.trainable for layer in model.layers)


# ---- What was there before, or is used by others, stays


def test_layers_that_were_built_keep_their_weights():
    built = layers.Dense(5)
    built.build((None, FEATURES))
    kernel = built.kernel
    before = built.get_weights()
    model = keras.Sequential([built, layers.Dense(OUTPUTS)])
    model.compile("adam", "mse")
    refused(lambda: model.fit(NAN_IN_X, Y, batch_size=2, verbose=0), "finite")
    assert not model.built
    assert built.kernel is kernel
    assert not model.layers[1].built
    for came, expected in zip(built.get_weights(), before, strict=True):
        np.testing.assert_array_equal(came, expected)


@pytest.mark.parametrize(
    "build",
    [
        lambda model: model.build((None, FEATURES)),
        lambda model: model.predict(X, verbose=0),
        lambda model: model(X),
        lambda model: model.fit(X, Y, verbose=0),
        lambda model: model.evaluate(X, Y, verbose=0),
        lambda model: model.train_on_batch(X, Y),
    ],
    ids=["build", "predict", "call", "fit", "evaluate", "train_on_batch"],
)
@pytest.mark.parametrize("name", DATA_CALLS)
def test_a_model_that_was_built_stays_so(name, build):
    model = deferred()
    build(model)
    before = state(model)
    refused(lambda: DATA_CALLS[name](model, NAN_IN_X, Y), "finite")
    assert state(model) == before
    refused(lambda: DATA_CALLS[name](model, WIDER, Y), f"(None, {FEATURES})")


class Hook(keras.callbacks.Callback):
    """Does something as each epoch or evaluation begins."""

    def __init__(self, work):
        self.work = work

    def on_epoch_begin(self, epoch, logs=None):
        self.work()

    def on_test_begin(self, logs=None):
        self.work()


def test_a_model_made_of_its_layers_meanwhile_keeps_them():
    model, others = deferred(), []

    def share():
        others.append(keras.Sequential([keras.Input((FEATURES,)), *model.layers[:2]]))

    refused(lambda: model.fit(NAN_IN_X, Y, verbose=0, callbacks=[Hook(share)]), "finite")
    assert model.built
    assert np.shares_memory(others[0].weights[0], model.layers[0].kernel)
    np.testing.assert_array_equal(others[0](X), model.layers[0](X))


@pytest.mark.parametrize("name", ["fit", "evaluate"])
def test_a_call_in_a_hook_counts_on_it(name):
    model, predicted = deferred(), []

    def predict():
        predicted.append(model.predict(X, verbose=0))

    options = {"verbose": 0, "callbacks": [Hook(predict)]}
    refused(lambda: getattr(model, name)(NAN_IN_X, Y, **options), "finite")
    assert model.built
    np.testing.assert_array_equal(model.predict(X, verbose=0), predicted[0])


def test_a_refusal_in_a_hook_leaves_the_call_around_it_alone():
    model = deferred()

    def evaluate():
        refused(lambda: model.evaluate(NAN_IN_X, Y, verbose=0), "finite")
        refused(lambda: model.evaluate(WIDER, Y, verbose=0), f"(None, {FEATURES})")

    history = model.fit(X, Y, epochs=2, verbose=0, callbacks=[Hook(evaluate)])
    assert len(history.history["loss"]) == 2
    assert model.built


def test_a_layer_added_in_a_hook_stays():
    model = deferred()

    def add():
        model.add(layers.Dense(OUTPUTS, name="added"))

    refused(lambda: model.evaluate(NAN_IN_X, Y, verbose=0, callbacks=[Hook(add)]), "finite")
    assert model.layers[-1].name == "added"
    assert model.built


@pytest.mark.parametrize("error", [ValueError, TypeError, KeyboardInterrupt])
@pytest.mark.parametrize("name", ["fit", "evaluate"])
def test_an_error_of_a_hook_says_nothing_of_the_data(name, error):
    model = deferred()

    def fail():
        raise error("mine")

    with pytest.raises(error, match="mine"):
        getattr(model, name)(X, Y, verbose=0, callbacks=[Hook(fail)])
    assert model.built
    model.fit(X, Y, verbose=0)


def test_a_label_that_goes_bad_after_whole_epochs():
    """What was trained stays."""
    model, ids = deferred(loss=OF_IDS(from_logits=True), metrics=[]), IDS.copy()
    epochs = []

    def spoil():
        epochs.append(1)
        if len(epochs) == 3:
            ids[0] = OUTPUTS

    options = {"epochs": 5, "verbose": 0, "callbacks": [Hook(spoil)]}
    refused(lambda: model.fit(X, ids, **options), "`y`", "row 0")
    assert model.built
    assert int(model.optimizer.iterations) == 2


def test_two_threads():
    """One with bad data, one with good: the good call finds its model whole."""
    for _ in range(20):
        model, failures = deferred(), []

        def bad(model=model, failures=failures):
            for _ in range(5):
                try:
                    model.evaluate(NAN_IN_X, Y, batch_size=1, verbose=0)
                except Exception as error:
                    if "finite" not in str(error):
                        failures.append(error)

        def good(model=model, failures=failures):
            try:
                first = model.predict(X, verbose=0)
                np.testing.assert_array_equal(model.predict(X, verbose=0), first)
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for work in (bad, bad, good, good)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert model.built


def test_the_random_state_of_a_fit_that_changed_nothing():
    """A shuffle takes a seed from Python's generator, which a first fit gives back if refused."""

    def train(with_failure):
        keras.utils.set_random_seed(7)
        model = keras.Sequential([layers.Dense(OUTPUTS)])
        model.compile("sgd", "mse")
        if with_failure:
            refused(lambda: model.fit(NAN_IN_X, Y, verbose=0), "finite")
            refused(lambda: model.fit(X, Y, verbose=0, epochs=-1), "`epochs`")
        model.fit(X, Y, batch_size=2, verbose=0)
        return state(model)

    assert train(True) == train(False)
