"""Pictures of what models answer and have learnt: break when a model says something else."""

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from cornu.pictures import DecisionSurface, confusion_matrix, decision_surface, weights
from cornu.pictures.decision_map import SIDE
from picture_contrast import contrast

XOR_X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
XOR_Y = np.array([0, 1, 1, 0])
DOMAIN = ((-1, 2), (-2, 2))


def of_two_inputs(outputs=1, activation="sigmoid", **options):
    keras.utils.set_random_seed(3)
    hidden = keras.layers.Dense(8, "tanh")
    return keras.Sequential(
        [*options.get("first", []), hidden, keras.layers.Dense(outputs, activation)]
    )


@pytest.fixture(scope="module")
def grid():
    rows = [(x1, x2) for x2 in np.linspace(-2, 2, SIDE) for x1 in np.linspace(-1, 2, SIDE)]
    return np.array(rows)


def test_the_surface_of_one_output(grid):
    model = of_two_inputs(first=[keras.Input((2,))])
    picture = decision_surface(model, XOR_X, XOR_Y, domain=DOMAIN)
    panel, scale = picture.axes
    answers = model.predict(grid, verbose=0).reshape(SIDE, SIDE)
    np.testing.assert_array_equal(panel.images[0].get_array(), answers)
    assert panel.images[0].get_clim() == (0, 1)
    assert scale.get_xlabel() == "output of the model"
    assert (panel.get_xlabel(), panel.get_ylabel()) == ("x1", "x2")
    points = {part.get_label(): part.get_offsets().tolist() for part in panel.collections[1:]}
    assert points == {"class 0": [[0, 0], [1, 1]], "class 1": [[0, 1], [1, 0]]}
    right = np.count_nonzero((model.predict(XOR_X, verbose=0)[:, 0] > 0.5) == XOR_Y)
    assert picture._suptitle.get_text() == f"Decision surface, {right} of 4 points right"
    title, heading, *rows = str(picture).splitlines()
    assert title == picture._suptitle.get_text()
    assert heading.split()[3:] == ["-1", "-0.5", "0", "0.5", "1", "1.5", "2"]
    assert [row.split()[0] for row in rows][::6] == ["2", "-2"]
    assert rows[0].split()[1:] == [f"{value:.2f}" for value in answers[-1, ::20]]
    assert f"output above 0.5 in {np.mean(answers > 0.5):.0%} of it" in picture.alt_text


def test_the_line_is_where_the_answer_turns():
    layer = keras.layers.Dense(1, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((2,)), layer])
    picture = decision_surface(model, domain=DOMAIN, threshold=0)
    (line,) = picture.axes[0].collections
    (path,) = line.get_paths()
    np.testing.assert_allclose(path.vertices.sum(axis=1), 0, atol=1e-6)
    assert picture.axes[0].images[0].get_clim() == (-4, 4)
    layer.kernel[...] = 0
    assert not decision_surface(model, domain=DOMAIN).axes[0].collections


def test_the_surface_of_classes(grid):
    model = of_two_inputs(3, "softmax", first=[keras.Input((2,))])
    labels = np.eye(3)[[0, 1, 2, 2]]
    picture = decision_surface(model, XOR_X, labels, domain=DOMAIN)
    (panel,) = picture.axes
    answers = model.predict(grid, verbose=0).reshape(SIDE, SIDE, 3)
    colors = panel.images[0].get_array()
    classes = answers.argmax(-1)
    for one in np.unique(classes):
        # A stronger colour is a surer answer.
        darkness = 3 - colors[classes == one].sum(-1)
        order = np.argsort(answers.max(-1)[classes == one])
        assert np.all(np.diff(darkness[order]) >= -1e-12)
    rows = [line.split()[1:] for line in str(picture).splitlines()[2:]]
    assert rows[0][:2] == [f"{classes[-1, 0]}:", f"{answers[-1, 0].max():.2f}"]
    decided = model.predict(XOR_X, verbose=0).argmax(-1)
    assert f"{np.count_nonzero(decided == [0, 1, 2, 2])} of 4 points right" in picture.alt_text
    names = [text.get_text() for text in picture.legends[0].get_texts()]
    assert names == ["class 0", "class 1", "class 2"]


