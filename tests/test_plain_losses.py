"""Regression, hinge and probabilistic losses and their metrics: names, options, models.

Values recorded from Keras are in test_oracle_plain_losses.py.
"""

import pickle

import numpy as np
import pytest

import cornu as keras
from cornu import losses, metrics
from signatures import bare_signature
from test_gradients import check

CLASSES = {
    "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
    "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
    "huber": "Huber",
    "log_cosh": "LogCosh",
    "cosine_similarity": "CosineSimilarity",
    "poisson": "Poisson",
    "kl_divergence": "KLDivergence",
    "hinge": "Hinge",
    "squared_hinge": "SquaredHinge",
    "categorical_hinge": "CategoricalHinge",
}
ALIASES = {
    "mape": "mean_absolute_percentage_error",
    "MAPE": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "MSLE": "mean_squared_logarithmic_error",
    "kld": "kl_divergence",
    "KLD": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
    "cosine_proximity": "cosine_similarity",
    "huber_loss": "huber",
}
METRICS = {
    "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
    "kl_divergence": "KLDivergence",
    "KLD": "KLDivergence",
    "logcosh": "LogCoshError",
    "log_cosh_error": "LogCoshError",
    "hinge": "Hinge",
    "squared_hinge": "SquaredHinge",
    "categorical_hinge": "CategoricalHinge",
    "poisson": "Poisson",
    "cosine_similarity": "CosineSimilarity",
    "root_mean_squared_error": "RootMeanSquaredError",
}


def test_signatures_are_kerass():
    tail = "reduction='sum_over_batch_size', name='{}', dtype=None)"
    for function, name in CLASSES.items():
        options = {"huber": ", delta=1.0", "cosine_similarity": ", axis=-1"}.get(function, "")
        assert bare_signature(getattr(losses, function)) == f"(y_true, y_pred{options})"
        given = "huber_loss" if function == "huber" else function
        lead = f"({options[2:]}, " if options else "("
        assert bare_signature(getattr(losses, name)) == lead + tail.format(given)


def test_names():
    for function, name in CLASSES.items():
        assert losses.get(function) is getattr(losses, function)
        assert type(losses.get(name)) is getattr(losses, name)
        assert type(losses.for_compile(function)) is getattr(losses, name)
    for alias, function in ALIASES.items():
        assert losses.get(alias) is getattr(losses, function)
        assert losses.for_compile(alias).name == alias
    for alias, name in METRICS.items():
        assert type(metrics.get(alias)) is getattr(metrics, name)
        assert type(metrics.get(name)) is getattr(metrics, name)
        assert metrics.for_compile(alias).name == alias


@pytest.mark.parametrize("function", CLASSES)
def test_config_makes_the_same_again(function):
    build = getattr(losses, CLASSES[function])
    options = {"huber": {"delta": 0.5}, "cosine_similarity": {"axis": 0}}.get(function, {})
    made = build(reduction="sum", name="mine", **options)
    assert made.get_config() == {"name": "mine", "reduction": "sum", **options}
    again = build.from_config(made.get_config())
    assert again.get_config() == made.get_config()
    pair = np.array([[0.5, 0.25], [1, 0.75]]), np.array([[0.25, 0.75], [0.5, 1]])
    assert again(*pair) == made(*pair) == pickle.loads(pickle.dumps(made))(*pair)


def test_specification():
    expected = ("huber", False, 0.0, "sum", 2.0)
    assert losses.Huber(delta=2, reduction="sum").specification == expected
    assert losses.Hinge().specification == ("hinge", False, 0.0, "sum_over_batch_size")
    with pytest.raises(ValueError, match="`axis` of a loss or metric must be -1"):
        _ = losses.CosineSimilarity(axis=0).specification
    with pytest.raises(ValueError, match="`axis` of a loss or metric must be -1"):
        _ = metrics.CosineSimilarity(axis=0).specification
    with pytest.raises(ValueError, match="`reduction` of a loss must not be None"):
        _ = losses.Poisson(reduction=None).specification


@pytest.mark.parametrize("given", [{"delta": 1}, {"delta": 0.5}, {"axis": -1}, {"axis": 2}])
def test_a_configuration_has_what_is_not_the_default(given):
    """As Keras's, which has neither argument, else; and the loss is made again as it was."""
    make = losses.CosineSimilarity if "axis" in given else losses.Huber
    config = make(**given, name="n").get_config()
    kept = given if given in ({"delta": 0.5}, {"axis": 2}) else {}
    assert config == {"name": "n", "reduction": "sum_over_batch_size", **kept}
    assert all(getattr(make.from_config(config), name) == value for name, value in given.items())


@pytest.mark.parametrize("wrong", ["a", None, float("nan"), [1.0]])
def test_huber_refuses_a_delta_that_is_no_number(wrong):
    for call in (lambda: losses.Huber(wrong), lambda: losses.huber([1.0], [1.0], wrong)):
        with pytest.raises((TypeError, ValueError), match=r"delta|number"):
            call()


