"""A signal handler, which may run in the middle of a step, and what it can do with the model."""

import signal

import numpy as np
import pytest

import cornu as keras
from alarm import alarm
from cornu import layers

# A step takes more than 20 ms: in shorter ones nobody is asked once weights have begun to move.
FEATURES, ROWS = 300, 16_000
# Seconds from one signal to the next.
PERIOD = 0.03

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no timer here")


def make_model():
    keras.utils.set_random_seed(2)
    chain = [layers.Dense(FEATURES, activation="tanh"), layers.Dense(FEATURES)]
    model = keras.Sequential([keras.Input((FEATURES,)), *chain])
    model.compile("adam", "mse")
    return model


X = np.random.default_rng(1).uniform(-1, 1, (ROWS, FEATURES)).astype("float32")


def fit_with_alarms(model, handle, enough=None, most=200):
    """A fit of long steps, in which `handle` is called again and again.

    It ends after 3 answers for which `enough` is true: a signal may come in Python's part of an
    epoch, where everything is allowed.

    Returns:
        What `handle` returned or raised each time, and the number of epochs.
    """
    answers = []

    def on_alarm(number, frame):
        try:
            answers.append(handle())
        except Exception as error:
            answers.append(error)
        right = [answer for answer in answers if enough is None or enough(answer)]
        model.stop_training = len(right) >= 3 or len(answers) >= most
        # Only now: on a slow machine a handler would else be called within the handler, for ever.
        signal.setitimer(signal.ITIMER_REAL, 0 if model.stop_training else PERIOD)

    with alarm(on_alarm, PERIOD):
        history = model.fit(X, X, batch_size=ROWS, epochs=10**6, verbose=0, shuffle=False)
    # It ended as it should: where it was told to, with whole epochs behind it.
    assert 0 < len(history.epoch) < 10**6
    assert len(history.history["loss"]) == len(history.epoch) == int(model.optimizer.iterations)
    assert not model._core.in_training
    return answers, len(history.epoch)


def test_a_handler_reads_predicts_and_evaluates():
    """Each answer is that of the weights between two steps."""
    model, twin = make_model(), make_model()
    x = X[:5]

    def handle():
        weights = model.get_weights()
        values = model.predict(x, verbose=0), model.evaluate(x, x, verbose=0), model(x)
        return weights, *values

    answers, epochs = fit_with_alarms(model, handle)
    for answer in answers:
        assert not isinstance(answer, Exception), answer
        weights, predicted, loss, called = answer
        other = make_model()
        other.set_weights(weights)
        np.testing.assert_array_equal(predicted, other.predict(x, verbose=0))
        np.testing.assert_array_equal(called, predicted)
        assert loss == other.evaluate(x, x, verbose=0)
    # And the training was not disturbed.
    twin.fit(X, X, batch_size=ROWS, epochs=epochs, verbose=0, shuffle=False)
    for came, expected in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(came, expected)


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.set_weights(model.get_weights()),
        lambda model: model.layers[0].set_weights(model.layers[0].get_weights()),
        lambda model: model.fit(X[:2], X[:2], verbose=0),
    ],
    ids=["set_weights", "layer.set_weights", "fit"],
)
def test_a_handler_can_not_change_the_model_within_a_step(change):
    model = make_model()

    def refused(answer):
        return isinstance(answer, RuntimeError)

    answers, _ = fit_with_alarms(model, lambda: change(model), refused)
    assert sum(map(refused, answers)) >= 3
    assert all(answer is None or refused(answer) for answer in answers), answers
    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    model.set_weights(model.get_weights())


def test_a_prediction_is_not_written_over_the_weights():
    model = make_model()
    before = model.get_weights()
    for layer in model.layers:
        with pytest.raises(ValueError, match="overlap"):
            model.predict(X[:FEATURES], verbose=0, out=layer.kernel)
        with pytest.raises(ValueError, match="overlap"):
            model.predict(X[: FEATURES - 1], verbose=0, out=np.asarray(layer.kernel)[1:])
    for came, expected in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(came, expected)
