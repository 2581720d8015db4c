"""Training in exported C: breaks when a step is not that of `train_on_batch`, or when something is
exported that C would train otherwise."""

import ctypes
import re

import numpy as np
import pytest

import cornu as keras
from c_exports import compiled

ROWS = 6
NEAR = {"rtol": 1e-5, "atol": 1e-6}


def model(optimizer, loss, *activations, dtype="float32", last=3, row=(4,)):
    keras.utils.set_random_seed(5)
    layers = [keras.layers.Dense(5, activation=name, dtype=dtype) for name in activations[:-1]]
    end = keras.layers.Dense(last, activation=activations[-1], dtype=dtype)
    made = keras.Sequential([keras.Input(row), keras.layers.Flatten(dtype=dtype), *layers, end])
    made.compile(optimizer, loss)
    return made


def batches(made, count=4):
    """Rows with targets that suit the model's loss, batch by batch."""
    rng = np.random.default_rng(2)
    for _ in range(count):
        x = rng.standard_normal((ROWS, *made.input_shape[1:])).astype(made.dtype)
        columns = made.output_shape[-1]
        ids = rng.integers(0, columns, ROWS)
        y = rng.standard_normal((ROWS, columns))
        if "sparse" in str(made.loss).lower():
            y = ids
        elif "entropy" in str(made.loss).lower():
            y = np.eye(columns)[ids]
        yield x, y.astype(made.dtype)


def networks(dtype):
    optimizers, losses = keras.optimizers, keras.losses
    return {
        "plain": model(optimizers.SGD(0.1), "mse", "relu", "leaky_relu", "linear", dtype=dtype),
        "heavy": model(
            optimizers.SGD(0.05, momentum=0.9),
            "binary_crossentropy",
            *("elu", "selu", "softplus", "sigmoid"),
            dtype=dtype,
            last=2,
        ),
        "ahead": model(
            optimizers.SGD(0.05, momentum=0.9, nesterov=True),
            losses.CategoricalCrossentropy(from_logits=True),
            *("hard_sigmoid", "relu6", None),
            dtype=dtype,
            row=(2, 3),
        ),
        "adam": model("adam", "sparse_categorical_crossentropy", "tanh", "softmax", dtype=dtype),
        "alone": model(optimizers.Adam(0.01), "mse", "sigmoid", dtype=dtype, last=1),
    }


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_steps_are_those_of_train_on_batch(dtype, tmp_path):
    models = networks(dtype)
    # One goes on from where it was.
    for x, y in batches(models["adam"], 2):
        models["adam"].train_on_batch(x, y)
    library = compiled(models, tmp_path, exact=False, trainable=True)
    for name, made in models.items():
        begin, train = getattr(library, f"{name}_begin"), getattr(library, f"{name}_train")
        train.restype = ctypes.c_float if dtype == "float32" else ctypes.c_double
        (count,) = re.findall(r"_MEMORY_COUNT (\d+)", (tmp_path / f"{name}.h").read_text())
        # A number behind the memory, which nothing may write to.
        memory = np.full(int(count) + 1, 77, made.dtype)
        begin(pointer(memory))
        size = made.count_params()
        for x, y in batches(made):
            loss = train(ctypes.c_size_t(ROWS), pointer(x), pointer(y), pointer(memory))
            np.testing.assert_allclose(loss, made.train_on_batch(x, y), **NEAR, err_msg=name)
            weights = np.concatenate([weight.ravel() for weight in made.get_weights()])
            np.testing.assert_allclose(memory[1 : 1 + size], weights, **NEAR, err_msg=name)
        result = np.zeros(made.output_shape[-1], made.dtype)
        getattr(library, f"{name}_predict_trained")(pointer(memory), pointer(x), pointer(result))
        np.testing.assert_allclose(result, made.predict(x[:1], verbose=0)[0], **NEAR, err_msg=name)
        assert memory[0] == int(made.optimizer.iterations)
        assert memory[-1] == 77


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: model("rmsprop", "mse", "tanh"), "RMSprop can't be trained as C: only SGD"),
        (lambda: model(keras.optimizers.Adam(amsgrad=True), "mse", "tanh"), "without amsgrad"),
        (lambda: model(keras.optimizers.SGD(clipnorm=1.0), "mse", "tanh"), "without clipnorm"),
        (
            lambda: model(
                keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 9)), "mse", "tanh"
            ),
            "without learning_rate",
        ),
        (lambda: model("sgd", "mae", "tanh"), "loss 'mae' can't be trained"),
        (lambda: model("sgd", "binary_crossentropy", "tanh"), "must end with sigmoid"),
        (lambda: model("sgd", "mse", "gelu", "linear"), "no derivative of gelu"),
        (lambda: model("sgd", "mse", "softmax"), "no derivative of softmax"),
        (
            lambda: model("sgd", keras.losses.BinaryCrossentropy(label_smoothing=0.1), "sigmoid"),
            "without label smoothing",
        ),
    ],
)
def test_what_c_would_train_otherwise_is_refused(make, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        make().export(tmp_path / "net.c", trainable=True)
    assert not list(tmp_path.iterdir())


def test_layers_that_c_does_not_train_are_named(tmp_path):
    layers = keras.layers
    for layer in (
        layers.BatchNormalization(name="it"),
        layers.Dropout(0.5, name="it"),
        layers.Dense(2, kernel_regularizer="l2", name="it"),
        layers.Dense(2, bias_constraint="non_neg", name="it"),
        layers.Dense(2, trainable=False, name="it"),
    ):
        made = keras.Sequential([keras.Input((3,)), layer, layers.Dense(2)])
        made.compile("sgd", "mse")
        with pytest.raises(ValueError, match=r'Layer "it" .* can\'t be trained as C'):
            made.export(tmp_path / "net.c", trainable=True)
    with pytest.raises(ValueError, match="must be compiled"):
        keras.Sequential([keras.Input((3,)), layers.Dense(2)]).export(
            tmp_path / "net.c", trainable=True
        )
    with pytest.raises(ValueError, match="`trainable`"):
        made.export(tmp_path / "net.c", trainable="yes")
