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


def test_a_dictionary_of_the_one_input():
    """Under the name that an `Input` gave it, in every call; no other."""
    model = keras.Sequential([keras.Input((4,), name="table"), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    x, y = X, Y[:, :2]
    given = {"table": x}
    model.fit(given, y, validation_data=(given, y), verbose=0)
    model.fit(((given, y) for _ in range(2)), verbose=0)
    assert model.evaluate(given, y, verbose=0) == model.evaluate(x, y, verbose=0)
    for call in (model, model.predict_on_batch, lambda x: model.predict(x, verbose=0)):
        np.testing.assert_array_equal(call(given), call(x))
    for wrong in ({"tabel": x}, {"table": x, "more": x}, {}):
        refused(lambda wrong=wrong: model.predict(wrong), "'table'", "dict", error=TypeError)


def steps(n, rows=3):
    return np.ones((rows, n, 4), "float32"), np.zeros((rows, n, 2), "float32")


def by_data(*parts, loss="mse"):
    model = keras.Sequential([*parts, keras.layers.Dense(2)])
    model.compile("adam", loss, metrics=["mae"])
    return model


def test_rows_of_another_shape():
    """In every call, one after the other; weights, slots and what was compiled are the same."""
    model = by_data(keras.layers.Dropout(0.5))
    model.predict(steps(5)[0], verbose=0)
    kernel, compiled = model.layers[-1].kernel, model.optimizer
    for n in (3, 5, 1):
        x, y = steps(n)
        assert model(x).shape == model.predict(x, verbose=0).shape == y.shape
        assert model.predict_on_batch(x).shape == model(x, training=True).shape == y.shape
        assert model.input_shape == (None, n, 4)
        assert model.output_shape == (None, n, 2)
        assert len(model.evaluate(x, y, verbose=0)) == 2
        model.fit(x, y, verbose=0)
        model.train_on_batch(x, y)
    assert model.layers[-1].kernel is kernel
    assert model.optimizer is compiled
    assert int(compiled.iterations) == 6
    shapes = {n: model.predict(steps(n)[0], verbose=0) for n in (2, 7)}
    np.testing.assert_array_equal(shapes[2][:, 0], shapes[7][:, 0])


@pytest.mark.parametrize("loss", ["mse", lambda y, p: (y - p) ** 2])
def test_batches_of_rows_of_other_shapes(loss):
    """Results go on over all of them, by loss and metrics of the core's and of one's own."""
    if callable(loss):
        pytest.importorskip("autograd")
    model = by_data(loss=loss)
    seen = []
    note = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(logs))
    history = model.fit((steps(n) for n in (3, 5, 3)), verbose=0, callbacks=[note])
    assert int(model.optimizer.iterations) == len(seen) == 3
    np.testing.assert_allclose(history.history["loss"], seen[-1]["loss"])
    losses = [model.evaluate(*steps(n), verbose=0)[0] for n in (3, 5)]
    both = model.evaluate((steps(n) for n in (3, 5)), verbose=0)[0]
    np.testing.assert_allclose(both, np.mean(losses))


def test_a_hook_may_predict_rows_of_another_shape():
    model, seen = by_data(), []
    hook = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda *_: seen.append(model.predict(steps(9)[0], verbose=0).shape)
    )
    model.fit(*steps(4), epochs=2, batch_size=2, validation_split=0.4, verbose=0, callbacks=[hook])
    assert seen == [(3, 9, 2)] * 2


def test_rows_of_another_shape_that_are_refused():
    """Where layers can't take them, or the input was named."""
    flat = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])
    flat.predict(np.ones((2, 3, 4)), verbose=0)
    refused(lambda: flat.predict(np.ones((2, 4, 4)), verbose=0), "(None, 3, 4)", "(2, 4, 4)")
    refused(lambda: flat.predict(np.ones((2, 12)), verbose=0), "(None, 3, 4)", "(2, 12)")
    assert flat.predict(np.ones((2, 4, 3)), verbose=0).shape == (2, 1)
    model = by_data()
    model(steps(3)[0])
    refused(lambda: model(np.ones((2, 3, 5))), "(None, 3, 4)", "(2, 3, 5)")
    named = keras.Sequential([keras.Input((3, 4)), keras.layers.Dense(2)])
    refused(lambda: named(steps(4)[0]), "(None, 3, 4)", "(3, 4, 4)")


@pytest.mark.parametrize("call", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_without_targets(call):
    model = regressor()
    refused(lambda: getattr(model, call)(X), "`y` must be given", error=TypeError)
    refused(
        lambda: model.fit(X, Y, validation_data=(X, None)),
        "`validation y` must be given",
        error=TypeError,
    )
