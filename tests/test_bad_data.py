"""Data that do not fit, or hold bad numbers, are refused, and nothing is changed."""

import numpy as np
import pytest

import cornu as keras
from bad_input import refused, unchanged
from small_models import (
    OUTPUTS,
    ROWS,
    classifier,
    labels,
    make_model,
    regression,
    regressor,
    state,
)

layers = keras.layers
X, Y = regression()
IDS = labels()[1]


def data_calls(model, x=X, y=Y, **options):
    return [
        lambda: model.fit(x, y, verbose=0, **options),
        lambda: model.evaluate(x, y, verbose=0, **options),
        lambda: model.train_on_batch(x, y, **options),
        lambda: model.test_on_batch(x, y, **options),
        lambda: model.loss_and_gradients(x, y, **options),
    ]


@pytest.mark.parametrize("call", range(5))
@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (X, Y[:-1], ("`x` and `y`", f"({ROWS}, 4)", f"({ROWS - 1}, 3)")),
        (X[:0], Y[:0], ("`x`", "at least one row", "(0, 4)")),
        (X[:, :3], Y, ("`x`", 'layer 0 "dense', "(None, 4)", f"({ROWS}, 3)")),
        (X[:, :, None], Y, ("`x`", "(None, 4)", f"({ROWS}, 4, 1)")),
        (X[:, 0], Y, ("`x`", "(None, 4)", f"({ROWS},)")),
        (X, Y[:, 0], ("`y`", "(None, 3)", 'layer 1 "dense', f"({ROWS},)")),
        (X, Y[:, :1], ("`y`", "(None, 3)", f"({ROWS}, 1)")),
        (X, Y[:, :, None], ("`y`", "(None, 3)", f"({ROWS}, 3, 1)")),
        (X, Y[None], ("`x` and `y`", f"(1, {ROWS}, 3)")),
        ([[1, 2, 3, 4], [1, 2]], Y[:2], ("`x`", "ragged", "length 4", "row 1", "length 2")),
        (X[:2], [[1, 2, 3], 4], ("`y`", "ragged", "row 1 is a single number")),
        (X[:1], [[[1], [1, 2]]], ("`y`", "ragged", "differ within")),
        (np.array(3.0), Y, ("`x`", "rows", "()")),
        (np.ma.masked_array(X), Y, ("`x`", "masked")),
        (X, np.ma.masked_array(Y), ("`y`", "masked")),
        (X.astype(object), Y, ("`x`", "dtype object")),
        (X, Y.astype(complex), ("`y`", "complex128")),
        (X.astype(np.longdouble), Y, ("`x`", np.dtype(np.longdouble).name)),
        ([["a"] * 4], Y[:1], ("`x`", "<U1")),
    ],
)
def test_data_that_do_not_fit(call, x, y, words):
    model = regressor("adam")
    unchanged(model, data_calls(model, x, y)[call], *words)


@pytest.mark.parametrize("value", [None, 3.5, {"a": X}, {1, 2}, object()])
def test_what_is_no_array(value):
    model = regressor()
    # A dictionary may be of the one input, by its name.
    expected = "the name of the model's one input" if type(value) is dict else "NumPy array"
    for call in (*data_calls(model, x=value), lambda: model.predict(value), lambda: model(value)):
        unchanged(model, call, expected, "Received", type(value).__name__, error=TypeError)
    for call in data_calls(model, y=value):
        unchanged(model, call, "`y`", type(value).__name__, error=TypeError)


@pytest.mark.parametrize("method", ["predict", "predict_on_batch", "__call__"])
def test_inputs_of_a_prediction(method):
    model = make_model()
    call = getattr(model, method)
    unchanged(model, lambda: call(X[:, :3]), 'layer 0 "dense', "(None, 4)", f"({ROWS}, 3)")
    unchanged(model, lambda: call([[1, 2], [3]]), "ragged")
    if method == "predict":
        unchanged(model, lambda: call(X[:0]), "at least one row", "(0, 4)")
    else:
        assert model(X[:0]).shape == (0, OUTPUTS)


def test_an_output_over_the_input():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4)])
    x = np.zeros((6, 4), "float32")
    for out in (x, x[::-1].copy()[::-1]):
        with pytest.raises(ValueError, match="`out`"):
            model.predict(x, verbose=0, out=out)
    buffer = np.zeros((12, 4), "float32")
    model.predict(buffer[:6], verbose=0, out=buffer[6:])
    refused(lambda: model.predict(buffer[:6], verbose=0, out=buffer[5:11]), "overlap")


def test_a_deferred_model_is_not_built_for_data_that_do_not_fit():
    for x, y in ((X, Y[:, :1]), (X, Y[:-1]), (X[:, None], Y), (X[:0], Y[:0])):
        model = keras.Sequential([layers.Dense(OUTPUTS)])
        model.compile("sgd", "mse")
        for call in data_calls(model, x, y):
            unchanged(model, call)
        assert model.layers[0].weights == []