def test_surfaces_while_a_model_trains(tmp_path):
    model = of_two_inputs()
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
    each = DecisionSurface(XOR_X, XOR_Y, every=2, to_file=tmp_path / "s-{epoch:02d}.png")
    all_of_them = DecisionSurface(XOR_X, every=3, to_file=tmp_path / "all.svg", domain=DOMAIN)
    other = of_two_inputs()
    other.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
    options = {"epochs": 5, "shuffle": False, "verbose": 0}
    model.fit(XOR_X, XOR_Y, callbacks=[each, all_of_them], **options)
    other.fit(XOR_X, XOR_Y, **options)
    for got, expected in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(got, expected)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["all.svg", "s-00.png", "s-02.png", "s-04.png", "s-05.png"]
    assert [frame.epoch for frame in all_of_them.frames] == [0, 3, 5]
    picture = each.plot()
    panels = picture.axes[:4]
    assert [panel.get_title().partition(",")[0] for panel in panels] == [
        f"epoch {epoch}" for epoch in (0, 2, 4, 5)
    ]
    last = decision_surface(model, XOR_X, XOR_Y).axes[0].images[0].get_array()
    np.testing.assert_array_equal(panels[-1].images[0].get_array(), last)
    rows = str(picture).splitlines()[2:]
    assert [row.split()[0] for row in rows] == ["0", "2", "4", "5"]
    assert str(all_of_them.plot()).splitlines()[2].split()[:2] == ["0", "-"]
    # A second call begins anew.
    model.fit(XOR_X, XOR_Y, initial_epoch=5, epochs=6, verbose=0, callbacks=[all_of_them])
    assert [frame.epoch for frame in all_of_them.frames] == [5, 6]


def test_models_without_a_decision_surface():
    model = of_two_inputs(first=[keras.Input((2,))])
    three = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    refused(lambda: decision_surface(three, XOR_X), "rows of two numbers", "(None, 3)")
    refused(lambda: decision_surface(of_two_inputs(), XOR_X), "must be built", "Input((2,))")
    refused(lambda: decision_surface(3, XOR_X), "`model` must be a model", error=TypeError)
    refused(lambda: decision_surface(model), "`domain` must be given")
    refused(lambda: decision_surface(model, y=XOR_Y), "`x` must be given")
    refused(lambda: decision_surface(model, XOR_X, XOR_Y[:3]), "each of the 4 rows", "(3,)")
    refused(lambda: decision_surface(model, XOR_X[:, :1]), "(rows, 2)", "(4, 1)")
    refused(lambda: decision_surface(model, XOR_X * np.nan), "finite")
    refused(lambda: decision_surface(model, domain=((0, 1), (1, 1))), "`domain`", "lesser")
    refused(lambda: DecisionSurface(XOR_X, every=0), "`every`", "0")
    refused(lambda: DecisionSurface(XOR_X, to_file="{loss}.png"), "`to_file`", "{epoch}", "{loss}")
    refused(lambda: DecisionSurface(XOR_X).plot(), "hand the callback to `fit`")
    three.compile("sgd", "mse")
    x, y = np.zeros((2, 3)), np.zeros((2, 1))
    callbacks = [DecisionSurface(XOR_X)]
    refused(lambda: three.fit(x, y, verbose=0, callbacks=callbacks), "rows of two numbers")


def test_weights_as_images():
    keras.utils.set_random_seed(2)
    dense = keras.layers.Dense(5, name="first")
    model = keras.Sequential([keras.Input((3, 4)), keras.layers.Flatten(), dense])
    picture = weights(model)
    panels, (scale,) = picture.axes[:5], picture.axes[5:]
    kernel = dense.kernel.numpy()
    most = np.abs(kernel).max()
    for unit, panel in enumerate(panels):
        (image,) = panel.images
        np.testing.assert_array_equal(image.get_array(), kernel[:, unit].reshape(3, 4))
        assert image.get_clim() == (-most, most)
        assert image.cmap(0.5)[:3] == pytest.approx((1, 1, 1), abs=0.01)
        assert panel.get_title() == f"unit {unit}"
    assert scale.get_xlabel() == "weight"
    assert picture._suptitle.get_text() == "Weights of first, 5 units of 3 x 4 inputs"
    rows = [line.split() for line in str(picture).splitlines()[2:]]
    assert rows[4][1] == f"{kernel[:, 4].min():.4g}"
    assert rows[4][3] == f"{np.abs(kernel[:, 4]).mean():.4g}"
    assert f"to {most:.3g} (blue)" in picture.alt_text
    # The colours are those of `network_to_svg`: blue is more than 0, orange is less.
    (low, _, _), (_, _, high) = (panels[0].images[0].cmap(end)[:3] for end in (0.0, 1.0))
    assert low > 0.6
    assert high > 0.6
    # A layer alone, another shape, and fewer.
    picture = weights(dense, shape=(2, 6), most=2)
    assert [panel.images[0].get_array().shape for panel in picture.axes[:-1]] == [(2, 6)] * 2
    assert "the first 2 of 5 units" in picture.alt_text
    dense.kernel[0, 0] = np.nan
    assert weights(model).alt_text.endswith("1 weight is not finite (grey).")
    dense.kernel[...] = 0
    assert weights(model).axes[0].images[0].get_clim() == (-1, 1)


