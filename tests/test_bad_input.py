"""Whatever does not fit is one clear error that says what was expected and what came, and nothing is changed."""

import numpy as np
import pytest

import cornu as keras
from small_models import (
    FEATURES,
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


def refused(work, *words, error=ValueError):
    """Run it, and find the words in its error, in this order."""
    with pytest.raises(error) as caught:
        work()
    message, at = str(caught.value), 0
    for word in words:
        found = message.find(word, at)
        assert found >= 0, f"{word!r} is not in {message!r} from {at}"
        at = found + len(word)


def unchanged(model, work, *words, error=ValueError):
    """Refused, with the model as it was, in whatever way it can be looked at."""
    before = state(model)
    refused(work, *words, error=error)
    assert state(model) == before
    assert not model._core.in_training


# ---- Layers and models


@pytest.mark.parametrize("units", [0, -1, True, np.True_, 2.5, "3", None, 2**64, [3]])
def test_units(units):
    refused(lambda: layers.Dense(units), "`units` must be a positive integer", f"{units!r}")


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda: layers.Dense(2, activation="rellu"), ("activation", "rellu", "'relu'")),
        (lambda: layers.Activation("sofmax"), ("activation", "sofmax", "'softmax'")),
        (lambda: layers.Dense(2, activation=3), ("activation", "3", "int")),
        (lambda: layers.Dense(2, activation=lambda x: x), ("written in Python", "lambda")),
        (lambda: layers.Dense(2, kernel_initializer="glorot"), ("initializer", "glorot_")),
        (lambda: layers.Dense(2, bias_initializer=None), ("`bias_initializer`", "None")),
        (lambda: layers.Dense(2, use_bias="no"), ("`use_bias`", "True or False", "no")),
        (lambda: layers.Dense(2, dtype="mixed_float16"), ("dtype", "precision", "mixed_float16")),
        (lambda: layers.Dense(2, dtype="bfloat16"), ("dtype", "precision", "bfloat16")),
        (lambda: layers.Dense(2, dtype="int32"), ("'float32' or 'float64'", "int32")),
        (lambda: layers.Dense(2, foo=3), ("Unrecognized", "Dense", "foo")),
        (lambda: layers.Dense(2, kernel_regularizer="l2"), ("kernel_regularizer", "l2")),
        (lambda: layers.Dense(2, activity_regularizer="l2"), ("activity_regularizer", "l2")),
        (lambda: layers.Dense(2, autocast=False), ("autocast", "False")),
        (lambda: layers.Dense(2, name="a/b"), ("`name`", "a/b")),
        (lambda: layers.Dense(2, name=3), ("`name`", "3")),
        (lambda: layers.Dense(2, trainable=1), ("`trainable`", "1")),
        (lambda: layers.Dense(2, input_shape=4), ("input_shape", "(4,)", "4")),
        (lambda: layers.Dense(2, input_dim=0.5), ("input_dim", "0.5")),
        (lambda: layers.Dense(2, input_dim=3, input_shape=(3,)), ("Only one",)),
        (lambda: layers.Dropout(1.5), ("`rate`", "from 0 to 1", "1.5")),
        (lambda: layers.Dropout("a"), ("`rate`", "a")),
        (lambda: layers.Dropout(0.5, noise_shape=3), ("`noise_shape`", "3")),
        (lambda: layers.Dropout(0.5, noise_shape=(None, 0)), ("`noise_shape`", "0")),
        (lambda: layers.Dropout(0.5, seed=1.5), ("`seed`", "1.5")),
        (lambda: layers.Reshape((-1, -1)), ("`target_shape`", "-1")),
        (lambda: layers.Reshape((2, -3)), ("`target_shape`", "-3")),
        (lambda: layers.Reshape((2.5,)), ("`target_shape`", "2.5")),
        (lambda: layers.Flatten("channels_first"), ("`data_format`", "channels_first")),
        (lambda: keras.Input(4), ("`shape`", "(4,)", "4")),
        (lambda: keras.Input(), ("`shape`", "None")),
        (lambda: keras.Input((None, 4)), ("`shape`", "known", "None")),
        (lambda: keras.Input((-4,)), ("`shape`", "-4")),
        (lambda: keras.Input((4,), sparse=True), ("`sparse`", "True")),
        (lambda: keras.Input((4,), dtype="uint8"), ("'float32' or 'float64'", "uint8")),
        (lambda: keras.Input((4,), batch_shape=(None, 4)), ("One of `shape`", "(4,)")),
        (lambda: keras.Sequential([3]), ("Only layers", "3", "int")),
        (lambda: keras.Sequential([make_model()]), ("Models within models", "Sequential")),
        (
            lambda: keras.Sequential([layers.Dense(2, name="a"), layers.Dense(2, name="a")]),
            ("names of their own", "'a'"),
        ),
        (lambda: keras.Sequential(name=3), ("`name`", "3")),
    ],
)
def test_arguments_of_layers_and_models(work, words):
    refused(work, *words)