@pytest.mark.parametrize(
    ("units", "loss", "y", "words"),
    [
        (3, "sparse_categorical_crossentropy", np.eye(3)[IDS], "'categorical_crossentropy'"),
        (3, "categorical_crossentropy", IDS, "'sparse_categorical_crossentropy', or make"),
        (3, "categorical_crossentropy", IDS[:, None], "`to_categorical(y, 3)`"),
        (2, "binary_crossentropy", IDS % 2, "one unit, `Dense(1, 'sigmoid')`"),
        (2, "binary_crossentropy", IDS[:, None] % 2, "'sparse_categorical_crossentropy'"),
        (1, "binary_crossentropy", np.eye(2)[IDS % 2], "'categorical_crossentropy'"),
    ],
)
def test_targets_of_another_crossentropy(units, loss, y, words):
    """The error tells which loss they are for."""
    model = keras.Sequential([keras.Input((4,)), layers.Dense(units, "sigmoid")])
    model.compile("sgd", loss)
    refused(lambda: model.fit(X, y, verbose=0), f"Received: {y.shape}. For ", words)
    # No advice where nothing is known to fit.
    with pytest.raises(ValueError, match=r"Received: \(\d+, 5, 2\)$"):
        model.fit(X, np.zeros((ROWS, 5, 2)), verbose=0)


# ---- Numbers


def with_one(array, index, value):
    other = array.astype("float64")
    other[index] = value
    return other


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("call", range(5))
def test_numbers_that_are_not_finite(call, value):
    model = regressor("adam")
    model.fit(X, Y, verbose=0)
    text = str(value)
    x, y = with_one(X, (20, 2), value), with_one(Y, (20, 1), value)
    unchanged(model, data_calls(model, x=x)[call], "`x`", "finite", "x[20, 2]", text)
    unchanged(model, data_calls(model, y=y)[call], "`y`", "finite", "y[20, 1]", text)
    weight = with_one(np.ones(ROWS), 20, value)
    unchanged(model, data_calls(model, sample_weight=weight)[call], "`sample_weight`", "[20]", text)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("batch_size", [1, 7, 100])
@pytest.mark.parametrize("shuffle", [True, False])
def test_a_fit_goes_back_to_where_it_began(batch_size, shuffle, optimizer):
    """Found in the first epoch, perhaps after many steps: all is as before."""
    options = {"batch_size": batch_size, "shuffle": shuffle, "verbose": 0, "epochs": 3}
    momentum = keras.optimizers.SGD(0.1, momentum=0.9)
    model = regressor(momentum if optimizer == "momentum" else optimizer)
    model.fit(X, Y, verbose=0)
    bad = with_one(X, (ROWS - 1, 0), np.nan)
    unchanged(model, lambda: model.fit(bad, Y, **options), f"x[{ROWS - 1}, 0]")
    unchanged(
        model,
        lambda: model.fit(X, Y, validation_data=(bad, Y), **options),
        "validation x",
        f"[{ROWS - 1}, 0]",
    )


def test_slots_go_back_too():
    def train(with_failure):
        model = regressor("adam")
        model.fit(X, Y, verbose=0, shuffle=False)
        if with_failure:
            with pytest.raises(ValueError, match="finite"):
                model.fit(with_one(X, (22, 0), np.nan), Y, batch_size=2, verbose=0)
        model.fit(X, Y, verbose=0, shuffle=False)
        return state(model)

    assert train(True) == train(False)


def test_dropout_goes_back_too():
    """The masks drawn after a failed fit are those that would have been drawn without it."""

    def train(with_failure):
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((4,)), layers.Dropout(0.5), layers.Dense(3)])
        model.compile("sgd", "mse")
        model.fit(X, Y, verbose=0, shuffle=False)
        if with_failure:
            with pytest.raises(ValueError, match="finite"):
                model.fit(with_one(X, (22, 0), np.nan), Y, batch_size=2, verbose=0, shuffle=False)
        model.fit(X, Y, verbose=0, shuffle=False)
        return state(model)

    assert train(True) == train(False)


@pytest.mark.parametrize("label", [-1, 3, 0.5, np.nan, 1234567, 2**31, 2**40, np.inf])
@pytest.mark.parametrize("call", range(5))
def test_labels_out_of_range(call, label):
    model = classifier("adam")
    y = with_one(IDS, 17, label)
    shown = str(label)
    unchanged(model, data_calls(model, y=y)[call], "`y`", "0 to 2", shown, "row 17")
    unchanged(model, data_calls(model, y=y[:, None])[call], "`y`", "0 to 2", shown, "row 17")


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (
            np.eye(3)[IDS],
            ("`y`", "(None,)", "class id", "(None, 3)", f"({ROWS}, 3). For one-hot rows use"),
        ),
        (IDS[:, None, None], ("`y`", "(None,)", f"({ROWS}, 1, 1)")),
    ],
)
def test_shapes_of_labels(y, words):
    model = classifier()
    for call in data_calls(model, y=y):
        unchanged(model, call, *words)