def test_weights_that_make_no_images():
    dense = keras.layers.Dense
    model = keras.Sequential([keras.Input((6,)), dense(2, name="a"), keras.layers.ReLU(name="b")])
    refused(lambda: weights(model), "`shape` must be given", "is 6")
    refused(lambda: weights(model, (2, 2)), "product is 6", "(2, 2)")
    refused(lambda: weights(model, (6,)), "a height and a width")
    refused(lambda: weights(model, (2, 3), layer="b"), "kernel of two axes", "b (ReLU)")
    refused(lambda: weights(model, (2, 3), layer="c"), "c")
    refused(lambda: weights(keras.Sequential([dense(2)])), "must be built")
    refused(lambda: weights(dense(2)), "must be built")
    refused(lambda: weights(np.eye(4)), "a model or a layer", error=TypeError)
    refused(lambda: weights(model, (2, 3), most=0), "`most`")


@pytest.mark.parametrize(
    ("y_true", "y_pred", "expected"),
    [
        ([0, 2, 2, 1], [0, 2, 1, 1], [[1, 0, 0], [0, 1, 0], [0, 1, 1]]),
        (
            np.eye(3)[[0, 2, 2]],
            np.array([[5, 1, 0], [0, 0, 1], [0, 9, 1.0]]),
            [[1, 0, 0], [0] * 3, [0, 1, 1]],
        ),
        ([[0], [1], [1]], [[0.25], [0.5], [0.75]], [[1, 0], [1, 1]]),
        ([True, False], [1.0, 1.0], [[0, 1], [0, 1]]),
        ([0], [0], [[1, 0], [0, 0]]),
    ],
)
def test_the_counts_of_a_confusion_matrix(y_true, y_pred, expected):
    picture = confusion_matrix(y_true, y_pred)
    panel, scale = picture.axes
    counts = np.array(expected)
    texts = [text.get_text() for text in panel.texts]
    assert texts == [str(count) for count in counts.ravel()]
    rows = counts.sum(1, keepdims=True)
    np.testing.assert_array_equal(panel.images[0].get_array(), counts / np.maximum(rows, 1))
    assert (panel.get_xlabel(), panel.get_ylabel()) == ("predicted class", "true class")
    assert scale.get_xlabel() == "share of the true class"
    shown = [line.split()[1:] for line in str(picture).splitlines()[2:]]
    assert shown == [[str(count) for count in row] for row in expected]
    assert f"{np.trace(counts)} of {counts.sum()} right" in picture.alt_text


def test_names_of_classes_and_what_was_taken_for_what():
    picture = confusion_matrix([0, 1, 1, 1], [0, 0, 0, 1], labels=["고양이", "dog"])
    assert picture.alt_text.endswith("most often dog was taken for 고양이, 2 of 3 times.")
    assert [tick.get_text() for tick in picture.axes[0].get_yticklabels()] == ["고양이", "dog"]
    assert confusion_matrix([1], [1]).alt_text.endswith("none was taken for another.")
    many = confusion_matrix(np.arange(30), np.arange(30))
    assert ([*many.axes[0].texts], many.axes[0].get_title()) == ([], "counts: print this picture")
    assert len(str(many).splitlines()) == 32


def test_counts_can_be_read_on_their_colors():
    y = np.repeat(np.arange(2), 100)
    for wrong in range(0, 101, 4):
        predicted = y.copy()
        predicted[:wrong] = 1
        panel = confusion_matrix(y, predicted).axes[0]
        colors = panel.images[0].cmap(panel.images[0].get_array()).reshape(-1, 4)
        for text, color in zip(panel.texts, colors, strict=True):
            assert contrast(text.get_color(), color) > 4.5


def test_what_are_no_classes():
    refused(lambda: confusion_matrix([0, 1], [0]), "2 classes in y_true, 1 in y_pred")
    refused(lambda: confusion_matrix([], []), "at least one")
    refused(lambda: confusion_matrix([0, -1], [0, 1]), "`y_true`", "integers from 0", "-1")
    refused(lambda: confusion_matrix([0, 0.5], [0, 1]), "`y_true`", "0.5")
    refused(lambda: confusion_matrix([0, 1], [0.5, 3.5]), "`y_pred`", "probabilities", "0.5")
    refused(lambda: confusion_matrix([0, 1], [0, np.nan]), "`y_pred`", "finite")
    refused(lambda: confusion_matrix([0, 2], [0, 2], labels=["a", "b"]), "3 classes", "2 names")
    refused(lambda: confusion_matrix([0, 1000], [0, 1]), "at most 1000", "1001")
    refused(lambda: confusion_matrix([0], [0], labels=1), "a list of names", error=TypeError)
    refused(lambda: confusion_matrix(["a"], ["a"]), "`y_true`", "numbers", error=TypeError)
