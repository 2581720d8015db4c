"""The networks whose bits are compared and recorded.

Each is a function of (keras, dtype) that makes data and a model, and returns a function that trains
it and returns named arrays. The latter is called in the floating-point environment that is tried;
the former is not, since initializers compute a deviation in Python. Initial weights, shuffles and
dropout are cornu's own, and so part of what is compared.
"""

import numpy as np

from .fused_pairs import FUSED_NETWORKS
from .network_of_layers import single_layers
from .ruled_networks import RULED_NETWORKS
from .samples import bits, classes, numbers, one_hot
from .training import OPTIMIZERS, WHOLE_OPTIMIZERS, chain_of, dense, outcome, sequential, training

# One class of each kind of loss, with what differs in the core.
LOSSES = {
    "mse": ("MeanSquaredError", "linear", {}),
    "mse_sum": ("MeanSquaredError", "tanh", {"reduction": "sum"}),
    "mae": ("MeanAbsoluteError", "linear", {"reduction": "mean_with_sample_weight"}),
    "binary": ("BinaryCrossentropy", "sigmoid", {}),
    "binary_clipped": ("BinaryCrossentropy", "hard_sigmoid", {"label_smoothing": 0.1}),
    "binary_logits": ("BinaryCrossentropy", "linear", {"from_logits": True}),
    "categorical": ("CategoricalCrossentropy", "softmax", {"label_smoothing": 0.1}),
    "categorical_clipped": ("CategoricalCrossentropy", "softplus", {}),
    "categorical_logits": ("CategoricalCrossentropy", "linear", {"from_logits": True}),
    "sparse": ("SparseCategoricalCrossentropy", "softmax", {}),
    "sparse_clipped": ("SparseCategoricalCrossentropy", "sigmoid", {}),
    "sparse_logits": ("SparseCategoricalCrossentropy", "tanh", {"from_logits": True}),
}
ACTIVATIONS = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "sigmoid", "tanh"),
    *("hard_sigmoid", "hard_silu", "hard_tanh", "tanh_shrink", "softplus", "softsign"),
    *("soft_shrink", "hard_shrink", "squareplus", "sparse_plus", "sparse_sigmoid"),
    *("log_sigmoid", "exponential", "mish", "softmax", "log_softmax", "sparsemax", "glu"),
)


def with_optimizer(optimizer):
    """Dropout, a shuffle, sample weights, metrics, validation, a last batch that is smaller."""

    def make(keras, dtype):
        dropout = keras.layers.Dropout(0.3, dtype=dtype)
        model = sequential(
            keras,
            dtype,
            13,
            dense(keras, dtype, 64, "tanh", bias_initializer="ones"),
            dropout,
            dense(keras, dtype, 33, "relu", name="of_adam"),
            dense(keras, dtype, 3, "softmax"),
        )
        x, y = numbers(200, 13), classes(200, 3)
        options = {
            "sample_weight": bits(numbers(200, seed=2)),
            "validation_data": (x[:21], y[:21]),
            "metrics": ["accuracy"],
            "epochs": 3,
        }
        loss = "sparse_categorical_crossentropy"
        return training(keras, model, loss, optimizer, x, y, **options)

    return make


def with_few_columns(batch_size):
    """One to five columns on either side of a product, depths above 512 and up to 600."""

    def make(keras, dtype):
        units = (1, 40, 2, 601, 3, 40, 4, 530, 5)
        model = sequential(keras, dtype, 601, *chain_of(keras, dtype, "tanh", *units))
        rows = 20 if batch_size == 1 else 200
        x, y = numbers(rows, 601) / 8, numbers(rows, 5, seed=1)
        return training(keras, model, "mse", "sgd", x, y, batch_size=batch_size, epochs=1)

    return make


def with_activation(name):
    def make(keras, dtype):
        units = 10 if name == "glu" else 7
        model = sequential(
            keras,
            dtype,
            5,
            dense(keras, dtype, units, name, kernel_initializer="he_normal"),
            dense(keras, dtype, 2),
        )
        x, y = numbers(41, 5), numbers(41, 2, seed=1)
        return training(keras, model, "mse", "adam", x, y, batch_size=19)

    return make


def with_loss(key):
    kind, activation, options = LOSSES[key]

    def make(keras, dtype):
        columns = 5
        model = sequential(keras, dtype, 6, *chain_of(keras, dtype, "elu", 9))
        model.add(dense(keras, dtype, columns, activation))
        x = numbers(61, 6)
        y = bits(numbers(61, columns, seed=1))
        if kind.startswith("Categorical"):
            y = one_hot(61, columns)
        if kind.startswith("Sparse"):
            y = classes(61, columns)
        loss = getattr(keras.losses, kind)(**options)
        weight = bits(numbers(61, seed=3))
        return training(keras, model, loss, "adam", x, y, batch_size=17, sample_weight=weight)

    return make


