"""A trace and an explanation as a reader sees them: breaks when a row or a column shifts."""

import numpy as np
import pytest

import cornu
from cornu import layers


def compiled(*stack, loss="mse"):
    model = cornu.Sequential(list(stack))
    model.compile(cornu.optimizers.SGD(0.5), loss)
    return model


def ones(units, **options):
    return layers.Dense(units, kernel_initializer="ones", use_bias=False, **options)


def test_each_row_of_an_array_is_a_line():
    model = compiled(cornu.Input((2,)), ones(2, name="d"), layers.BatchNormalization(name="b"))
    x = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    trace = model.trace(x, np.zeros((3, 2)))
    lines = str(trace).split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith("  x "))
    numbers = [f"{a:.8f}   {b:.8f}" for a, b in x]
    assert [line[18:].startswith(row) for line, row in zip(lines[at:], numbers, strict=False)] == [
        True
    ] * 3
    assert lines[at].endswith("what the layer was given")
    assert lines[at + 1].startswith(" " * 17)
    assert "0.00000000   1.00000000\n 2.00000000   3.00000000" in trace._repr_html_()
    # The longest name doesn't push its numbers out of their column.
    first, longest = (
        next(n for n in lines[at + 12 :] if n.startswith(f"  {name} "))
        for name in ("x", "moving_variance_before")
    )
    assert longest.index(".") == first.index(".")


def test_a_layer_of_it_and_an_explanation_are_shown_alone_too():
    model = compiled(cornu.Input((1,)), ones(2, name="first"), ones(1, name="<last>"))
    trace = model.trace(np.ones((1, 1)), np.ones(1))
    whole = f"{str(trace).splitlines()[0]}\n\n{trace[0]}\n\n{trace[1]}"
    assert str(trace) == whole
    assert str(trace[0]).startswith("first (Dense, linear)\n  x               1.00000000")
    html = trace[1]._repr_html_()
    assert ">&lt;last&gt; (Dense, linear)</caption>" in html
    assert html.count("<tr>") == 1 + 8
    said = []
    explanation = trace.explain("first/kernel", (0, 1))
    explanation._repr_pretty_(type("Printer", (), {"text": said.append}), cycle=False)
    assert said == [str(explanation)]


def test_names_of_weights_do_not_push_figures_out_of_their_column():
    model = compiled(cornu.Input((9,)), layers.Dense(9, name="a_longer_name"))
    step = model.trace(np.ones((1, 9)), np.ones((1, 9))).steps[-1]
    _, kernel, bias = step.text.splitlines()
    assert kernel.index("(") == bias.index("(")


def test_long_arrays_are_one_line_and_single_numbers_are_shown():
    from cornu.models.trace_text import array_lines

    assert array_lines(np.float32(2.0)) == [" 2.00000000"]
    assert array_lines(np.zeros((2, 0))) == ["", ""]
    assert len(array_lines(np.zeros((2, 4, 2)))) == 8
    assert array_lines(np.ones((9, 1))) == ["(9, 1) from 1 to 1, mean size 1"]
    assert array_lines(np.ones((1, 9))) == ["(1, 9) from 1 to 1, mean size 1"]


def test_one_layer_and_one_row_are_not_several():
    model = compiled(cornu.Input((1,)), ones(1))
    assert ": 1 row, 1 layer, loss=" in repr(model.trace(np.ones((1, 1)), np.ones(1)))


def test_activation_that_is_a_layer_is_named():
    model = compiled(cornu.Input((1,)), ones(1, activation=layers.LeakyReLU(), name="d"))
    assert "d (Dense, LeakyReLU)" in str(model.trace(np.ones((1, 1)), np.ones(1)))


def test_explanation_of_steps_says_which_step_and_zeros_have_no_sign():
    model = compiled(cornu.Input((2, 1)), ones(1, name="d"))
    trace = model.trace(np.array([[[0.0], [2.0]], [[1.0], [3.0]]]), np.full((2, 2, 1), 4.0))
    lines = str(trace.explain("d/kernel", (0, 0))).split("\n")
    assert lines[4:] == [
        "  row 0, step 0: (-2) · (1) · (0) = 0",
        "  row 0, step 1: (-1) · (1) · (2) = -2",
        "  row 1, step 0: (-1.5) · (1) · (1) = -1.5",
        "  row 1, step 1: (-0.5) · (1) · (3) = -1.5",
        "  ∂E/∂w = -5",
    ]


def test_explanation_of_a_frozen_layer_says_that_it_is_frozen():
    model = compiled(cornu.Input((1,)), ones(1, name="d", trainable=False), ones(1))
    trace = model.trace(np.ones((1, 1)), np.ones(1))
    with pytest.raises(ValueError, match="layer 'd' is frozen"):
        trace.explain("d/kernel", (0, 0))
