"""Models, layers and histories as notebooks show them: break when a value is lost or misplaced."""

import math
import re
from html import unescape
from xml.etree import ElementTree

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from cornu import layers
from cornu.callbacks import History
from small_models import regression, regressor


def cells(html):
    """The rows of the tables."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.S)
    return [[unescape(c) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", r, re.S)] for r in rows]


def caption(html):
    return unescape(re.search(r"<caption[^>]*>(.*?)</caption>", html)[1])


def ended(**values):
    """A history whose epochs had these values."""
    history = History()
    for epoch in range(max(map(len, values.values()))):
        history.on_epoch_end(epoch, {n: v[epoch] for n, v in values.items() if epoch < len(v)})
    return history


def test_a_model_is_its_summary():
    parts = [layers.Dense(4, name="<b>"), layers.BatchNormalization(name="n")]
    inner = keras.Sequential(parts, name="inner")
    model = keras.Sequential([keras.Input((3,)), inner, layers.Dropout(0.5, name="d")], name="m&m")
    html = model._repr_html_()
    assert caption(html) == 'Model "m&m"'
    assert cells(html) == [
        ["Layer (type)", "Output Shape", "Param #", "Trainable"],
        ["inner (Sequential)", "(None, 4)", "32", "Y"],
        ["   └ <b> (Dense)", "(None, 4)", "16", "Y"],
        ["   └ n (BatchNormalization)", "(None, 4)", "16", "Y"],
        ["d (Dropout)", "(None, 4)", "0", "-"],
        ["Total params: 32 (128.00 B)"],
        ["Trainable params: 24 (96.00 B)"],
        ["Non-trainable params: 8 (32.00 B)"],
    ]
    assert repr(model) == "<Sequential name=m&m, built=True>"


def test_what_is_not_built_says_so():
    model = keras.Sequential([layers.Dense(4, name="a")])
    html = model._repr_html_()
    assert "not built" in caption(html)
    assert ["a (Dense)", "?", "0 (unbuilt)", "-"] in cells(html)
    assert "not built" in caption(model.layers[0]._repr_html_())
    assert "not built" not in caption(layers.InputLayer((3,))._repr_html_())


def test_a_layer_has_shapes_weights_and_configuration():
    layer = layers.Dense(2, activation="relu", kernel_regularizer="l2", name="first")
    model = keras.Sequential([keras.Input((3,)), layer])
    html = layer._repr_html_()
    assert caption(html) == 'Dense "first"'
    found = cells(html)
    for row in (
        ["input shape", "(None, 3)"],
        ["output shape", "(None, 2)"],
        ["parameters", "8"],
        ["kernel", "(3, 2), float32"],
        ["bias", "(2,), float32"],
        ["units", "2"],
        ["activation", "'relu'"],
        ["kernel_regularizer", "L2(l2=0.01)"],
    ):
        assert row in found
    assert "None" not in html.replace("(None, ", "")
    alone = layers.Dense(2, name="first")
    alone.build((None, 5))
    assert ["input shape", "(None, 5)"] in cells(alone._repr_html_())
    model.trainable = False
    assert ["kernel", "(3, 2), float32, not trained"] in cells(layer._repr_html_())


def test_a_layer_whose_arguments_are_unknown_is_shown():
    class Own(layers.Layer):
        def __init__(self, function):
            super().__init__()
            self.function = function

    (row,) = [row for row in cells(Own(print)._repr_html_()) if row[0] == "(unknown)"]
    assert "get_config" in row[1]


def test_a_history_has_a_row_for_each_epoch_and_curves():
    model = regressor()
    x, y = regression()
    history = model.fit(
        x, y, epochs=5, validation_data=(x, y), validation_freq=2, verbose=0, batch_size=8
    )
    html = history._repr_html_()
    assert caption(html) == "Training: 5 epochs"
    header, *rows = cells(html)
    assert header == ["epoch", *history.history]
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5"]
    column = header.index("val_loss")
    assert [bool(row[column]) for row in rows] == [False, True, False, True, False]
    for name, values in history.history.items():
        shown = [float(row[header.index(name)]) for row in rows if row[header.index(name)]]
        np.testing.assert_allclose(shown, values, rtol=1e-3)
    pictures = re.findall("<svg.*?</svg>", html, re.S)
    assert [ElementTree.fromstring(each)[0].text for each in pictures] == [
        "loss over the epochs",
        "mae over the epochs",
    ]
    assert "validation: " in ElementTree.fromstring(pictures[0])[1].text
    for picture in pictures:
        training, validation = (
            [point.partition(",")[0] for point in points.split()]
            for points in re.findall(r'<polyline points="(.*?)"', picture)
        )
        assert len(training) == 5
        # Validation's points lie over the second and the fourth epoch of training's.
        assert validation == training[1::2]


def test_long_trainings_show_their_ends():
    html = ended(loss=[float(i) for i in range(100)])._repr_html_()
    assert "first and the last 10" in caption(html)
    shown = [row[0] for row in cells(html)][1:]
    assert shown == [*map(str, range(1, 11)), "…", *map(str, range(91, 101))]


def test_very_long_trainings_are_drawn_by_some_of_their_points():
    """Those that make the picture look the same: the ends, and whatever stands out."""
    rng = np.random.default_rng(3)
    loss = rng.uniform(1, 2, 100_000)
    loss[[77_777, 33_333, 50_000]] = 0.25, 4.0, math.nan
    history = ended(loss=[0.5])
    history.history["loss"] = loss.tolist()
    html = history._repr_html_()
    assert len(html) < 50_000
    before, after = (points.split() for points in re.findall(r'points="(.*?)"', html))
    assert 400 < len(before) + len(after) < 1000
    said = ElementTree.fromstring(re.search("<svg.*?</svg>", html, re.S)[0])[1].text
    assert f"training: {loss[0]:#.4g} in epoch 1" in said
    assert "least 0.2500 in epoch 77778, largest 4.000 in epoch 33334" in said
    assert "Training: 100000 epochs" in caption(html)
    assert len(cells(html)) == 22


def test_whole_numbers_that_are_no_floats():
    html = ended(loss=[10**400, 2, -(10**400), 1])._repr_html_()
    assert cells(html)[2] == ["2", "2.000"]
    assert cells(html)[1][1].startswith("1000")
    assert html.count("<circle") == 2
    refused(lambda: ended(loss=[10**400]).plot(), "a list of a number", "history['loss']")


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_a_gap(bad):
    html = ended(loss=[3.0, 2.0, bad, 1.0, 0.5])._repr_html_()
    points = re.findall(r'points="(.*?)"', html)
    assert [len(each.split()) for each in points] == [2, 2]
    assert ["3", str(bad)] in cells(html)
    assert not re.search(r'="[^"]*(?:nan|inf)\b', html)
    assert "<svg" in ended(loss=[bad])._repr_html_()


@pytest.mark.parametrize("values", [[0.0], [5e-324] * 2, [1e300, 1e-300], [1.0, 1.0 + 1e-15]])
def test_curves_of_odd_values(values):
    html = ended(loss=values)._repr_html_()
    numbers = re.findall(r'(?:points|cx|cy|y1|x1)="(.*?)"', html)
    assert numbers
    assert all(math.isfinite(float(n)) for each in numbers for n in re.split("[ ,]", each))


def test_a_history_of_nothing_or_of_other_things():
    assert caption(History()._repr_html_()) == "Training: no epoch yet"
    html = ended(note=["a<b", "c"], loss=[1.0, 2.0])._repr_html_()
    assert ["1", "'a<b'", "1.000"] in cells(html)
    assert html.count("<polyline") == 1
    history = ended(loss=[1.0, 2.0])
    history.history["loss"].append(3.0)
    assert ["3", "3.000"] in cells(history._repr_html_())


def test_a_configuration_that_is_none_is_shown_all_the_same():
    class Odd(keras.layers.Layer):
        def get_config(self):
            if self.config is None:
                raise RuntimeError("no <b>config</b>")
            return self.config

    layer = Odd(name="<i>odd")
    for config, row in ((None, ["(unknown)", "no <b>config</b>"]), ({1: "<b>"}, ["1", "'<b>'"])):
        layer.config = config
        html = layer._repr_html_()
        assert row in cells(html)
        assert "<b>" not in html
        assert "<i>" not in html
