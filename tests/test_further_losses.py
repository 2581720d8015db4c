"""Focal, generalized, overlap, quantile and circle losses: arguments, configurations, models.

Values recorded from Keras are in test_oracle_further_losses.py.
"""

import numpy as np
import pytest

import cornu as keras
from cornu import _core, losses
from signatures import bare_signature
from test_gradients import check

TAIL = "reduction='sum_over_batch_size', name="
FOCAL = "alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1"
SIGNATURES = {
    "BinaryFocalCrossentropy": f"(apply_class_balancing=False, {FOCAL}, {TAIL}"
    "'binary_focal_crossentropy', dtype=None)",
    "CategoricalFocalCrossentropy": f"({FOCAL}, {TAIL}'categorical_focal_crossentropy', "
    "dtype=None)",
    "CategoricalGeneralizedCrossEntropy": f"(q=0.5, {TAIL}"
    "'categorical_generalized_cross_entropy', dtype=None)",
    "Dice": f"({TAIL}'dice', axis=None, dtype=None)",
    "Tversky": f"(alpha=0.5, beta=0.5, {TAIL}'tversky', axis=None, dtype=None)",
    "Circle": f"(gamma=80.0, margin=0.4, remove_diagonal=True, {TAIL}'circle', dtype=None)",
    "circle": "(y_true, y_pred, ref_labels=None, ref_embeddings=None, remove_diagonal=True, "
    "gamma=80, margin=0.4)",
    "binary_focal_crossentropy": f"(y_true, y_pred, apply_class_balancing=False, {FOCAL})",
    "categorical_focal_crossentropy": f"(y_true, y_pred, {FOCAL})",
    "categorical_generalized_cross_entropy": "(y_true, y_pred, q)",
    "dice": "(y_true, y_pred, axis=None)",
    "tversky": "(y_true, y_pred, alpha=0.5, beta=0.5, axis=None)",
}
MADE = [
    losses.BinaryFocalCrossentropy(True, 0.4, 1.5, label_smoothing=0.1),
    losses.BinaryFocalCrossentropy(gamma=0.0, from_logits=True),
    losses.CategoricalFocalCrossentropy([0.1, 0.5, 0.9], 3.0),
    losses.CategoricalFocalCrossentropy(from_logits=True, label_smoothing=0.2),
    losses.CategoricalGeneralizedCrossEntropy(0.3),
    losses.Dice(),
    losses.Dice(axis=-1),
    losses.Tversky(0.2, 0.9, reduction="mean_with_sample_weight"),
    losses.QuantileLoss([0.2, 0.5, 0.7], name="pinball"),
    losses.Circle(2.0, 0.3, reduction="mean_with_sample_weight"),
    losses.Circle(1.0, remove_diagonal=False),
]


def test_signatures_are_kerass():
    for name, expected in SIGNATURES.items():
        assert bare_signature(getattr(losses, name)) == expected


def batch(loss, rows=7):
    rng = np.random.default_rng(2)
    x = rng.standard_normal((rows, 4))
    if isinstance(loss, losses.CategoricalGeneralizedCrossEntropy):
        return x, rng.integers(0, 3, rows)
    if isinstance(loss, losses.QuantileLoss):
        return x, rng.standard_normal(rows)
    if isinstance(loss, losses.Circle):
        return x, np.array([-4, 9, 9, -4, 9, 0, -4])
    return x, rng.uniform(0.1, 0.9, (rows, 3))


def model_for(loss):
    keras.utils.set_random_seed(5)
    logits = getattr(loss, "from_logits", False) or isinstance(loss, losses.QuantileLoss)
    last = "linear" if logits else "softmax"
    f64 = {"dtype": "float64"}
    hidden = keras.layers.Dense(6, activation="tanh", **f64)
    return keras.Sequential(
        [keras.Input((4,), **f64), hidden, keras.layers.Dense(3, activation=last, **f64)]
    )


@pytest.mark.parametrize("loss", MADE, ids=lambda loss: type(loss).__name__)
def test_gradients_and_the_loss_of_a_batch(loss):
    x, y = batch(loss)
    model = model_for(loss)
    model.compile("sgd", loss)
    check(model, x, y)
    weights = np.array([1.0, 0.5, 0.0, 2.0, 1.0, 3.0, 0.1])
    check(model, x, y, sample_weight=weights)
    prediction = model.predict(x, verbose=0)
    again = type(loss).from_config(loss.get_config())
    assert again.get_config() == loss.get_config()
    called = np.asarray(loss.call(y.astype(float), prediction))
    for sample_weight in (None, weights):
        expected = float(again(y, prediction, sample_weight))
        came = model.evaluate(x, y, sample_weight=sample_weight, batch_size=7, verbose=0)
        assert came == pytest.approx(expected, rel=1e-6)
    assert called.shape in ((), (7,))


