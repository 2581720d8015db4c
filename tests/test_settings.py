"""What holds for a whole program: breaks when a setting has no effect, or outlives its end."""

import copy
import io
import logging
import pickle
import subprocess
import sys

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from cornu.utils.tracebacks import _filtered

X, Y = np.ones((70, 3)), np.ones((70, 1))
MANY = np.ones((130, 3)), np.ones((130, 1))


@pytest.fixture
def model():
    made = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.INFO, "cornu")
    keras.config.disable_interactive_logging()
    yield caplog
    keras.utils.enable_interactive_logging()


@pytest.fixture
def limits():
    yield
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)


class Steps(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.counts = {"train": 0, "test": 0, "predict": 0, "epoch": 0}

    def on_train_batch_end(self, batch, logs=None):
        self.counts["train"] += 1

    def on_test_batch_end(self, batch, logs=None):
        self.counts["test"] += 1

    def on_predict_batch_end(self, batch, logs=None):
        self.counts["predict"] += 1

    def on_epoch_end(self, epoch, logs=None):
        self.counts["epoch"] += 1


# ---- Where messages go


def test_messages_are_logged(model, log, capfd):
    assert not keras.config.is_interactive_logging_enabled()
    stop = keras.callbacks.EarlyStopping(monitor="loss", min_delta=100.0, patience=1, verbose=1)
    model.fit(X, Y, epochs=9, callbacks=[stop])
    model.evaluate(X, Y, verbose=2)
    model.summary()
    texts = log.messages
    assert texts[0] == "Epoch 1/9"
    assert texts[1].startswith("3/3 ━")
    assert " - loss: " in texts[1]
    assert "Epoch 2: early stopping" in texts
    assert texts[-2].startswith("3/3 - 0s - ")
    assert texts[-1].startswith('Model: "')
    assert texts[-1].count("\n") > 5
    assert {record.levelno for record in log.records} == {logging.INFO}
    assert capfd.readouterr() == ("", "")


def test_no_bar_moves_where_nobody_looks(model, log, monkeypatch):
    class Terminal(io.StringIO):
        encoding = "ascii"

        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    model.fit(X, Y, verbose=1)
    assert terminal.getvalue() == ""
    assert "━" in log.messages[0]


# ---- Limits


def test_limits_of_epochs_and_steps(model, limits):
    keras.config.set_max_epochs(2)
    keras.config.set_max_steps_per_epoch(2)
    steps = Steps()
    with pytest.warns(UserWarning, match="^Limiting") as caught:
        model.fit(*MANY, epochs=5, verbose=0, validation_data=(X, Y), callbacks=[steps])
    assert steps.counts == {"train": 4, "test": 4, "predict": 0, "epoch": 2}
    assert {str(each.message) for each in caught} == {
        "Limiting epochs to 2",
        "Limiting steps_per_epoch to 2",
    }
    assert {each.filename for each in caught} == {__file__}
    with pytest.warns(UserWarning, match="Limiting steps_per_epoch to 2"):
        assert len(model.predict(X, verbose=0)) == 64
    steps = Steps()
    with pytest.warns(UserWarning, match="Limiting steps_per_epoch to 2"):
        model.evaluate(X, Y, verbose=0, callbacks=[steps])
    assert steps.counts["test"] == 2


def test_limits_of_batches(model, limits):
    keras.config.set_max_steps_per_epoch(3)
    steps = Steps()
    with pytest.warns(UserWarning, match="Limiting steps_per_epoch to 3"):
        model.fit(((X, Y) for _ in range(9)), verbose=0, callbacks=[steps])
    with pytest.warns(UserWarning, match="Limiting steps_per_epoch to 3"):
        model.predict(iter([X] * 9), verbose=0, callbacks=[steps])
    assert (steps.counts["train"], steps.counts["predict"]) == (3, 3)
    # What is short enough is not asked for more, and nobody is warned.
    model.fit(X, Y, epochs=2, batch_size=35, verbose=0, callbacks=[steps])
    model.fit(X, Y, steps_per_epoch=2, verbose=0)
    assert steps.counts["train"] == 7


def test_predictions_that_need_no_run_are_limited(limits):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    x = np.ones((40, 1), "float32")
    assert len(model.predict(x, verbose=0)) == 40
    keras.config.set_max_steps_per_epoch(1)
    with pytest.warns(UserWarning, match="Limiting"):
        assert len(model.predict(x, verbose=0)) == 32


@pytest.mark.parametrize("name", ["max_epochs", "max_steps_per_epoch"])
def test_limits_that_are_none(name):
    for value in (0, -1, 1.5, True):
        refused(lambda v=value: getattr(keras.config, f"set_{name}")(v), f"`{name}`", str(value))
    assert getattr(keras.config, name)() is None


# ---- Tracebacks

PROGRAM = """
import cornu

def mine(epoch, logs):
    raise KeyError("mine")

cornu.config.{what}_traceback_filtering()
assert cornu.config.is_traceback_filtering_enabled() == ("{what}" == "enable")
model = cornu.Sequential([cornu.layers.Dense(1)])
model.compile("sgd", "mse")
raising = cornu.callbacks.LambdaCallback(on_epoch_end=mine)
model.fit([[1.0]], [[1.0]], verbose=0, callbacks=[raising])
"""


@pytest.mark.parametrize(("what", "has_own"), [("enable", False), ("disable", True)])
def test_tracebacks(what, has_own):
    code = PROGRAM.format(what=what)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "in mine" in done.stderr
    assert "in <module>" in done.stderr
    assert ("trainer.py" in done.stderr) == has_own
    assert done.stderr.endswith("KeyError: 'mine'\n")


def test_filtering_ends():
    before = sys.excepthook
    keras.config.enable_traceback_filtering()
    keras.config.enable_traceback_filtering()
    assert sys.excepthook is not before
    keras.config.disable_traceback_filtering()
    assert sys.excepthook is before


def test_a_filtered_traceback_has_the_places_of_the_whole_one():
    """A frame that ends in a `finally` stands there by the time that the error is shown."""

    def mine(numbers):
        try:
            return numbers["none"]
        finally:
            numbers.clear()

    with pytest.raises(KeyError) as raised:
        mine({})
    whole = raised.value.__traceback__
    part = _filtered(whole)
    while whole is not None:
        assert (part.tb_frame, part.tb_lasti) == (whole.tb_frame, whole.tb_lasti)
        assert part.tb_lineno == whole.tb_lineno
        part, whole = part.tb_next, whole.tb_next
    assert part is None


# ---- Config


def test_copies_of_a_config():
    config = keras.utils.Config(rate=1, inner=[1])
    config.freeze()
    for again in (copy.deepcopy(config), pickle.loads(pickle.dumps(config))):
        assert again.as_dict() == config.as_dict()
        assert again.frozen
    other = copy.copy(config)
    other.unfreeze()
    other.rate = 2
    assert (config.rate, config.frozen) == (1, True)
    refused(lambda: config.rat, "'rat'", "'rate'", error=AttributeError)
    refused(lambda: setattr(config, "keys", 1), "config['keys']", error=AttributeError)
    del other.rate
    assert list(other) == ["inner"]


def test_batches_that_are_none():
    refused(
        lambda: keras.utils.unpack_x_y_sample_weight((1, 2, 3, 4)), "format `x`", "(1, 2, 3, 4)"
    )
    refused(lambda: keras.utils.standardize_dtype("foo"), "foo")
