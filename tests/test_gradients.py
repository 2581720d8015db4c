"""The engine's gradients against central differences of its own loss, in float64."""

import numpy as np
import pytest

import cornu as keras

ROWS = 7
ACTIVATIONS = [
    "linear",
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "celu",
    "gelu",
    "silu",
    "swish",
    "sigmoid",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "tanh",
    "hard_tanh",
    "tanh_shrink",
    "softplus",
    "softsign",
    "soft_shrink",
    "hard_shrink",
    "squareplus",
    "sparse_plus",
    "sparse_sigmoid",
    "log_sigmoid",
    "exponential",
    "mish",
    "softmax",
    "log_softmax",
    "sparsemax",
    "glu",
]
LOSSES = {
    "mean_squared_error": {},
    "mean_absolute_error": {},
    "binary_crossentropy": {"from_logits": True},
    "categorical_crossentropy": {"from_logits": True},
    "sparse_categorical_crossentropy": {"from_logits": True},
}
CLASSES = {
    "mean_squared_error": keras.losses.MeanSquaredError,
    "mean_absolute_error": keras.losses.MeanAbsoluteError,
    "binary_crossentropy": keras.losses.BinaryCrossentropy,
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy,
}


def data(loss, outputs, seed=5):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((ROWS, 4, 3))
    if loss.startswith("sparse"):
        return x, rng.integers(0, outputs, ROWS)
    return x, rng.uniform(0.05, 0.95, (ROWS, outputs))


def check(model, x, y, sample_weight=None, seed=6):
    """Along three random directions through all weights at once."""
    rng = np.random.default_rng(seed)
    loss, gradients = model.loss_and_gradients(x, y, sample_weight=sample_weight)
    assert isinstance(loss, float)
    weights = [np.array(w) for w in model.trainable_weights]
    assert [g.shape for g in gradients] == [w.shape for w in weights]
    step = 1e-6
    for _ in range(3):
        direction = [rng.standard_normal(w.shape) for w in weights]
        values = []
        for sign in (1, -1):
            for weight, start, way in zip(model.trainable_weights, weights, direction, strict=True):
                weight[...] = start + sign * step * way
            values.append(model.evaluate(x, y, sample_weight=sample_weight, verbose=0))
        for weight, start in zip(model.trainable_weights, weights, strict=True):
            weight[...] = start
        expected = (values[0] - values[1]) / (2 * step)
        came = sum((g * way).sum() for g, way in zip(gradients, direction, strict=True))
        np.testing.assert_allclose(came, expected, rtol=1e-6, atol=1e-8)


def make_model(activation, outputs=4):
    keras.utils.set_random_seed(3)
    f64 = {"dtype": "float64"}
    return keras.Sequential(
        [
            keras.Input(shape=(4, 3), **f64),
            keras.layers.Dense(6, activation=activation, bias_initializer="random_normal", **f64),
            keras.layers.Flatten(**f64),
            keras.layers.Dense(8, **f64),
            keras.layers.Activation(activation, **f64),
            keras.layers.Reshape((2, -1), **f64),
            keras.layers.Flatten(**f64),
            keras.layers.Dense(outputs, **f64),
        ]
    )


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_activations_and_losses(activation, loss):
    model = make_model(activation)
    model.compile(optimizer="sgd", loss=CLASSES[loss](**LOSSES[loss]))
    check(model, *data(loss, 4))


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight"])
@pytest.mark.parametrize("loss", LOSSES)
def test_reductions_with_sample_weights(loss, reduction):
    model = make_model("tanh")
    model.compile(optimizer="sgd", loss=CLASSES[loss](reduction=reduction, **LOSSES[loss]))
    weights = np.array([1.0, 0.5, 0.0, 2.0, 1.0, 3.0, 0.1])
    check(model, *data(loss, 4), sample_weight=weights)


@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        ("softmax", "categorical_crossentropy"),
        ("softmax", "sparse_categorical_crossentropy"),
        ("sigmoid", "binary_crossentropy"),
        ("sigmoid", "categorical_crossentropy"),
        ("softplus", "categorical_crossentropy"),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_probabilities_and_crossentropies(activation, loss, apart):
    """Joined with the last activation and not, which is in the last layer or a layer of its own."""
    keras.utils.set_random_seed(3)
    f64 = {"dtype": "float64"}
    last = (
        [keras.layers.Dense(4, **f64), keras.layers.Activation(activation, **f64)]
        if apart
        else [keras.layers.Dense(4, activation=activation, **f64)]
    )
    model = keras.Sequential([keras.Input(shape=(4, 3), **f64), keras.layers.Flatten(**f64), *last])
    smoothing = {} if loss.startswith("sparse") else {"label_smoothing": 0.2}
    model.compile(optimizer="sgd", loss=CLASSES[loss](**smoothing))
    check(model, *data(loss, 4))


