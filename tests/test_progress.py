"""What fit, evaluate and predict show: on a terminal, in a file, and in words of Keras's."""

import os
import pty
import re
import subprocess
import sys

import numpy as np
import pytest

import cornu as keras
from clocked_fit import END
from cornu.callbacks import progress, progress_line
from small_models import classifier, labels, regression, regressor

SCRIPT = """
import sys, numpy as np, cornu as keras
from cornu.callbacks import progress
from cornu.models import evaluator, trainer
# However fast the machine is, there is time to draw.
evaluator.TICK_SECONDS = trainer.TICK_SECONDS = progress.INTERVAL = 0.001
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((400,)), keras.layers.Dense(400), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mae"])
x, y = np.full((20000, 400), 0.01, "float32"), np.ones((20000, 1))
model.fit(x, y, epochs=2, verbose=int(sys.argv[1]), validation_split=0.1)
model.evaluate(x, y, verbose=int(sys.argv[1]))
model.predict(x, verbose=int(sys.argv[1]))
"""


def on_a_terminal(verbose):
    """What the script writes to a terminal of 120 columns."""
    parent, child = pty.openpty()
    os.set_inheritable(child, True)
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(verbose)],
        stdout=child,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "120", "PYTHONIOENCODING": "utf-8"},
    )
    os.close(child)
    written = b""
    while True:
        try:
            some = os.read(parent, 65536)
        except OSError:  # Linux says so that the other side is closed
            break
        if not some:
            break
        written += some
    os.close(parent)
    assert process.wait(60) == 0
    return written.decode().replace("\r\n", "\n")


def test_a_live_bar_on_a_terminal():
    written = on_a_terminal(1)
    lines = written.split("\n")
    assert written.count("\r") > 3, "it is not drawn while it goes on"
    assert [line for line in lines if line.startswith("Epoch")] == ["Epoch 1/2", "Epoch 2/2"]
    finals = [line.split("\r")[-1].rstrip() for line in lines]
    finals = [line for line in finals if "/step" in line]
    assert len(finals) == 4
    for line in finals[:2]:
        assert re.match(
            rf"563/563 ━{{20}} {END} - loss: .* - mae: .* - val_loss: .* - val_mae", line
        )
    assert re.match(rf"625/625 ━{{20}} {END} - loss: .* - mae: \S+$", finals[2])
    assert re.match(rf"625/625 ━{{20}} {END}$", finals[3])
    # On the way: part of a bar, and results so far.
    assert re.search(rf"\r *\d+/563 ━+ +{END} - loss: ", written)


def test_plain_lines_where_there_is_no_terminal(capsys):
    classifier().fit(*labels(), epochs=2, batch_size=10, verbose=1, validation_split=0.2)
    written = capsys.readouterr().out
    assert "\r" not in written
    assert "\x1b" not in written
    first, bar, second, other, end = written.split("\n")
    assert (first, second, end) == ("Epoch 1/2", "Epoch 2/2", "")
    number = r"\d\.\d{4}(e-\d\d)?"
    for line in (bar, other):
        assert re.fullmatch(
            rf"2/2 ━{{20}} {END} - accuracy: {number} - loss: {number} "
            rf"- val_accuracy: {number} - val_loss: {number}",
            line,
        )


def test_auto_is_a_bar_and_one_epoch_has_no_title(capsys):
    regressor().fit(*regression())
    assert re.fullmatch(rf"1/1 ━{{20}} {END} - loss: \S+ - mae: \S+\n", capsys.readouterr().out)


def test_evaluate_and_predict(capsys):
    model = regressor()
    x, y = regression()
    model.evaluate(x, y, batch_size=3)
    model.predict(x, batch_size=3)
    first, second, _ = capsys.readouterr().out.split("\n")
    assert re.fullmatch(rf"8/8 ━{{20}} {END} - loss: \S+ - mae: \S+", first)
    assert re.fullmatch(rf"8/8 ━{{20}} {END}", second)
    model.evaluate(x, y, batch_size=3, verbose=2)
    model.predict(x, batch_size=3, verbose=2)
    first, second, _ = capsys.readouterr().out.split("\n")
    assert re.fullmatch(r"8/8 - 0s - \d+(us|ms)/step - loss: \S+ - mae: \S+", first)
    assert re.fullmatch(r"8/8 - 0s - \d+(us|ms)/step", second)


