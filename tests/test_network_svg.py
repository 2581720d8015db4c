"""Pictures of networks: break when a figure is missing, too early or covered, or text is pale."""

import itertools
import re
from xml.etree import ElementTree

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from cornu.tour import worked_example
from cornu.utils import network_to_svg, svg_elements
from worked_figures import by_hand

SVG = "{http://www.w3.org/2000/svg}"
# What is said of a unit, in this order, by its name in the example.
HIDDEN_UNITS = ("z_hidden", "h", "dE_dh", "dE_dz_hidden")
OUTPUT_UNITS = ("z_output", "o", "dE_do", "dE_dz_output")
DELTAS = ("dE_dz_hidden", "dE_dz_output")


def compiled(*parts, loss="mse"):
    keras.utils.set_random_seed(3)
    model = keras.Sequential(list(parts))
    model.compile(keras.optimizers.SGD(0.5), loss)
    return model


@pytest.fixture(scope="module")
def trace():
    return worked_example.take_step()[1]


@pytest.fixture(scope="module")
def figures():
    return worked_example.figures()


def said(picture):
    """The full figures that units and lines have, by what they are of."""
    found = {}
    for title in ElementTree.fromstring(picture).iter(SVG + "title"):
        name, _, rest = title.text.partition(": " if "[" in title.text else ", z")
        found[name] = [float(n) for n in re.findall(r"-?\d[\d.e-]*", rest)]
    return found


def texts(picture):
    """Visible texts with their rectangles."""
    for each in ElementTree.fromstring(picture).iter(SVG + "text"):
        if each.get("aria-hidden"):
            continue
        size = float(each.get("font-size"))
        width = svg_elements.text_width(each.text, size, each.get("font-weight") == "bold") * 0.95
        x, y = float(each.get("x")), float(each.get("y"))
        left = x if each.get("text-anchor") == "start" else x - width / 2
        yield each.text, left, left + width, y - size * 0.75, y + size * 0.1


def test_steps_are_in_the_order_of_the_pass(trace):
    assert [step.key for step in trace.steps] == [
        *("forward/hidden", "forward/output", "loss"),
        *("backward/output", "backward/hidden", "update"),
    ]
    assert [step.place for step in trace.steps] == [*range(6)]
    assert "0.52747230" in trace.steps[0].text
    assert "0.00071009" in trace.steps[4].text
    assert trace.to_svg(4) == trace.to_svg("backward/hidden") == trace.to_svg(-2)
    assert trace.to_svg() == trace.to_svg("update")


def test_every_figure_of_the_worked_example(trace, figures):
    found = said(trace.to_svg("backward/hidden"))
    for layer, units, before, gradient in (
        ("hidden", HIDDEN_UNITS, worked_example.W_HIDDEN, "dE_dw_hidden"),
        ("output", OUTPUT_UNITS, worked_example.W_OUTPUT, "dE_dw_output"),
    ):
        for i in range(2):
            expected = [figures[name][0, i] for name in units]
            np.testing.assert_allclose(found[f"{layer}, unit {i}"], expected, rtol=1e-7)
            for j in range(2):
                expected = [before[j, i], figures[gradient][j, i]]
                np.testing.assert_allclose(found[f"{layer}/kernel[{j}, {i}]"], expected, rtol=1e-7)
    after = said(trace.to_svg("update"))
    assert after["output/kernel[0, 1]"][2] == pytest.approx(figures["w_output"][0, 1], rel=1e-7)
    visible = [text for text, *_ in texts(trace.to_svg("backward/hidden"))]
    for text in ("0.5200", "E1 0.02193", "∂E/∂a 0.2094", "∂E/∂z 0.008089", "0.0008089"):
        assert text in visible
    assert "0.4370" in [text for text, *_ in texts(trace.to_svg("update"))]


