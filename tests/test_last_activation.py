"""A last activation that can't be meant for the loss: breaks when it is not said, or said of what
is right."""

import functools
import warnings

import numpy as np
import pytest

import cornu as keras

layers, losses = keras.layers, keras.losses
X = np.random.default_rng(0).standard_normal((6, 4)).astype("float32")


def targets(loss, units):
    ids = np.arange(len(X)) % units
    name = str(getattr(loss, "name", loss))
    return ids if name.startswith("sparse") or "generalized" in name else np.eye(units)[ids]


def train(last, loss):
    model = keras.Sequential([keras.Input((4,)), *(last if isinstance(last, list) else [last])])
    model.compile("sgd", loss)
    model.fit(X, targets(loss, model.output_shape[-1]), verbose=0)
    return model


MISTAKES = [
    (
        lambda: layers.Dense(3),
        "categorical_crossentropy",
        [
            "(Dense) ends the model with the activation linear",
            "the loss is categorical_crossentropy: it takes probabilities",
            "Write Dense(3, activation='softmax'), or "
            "loss=cornu.losses.CategoricalCrossentropy(from_logits=True).",
        ],
    ),
    (
        lambda: layers.Dense(3, "relu", bias_initializer=keras.initializers.Constant(9)),
        "sparse_categorical_crossentropy",
        ["activation relu", "Write Dense(3, activation='softmax')."],
    ),
    (
        lambda: [layers.Dense(3), layers.BatchNormalization(), layers.LeakyReLU()],
        losses.CategoricalFocalCrossentropy(),
        ["(LeakyReLU)", "Write Activation('softmax') as the last layer."],
    ),
    (
        lambda: layers.Dense(3, "relu6"),
        losses.CategoricalGeneralizedCrossEntropy(),
        ["activation relu6", "Write Dense(3, activation='softmax')."],
    ),
    (
        lambda: layers.Dense(1),
        "binary_crossentropy",
        [
            "Dense(1, activation='sigmoid')",
            "loss=cornu.losses.BinaryCrossentropy(from_logits=True)",
        ],
    ),
    (
        lambda: [layers.Dense(2, "tanh"), layers.Dropout(0.5)],
        "binary_crossentropy",
        ["activation tanh", "Dense(2, activation='sigmoid')."],
    ),
    (
        lambda: layers.Dense(1, "softplus"),
        losses.BinaryFocalCrossentropy(),
        ["activation softplus", "binary_focal_crossentropy"],
    ),
    (
        lambda: layers.Dense(3, "softmax"),
        losses.CategoricalCrossentropy(from_logits=True),
        [
            "the loss is categorical_crossentropy of logits: logits are what comes before",
            "Write loss=cornu.losses.CategoricalCrossentropy(), or Dense(3).",
        ],
    ),
    (
        lambda: [layers.Dense(1), layers.Activation("sigmoid")],
        losses.BinaryCrossentropy(from_logits=True),
        ["Write loss=cornu.losses.BinaryCrossentropy(), or the model without the activation."],
    ),
    (
        lambda: layers.Dense(1, "sigmoid"),
        "categorical_crossentropy",
        ["of one class", "Dense(1, activation='sigmoid') with loss='binary_crossentropy'"],
    ),
    (
        lambda: layers.Dense(1, "softmax"),
        "binary_crossentropy",
        ["a softmax over one unit is always 1", "Dense(1, activation='sigmoid')"],
    ),
    (lambda: layers.Dense(1, "softmax"), "mse", ["always 1"]),
]


@pytest.mark.parametrize(("last", "loss", "words"), MISTAKES)
def test_mistakes(last, loss, words):
    last = last()
    with pytest.warns(UserWarning, match=r'Layer ".*" .* ends the model') as caught:
        model = train(last, loss)
    text = str(caught[0].message)
    assert not [word for word in words if word not in text]
    # Once, and where the user's program called.
    assert len(caught) == 1
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.compile("sgd", loss)
        model.train_on_batch(X, targets(loss, model.output_shape[-1]))


class Own(layers.Layer):
    def call(self, x):
        return x


def own_loss(y_true, y_pred):
    return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


RIGHT = {
    "softmax": lambda: train(layers.Dense(3, "softmax"), "categorical_crossentropy"),
    "softmax, sparse": lambda: train(layers.Dense(3, "softmax"), "sparse_categorical_crossentropy"),
    "softmax layer": lambda: train([layers.Dense(3), layers.Softmax()], "crossentropy"),
    "each row is divided by its sum": lambda: train(
        layers.Dense(3, "sigmoid"), "categorical_crossentropy"
    ),
    "exponential": lambda: train(layers.Dense(3, "exponential"), "categorical_crossentropy"),
    "one-hot rows, each a question": lambda: train(
        layers.Dense(3, "softmax"), "binary_crossentropy"
    ),
    "sigmoid, reshaped": lambda: train(
        [layers.Dense(4, "sigmoid"), layers.Reshape((2, 2)), layers.Flatten()],
        "binary_crossentropy",
    ),
    "hard sigmoid": lambda: train(layers.Dense(1, "hard_sigmoid"), "binary_crossentropy"),
    "logits": lambda: train(layers.Dense(3), losses.CategoricalCrossentropy(from_logits=True)),
    "logits, log": lambda: train(
        layers.Dense(3, "log_softmax"), losses.CategoricalCrossentropy(from_logits=True)
    ),
    "logits of one": lambda: train(layers.Dense(1), losses.BinaryCrossentropy(from_logits=True)),
    "mse": lambda: train(layers.Dense(3, "softmax"), "mse"),
    "mse, sigmoid": lambda: train(layers.Dense(1, "sigmoid"), "mse"),
    "hinge": lambda: train(layers.Dense(1, "tanh"), "hinge"),
    "poisson": lambda: train(layers.Dense(1, "exponential"), "poisson"),
    "own layer": lambda: train([layers.Dense(3), Own()], "categorical_crossentropy"),
    "own activation": lambda: train(
        layers.Dense(3, activation=lambda x: x), "categorical_crossentropy"
    ),
    "partial": lambda: train(
        layers.Dense(3, activation=functools.partial(keras.activations.softmax, axis=-1)),
        "categorical_crossentropy",
    ),
    "own loss": lambda: train(layers.Dense(1), own_loss),
    "constraint": lambda: train(
        [layers.Dense(3, "softmax"), layers.Dense(3, kernel_constraint="non_neg")],
        "categorical_crossentropy",
    ),
    "frozen": lambda: train(
        [layers.Dense(3, "softmax"), layers.Dense(3, trainable=False)], "categorical_crossentropy"
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_nothing_is_said_of_what_is_right(name):
    RIGHT[name]()


def test_nothing_is_said_where_nothing_is_trained():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    model.compile("sgd", "categorical_crossentropy")
    model.evaluate(X, np.eye(3)[np.arange(6) % 3], verbose=0)
