"""No rows at all, and one array within a list."""

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from small_models import labels, make_model, regression, regressor

X, Y = regression()


def test_a_layer_is_built_by_no_rows():
    layer = keras.layers.Dense(2)
    assert layer(np.zeros((0, 3))).shape == (0, 2)
    assert layer.kernel.shape == (3, 2)
    assert keras.layers.Flatten()(np.zeros((0, 3, 2))).shape == (0, 6)


@pytest.mark.parametrize("call", ["predict_on_batch", "__call__"])
def test_a_model_of_no_rows(call):
    model = keras.Sequential([keras.layers.Dense(2, dtype="float64")])
    result = getattr(model, call)(np.zeros((0, 3)))
    assert (result.shape, result.dtype) == ((0, 2), "float64")
    assert model.input_shape == (None, 3)
    assert getattr(model, call)([[1, 2, 3]]).shape == (1, 2)
    refused(lambda: getattr(model, call)(np.zeros((0, 4))), "(None, 3)", "(0, 4)")
    refused(lambda: model.predict(np.zeros((0, 3))), "at least one row")


@pytest.mark.parametrize("kind", [list, tuple])
@pytest.mark.parametrize("build", [True, False])
def test_a_list_of_one_array(kind, build):
    def one(array):
        return kind([array])

    models = [make_model() for _ in range(2)]
    if not build:
        models = [keras.Sequential([keras.layers.Dense(3, "tanh", True, "ones")]) for _ in "ab"]
    for model in models:
        model.compile("sgd", "mse")
    weights = np.linspace(0, 1, len(X))
    keras.utils.set_random_seed(1)
    expected = models[0].fit(X, Y, verbose=0, validation_data=(X[:5], Y[:5]), sample_weight=weights)
    keras.utils.set_random_seed(1)
    came = models[1].fit(
        one(X),
        one(Y),
        verbose=0,
        validation_data=(one(X[:5]), one(Y[:5])),
        sample_weight=one(weights),
    )
    assert came.history == expected.history
    for call in (
        lambda m, x, y: m.evaluate(x, y, verbose=0),
        lambda m, x, y: m.predict(x, verbose=0),
        lambda m, x, y: m.predict_on_batch(x),
        lambda m, x, y: m(x),
        lambda m, x, y: m.test_on_batch(x, y),
        lambda m, x, y: m.train_on_batch(x, y),
    ):
        np.testing.assert_array_equal(call(models[1], one(X), one(Y)), call(models[0], X, Y))


def test_a_list_of_one_row_is_a_row():
    model, (row,) = make_model(), X[:1]
    expected = model.predict(X[:1], verbose=0)
    for rows in ([row], [row.tolist()], (row,)):
        np.testing.assert_array_equal(model.predict(rows, verbose=0), expected)
    square = keras.Sequential([keras.Input((2, 4)), keras.layers.Flatten(), keras.layers.Dense(1)])
    assert square.predict([np.zeros((2, 4))], verbose=0).shape == (1, 1)
    assert square.predict([np.zeros((5, 2, 4))], verbose=0).shape == (5, 1)
    fresh = keras.Sequential([keras.layers.Dense(1)])
    assert fresh.predict([np.zeros(3)], verbose=0).shape == (1, 1)


def test_a_list_of_one_column_for_one_feature():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    assert model.predict([np.zeros(5)], verbose=0).shape == (5, 1)
    assert model.predict([1.0, 2.0], verbose=0).shape == (2, 1)


def test_a_list_of_one_array_of_labels():
    x, y = labels()
    model = make_model(activation="softmax")
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert model.evaluate([x], [y], verbose=0) == model.evaluate(x, y, verbose=0)


def test_an_array_in_a_list_that_does_not_fit():
    model = regressor()
    refused(lambda: model.predict([X[:, :2]]), "`x`", "(None, 4)", "(23, 2)")
    refused(lambda: model.fit([X], [Y[:5]]), "as many rows", "(23, 4)", "(1, 5, 3)")
    refused(lambda: model.predict([X, X]), "(None, 4)", "(2, 23, 4)")


@pytest.mark.parametrize("call", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_without_targets(call):
    model = regressor()
    refused(lambda: getattr(model, call)(X), "`y` must be given", error=TypeError)
    refused(
        lambda: model.fit(X, Y, validation_data=(X, None)),
        "`validation y` must be given",
        error=TypeError,
    )