def test_each_unit_has_both_of_its_derivatives(trace):
    """As worked out by hand: by what it gives, which is the sum over the units behind, and by z."""
    hand = by_hand()

    def seen(step, symbol):
        shown = [text for text, *_ in texts(trace.to_svg(step)) if text.startswith(symbol)]
        return sorted(float(text.rpartition(" ")[2]) for text in shown)

    for symbol, hidden, output in (("∂E/∂a", "dE_dh", "dE_do"), ("∂E/∂z", *DELTAS)):
        first, both = hand[output][0], [*hand[output][0], *hand[hidden][0]]
        np.testing.assert_allclose(seen("backward/output", symbol), sorted(first), rtol=1e-3)
        np.testing.assert_allclose(seen("backward/hidden", symbol), sorted(both), rtol=1e-3)
        assert seen("loss", symbol) == seen("update", symbol) == []
    text = trace.steps[4].text
    for name in ("dE_dh", "dE_dz_hidden", "dE_dw_hidden"):
        for value in np.ravel(hand[name]):
            assert f"{value:.8f}" in text, name


def test_a_derivative_that_was_not_taken_is_not_shown():
    """Softmax and cross-entropy: the loss gives the one by z at once."""
    layers = [keras.layers.Dense(2, "relu", name="h"), keras.layers.Dense(2, "softmax", name="o")]
    model = compiled(keras.Input((2,)), *layers, loss="sparse_categorical_crossentropy")
    trace = model.trace(np.ones((1, 2)), np.array([1]))
    assert trace["o"].d_a is None
    first, second = (trace.to_svg(f"backward/{name}") for name in ("o", "h"))
    assert [first.count(f">{symbol} ") for symbol in ("∂E/∂a", "∂E/∂z")] == [0, 4]
    assert [second.count(f">{symbol} ") for symbol in ("∂E/∂a", "∂E/∂z")] == [4, 8]


def test_figures_come_with_their_step(trace):
    first, loss = trace.to_svg(0), trace.to_svg("loss")
    assert "0.5200" in first
    assert "0.6094" not in first
    assert ">target" not in first
    assert "target 0.6000" in loss
    assert "∂E" not in loss
    assert "0.02592" in trace.to_svg("backward/output")
    assert "0.0008089" not in trace.to_svg("backward/output")


@pytest.mark.parametrize("widths", [(2, 2, 2), (3, 4, 4), (5, 3, 8)])
def test_no_text_lies_on_another_or_outside(widths):
    layers = [keras.layers.Dense(units, activation="tanh") for units in widths[1:]]
    model = compiled(keras.Input(widths[:1]), *layers)
    rng = np.random.default_rng(1)
    trace = model.trace(rng.normal(size=(2, widths[0])), rng.normal(size=(2, widths[-1])))
    for picture in (
        network_to_svg(model),
        *(trace.to_svg(step.key, row=1) for step in trace.steps),
    ):
        width, height = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', picture).groups())
        found = list(texts(picture))
        for text, left, right, top, bottom in found:
            assert left >= 0, text
            assert top >= 0, text
            assert right <= width, text
            assert bottom <= height, text
        for one, other in itertools.combinations(found, 2):
            apart = one[2] <= other[1] or other[2] <= one[1] or one[4] <= other[3]
            assert apart or other[4] <= one[3], (one, other)


def test_layers_of_other_kinds_have_a_line_for_each_unit():
    parts = [keras.layers.Dense(3), keras.layers.Dropout(0.5), keras.layers.Dense(3, "softmax")]
    model = compiled(keras.Input((2,)), *parts, loss="sparse_categorical_crossentropy")
    trace = model.trace(np.ones((4, 2)), np.array([0, 2, 1, 2]))
    picture = trace.to_svg("backward/" + parts[0].name, row=1)
    # Two lines a weight matrix's number, one a unit for dropout, and one from each output.
    assert len(list(ElementTree.fromstring(picture).iter(SVG + "line"))) == 6 + 3 + 9 + 3
    assert ">target</text>" in picture
    assert ">2.000</text>" in picture
    assert "row 1 of the 4 rows" in picture


def test_what_is_too_large_is_boxes_and_says_so():
    layers = [keras.layers.Dense(9, "relu", name="wide"), keras.layers.Dense(1, name="last")]
    model = compiled(keras.Input((3,)), *layers)
    trace = model.trace(np.ones((2, 3)), np.ones((2, 1)))
    why = "Layer boxes, since this is too large to draw unit by unit: 9 units in wide, of 8"
    for picture in (network_to_svg(model), trace.to_svg(0), trace.to_svg("backward/wide")):
        assert why in picture
        assert "last (Dense)" in picture
    assert "Mean size of a: " in trace.to_svg(0)
    assert trace.to_svg("backward/last").count("Mean size of ∂E/∂kernel: ") == 1
    assert trace.to_svg("backward/wide").count("Mean size of ∂E/∂kernel: ") == 2
    deep = compiled(keras.Input((1,)), *(keras.layers.Dense(1) for _ in range(9)))
    assert "9 layers, of 8" in network_to_svg(deep)
    steps = compiled(keras.Input((4, 2)), keras.layers.Dense(2))
    assert "Layer boxes" in steps.trace(np.ones((1, 4, 2)), np.ones((1, 4, 2))).to_svg()