def test_sets_of_samples_with_several_axes():
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((5, 2, 3)), rng.integers(0, 2, (5, 2, 4)).astype(float)
    f64 = {"dtype": "float64"}
    for axis in ((1, 2), -1, None):
        loss = losses.Tversky(0.3, 0.6, axis=axis)
        model = keras.Sequential(
            [keras.Input((2, 3), **f64), keras.layers.Dense(4, activation="sigmoid", **f64)]
        )
        model.compile("sgd", loss, metrics=["mae"])
        value, error = model.evaluate(x, y, verbose=0)
        prediction = model.predict(x, verbose=0)
        assert value == pytest.approx(float(loss(y, prediction)), rel=1e-6)
        assert error == pytest.approx(np.abs(y - prediction).mean(), rel=1e-12)
        model.compile("sgd", loss, metrics=[])
        check(model, x, y, sample_weight=np.array([1.0, 0.5, 0.0, 2.0, 1.0]))
    model.compile("sgd", losses.Dice(axis=1))
    with pytest.raises(ValueError, match="`axis` of a loss of sets must be None"):
        model.evaluate(x, y, verbose=0)


def test_circle_of_references_and_of_labels():
    """Of other rows than the batch's, of any whole numbers; a row without likes counts nothing."""
    rng = np.random.default_rng(6)
    embeddings = rng.standard_normal((7, 3))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    labels = np.array([-4, 9, 9, -4, 9, 0, -4])
    whole = losses.circle(labels, embeddings, gamma=2)
    again = losses.circle(labels[:, None], embeddings, labels, embeddings, gamma=2)
    assert whole.dtype == np.float64
    assert np.array_equal(whole, again)
    assert whole[5] == 0
    assert (whole[:5] > 0).all()
    part = losses.circle(labels[:2], embeddings[:2], labels, embeddings, gamma=2)
    assert np.array_equal(part, whole[:2])
    assert losses.circle(labels * 0, embeddings).tolist() == [0.0] * 7
    assert losses.circle([], np.ones((0, 3)), [1], [[1.0, 2.0, 3.0]]).shape == (0,)
    # The mean is of those that count.
    assert losses.Circle(2.0, dtype="float64")(labels, embeddings) == whole.sum() / 6
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    x = rng.standard_normal((7, 4))
    model.compile("sgd", "circle")
    assert np.isfinite(model.evaluate(x, np.array([2**31 - 1, -(2**31), 5, 5, 5, 5, 5]), verbose=0))
    # With a metric of class ids labels are such.
    model.compile("sgd", "circle", metrics=["accuracy"])
    with pytest.raises(ValueError, match="whole numbers from 0 to 2"):
        model.evaluate(x, labels, verbose=0)
    assert len(model.evaluate(x, labels % 3, verbose=0)) == 2


def test_circle_in_a_loss_of_ones_own():
    pytest.importorskip("autograd")
    x, y = batch(losses.Circle())
    given = {"gamma": 1.5, "margin": 0.2}
    model = model_for(losses.Circle())

    def against_the_first_three(y_true, y_pred):
        return keras.losses.circle(y_true[:, 0], y_pred, y_true[:3, 0], y_pred[:3], **given)

    model.compile("sgd", against_the_first_three)
    check(model, x, np.repeat(y[:, None], 3, 1))


