"""What fit, evaluate and predict show: on a terminal, in a file, and in words of Keras's."""

import io
import os
import pty
import re
import subprocess
import sys
import types

import numpy as np
import pytest

import cornu as keras
from cornu.callbacks import notebook_display, progbar_logger, progress, progress_line
from cornu.utils import messages
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
END = r"0?\d+s \d+(us|ms|s)/step"


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


class Clock:
    """A time of one's own, and what each epoch takes by it."""

    def __init__(self, patch, seconds):
        self.now = 100.0
        for module in (progress, progbar_logger, notebook_display):
            patch.setattr(module.time, "monotonic", lambda: self.now)
        self.seconds = seconds


def fit_by(clock, logger, epochs, until=None):
    """The hooks of a fit of epochs that take their time, in two steps each."""
    logger.set_params({"verbose": 1, "epochs": epochs, "steps": 2})
    logger.on_train_begin()
    for epoch in range(epochs if until is None else until):
        logger.on_epoch_begin(epoch)
        for step in (1, 2):
            clock.now += clock.seconds(epoch) / 2
            logger.update(step, {"loss": epoch + 0.5})
        logger.on_test_begin()
        logger.on_test_end({"loss": 7})
        logger.on_epoch_end(epoch, {"loss": float(epoch), "val_loss": 2.0})
    if until is None:
        logger.on_train_end()
    else:
        logger.close()


@pytest.fixture
def terminal(monkeypatch, capsys):
    for module in (progress, progbar_logger):
        monkeypatch.setattr(module, "is_live", lambda: True)

    def shown():
        """The lines as they stand at last, and how often one was written over."""
        written = capsys.readouterr().out
        lines = [line.split("\r")[-1].rstrip() for line in written.split("\n")]
        return [line for line in lines if line], written.count("\r")

    return shown


def test_many_brief_epochs_share_one_bar(monkeypatch, terminal):
    fit_by(Clock(monkeypatch, lambda epoch: 0.1), keras.callbacks.ProgbarLogger(), 500)
    lines, over = terminal()
    assert [line for line in lines if line.startswith("Epoch")] == [
        f"Epoch {epoch}/500" for epoch in (1, 2, 3)
    ]
    assert len(lines) == 7
    bar = "━" * 20
    assert lines[-1] == f"500/500 {bar} 50s 100ms/epoch - loss: 499.0000 - val_loss: 2.0000"
    assert over > 400


@pytest.mark.parametrize("seconds", [0.1, 0.3])
def test_few_or_longer_epochs_have_bars_of_their_own(seconds, monkeypatch, terminal):
    epochs = 22 if seconds < 0.25 else 40
    fit_by(Clock(monkeypatch, lambda epoch: seconds), keras.callbacks.ProgbarLogger(), epochs)
    lines, _ = terminal()
    assert len(lines) == 2 * epochs


def test_a_long_epoch_among_brief_ones_has_a_bar_of_its_own(monkeypatch, terminal):
    clock = Clock(monkeypatch, lambda epoch: 3.0 if epoch in (50, 90) else 0.01)
    fit_by(clock, keras.callbacks.ProgbarLogger(), 100)
    lines, _ = terminal()
    bar, part = "━" * 20, "━" * 10
    assert lines[6:9] == [
        f" 50/100 {part}           0s 10ms/epoch - loss: 49.0000 - val_loss: 2.0000",
        "Epoch 51/100",
        f"2/2 {bar} 3s 2s/step - loss: 50.0000 - val_loss: 2.0000",
    ]
    # Three more, then one bar to the next long one; the last epochs are few.
    assert lines[9:15:2] == [f"Epoch {epoch}/100" for epoch in (52, 53, 54)]
    assert lines[15].startswith(" 90/100 ")
    assert lines[16] == "Epoch 91/100"
    assert len(lines) == 18 + 2 * 9