@pytest.mark.parametrize("function", CLASSES)
@pytest.mark.parametrize("columns", [1, 2, 3, 7, 8, 9, 16, 17, 31, 257, 513])
def test_rows_alone_are_those_of_a_batch(function, columns):
    rng = np.random.default_rng(columns)
    y_true = rng.uniform(0.05, 0.9, (5, columns)).astype("float32")
    y_pred = rng.uniform(0.05, 0.9, (5, columns)).astype("float32")
    call = getattr(losses, function)
    whole = call(y_true, y_pred)
    assert whole.shape == (5,)
    assert whole.dtype == "float32"
    alone = [call(y_true[i : i + 1], y_pred[i : i + 1])[0] for i in range(5)]
    np.testing.assert_array_equal(whole, alone)
    wide = call(y_true.astype(float), y_pred.astype(float))
    np.testing.assert_allclose(whole, wide, rtol=3e-5, atol=3e-6)


def test_small_errors_keep_their_digits():
    # Keras's log(1 + e^-2x) - log(2) + x has none left.
    error = np.array([[1e-4], [1e-3], [0.01]], "float32")
    expected = np.log(np.cosh(error.astype("longdouble")))[:, 0]
    result = losses.log_cosh(np.zeros_like(error), error)
    np.testing.assert_allclose(result, expected.astype(float), rtol=1e-6)


def test_shapes_that_do_not_fit():
    for function in CLASSES:
        with pytest.raises(ValueError, match=r"must have shapes that broadcast|same shape"):
            getattr(losses, function)(np.ones((4, 3)), np.ones((4, 2)))
        assert getattr(losses, function)(np.ones((0, 3)), np.ones((0, 3))).shape == (0,)


OUTPUTS = {"poisson": "softplus", "kl_divergence": "softmax"}


def small_model(function, loss=None):
    activation = OUTPUTS.get(function, "softplus" if "logarithmic" in function else "linear")
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(6, activation="tanh", dtype="float64"),
            keras.layers.Dense(3, activation=activation, dtype="float64"),
        ]
    )
    rng = np.random.default_rng(3)
    model.set_weights([rng.standard_normal(w.shape) for w in model.get_weights()])
    model.compile("sgd", loss or function)
    return model


@pytest.mark.parametrize("function", CLASSES)
@pytest.mark.parametrize("reduction", ["sum", "sum_over_batch_size", "mean_with_sample_weight"])
def test_gradients(function, reduction):
    rng = np.random.default_rng(5)
    x, y = rng.standard_normal((7, 4)), rng.uniform(0.2, 0.9, (7, 3))
    model = small_model(function, getattr(losses, CLASSES[function])(reduction=reduction))
    check(model, x, y)
    check(model, x, y, rng.uniform(0.1, 2.0, 7))


@pytest.mark.parametrize("function", ["hinge", "squared_hinge"])
def test_hinges_look_at_the_batchs_labels(function):
    rng = np.random.default_rng(5)
    x, bits = rng.standard_normal((7, 4)), rng.integers(0, 2, (7, 3))
    model = small_model(function)
    model.compile("sgd", function, metrics=[function])
    check_model = model.evaluate(x, bits, verbose=0)
    assert check_model == model.evaluate(x, 2 * bits - 1, verbose=0)
    assert check_model[0] == pytest.approx(check_model[1], rel=1e-12)
    loss, gradients = model.loss_and_gradients(x, bits)
    other, expected = model.loss_and_gradients(x, 2 * bits - 1)
    assert loss == other
    for gradient, wanted in zip(gradients, expected, strict=True):
        np.testing.assert_array_equal(gradient, wanted)
    # One label of another kind, and 0 is 0.
    mixed = bits.astype(float)
    mixed[0, 0] = -1
    assert model.evaluate(x, mixed, verbose=0)[0] != check_model[0]


@pytest.mark.parametrize("function", CLASSES)
def test_fit_makes_it_smaller(function):
    rng = np.random.default_rng(5)
    x, y = rng.standard_normal((32, 4)), rng.uniform(0.2, 0.9, (32, 3))
    model = small_model(function)
    model.compile(keras.optimizers.Adam(0.01), function)
    history = model.fit(x, y, epochs=30, verbose=0).history["loss"]
    assert history[-1] < history[0]


def test_root_mean_squared_error_in_fit():
    rng = np.random.default_rng(5)
    x, y = rng.standard_normal((10, 4)), rng.uniform(0.2, 0.9, (10, 3))
    model = small_model("huber")
    root = metrics.RootMeanSquaredError(name="root")
    model.compile("sgd", "mse", metrics=[root, "mse", metrics.CosineSimilarity()])
    history = model.fit(
        x, y, epochs=2, batch_size=3, verbose=0, validation_data=(x, y), shuffle=False
    ).history
    for prefix in ("", "val_"):
        squares = np.array(history[f"{prefix}mse"])
        np.testing.assert_allclose(np.square(history[f"{prefix}root"]), squares, rtol=1e-12)
    logs = model.evaluate(x, y, verbose=0, return_dict=True)
    assert float(root.result()) == pytest.approx(logs["root"], rel=1e-6)
    cosine = losses.cosine_similarity(y, model.predict(x, verbose=0))
    assert logs["cosine_similarity"] == pytest.approx(-float(cosine.mean()), rel=1e-12)
    assert model.get_metrics_result()["root"] == logs["root"]


def test_a_nan_among_the_other_classes_is_not_lost():
    # (1 - 1) * inf of the first class.
    got = losses.categorical_hinge([[1.0, 0.0, 0.0]], [[np.inf, 0.0, 1.0]])
    assert np.isnan(got).all()
