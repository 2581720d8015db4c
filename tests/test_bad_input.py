"""Arguments that do not fit are one clear error, and nothing is changed."""

from functools import partial

import numpy as np
import pytest

import cornu as keras
from bad_input import refused, unchanged
from small_models import FEATURES, make_model, regression, regressor

layers = keras.layers
X, Y = regression()
HUGE = 10**400


@pytest.mark.parametrize(
    ("work", "name"),
    [
        (lambda: keras.activations.leaky_relu([1.0], negative_slope=HUGE), "negative_slope"),
        (lambda: keras.callbacks.EarlyStopping(baseline=HUGE), "baseline"),
        (lambda: keras.initializers.RandomNormal(HUGE), "mean"),
        (lambda: keras.initializers.VarianceScaling(HUGE), "scale"),
        (lambda: keras.losses.BinaryCrossentropy(label_smoothing=HUGE), "label_smoothing"),
        (lambda: keras.metrics.BinaryAccuracy(threshold=HUGE), "threshold"),
        (lambda: keras.optimizers.SGD(HUGE), "learning_rate"),
        (lambda: keras.random.uniform((2,), 0, HUGE), "maxval"),
        (lambda: layers.Dropout(HUGE), "rate"),
    ],
)
def test_integers_beyond_all_floats(work, name):
    refused(work, f"`{name}`", f"Received: {name}=1000")


PAIR = np.array([0.5, 2.0])