def test_a_layer_that_stands_twice_gets_its_gradients_added():
    keras.utils.set_random_seed(3)
    f64 = {"dtype": "float64"}
    twice = keras.layers.Dense(3, activation="tanh", **f64)
    model = keras.Sequential(
        [
            keras.Input(shape=(4, 3), **f64),
            twice,
            keras.layers.Activation("silu", **f64),
            twice,
            keras.layers.Flatten(**f64),
        ]
    )
    model.compile(optimizer="sgd", loss="mse")
    assert len(model.trainable_weights) == 2
    x, _ = data("mean_squared_error", 12)
    check(model, x, np.random.default_rng(8).standard_normal((ROWS, 12)))


def test_frozen_layers_have_no_gradient():
    model = make_model("tanh")
    model.layers[2].trainable = False
    model.compile(optimizer="sgd", loss="mse")
    assert len(model.trainable_weights) == 4
    check(model, *data("mean_squared_error", 4))


def test_dropout_draws_the_same_mask_until_a_step_is_taken():
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input(shape=(50,)),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, kernel_initializer="ones"),
        ]
    )
    model.compile(optimizer=keras.optimizers.SGD(0.0), loss="mse")
    x, y = np.ones((8, 50), "float32"), np.zeros((8, 1))
    first, again = (model.loss_and_gradients(x, y)[0] for _ in range(2))
    assert first == again
    assert model.train_on_batch(x, y) == pytest.approx(first)
    assert model.loss_and_gradients(x, y)[0] != first


def test_through_a_dropout_mask():
    """Until a step is taken the mask is the same, so the loss in training mode has differences."""
    keras.utils.set_random_seed(3)
    f64 = {"dtype": "float64"}
    model = keras.Sequential(
        [
            keras.Input(shape=(4, 3), **f64),
            keras.layers.Dense(6, activation="tanh", **f64),
            keras.layers.Dropout(0.4, seed=1, **f64),
            keras.layers.Flatten(**f64),
            keras.layers.Dropout(0.3, noise_shape=(None, 1), seed=2, **f64),
            keras.layers.Dense(4, **f64),
        ]
    )
    model.compile(optimizer="sgd", loss="mse")
    x, y = data("mean_squared_error", 4)
    rng = np.random.default_rng(9)
    loss, gradients = model.loss_and_gradients(x, y)
    assert loss != pytest.approx(model.evaluate(x, y, verbose=0)), "nothing was dropped"
    direction = [rng.standard_normal(w.shape) for w in model.trainable_weights]
    values = []
    for step in (1e-6, -2e-6):
        for weight, way in zip(model.trainable_weights, direction, strict=True):
            weight += step * way
        values.append(model.loss_and_gradients(x, y)[0])
    came = sum((g * way).sum() for g, way in zip(gradients, direction, strict=True))
    np.testing.assert_allclose(came, (values[0] - values[1]) / 2e-6, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
@pytest.mark.parametrize(
    ("activation", "bias"), [("relu", -0.5), ("relu6", -0.5), ("hard_sigmoid", -3.5)]
)
def test_nothing_gets_through_a_unit_that_is_shut(activation, bias, loss):
    """A row of zeros has no cross-entropy, and NaN times a derivative of 0 would be NaN. As in
    Keras, which chooses in place of multiplying, the row adds nothing to the gradient."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation=activation)])
    model.set_weights([np.array([[3.0, 2.0], [1.0, 1.0]]), np.array([bias, bias])])
    model.compile("sgd", loss)
    x = np.array([[1.0, 0.25], [0.0, 0.0]])
    y = np.eye(2) if loss == "categorical_crossentropy" else np.arange(2)
    value, gradients = model.loss_and_gradients(x, y)
    _, open_row = model.loss_and_gradients(x[:1], y[:1])
    assert np.isnan(value)
    assert np.any(open_row[0] != 0)
    for gradient, alone in zip(gradients, open_row, strict=True):
        np.testing.assert_array_equal(gradient, alone / 2)