def test_shapes_that_do_not_follow_each_other():
    chain = [keras.Input((4,)), layers.Dense(6), layers.Reshape((5,), name="five")]
    refused(lambda: keras.Sequential(chain), "Layer 1", '"five"', "(None, 5)", "(None, 6)")
    other = [keras.Input((4,)), layers.Dense(3, activation="glu", name="half")]
    refused(lambda: keras.Sequential(other), "Layer 0", '"half"', "even", "(None, 4)")
    refused(lambda: layers.Reshape((5,))(np.zeros((2, 4))), '"reshape', "(None, 5)", "(None, 4)")
    refused(lambda: layers.Dense(2)(np.zeros(3)), '"dense', "axis", "(None,)")


def test_a_layer_that_was_built_for_another_shape():
    model = make_model()
    first = model.layers[0]
    words = (f'"{first.name}"', "(None, 4)", "(4, 5)", "(None, 7)")
    refused(lambda: keras.Sequential([keras.Input((7,)), first]), "Layer 0", *words)
    refused(lambda: first(np.zeros((2, 7))), *words)
    refused(lambda: first.build((None, 7)), *words)


def test_adding_what_does_not_fit_leaves_the_model():
    model = regressor()
    unchanged(model, lambda: model.add(layers.Reshape((7,))), "Layer 2", "(None, 7)", "(None, 3)")
    unchanged(model, lambda: model.add(layers.Dense(2, dtype="float64")), "float32", "float64")
    unchanged(model, lambda: model.add(keras.Input((3,))), "before all layers", "InputLayer")
    unchanged(model, lambda: model.add(None), "Only layers", "None")
    model.fit(X, Y, verbose=0)


def test_two_float_types_name_both_layers():
    first, second = layers.Dense(2, name="single"), layers.Dense(2, name="double", dtype="float64")
    refused(
        lambda: keras.Sequential([keras.Input((4,)), first, second]),
        '"single"',
        "float32",
        '"double"',
        "float64",
    )
    refused(
        lambda: keras.Sequential([keras.Input((4,), dtype="float64", name="into"), first]),
        "'into'",
        "float64",
        "'single'",
        "float32",
    )


def test_sizes_whose_product_overflows():
    wide = layers.Dense(2**40, name="wide")
    refused(
        lambda: keras.Sequential([keras.Input((2**40,)), wide]),
        "Layer 0",
        "'wide'",
        f"(None, {2**40})",
        "more",
        "than memory can hold",
    )
    assert not wide.built
    refused(lambda: layers.Dense(2**62, name="vast")(np.zeros((1, 4))), "vast", "memory can hold")
    model = regressor()
    unchanged(model, lambda: model.add(layers.Dense(2**62)), "Layer 2", "memory can hold")
    refused(lambda: keras.Sequential([keras.Input((2**40, 2**40)), layers.Flatten()]), "memory")