@pytest.mark.parametrize(
    ("work", "name"),
    [
        (
            lambda: keras.activations.specification(partial(keras.activations.glu, axis=PAIR)),
            "axis",
        ),
        (lambda: keras.initializers.VarianceScaling(mode=PAIR), "mode"),
        (lambda: keras.losses.BinaryCrossentropy(axis=PAIR).specification, "axis"),
        (lambda: keras.optimizers.SGD(PAIR, lr=0.1), "lr"),
    ],
)
def test_an_array_in_the_place_of_one_value(work, name):
    refused(work, f"`{name}`", "Received: ")


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
        (lambda: layers.Dense(2, kernel_initializer="glorot"), ("initializer", "glorot", "Glorot")),
        (lambda: layers.Dense(2, use_bias="no"), ("`use_bias`", "True or False", "no")),
        (lambda: layers.Dense(2, dtype="mixed_float16"), ("dtype", "precision", "mixed_float16")),
        (lambda: layers.Dense(2, dtype="bfloat16"), ("dtype", "precision", "bfloat16")),
        (lambda: layers.Dense(2, dtype="int32"), ("'float32' or 'float64'", "int32")),
        (lambda: layers.Dense(2, foo=3), ("Unrecognized", "Dense", "foo")),
        (lambda: layers.Dense(2, kernel_regularizer="l5"), ("regularizer", "l5", "l2")),
        (lambda: layers.Dense(2, activity_regularizer=3), ("regularizer", "3", "int")),
        (lambda: layers.Dense(2, bias_constraint="maxnrm"), ("constraint", "maxnrm", "maxnorm")),
        (lambda: layers.Dense(2, autocast=False), ("autocast", "False")),
        (lambda: layers.Dense(2, name="a/b"), ("`name`", "a/b")),
        (lambda: layers.Dense(2, name=3), ("`name`", "3")),
        (lambda: layers.Dense(2, trainable=2), ("`trainable`", "2")),
        (lambda: layers.Dense(2, input_shape=4), ("input_shape", "(4,)", "4")),
        (lambda: layers.Dense(2, input_dim=0.5), ("input_dim", "0.5")),
        (lambda: layers.Dense(2, input_dim=3, input_shape=(3,)), ("Only one",)),
        (lambda: layers.Dropout(1.5), ("`rate`", "between 0 and 1", "1.5")),
        (lambda: layers.Dropout("a"), ("`rate`", "a")),
        (lambda: layers.Dropout(0.5, noise_shape=3), ("`noise_shape`", "3")),
        (
            lambda: layers.Dropout(0.5, noise_shape=(None, 0)),
            ("`noise_shape`", "positive", "(None, 0)"),
        ),
        (lambda: layers.Dropout(0.5, seed=1.5), ("`seed`", "1.5")),
        (lambda: layers.Reshape((-1, -1)), ("`target_shape`", "-1")),
        (lambda: layers.Reshape((2, -3)), ("`target_shape`", "-3")),
        (lambda: layers.Reshape((2.5,)), ("`target_shape`", "2.5")),
        (lambda: layers.Flatten("x"), ("`data_format` argument", "'channels_first'", "='x'")),
        (lambda: keras.Input(4), ("`shape`", "(4,)", "4")),
        (lambda: keras.Input(), ("`shape`", "None")),
        (lambda: keras.Input((None, 4)), ("`shape`", "known", "None")),
        (lambda: keras.Input((-4,)), ("`shape`", "-4")),
        (lambda: keras.Input((4,), sparse=True), ("`sparse`", "True")),
        (lambda: keras.Input((4,), dtype="uint8"), ("'float32' or 'float64'", "uint8")),
        (lambda: keras.Input((4,), batch_shape=(None, 4)), ("One of `shape`", "(4,)")),
        (lambda: keras.Sequential([3]), ("Only instances", "3", "int")),
        (
            lambda: keras.Sequential([layers.Dense(2, name="a"), layers.Dense(2, name="a")]),
            ("unique names", '"a"'),
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
    unchanged(model, lambda: model.add(None), "Only instances", "None")
    model.fit(X, Y, verbose=0)


def test_two_float_types_name_both_layers():
    first, second = layers.Dense(2, name="single"), layers.Dense(2, name="double", dtype="float64")
    refused(
        lambda: keras.Sequential([keras.Input((4,)), first, second]),
        'layer 0 "single"',
        "float32",
        'layer 1 "double"',
        "float64",
    )
    refused(
        lambda: keras.Sequential([keras.Input((4,), dtype="float64", name="into"), first]),
        '"into"',
        "float64",
        '"single"',
        "float32",
    )


def test_sizes_whose_product_overflows():
    wide = layers.Dense(2**40, name="wide")
    refused(
        lambda: keras.Sequential([keras.Input((2**40,)), wide]),
        "Layer 0",
        '"wide"',
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
        ({"metrics": ["acuracy"]}, ("metric", "acuracy", "'accuracy'")),
        ({"metrics": "accuracy"}, ("`metrics` must be a list", "accuracy")),
        ({"loss_weights": [1, 2]}, ("loss_weights", "one number", "[1, 2]")),
        ({"loss_weights": "a"}, ("loss_weights", "'a'")),
        ({"weighted_metrics": ["acuracy"]}, ("metric", "acuracy", "'accuracy'")),
        ({"weighted_metrics": "mse"}, ("`weighted_metrics` must be a list", "mse")),
        ({"steps_per_execution": 0}, ("steps_per_execution", "0")),
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


# ---- Arguments of fit, evaluate, predict


@pytest.mark.parametrize(
    ("options", "words"),
    [
        *(({"batch_size": n}, ("`batch_size`", "positive", repr(n))) for n in (0, -1, 2.5, True)),
        ({"validation_batch_size": 0}, ("`validation_batch_size`", "0")),
        *(({"epochs": n}, ("`epochs`", "at least 0", repr(n))) for n in (-1, 2.5, True, None)),
        ({"initial_epoch": -1}, ("`initial_epoch`", "-1")),
        *(({"validation_freq": n}, ("`validation_freq`", repr(n))) for n in (0, [1, 2.5], "a")),
        *(({"validation_split": n}, ("`validation_split`", repr(n))) for n in (-0.1, 1, 1.5, "a")),
        ({"validation_split": 0.99}, ("both sides", "0.99")),
        ({"validation_data": X}, ("`validation_data`", "ndarray")),
        ({"validation_data": (X,)}, ("`validation_data`", "length 1")),
        ({"validation_data": (X, Y[:-1])}, ("`validation x` and `validation y`",)),
        ({"validation_data": (X[:, :2], Y)}, ("`validation x`", "(None, 4)")),
        ({"validation_data": (X, Y[:, :2])}, ("`validation y`", "(None, 3)")),
        ({"validation_data": (X, Y, Y)}, ("`validation sample_weight`", "(23, 3)")),
        ({"sample_weight": np.ones(5)}, ("`sample_weight`", "23", "(5,)")),
        ({"sample_weight": Y}, ("`sample_weight`", "(23, 3)")),
        ({"verbose": 3}, ("`verbose`", "3")),
        ({"verbose": "yes"}, ("`verbose`", "yes")),
        ({"shuffle": "rows"}, ("`shuffle`", "rows")),
        ({"class_weight": {0: 1.0}}, ("`class_weight`", "class 1", "has none")),
        ({"class_weight": {0: 1, 1: 1, 2: 1, 3: 1}}, ("`class_weight`", "0 to 2", "class 3")),
        ({"class_weight": {0: 1, 1: 1, 2: np.nan}}, ("`class_weight[2]`", "nan")),
        ({"class_weight": "even"}, ("`class_weight`", "'balanced'", "even")),
        ({"steps_per_epoch": 0}, ("`steps_per_epoch`", "positive", "0")),
        ({"validation_steps": 2.5}, ("`validation_steps`", "positive", "2.5")),
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
        unchanged(model, lambda call=call: call(steps=0), "`steps`", "0")
    unchanged(
        model, lambda: model.train_on_batch(X, Y, class_weight={0: 1}), "`class_weight`", "class 1"
    )
    unchanged(model, lambda: model(X, mask="no"), "`mask`", "numbers or bools")


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