def test_quantiles_of_a_sample():
    rng = np.random.default_rng(4)
    x, y = rng.standard_normal((500, 1)), rng.standard_normal(500)
    levels = [0.1, 0.5, 0.8]
    for targets in (y, y[:, None], np.repeat(y[:, None], 3, 1)):
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(3)])
        model.compile(keras.optimizers.Adam(0.05), losses.QuantileLoss(levels), metrics=["mae"])
        model.fit(x, targets, epochs=12, validation_data=(x[:9], targets[:9]), verbose=0)
        below = (y[:, None] <= model.predict(x, verbose=0)).mean(axis=0)
        np.testing.assert_allclose(below, levels, atol=0.06)
    assert losses.quantile_loss(2.0 * np.ones(2), np.ones((2, 1)), 0.25).tolist() == [0.25, 0.25]
    _, (kernel, _) = model.loss_and_gradients(np.ones((1, 1)), model.predict([[1.0]], verbose=0))
    # Where it has a corner the derivative is the mean of both sides'.
    np.testing.assert_allclose(kernel[0], (0.5 - np.array(levels)) / 3, rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: losses.CategoricalGeneralizedCrossEntropy(1.0), r"`q` must be a number in \(0, 1"),
        (lambda: losses.BinaryFocalCrossentropy(gamma="a"), "`gamma` must be a finite number"),
        (lambda: losses.BinaryFocalCrossentropy(alpha=[1, 2]), "`alpha` must be a finite number"),
        (lambda: losses.CategoricalFocalCrossentropy(alpha=[[1.0]]), "`alpha` must be a finite"),
        (lambda: losses.CategoricalFocalCrossentropy(label_smoothing=2), "`label_smoothing` must"),
        (lambda: losses.Tversky(beta=None), "`beta` must be a finite number"),
        (lambda: losses.QuantileLoss([0.5, 1.0]), "`quantiles` must be a number in"),
        (lambda: losses.QuantileLoss([]), "`quantiles` must be a number in"),
        (lambda: losses.quantile_loss([1.0], [[1.0, 2.0]], 0.5), "must have a column for each"),
        (lambda: losses.Circle(gamma="a"), "`gamma` must be a finite number"),
        (lambda: losses.circle([1, 2], np.ones((3, 2))), "with one label each"),
        (lambda: losses.circle([1, 2.5], np.ones((2, 2))), "`y_true` must hold whole numbers"),
        (lambda: losses.circle([1], [[1.0]], [2**31], [[1.0]]), "`ref_labels` must hold whole"),
        (lambda: losses.circle([1], [[1.0]], [2], [[1.0, 2.0]]), "must have as many columns"),
        (lambda: losses.quantile_loss(np.ones(3), np.ones((2, 1)), 0.5), "without its axis of"),
        (
            lambda: losses.CategoricalFocalCrossentropy([1, 2])(np.ones((2, 3)), np.ones((2, 3))),
            "must have 3 numbers for predictions of 3 columns. Received: 2",
        ),
    ],
)
def test_refused(make, why):
    with pytest.raises(ValueError, match=why):
        make()


def test_refused_in_models():
    x, y = np.ones((2, 4)), np.ones((2, 3))
    model = model_for(losses.Dice())
    model.compile("sgd", losses.CategoricalFocalCrossentropy([0.5, 0.5]))
    with pytest.raises(ValueError, match="must have 3 numbers for predictions of 3 columns"):
        model.evaluate(x, y, verbose=0)
    model.compile("sgd", "mse", metrics=[losses.Dice()])
    with pytest.raises(ValueError, match="must have a value for each row"):
        model.evaluate(x, y, verbose=0)
    model.compile("sgd", "circle", metrics=[losses.Circle()])
    with pytest.raises(ValueError, match="must have a value for each row"):
        model.evaluate(x, np.ones(2), verbose=0)
    model.compile("sgd", "circle", metrics=[])
    with pytest.raises(ValueError, match="must hold labels, whole numbers"):
        model.evaluate(x, np.array([1, 0.5]), verbose=0)
    deep = keras.Sequential([keras.Input((2, 3)), keras.layers.Dense(2)])
    deep.compile("sgd", "circle")
    with pytest.raises(ValueError, match="needs one embedding a row"):
        deep.evaluate(np.ones((2, 2, 3)), np.ones((2, 2)), verbose=0)
    model.compile("sgd", losses.Dice(reduction="sum"), loss_weights=2.0, metrics=[])
    with pytest.raises(ValueError, match="'sum' over the batch"):
        model.evaluate(x, y, verbose=0)
    model.compile("sgd", losses.Dice(), loss_weights=2.0)
    assert model.evaluate(x, y, verbose=0) > 1
    spec = ("huber", False, 0.0, "sum", 1.0, np.empty(0), "batch")
    with pytest.raises(ValueError, match="Only an overlap may be taken of more than rows"):
        model._core.compile(spec, None, [], 0)
    for spec in (
        ("dice", False, 0.0, "sum", 1.0, np.empty(0), "all"),
        ("dice", False, 0.0, "sum", 1.0, np.empty(0, "f4"), "row"),
        ("tversky", False, 0.0, "sum", 1.0, np.empty(0), "row"),
        ("circle", False, 0.0, "sum", 1.0, np.empty(2), "row"),
    ):
        with pytest.raises(ValueError, match=r"row|vector|numbers"):
            _core.loss_rows(spec, y[:, 0].copy() if spec[0] == "circle" else y, y)


def test_a_probability_of_zero_moves_nothing():
    loss = losses.CategoricalGeneralizedCrossEntropy()
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2, activation="softmax")])
    model.set_weights([np.array([[200.0, -200.0]]), np.zeros(2)])
    model.compile("sgd", loss, metrics=["accuracy"])
    value, gradients = model.loss_and_gradients(np.ones((1, 1)), [1])
    assert value == 2.0
    assert all((gradient == 0).all() for gradient in gradients)
    assert model.evaluate(np.ones((2, 1)), [0, 1], verbose=0)[1] == 0.5