# ---- Compile


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"optimizer": "adamm"}, ("optimizer", "adamm", "'adam'")),
        ({"optimizer": 3}, ("optimizer", "3")),
        ({"loss": "mean_squared"}, ("loss", "mean_squared", "'mean_squared_error'")),
        ({"loss": lambda y_true, y_pred: 0}, ("loss", "Python", "lambda")),
        ({"metrics": ["acuracy"]}, ("metric", "acuracy", "'accuracy'")),
        ({"metrics": "accuracy"}, ("`metrics` must be a list", "accuracy")),
        ({"metrics": [lambda y_true, y_pred: 0]}, ("metrics", "Python")),
        ({"loss_weights": [1]}, ("loss_weights", "[1]")),
        ({"weighted_metrics": ["mse"]}, ("weighted_metrics", "mse")),
        ({"steps_per_execution": 4}, ("steps_per_execution", "4")),
    ],
)
def test_compile(arguments, words):
    model = regressor()
    kept = model.optimizer, model.loss
    unchanged(model, lambda: model.compile(**({"optimizer": "sgd"} | arguments)), *words)
    assert (model.optimizer, model.loss) == kept
    model.fit(X, Y, verbose=0)


@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_before_compile(method):
    model = make_model()
    unchanged(model, lambda: getattr(model, method)(X, Y), "compiled before", method, "compile()")


def test_without_a_loss():
    model = make_model()
    model.compile("sgd")
    unchanged(model, lambda: model.fit(X, Y), "no loss", "compile")


# ---- Data


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
        (X[:, :3], Y, ("`x`", "layer 0 'dense", "(None, 4)", f"({ROWS}, 3)")),
        (X[:, :, None], Y, ("`x`", "(None, 4)", f"({ROWS}, 4, 1)")),
        (X[:, 0], Y, ("`x`", "(None, 4)", f"({ROWS},)")),
        (X, Y[:, 0], ("`y`", "(None, 3)", "layer 1 'dense", f"({ROWS},)")),
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


@pytest.mark.parametrize("value", [None, 3.5, {"a": X}, (i for i in range(3)), {1, 2}, object()])
def test_what_is_no_array(value):
    model = regressor()
    for call in (*data_calls(model, x=value), lambda: model.predict(value), lambda: model(value)):
        unchanged(model, call, "NumPy array", "Received", type(value).__name__, error=TypeError)
    for call in data_calls(model, y=value):
        unchanged(model, call, "`y`", type(value).__name__, error=TypeError)


@pytest.mark.parametrize("method", ["predict", "predict_on_batch", "__call__"])
def test_inputs_of_a_prediction(method):
    model = make_model()
    call = getattr(model, method)
    unchanged(model, lambda: call(X[:, :3]), "layer 0 'dense", "(None, 4)", f"({ROWS}, 3)")
    unchanged(model, lambda: call([[1, 2], [3]]), "ragged")
    if method != "__call__":
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


@pytest.mark.parametrize("batch_size", [1, 7, 100])
@pytest.mark.parametrize("shuffle", [True, False])
def test_a_fit_goes_back_to_where_it_began(batch_size, shuffle):
    """Found in the first epoch, perhaps after many steps: weights, slots and counters are as before."""
    options = {"batch_size": batch_size, "shuffle": shuffle, "verbose": 0, "epochs": 3}
    for optimizer in ("adam", keras.optimizers.SGD(0.1, momentum=0.9)):
        model, other = regressor(optimizer), regressor(type(optimizer)() if 0 else optimizer)
        model.fit(X, Y, verbose=0)
        before = model.get_weights(), int(model.optimizer.iterations)
        bad = with_one(X, (ROWS - 1, 0), np.nan)
        unchanged(model, lambda: model.fit(bad, Y, **options), f"x[{ROWS - 1}, 0]")
        unchanged(
            model,
            lambda: model.fit(X, Y, validation_data=(bad, Y), **options),
            "validation x",
            f"[{ROWS - 1}, 0]",
        )
        assert int(model.optimizer.iterations) == before[1]
        del other


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


@pytest.mark.parametrize("label", [-1, 3, 0.5, np.nan, 2**31, 2**40, np.inf])
@pytest.mark.parametrize("call", range(5))
def test_labels_out_of_range(call, label):
    model = classifier("adam")
    y = with_one(IDS, 17, label)
    shown = "nan" if np.isnan(label) else f"{label:g}"
    unchanged(model, data_calls(model, y=y)[call], "`y`", "0 to 2", shown, "row 17")
    unchanged(model, data_calls(model, y=y[:, None])[call], "`y`", "0 to 2", shown, "row 17")


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (np.eye(3)[IDS], ("`y`", "(None,)", "class id", "(None, 3)", f"({ROWS}, 3)")),
        (IDS[:, None, None], ("`y`", "(None,)", f"({ROWS}, 1, 1)")),
    ],
)
def test_shapes_of_labels(y, words):
    model = classifier()
    for call in data_calls(model, y=y):
        unchanged(model, call, *words)


