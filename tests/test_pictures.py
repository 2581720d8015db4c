"""Pictures by matplotlib: break when a curve is not what was computed, or a file is lost."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib import rc_context
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import cornu as keras
from bad_input import refused
from cornu.pictures.drawing import COLORS, FAINT, TEXT
from small_models import classifier, labels

PNG = b"\x89PNG\r\n\x1a\n"


def curves(axes):
    """What the lines of axes show: points by name."""
    return {line.get_label(): line.get_xydata().tolist() for line in axes.lines}


@pytest.fixture(scope="module")
def history():
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.5**epoch)
    options = {"validation_split": 0.3, "validation_freq": 2, "callbacks": [scheduler]}
    return classifier().fit(*labels(), epochs=5, verbose=0, **options)


def test_the_curves_of_a_history(history):
    picture = history.plot()
    loss, accuracy, rate = picture.axes
    assert [axes.get_ylabel() for axes in picture.axes] == ["loss", "accuracy", "learning_rate"]
    assert {axes.get_xlabel() for axes in picture.axes} == {"epoch"}
    results = history.history
    for axes, name in ((loss, "loss"), (accuracy, "accuracy")):
        assert curves(axes) == {
            "training": [[epoch + 1, value] for epoch, value in enumerate(results[name])],
            # Validation came after every second epoch only.
            "validation": [[2, results[f"val_{name}"][0]], [4, results[f"val_{name}"][1]]],
        }
        assert axes.get_legend() is not None
    assert curves(rate) == {"training": [[e + 1, 0.5**e] for e in range(5)]}
    assert rate.get_yscale() == "log"
    assert loss.get_yscale() == "linear"


def test_a_picture_in_words_and_numbers(history):
    picture = history.plot()
    title, heading, *rows = str(picture).splitlines()
    assert title == "Training, epoch by epoch"
    assert heading.split() == ["epoch", *history.history]
    assert len(rows) == 5
    cells = [dict(zip(heading.split(), row.split(), strict=True)) for row in rows]
    assert cells[1]["loss"] == f"{history.history['loss'][1]:.4g}"
    assert cells[1]["val_loss"] == f"{history.history['val_loss'][0]:.4g}"
    assert cells[0]["val_loss"] == "-"
    first, last = history.history["loss"][0], history.history["loss"][-1]
    assert picture.alt_text.startswith("Curves over epochs 1 to 5. loss: from ")
    assert f"from {first:.4g} to {last:.4g}" in picture.alt_text
    html = picture._repr_html_()
    assert f'alt="{picture.alt_text}"' in html
    assert 'src="data:image/png;base64,' in html


def test_several_calls_of_fit_share_a_history():
    mine = keras.callbacks.History()
    model = classifier()
    for epochs in (2, 1):
        model.fit(*labels(), epochs=epochs, verbose=0, callbacks=[mine])
    assert [x for x, _ in curves(mine.plot().axes[0])["training"]] == [1, 2, 3]
    mine.history["loss"].append(0.5)
    assert curves(mine.plot().axes[0])["training"][-1] == [4, 0.5]


def test_results_that_are_no_curve_of_numbers():
    results = {"loss": [1.0, np.nan], "recall": [[0.25, 0.5], [0.75, 1.0]], "c_$x$": [np.inf] * 2}
    picture = keras.pictures.history(results)
    loss, first, second, odd = picture.axes
    assert curves(first)["training"] == [[1, 0.25], [2, 0.75]]
    assert curves(second)["training"] == [[1, 0.5], [2, 1.0]]
    assert loss.get_title() == "1 of 2 values not finite"
    assert odd.get_ylabel() == "c_$x$"
    assert "from 1 to nan" in picture.alt_text
    picture.draw_without_rendering()
    assert len(str(keras.pictures.history({"loss": range(1000)})).splitlines()) == 22


@pytest.mark.parametrize("ending", ["png", "svg", "pdf", ""])
def test_a_picture_goes_into_a_file(history, tmp_path, ending):
    path = tmp_path / (f"a.{ending}" if ending else "plain")
    picture = history.plot(to_file=path)
    assert isinstance(picture, Figure)
    data = path.read_bytes()
    if ending == "svg":
        assert picture.alt_text in data.decode()
        assert history.plot(str(path)).table == picture.table
    elif ending == "pdf":
        assert data.startswith(b"%PDF")
    else:
        assert data.startswith(PNG)
        assert b"Description\0" + picture.alt_text.encode("latin-1") in data


def test_what_can_not_be_drawn(history, tmp_path):
    refused(lambda: history.plot(tmp_path / "a.doc"), "`to_file` must end in one of", ".png", "doc")
    refused(lambda: history.plot(7), "`to_file`", "path", "7", error=TypeError)
    refused(lambda: history.plot(tmp_path / "no" / "a.png"), "no", error=FileNotFoundError)
    refused(lambda: keras.callbacks.History().plot(), "at least one epoch", "call `fit`")
    refused(lambda: keras.pictures.history([1]), "what `fit` returned", "[1]", error=TypeError)
    assert not list(tmp_path.iterdir())


def test_without_matplotlib_one_command_is_named(monkeypatch, history):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    refused(history.plot, "History.plot", "pip install 'cornu[pictures]'", error=ImportError)


def test_nothing_is_opened_and_pyplot_stays_out():
    code = (
        "import sys, cornu;"
        "assert 'matplotlib' not in sys.modules;"
        "picture = cornu.pictures.history({'loss': [2.0, 1.0]});"
        "picture._repr_html_();"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def contrast(color, other="white"):
    """As WCAG 2 has it."""
    lights = []
    for each in (color, other):
        parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in to_rgb(each)]
        lights.append(float(np.dot(parts, [0.2126, 0.7152, 0.0722])) + 0.05)
    return max(lights) / min(lights)


def test_colors_can_be_read_whatever_style_the_user_has(history):
    assert min(map(contrast, (*COLORS, TEXT, FAINT))) > 4.5
    with rc_context({"text.color": "white", "axes.facecolor": "black", "xtick.color": "white"}):
        picture = history.plot()
    assert picture.get_facecolor() == (1, 1, 1, 1)
    axes = picture.axes[0]
    texts = [axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels(), picture._suptitle]
    texts += axes.get_legend().get_texts()
    assert {to_rgb(text.get_color()) for text in texts} == {to_rgb(TEXT)}
    assert axes.get_facecolor() == (1, 1, 1, 1)