def many_classes(count, loss):
    """Rows of up to 32 classes are taken side by side, longer ones each by itself."""

    def make(keras, dtype):
        model = sequential(keras, dtype, 7, *chain_of(keras, dtype, "tanh", 12))
        model.add(dense(keras, dtype, count, "softmax"))
        x = numbers(71, 7)
        y = classes(71, count) if loss == "sparse" else one_hot(71, count)
        loss_name = "sparse_" * (loss == "sparse") + "categorical_crossentropy"
        return training(keras, model, loss_name, "adam", x, y, metrics=["accuracy"], epochs=3)

    return make


def class_weights(keras, dtype):
    """A sample's weight by its class, through NumPy, as examples of imbalanced data have it."""
    model = sequential(keras, dtype, 5, *chain_of(keras, dtype, "tanh", 11))
    model.add(dense(keras, dtype, 3, "softmax"))
    x, y = numbers(70, 5), classes(70, 3)
    options = {"sample_weight": np.take([0.5, 1.25, 2.0], y), "metrics": ["accuracy"]}
    options["validation_data"] = x[:9], y[:9], np.take([0.5, 1.25, 2.0], y[:9])
    return training(keras, model, "sparse_categorical_crossentropy", "adam", x, y, **options)


def with_threads(optimizer):
    """Products, activations and updates of so many tiles that there is work for eight threads."""

    def make(keras, dtype):
        units = (300, 131)
        model = sequential(keras, dtype, 784, *chain_of(keras, dtype, "relu", *units))
        model.add(dense(keras, dtype, 10, "softmax"))
        x, y = numbers(270, 784), classes(270, 10)
        loss = "sparse_categorical_crossentropy"
        return training(keras, model, loss, optimizer, x / 8, y, batch_size=200, epochs=1)

    return make


def many_rows(keras, dtype):
    """Sums over thousands of rows, tiles of every elementwise function."""
    chain = chain_of(keras, dtype, "silu", 70)
    model = sequential(keras, dtype, 3, *chain, dense(keras, dtype, 2, "softmax"))
    x, y = numbers(9001, 3), one_hot(9001, 2)
    weight = bits(numbers(9001, seed=4))
    options = {"batch_size": 8009, "epochs": 1, "sample_weight": weight, "metrics": ["mae"]}
    return training(keras, model, "categorical_crossentropy", "nesterov", x, y, **options)


def wide_rows(keras, dtype):
    """Functions of whole rows in several tiles; dropout of many elements."""
    model = sequential(
        keras,
        dtype,
        3,
        dense(keras, dtype, 530, "softmax"),
        keras.layers.Dropout(0.5, dtype=dtype),
        dense(keras, dtype, 518, "glu"),
        dense(keras, dtype, 3),
    )
    x, y = numbers(410, 3), numbers(410, 3, seed=1)
    return training(keras, model, "mae", "momentum", x, y, batch_size=400, epochs=1)


def long_depth(keras, dtype):
    """Three blocks of a product's depth, forward, and as many rows for the gradient."""
    chain = chain_of(keras, dtype, "tanh", 37, 517, 2)
    model = sequential(keras, dtype, 1051, *chain)
    x, y = numbers(1100, 1051) / 16, numbers(1100, 2, seed=1)
    return training(keras, model, "mse", "adam", x, y, batch_size=1090, epochs=1)


def higher_rank(keras, dtype):
    layers = keras.layers
    model = sequential(
        keras,
        dtype,
        (5, 6),
        dense(keras, dtype, 4, "tanh"),
        layers.Activation("softmax", dtype=dtype),
        layers.Reshape((2, 10), dtype=dtype),
        dense(keras, dtype, 3, "gelu"),
        layers.Flatten(dtype=dtype),
        dense(keras, dtype, 2),
    )
    x, y = numbers(45, 5, 6), numbers(45, 2, seed=1)
    return training(keras, model, "mse", "amsgrad", x, y, batch_size=16)


def shared_and_frozen(keras, dtype):
    """A layer that stands twice, whose gradient is added up, and one that does not move."""
    shared, frozen = dense(keras, dtype, 8, "selu"), dense(keras, dtype, 8, "tanh")
    frozen.trainable = False
    model = sequential(keras, dtype, 8, shared, frozen, shared, dense(keras, dtype, 3))
    x, y = numbers(50, 8), numbers(50, 3, seed=1)
    return training(keras, model, "mse", "momentum", x, y)