def test_an_interrupted_bar_over_epochs_stands_with_its_last_epoch(monkeypatch, terminal):
    clock = Clock(monkeypatch, lambda epoch: 0.001)
    fit_by(clock, keras.callbacks.ProgbarLogger(), 100, until=40)
    lines, _ = terminal()
    assert lines[-1].startswith(" 40/100 ━")
    assert lines[-1].endswith("1ms/epoch - loss: 39.0000 - val_loss: 2.0000")


def test_a_message_while_a_bar_is_drawn_begins_on_an_empty_line(monkeypatch, terminal):
    clock = Clock(monkeypatch, lambda epoch: 0.1)
    logger = keras.callbacks.ProgbarLogger()
    logger.on_train_end = lambda: messages.tell("Epoch 50: early stopping")
    fit_by(clock, logger, 50)
    logger.close()
    lines, _ = terminal()
    assert lines[-2] == "Epoch 50: early stopping"
    assert lines[-1].startswith("50/50 ")


class Notebook:
    """What stands in for a kernel: its output, its shell, and what it was asked to display."""

    def __init__(self, patch):
        self.shown, self.updates = [], 0
        kernel = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})
        patch.setattr(sys, "stdout", kernel())
        package = types.ModuleType("IPython")
        package.get_ipython = lambda: types.SimpleNamespace(kernel=object())
        package.display = types.ModuleType("IPython.display")
        package.display.display = self.display
        patch.setitem(sys.modules, "IPython", package)
        patch.setitem(sys.modules, "IPython.display", package.display)

    def display(self, content, raw, display_id):
        assert raw is True
        assert display_id is True
        place = len(self.shown)
        self.shown.append(content["text/plain"])

        def update(content, raw):
            assert raw is True
            self.updates += 1
            self.shown[place] = content["text/plain"]

        return types.SimpleNamespace(update=update)


@pytest.mark.parametrize("seconds", [0.002, 0.3])
def test_a_notebook_has_one_display(seconds, monkeypatch):
    notebook = Notebook(monkeypatch)
    clock = Clock(monkeypatch, lambda epoch: seconds)
    fit_by(clock, keras.callbacks.ProgbarLogger(), 100)
    assert sys.stdout.getvalue() == "", "nothing is printed beside it"
    (text,) = notebook.shown
    assert 0 < notebook.updates <= 100 * seconds / 0.25 + 1
    bar = "━" * 20
    if seconds < 0.1:
        assert text == f"100/100 {bar} 0s 2ms/epoch - loss: 99.0000 - val_loss: 2.0000"
    else:
        start = f"Epoch 100/100\n2/2 {bar} 0s 150ms/step"
        assert text == f"{start} - loss: 99.0000 - val_loss: 2.0000"


def test_calls_in_a_notebook(monkeypatch):
    notebook = Notebook(monkeypatch)
    model = regressor()
    x, y = regression()
    model.fit(x, y, epochs=2, batch_size=3)
    model.evaluate(x, y, batch_size=3)
    model.predict(x, batch_size=3)
    model.fit(x, y, verbose=2)
    first, second, third = notebook.shown
    assert re.fullmatch(rf"Epoch 2/2\n8/8 ━{{20}} {END} - loss: \S+ - mae: \S+", first)
    assert re.fullmatch(rf"8/8 ━{{20}} {END} - loss: \S+ - mae: \S+", second)
    assert re.fullmatch(rf"8/8 ━{{20}} {END}", third)
    assert sys.stdout.getvalue().startswith("1/1 - 0s"), "verbose=2 prints"
    # A cell's output that is caught is a text like any other.
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    model.fit(x, y)
    assert sys.stdout.getvalue().startswith("1/1 ━")
    assert len(notebook.shown) == 3


def test_an_interrupted_fit_in_a_notebook_leaves_its_last_state(monkeypatch):
    notebook = Notebook(monkeypatch)
    clock = Clock(monkeypatch, lambda epoch: 0.1)
    fit_by(clock, keras.callbacks.ProgbarLogger(), 10, until=2)
    assert notebook.shown[0].startswith("Epoch 2/10\n2/2 ")
