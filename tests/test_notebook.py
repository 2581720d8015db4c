"""What fit, evaluate and predict show in a notebook: one output a call, which is replaced."""

import io
import re
import sys
import types

import pytest

import cornu as keras
from clocked_fit import END, Clock, fit_by
from small_models import regression, regressor


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