def rounded_data(keras, dtype):
    """Thirds, of another byte order and layout, which float32 rounds on the way in."""
    x = np.asarray(numbers(40, 6) / 3, ">f8", order="F")
    y = numbers(80, 4, seed=1)[::2, ::2] / 3
    model = sequential(keras, dtype, 6, *chain_of(keras, dtype, "softsign", 5, 2))
    return training(keras, model, "mse", "sgd", x, y)


def large_integers(keras, dtype):
    """Integers that neither float type holds, last row first."""
    x = np.random.RandomState(5).randint(2**24, 2**60, (40, 6), dtype="int64")[::-1]
    model = sequential(keras, dtype, 6, *chain_of(keras, dtype, "softsign", 5, 2))
    # With weights of the initializer's size the first layer would be saturated from the start.
    model.layers[0].kernel.assign(numbers(6, 5, seed=6, dtype=dtype) * 2.0**-60)
    return training(keras, model, "mse", "sgd", x, numbers(40, 2, seed=1))


def subnormal_numbers(keras, dtype):
    """Data, gradients and weights below the smallest normal number."""
    exponent = -126 if dtype == "float32" else -1022
    chain = dense(keras, dtype, 5, kernel_initializer="zeros"), dense(keras, dtype, 3)
    model = sequential(keras, dtype, 9, *chain)
    x, y = numbers(30, 9) * 2.0 ** (exponent - 16), numbers(30, 3, seed=1)
    train = training(keras, model, "mse", "sgd", x, y, batch_size=8)

    def train_and_check():
        found = train()
        # As integers: the mode that is tried may flush them.
        largest = found["weight 0"].view("u4" if dtype == "float32" else "u8").astype("u8") << 1
        largest = int(largest.max() if dtype == "float64" else (largest & 0xFFFFFFFF).max())
        assert 0 < largest < (1 << (24 if dtype == "float32" else 53))
        return found

    return train_and_check


def single_steps(keras, dtype):
    """train_on_batch with batches of one row and more, gradients, evaluation."""
    model = sequential(keras, dtype, 4, *chain_of(keras, dtype, "hard_silu", 17, 1))
    x, y = numbers(33, 4), numbers(33, 1, seed=1)
    weight = bits(numbers(33, seed=2))

    def train():
        model.compile(OPTIMIZERS["adam"](keras), "mse", metrics=["mae"])
        losses = [model.train_on_batch(x[:rows], y[:rows]) for rows in (1, 2, 3, 5, 8, 33)]
        loss, gradients = model.loss_and_gradients(x, y, weight)
        losses.append([loss, *model.evaluate(x, y, batch_size=4, verbose=0)[:1]])
        named = {f"gradient {i}": gradient for i, gradient in enumerate(gradients)}
        return outcome(model, x, losses=np.array(losses, "float64"), **named)

    return train


def random_numbers(keras, dtype):
    draw = {"shape": (3, 401), "dtype": dtype, "seed": 3}
    return lambda: {
        "uniform": keras.random.uniform(minval=-0.3, maxval=0.9, **draw),
        "normal": keras.random.normal(mean=0.1, stddev=3.0, **draw),
        "truncated": keras.random.truncated_normal(stddev=0.7, **draw),
    }


NETWORKS = {
    **{f"optimizer {name}": with_optimizer(name) for name in (*OPTIMIZERS, *WHOLE_OPTIMIZERS)},
    **{f"few columns, batch {size}": with_few_columns(size) for size in (1, 33, 200)},
    **{f"activation {name}": with_activation(name) for name in ACTIVATIONS},
    **{f"loss {name}": with_loss(name) for name in LOSSES},
    **{
        f"{count} classes, {loss}": many_classes(count, loss)
        for count in (32, 33, 1000)
        for loss in ("sparse", "dense")
    },
    "class weights": class_weights,
    **{f"threads {name}": with_threads(name) for name in ("sgd", "adam")},
    **FUSED_NETWORKS,
    "many rows": many_rows,
    "wide rows": wide_rows,
    "long depth": long_depth,
    "higher rank": higher_rank,
    "shared and frozen": shared_and_frozen,
    "rounded data": rounded_data,
    "large integers": large_integers,
    "subnormal numbers": subnormal_numbers,
    "single steps": single_steps,
    "random numbers": random_numbers,
    "single layers": single_layers,
    **RULED_NETWORKS,
}


def train(keras, name, dtype, mode):
    """The named arrays of a network, trained within `mode`; what was done before has no effect."""
    keras.utils.set_random_seed(11)
    work = NETWORKS[name](keras, dtype)
    with mode:
        arrays = work()
    for part, array in arrays.items():
        # A NaN has no bits that could be compared.
        assert np.isfinite(array).all(), f"{part} of {name!r} is not finite"
    return arrays
