"""Pictures of models: breaks when a box is missing or overlaps another, or an argument is lost."""

import itertools
import re
import sys
from xml.etree import ElementTree

import pytest

import cornu as keras
from bad_input import refused

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def model():
    layers = keras.layers
    inner = keras.Sequential([layers.Dense(4, name="b"), layers.ReLU(name="c")], name="inner")
    parts = [keras.Input((3,)), layers.Dense(2, activation="tanh", name="a<&"), inner]
    made = keras.Sequential([*parts, layers.Dense(1, name="d")], name="m")
    made.layers[0].trainable = False
    return made


def draw(model, tmp_path, **options):
    path = tmp_path / "model.svg"
    image = keras.utils.plot_model(model, path, **options)
    # An image of IPython's, where that is installed.
    assert image is None or image.data in path.read_text(encoding="utf-8")
    return ElementTree.parse(path).getroot()


def texts(root):
    return ["".join(each.itertext()) for each in root.iter(SVG + "text")]


def boxes(root):
    """The black heads of the boxes: left, top, right."""
    found = [each.attrib for each in root.iter(SVG + "rect") if each.get("fill") == "black"]
    return [(float(a["x"]), float(a["y"]), float(a["x"]) + float(a["width"])) for a in found]


def test_what_boxes_say(model, tmp_path):
    plain = draw(model, tmp_path)
    assert texts(plain) == ["Dense", "Sequential", "Dense"]
    assert len(list(plain.iter(SVG + "line"))) == 2
    full = draw(
        model,
        tmp_path,
        show_shapes=True,
        show_dtype=True,
        show_layer_names=True,
        expand_nested=True,
        show_layer_activations=True,
        show_trainable=True,
    )
    shapes = [(3, 2), (2, 4), (4, 4), (4, 1)]
    says = [
        [f"Input shape: (None, {i})", f"Output shape: (None, {o})", "Output dtype: float32"]
        for i, o in shapes
    ]
    assert texts(full) == [
        *("a<& (Dense)", "Activation: tanh", *says[0], "Non-trainable"),
        *("inner", "b (Dense)", "Activation: linear", *says[1], "Trainable"),
        *("c (ReLU)", *says[2]),
        *("d (Dense)", "Activation: linear", *says[3], "Trainable"),
    ]
    assert len(list(full.iter(SVG + "line"))) == 3


def test_directions_and_sizes(model, tmp_path):
    for rankdir, axis, sign in (("TB", 1, 1), ("BT", 1, -1), ("LR", 0, 1), ("RL", 0, -1)):
        root = draw(model, tmp_path, rankdir=rankdir, expand_nested=True, show_layer_names=True)
        heads = dict(zip([t for t in texts(root) if "(" in t], boxes(root), strict=True))
        order = sorted(heads, key=lambda name: sign * heads[name][axis])
        assert order == ["a<& (Dense)", "b (Dense)", "c (ReLU)", "d (Dense)"]
        if axis == 0:
            edges = sorted(heads.values())
            assert all(one[2] < other[0] for one, other in itertools.pairwise(edges))
        # Arrows go from box to box in the direction of the data.
        ends = [
            (float(e.get("xy"[axis] + "1")), float(e.get("xy"[axis] + "2")))
            for e in root.iter(SVG + "line")
        ]
        assert all(sign * (end - start) > 0 for start, end in ends)
    small, large = (draw(model, tmp_path, dpi=dpi) for dpi in (96, 192))
    assert int(large.get("width")) == pytest.approx(2 * int(small.get("width")), abs=1)
    assert large.get("viewBox") == small.get("viewBox")


def test_what_is_refused(model, tmp_path):
    to_dot, plot = keras.utils.model_to_dot, keras.utils.plot_model
    svg = tmp_path / "a.svg"
    for call in (to_dot, lambda m, **more: plot(m, svg, **more)):
        refused(lambda c=call: c(keras.Sequential()), "not yet been built")
        refused(lambda c=call: c(keras.layers.Dense(2)), "`model` must be a model", "Dense")
        refused(lambda c=call: c(model, layer_range=["a", "b"]), "no longer supported")
        refused(lambda c=call: c(model, show_shape=True), "Unrecognized", "show_shape")
    refused(lambda: plot(model, svg, rankdir="XY"), "`rankdir`", "XY")
    refused(lambda: plot(model, svg, dpi="a"), "`dpi`", "'a'")
    assert not svg.exists()


def test_without_pydot_or_graphviz(model, tmp_path, monkeypatch, capsys):
    plot, png = keras.utils.plot_model, tmp_path / "a.png"
    monkeypatch.setenv("PATH", str(tmp_path))
    words = "program `dot`", "apt install graphviz", ".svg"
    refused(lambda: plot(model, png), *words, error=ImportError)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "pydot", None)
        words = "needs pydot", "pip install 'cornu[plot]'", "`dot`", ".svg"
        refused(lambda: plot(model, png), *words, error=ImportError)
        needs = "model_to_dot needs pydot"
        refused(lambda: keras.utils.model_to_dot(model), needs, error=ImportError)
        # A notebook goes on.
        patch.setitem(sys.modules, "IPython.core.magics.namespace", sys)
        assert plot(model, png) is None
        assert "cornu[plot]" in capsys.readouterr().out


def test_graphviz_is_given_the_graph(model, tmp_path, monkeypatch):
    """With a `dot` that writes what it reads."""
    program = tmp_path / "dot"
    program.write_text('#!/bin/sh\necho "$1" && exec /bin/cat "$2"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    keras.utils.plot_model(model, str(tmp_path / "a.gif"), show_layer_names=True, rankdir="LR")
    written = (tmp_path / "a.gif").read_text()
    assert written.startswith("-Tgif\n")
    assert "rankdir=LR" in written
    assert re.findall(r"<b>(.*?)</b> \((\w+)\)", written) == [
        ("a&lt;&amp;", "Dense"),
        ("inner", "Sequential"),
        ("d", "Dense"),
    ]
