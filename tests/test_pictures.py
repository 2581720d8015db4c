"""Pictures by matplotlib: break when a curve is not what was computed, or a file is lost."""

import subprocess
import sys

import mpmath
import numpy as np
import pytest
from matplotlib import rc_context
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import cornu as keras
from bad_input import refused
from cornu.pictures.drawing import COLORS, FAINT, TEXT
from picture_contrast import contrast
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
    refused(lambda: keras.pictures.history({"loss": ["a"]}), "a list of a number", "['loss']=['a']")
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


def deep(activation, depth=6):
    """A classifier of several layers, with what keeps a state of its own among them."""
    keras.utils.set_random_seed(1)
    kind = keras.layers.Dense
    parts = [kind(16, activation, name=f"hidden_{i}") for i in range(depth)]
    inputs = [keras.Input((2, 2)), keras.layers.Flatten(name="flat")]
    dropped = keras.layers.Dropout(0.25, seed=3, name="dropped")
    model = keras.Sequential([*inputs, *parts, dropped, kind(3, "softmax", name="last")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def square_labels():
    x, y = labels()
    return x.reshape(-1, 2, 2), y


def rms(*arrays):
    values = np.concatenate([np.ravel(array) for array in arrays]).astype("float64")
    return np.sqrt(np.mean(values**2))


def test_the_sizes_of_gradients_are_those_of_a_step():
    model, (x, y) = deep("tanh"), square_labels()
    model.fit(x, y, verbose=0)
    of_metrics = [state for metric in model.metrics for state in metric.variables]
    states = [*model.variables, *model.optimizer.variables, *of_metrics]
    before = [np.array(state) for state in states]
    weights = np.linspace(0, 2, len(y))
    picture = model.plot_gradients(x, y, weights)
    trace = model.trace(x, y, weights, apply=False)
    assert all(np.array_equal(a, b) for a, b in zip(states, before, strict=True))
    d_weights, delta, a = (axes.lines[0].get_ydata() for axes in picture.axes)
    for i, layer in enumerate(trace.layers):
        assert a[i] == pytest.approx(rms(layer.a))
        if layer.name == "flat":
            assert np.isnan([d_weights[i], delta[i]]).all()
        elif layer.name == "dropped":
            assert np.isnan(d_weights[i])
        else:
            assert d_weights[i] == pytest.approx(rms(layer.d_kernel, layer.d_bias))
        if layer.delta is not None:
            assert delta[i] == pytest.approx(rms(layer.delta))
    names = [layer.name for layer in trace.layers]
    assert [text.get_text() for text in picture.axes[0].get_xticklabels()] == names
    rows = [line.split() for line in str(picture).splitlines()[1:]]
    assert [row[0] for row in rows] == ["layer", *names]
    assert rows[1][1:3] == ["-", "-"]
    assert rows[2][1] == f"{d_weights[1]:.4g}"
    assert f"From {d_weights[1]:.4g} in the first layer" in picture.alt_text


def test_gradients_vanish_under_sigmoid_alone():
    x, y = square_labels()
    models = {name: deep(name) for name in ("sigmoid", "relu", "tanh")}
    picture = keras.pictures.gradients(models, x, y)
    axes = picture.axes[0]
    assert axes.get_yscale() == "log"
    assert [text.get_text() for text in picture.legends[0].get_texts()] == list(models)
    shares = {line.get_label(): line.get_ydata() for line in axes.lines}
    shares = {name: values[1] / values[-1] for name, values in shares.items()}
    assert shares["sigmoid"] < 1e-3
    assert min(shares["relu"], shares["tanh"]) > 0.1


def test_a_size_of_zero_is_marked_and_those_without_place_are_named():
    model, (x, y) = deep("relu", depth=2), square_labels()
    model.get_layer("hidden_1").kernel[...] = 0
    d_weights, delta, a = model.plot_gradients(x, y).axes
    assert "triangle: exactly 0" in d_weights.get_title()
    triangles = [line for line in a.lines if line.get_marker() == "v"]
    assert [line.get_xdata().tolist() for line in triangles] == [[3, 4]]
    assert delta.get_ylim()[0] > 0


def test_gradients_of_what_can_not_be_traced():
    x, y = square_labels()
    model = deep("relu", depth=1)
    refused(lambda: model.plot_gradients(x[:, :1], y), "shape", "(None, 2, 2)")
    refused(lambda: keras.Sequential([keras.layers.Dense(1)]).plot_gradients(x, y), "compile")
    for models in ({}, {"a": model, "b": 3}, [model]):
        with pytest.raises(TypeError, match="`models` must be a model, or a dictionary"):
            keras.pictures.gradients(models, x, y)


def test_activations_and_their_derivatives():
    picture = keras.pictures.activation(["sigmoid", "tanh"], at=2.4, domain=(-3, 2))
    function, derivative = picture.axes
    x, values = function.lines[0].get_data()
    assert (x[0], x[-1], len(x)) == (-3, 2.4, 601)
    sigmoid = 1 / (1 + np.exp(-x))
    np.testing.assert_allclose(values, sigmoid, rtol=1e-15)
    np.testing.assert_allclose(derivative.lines[0].get_ydata(), sigmoid * (1 - sigmoid), rtol=1e-13)
    marks = [[line.get_xydata().tolist() for line in axes.lines[1:4:2]] for axes in picture.axes]
    found = [[point[0][1] for point in points] for points in marks]
    # The figures that the lecture notes ask for, by another library.
    with mpmath.workdps(30):
        exact = [1 / (1 + mpmath.exp(-2.4)), mpmath.tanh(2.4)]
        slopes = [exact[0] * (1 - exact[0]), 1 - exact[1] ** 2]
    np.testing.assert_allclose(found, np.array([exact, slopes], float), rtol=1e-14)
    assert str(picture).splitlines()[2].split() == ["sigmoid", "0.91682730", "0.07625500"]
    assert "sigmoid(2.4) is 0.916827, its derivative there 0.076255." in picture.alt_text
    labels = [text.get_text() for text in derivative.get_legend().get_texts()]
    assert labels == ["sigmoid'(2.4) = 0.076255", "tanh'(2.4) = 0.0323838"]


def test_any_activation_of_one_number_is_drawn():
    functions = {"own": lambda x: keras.ops.sin(x), "leaky": keras.layers.LeakyReLU(0.25)}
    before = keras.layers.Dense(1).name
    picture = keras.pictures.activation(functions, domain=(-1, 1))
    after = keras.layers.Dense(1).name
    assert int(after.rpartition("_")[2]) == int(before.rpartition("_")[2] or 0) + 1
    own, leaky = (line.get_ydata() for line in picture.axes[1].lines[:2])
    np.testing.assert_allclose(own, np.cos(np.linspace(-1, 1, 601)), rtol=1e-14)
    assert (leaky[0], leaky[-1]) == (0.25, 1)
    assert str(picture).splitlines()[1].split() == ["x", "own", "own'", "leaky", "leaky'"]
    many = keras.pictures.activation([lambda x: x] * 12, at=0).axes[0].lines
    assert len({(line.get_color(), line.get_marker()) for line in many[1:24:2]}) == 12
    twice = keras.pictures.activation([lambda x: x, lambda x: 2 * x])
    assert [line.get_label() for line in twice.axes[0].lines[:2]] == ["<lambda>", "<lambda> (2)"]


def test_activations_that_are_no_curve():
    draw = keras.pictures.activation
    refused(lambda: draw("softmax"), "functions of one number", "softmax is one of a row")
    refused(lambda: draw("rleu"), "Unknown activation", "relu")
    refused(lambda: draw([]), "at least one")
    refused(lambda: draw("relu", at=np.nan), "`at`", "nan")
    refused(lambda: draw("exponential", at=1000), "finite values", "exponential at 1000")
    refused(lambda: draw("relu", domain=(2, 1)), "`domain`", "the lesser first", "(2, 1)")
