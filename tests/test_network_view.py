"""Trace.view: breaks when the widget shows another step's picture or figures than the trace has."""

import subprocess
import sys

import numpy as np
import pytest

import cornu as keras
from bad_input import refused

anywidget = pytest.importorskip("anywidget")


@pytest.fixture(scope="module")
def trace():
    keras.utils.set_random_seed(1)
    hidden = keras.layers.Dense(2, activation="sigmoid", name="hidden")
    model = keras.Sequential([keras.Input((2,)), hidden, keras.layers.Dense(1, name="out")])
    model.compile("sgd", "mse")
    return model.trace(np.array([[0.5, -1], [2, 3]]), np.array([[1.0], [0.0]]), apply=False)


def test_it_shows_what_to_svg_draws(trace):
    view = trace.view()
    assert isinstance(view, anywidget.AnyWidget)
    for place, step in enumerate(trace.steps):
        view.step = place
        assert view.svg == trace.to_svg(place)
        assert view.text == step.text
    view.row = 1
    assert view.svg == trace.to_svg(row=1) != trace.to_svg(row=0)
    later = trace.view("backward/hidden", row=1)
    assert later.step == 4
    assert later.svg == trace.to_svg("backward/hidden", 1)


def test_the_browser_gets_all_of_it(trace):
    """What the script reads is there, and each of its names is one of the widget's."""
    state = trace.view(1).get_state()
    assert state["step"] == 1
    assert state["_row_count"] == 2
    assert len(state["_titles"]) == len(state["_texts"]) == len(state["_pictures"]) == 6
    for name in ("step", "row", "_row_count", "_titles", "_texts", "_pictures"):
        assert f'"{name}"' in state["_esm"], name
    assert ".cornu-network-view" in state["_css"]
    assert "http" not in state["_esm"] + state["_css"]


def test_bad_input_leaves_it_as_it_was(trace):
    view = trace.view("loss")
    refused(lambda: setattr(view, "step", 6), "`step` must be one of 'forward/hidden'")
    refused(lambda: setattr(view, "row", 2), "`row` must be one of the batch's, 0 to 1")
    assert (view.step, view.row) == (2, 0)
    assert view.svg == trace.to_svg("loss")
    refused(lambda: trace.view("update/out"), "`step` must be one of")
    refused(lambda: trace.view(row=5), "0 to 1")


def test_without_anywidget():
    program = """
import sys
sys.modules["anywidget"] = None
import numpy as np, cornu
model = cornu.Sequential([cornu.Input((1,)), cornu.layers.Dense(1)])
model.compile("sgd", "mse")
try:
    model.trace(np.ones((1, 1)), np.ones((1, 1))).view()
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == (
        "Trace.view needs anywidget, which isn't installed. Install it with: "
        "pip install 'cornu[view]'\n"
    ), done.stderr