def test_silence(capsys):
    model = regressor()
    x, y = regression()
    model.fit(x, y, epochs=2, verbose=0)
    model.evaluate(x, y, verbose=0)
    model.predict(x, verbose=0)
    assert capsys.readouterr() == ("", "")


def test_an_output_without_the_bars_character(monkeypatch):
    class Plain:
        encoding = "ascii"

    monkeypatch.setattr(sys, "stdout", Plain())
    assert progress.fill() == "="


def test_hooks_of_batches_do_not_disturb_the_bar(capsys):
    class Batches(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            pass

        on_test_batch_end = on_predict_batch_end = on_train_batch_end

    model = regressor()
    x, y = regression()
    options = {"batch_size": 3, "callbacks": [Batches()], "verbose": 1}
    model.fit(x, y, **options)
    model.evaluate(x, y, **options)
    model.predict(x, **options)
    assert capsys.readouterr().out.count("8/8 ━") == 3


def test_validation_inside_a_fit_shows_nothing_of_its_own(capsys):
    x, y = regression()
    regressor().fit(x, y, verbose=2, validation_data=(x, y))
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s/step"),
        (2.4e-6, "2us/step"),
        (0.0004, "400us/step"),
        (0.0012, "1ms/step"),
        (0.9, "900ms/step"),
        (12.3, "12s/step"),
    ],
)
def test_step_times(seconds, text):
    assert progress_line.step_time(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (60, "60s"), (61, "1:01"), (3600, "60:00"), (7325, "2:02:05")]
)
def test_remaining_times(seconds, text):
    assert progress_line.remaining_time(seconds) == text


def test_making_the_bar_is_no_steps_time(monkeypatch, capsys):
    """The first bar imports tqdm: with that, one step of a millisecond looked like 65."""
    now = [0.0]

    class Bar:
        def close(self):
            pass

    def make(steps, width):
        now[0] += 65
        return Bar()

    monkeypatch.setattr(progress, "_new_bar", make)
    monkeypatch.setattr(progress, "is_live", lambda: True)
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    shown = progress.Progress(1, 1)
    now[0] += 2
    shown.finish(1, {})
    assert " 2s 2s/step" in capsys.readouterr().out


@pytest.mark.parametrize("verbose", [1, 2])
def test_what_a_callback_puts_into_the_logs(verbose, capsys):
    """Arrays by their mean, as in Keras; what is no number is left out, and stays in the logs."""
    odd = {
        "a": np.array([1.0, 2.0]),
        "b": [1, 2],
        "c": None,
        "d": "abc",
        "e": [[1], [1, 2]],
        "f": [],
        "g": np.float32(2),
        "h": True,
        "i": object(),
    }

    class Adds(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs.update(odd)

        def on_train_batch_end(self, batch, logs=None):
            logs.update(odd)

    history = regressor().fit(*regression(), verbose=verbose, callbacks=[Adds()])
    shown = " - a: 1.5000 - b: 1.5000 - g: 2.0000 - h: 1.0000\n"
    assert capsys.readouterr().out.endswith(shown)
    assert history.history["d"] == ["abc"]


def test_a_logger_of_ones_own(capsys):
    x, y = regression()
    logger = keras.callbacks.ProgbarLogger()
    model = regressor()
    model.fit(x, y, epochs=2, verbose=0, callbacks=[logger])
    assert capsys.readouterr().out == ""
    model.fit(x, y, verbose=2, callbacks=[logger])
    model.evaluate(x, y, verbose=2, callbacks=[logger])
    assert capsys.readouterr().out.count("1/1 - 0s") == 2, "one display, not one more"


def test_numbers_are_written_as_keras_does():
    logs = {"a": 0.5, "b": 0.001, "c": -2.0, "d": 0.0, "e": 12345.678}
    assert progress_line.results(logs) == (
        " - a: 0.5000 - b: 1.0000e-03 - c: -2.0000 - d: 0.0000e+00 - e: 12345.6780"
    )
    assert " - c: -2.0000e+00 " in progress_line.results(logs, signed=False)