def test_a_model_or_step_that_is_not_there_is_refused(trace, tmp_path):
    model = worked_example.make_model()
    refused(lambda: network_to_svg(model, "loss"), "`step` is of a trace", "'loss'")
    refused(lambda: network_to_svg(keras.Sequential()), "not yet been built")
    refused(lambda: network_to_svg(3), "`model` must be a model", "3")
    for step in ("forward", 6, -7, 1.5):
        refused(lambda s=step: trace.to_svg(s), "'backward/hidden'", repr(step))
    refused(lambda: trace.to_svg(row=1), "0 to 0", "row=1")
    refused(lambda: trace.to_svg(row=-1), "`row`", "-1")
    refused(lambda: trace.to_svg(to_file=tmp_path / "no" / "a.svg"), "no folder", error=OSError)
    refused(lambda: trace.to_svg(to_file=tmp_path / "a.png"), "must end in .svg", "a.png")
    picture = trace.to_svg("loss", to_file=tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == picture
    assert picture in picture._repr_html_()
    assert [each.name for each in tmp_path.iterdir()] == ["a.svg"]


def test_ipython_shows_a_picture_of_figures_as_its_words_where_it_shows_text(trace):
    pretty = pytest.importorskip("IPython.lib.pretty").pretty
    shown = pretty(network_to_svg(trace, "backward/hidden"))
    assert shown.startswith("Backward: derivatives of E in hidden\n  ∂E/∂a           0.03240681")
    assert pretty(svg_elements.Svg("<svg/>")) == "'<svg/>'"


def test_a_model_without_a_trace_is_told_in_words_too():
    """As a step is: each weight with its figures."""
    picture = network_to_svg(worked_example.make_model())
    assert ElementTree.fromstring(picture).find(SVG + "desc").text.splitlines() == [
        "Model worked_example",
        f"  {'hidden/kernel':<14}  0.30000000   0.40000000",
        f"  {'':<14}  0.25000000   0.35000000",
        f"  {'output/kernel':<14}  0.45000000   0.70000000",
        f"  {'':<14}  0.40000000   0.60000000",
    ]


def test_pictures_have_names_and_text_has_contrast(trace):
    root = ElementTree.fromstring(trace.to_svg("loss"))
    assert root.get("role") == "img"
    assert root.find(SVG + "title").text == "Loss: E = 0.0239719"
    assert "0.02193381" in root.find(SVG + "desc").text

    def luminance(color):
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return np.dot(parts, [0.2126, 0.7152, 0.0722])

    words = {"white": "#ffffff", "black": "#000000"}
    texts = ("ink", "muted", "positive", "negative", "gradient", "target")
    pairs = [(text, ground) for text in texts for ground in ("paper", "fill")]
    for pair in (*pairs, ("on_head", "head"), ("on_head", "yes"), ("on_head", "no")):
        for theme in (0, 1):
            colors = [svg_elements._COLORS[role][theme] for role in pair]
            dark, light = sorted(luminance(words.get(color, color)) for color in colors)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (pair, theme)


def test_names_with_what_xml_has_not_are_in_files_that_readers_take(tmp_path):
    name = 'a\x1b<script>\x0b"&\ufffe'
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name=name)], name=name)
    keras.utils.plot_model(model, tmp_path / "boxes.svg")
    wide = keras.Sequential([keras.Input((2,)), keras.layers.Dense(99, name=name)])
    for picture in (
        network_to_svg(model),
        network_to_svg(wide),
        (tmp_path / "boxes.svg").read_text(encoding="utf-8"),
    ):
        root = ElementTree.fromstring(picture)
        assert 'a\ufffd<script>\ufffd"&\ufffd' in "".join(root.itertext())
        assert not root.findall(".//{*}script")