# ---- Arguments of fit, evaluate, predict


@pytest.mark.parametrize(
    ("options", "words"),
    [
        *(({"batch_size": n}, ("`batch_size`", "positive", repr(n))) for n in (0, -1, 2.5, True)),
        ({"validation_batch_size": 0}, ("`validation_batch_size`", "0")),
        *(({"epochs": n}, ("`epochs`", "at least 0", repr(n))) for n in (-1, 2.5, True, None)),
        ({"initial_epoch": -1}, ("`initial_epoch`", "-1")),
        *(({"validation_freq": n}, ("`validation_freq`", repr(n))) for n in (0, [1, 2])),
        *(({"validation_split": n}, ("`validation_split`", repr(n))) for n in (-0.1, 1, 1.5, "a")),
        ({"validation_split": 0.001}, ("both sides", "0.001")),
        ({"validation_split": 0.99}, ("both sides", "0.99")),
        ({"validation_data": X}, ("`validation_data`", "ndarray")),
        ({"validation_data": (X,)}, ("`validation_data`", "length 1")),
        ({"validation_data": (X, Y[:-1])}, ("`validation x` and `validation y`",)),
        ({"validation_data": (X[:, :2], Y)}, ("`validation x`", "(None, 4)")),
        ({"validation_data": (X, Y[:, :2])}, ("`validation y`", "(None, 3)")),
        ({"validation_data": (X, Y, Y)}, ("`validation sample_weight`", "(23, 3)")),
        ({"sample_weight": np.ones(5)}, ("`sample_weight`", "(23,)", "(5,)")),
        ({"sample_weight": Y}, ("`sample_weight`", "(23, 3)")),
        ({"verbose": 3}, ("`verbose`", "3")),
        ({"verbose": "yes"}, ("`verbose`", "yes")),
        ({"shuffle": "batch"}, ("`shuffle`", "batch")),
        ({"class_weight": {0: 1.0}}, ("`class_weight`", "not supported yet")),
        ({"steps_per_epoch": 2}, ("`steps_per_epoch`", "not supported yet", "2")),
        ({"validation_steps": 2}, ("`validation_steps`", "not supported yet", "2")),
    ],
)
def test_arguments_of_fit(options, words):
    model = regressor()
    unchanged(model, lambda: model.fit(X, Y, **options), *words)


def test_arguments_of_evaluate_and_predict():
    model = regressor()
    for call in (lambda **o: model.evaluate(X, Y, **o), lambda **o: model.predict(X, **o)):
        unchanged(model, lambda call=call: call(batch_size=0), "`batch_size`", "0")
        unchanged(model, lambda call=call: call(verbose=3), "`verbose`", "3")
        unchanged(model, lambda call=call: call(steps=3), "`steps`", "not supported yet")
    unchanged(
        model, lambda: model.train_on_batch(X, Y, class_weight={0: 1}), "`class_weight`", "yet"
    )
    unchanged(model, lambda: model(X, mask=Y), "`mask`", "yet")


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([], ("as many", "4", "0")),
        ([X] * 5, ("as many", "4", "5")),
        ([np.zeros((5, 4)), *[0] * 3], ("weights[0]", "kernel", "(4, 5)", "(5, 4)")),
        (3, ("list of arrays", "int")),
        ([[[1, 2], [3]], *[0] * 3], ("weights[0]", "object")),
        ([np.zeros((FEATURES, 5)), np.zeros(5), np.zeros((5, 3)), ["a"] * 3], ("weights[3]", "U1")),
        (
            [np.zeros((FEATURES, 5)), np.zeros(5), np.zeros((5, 3)), 1.0],
            ("weights[3]", "(3,)", "()"),
        ),
    ],
)
def test_weights(weights, words):
    model = regressor()
    unchanged(model, lambda: model.set_weights(weights), *words)
