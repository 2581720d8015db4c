"""Exported C, compiled and called."""

import ctypes
import functools
import os
import shutil
import subprocess
from typing import NamedTuple

import numpy as np

import cornu as keras

COMPILERS = [name for name in ("gcc", "clang") if shutil.which(name)]
# Of single numbers, by the names that have one.
ELEMENTWISE = [
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "celu",
    "gelu",
    "silu",
    "sigmoid",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "tanh",
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
    "relu6",
]
# Of a batch that C trains with.
TRAINED_ROWS = 6
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wdouble-promotion"]
FLAGS = ["-O0", "-std=c99", *WARNINGS, "-Werror"]


class Machine(NamedTuple):
    """What a C program is compiled and run by."""

    compiler: str
    emulator: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    def __str__(self):
        return "-".join((self.compiler, *self.flags))


# `make check-export` names another machine's compiler and emulator.
NAMED = Machine(
    os.environ.get("CORNU_EXPORT_CC", "gcc"),
    tuple(os.environ.get("CORNU_EXPORT_RUN", "").split()),
    ("-O2",),
)
SANITIZED = Machine("gcc", (), ("-fsanitize=address,undefined", "-fno-sanitize-recover=all"))
MACHINES = [NAMED, SANITIZED]


def compile_c(compiler, arguments):
    """Run a compiler, which must have nothing to say."""
    command = [compiler, *FLAGS, *map(str, arguments), "-lm"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr
    assert not run.stderr


def compiled(models, folder, compiler="gcc", exact=True, flags=(), **options):
    """The library that the models became.

    Args:
        models: Models by name.
        folder: Where to write them.
        compiler: What compiles them.
        exact: Whether with cornu's bits.
        flags: Further flags.
        **options: What `export` takes.
    """
    arguments = [*flags, "-shared", "-fPIC", "-o", folder / "all.so"]
    for name, model in models.items():
        model.export(folder / f"{name}.c", verbose=False, **options)
        arguments += [f"-D{name.upper()}_EXACT"] * exact + [folder / f"{name}.c"]
    compile_c(compiler, arguments)
    return ctypes.CDLL(str(folder / "all.so"))


def exported(models, folder, compiler="gcc", exact=True, flags=()):
    """Functions of rows, by name, that the models became; as `compiled`."""
    library = compiled(models, folder, compiler, exact, flags)
    return {name: predictor(getattr(library, f"{name}_predict"), models[name]) for name in models}


def predictor(function, model):
    """A C function of one row as one of all rows."""
    function.restype = None

    def predict(x):
        x = np.ascontiguousarray(x, dtype=model.dtype)
        y = np.full((len(x), *model.output_shape[1:]), np.nan, model.dtype)
        for row in range(len(x)):
            function(x[row].ctypes.data_as(ctypes.c_void_p), y[row].ctypes.data_as(ctypes.c_void_p))
        return y

    return predict


def rows_for(model, count=5, seed=7):
    """Random rows that a model takes, one of them with a step of 0.5 throughout."""
    shape = (count, *model.input_shape[1:])
    x = np.random.default_rng(seed).standard_normal(shape).astype(model.dtype)
    x[1, 0] = 0.5
    return x


def randomized(model, seed=1):
    """The model with random weights, none of them as it was; variances are positive."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        fan = weight.shape[0] if weight.ndim > 1 else 4
        numbers = rng.standard_normal(weight.shape) * fan**-0.5
        if "variance" in weight.name:
            numbers = np.abs(numbers) + 0.1
        weight[...] = numbers
    return model


def gallery(dtype):
    """Models that between them have every layer and every activation that C has, by name."""
    layers, activations = keras.layers, keras.activations

    def model(row, *parts):
        return randomized(keras.Sequential([keras.Input(row, dtype=dtype), *parts]))

    keras.config.set_floatx(dtype)
    try:
        smooth = [
            part
            for name in ELEMENTWISE
            for part in (layers.Dense(7, activation=name), layers.LayerNormalization())
        ]
        normalization = layers.Normalization(axis=(1, 2))
        normalization.adapt(np.random.default_rng(3).standard_normal((9, 3, 4)))
        inverse = layers.Normalization(axis=1, mean=[1.0, 2, 3], variance=[4.0, 5, 6], invert=True)
        inner = keras.Sequential(
            [keras.Input((4,)), layers.Dense(6, "tanh", name="dense"), layers.Dropout(0.5)]
        )
        return {
            "smooth": model((6,), *smooth, layers.Dense(3)),
            "rectifiers": model(
                (8,),
                layers.ReLU(2.0, 0.25, 0.5),
                layers.Dense(9),
                layers.ReLU(negative_slope=0.1),
                layers.LeakyReLU(0.3),
                layers.Activation(
                    functools.partial(activations.threshold, threshold=0.1, default_value=-0.3)
                ),
                layers.Activation(functools.partial(activations.gelu, approximate=True)),
                layers.Dense(8),
                layers.ELU(0.5),
                layers.Activation(activations.linear),
            ),
            "along_rows": model(
                (4, 10),
                layers.Softmax(),
                layers.Dense(12, activation="glu"),
                layers.Activation("sparsemax"),
                layers.Softmax(axis=1),
                layers.Dense(40, activation="softmax"),
                layers.Dense(6),
                layers.Activation("log_softmax"),
            ),
            "shapes": model(
                (2, 3, 4),
                layers.Permute((3, 1, 2)),
                layers.PReLU(shared_axes=[2]),
                layers.PReLU(),
                layers.EinsumDense("abcd,cde->abe", (None, 5), bias_axes="e", activation="tanh"),
                layers.Reshape((2, 2, 5)),
                layers.Flatten(data_format="channels_first"),
                layers.RepeatVector(3),
                layers.Rescaling([0.5] * 20, [0.1] * 20),
                layers.Flatten(),
            ),
            "normalizations": model(
                (3, 4),
                normalization,
                inverse,
                layers.Rescaling(0.5, 1.0),
                layers.BatchNormalization(axis=1),
                layers.BatchNormalization(scale=False, center=False),
                layers.LayerNormalization(axis=1),
                layers.RMSNormalization(),
                layers.GroupNormalization(3, axis=1),
                layers.GroupNormalization(2, scale=False),
                layers.UnitNormalization(axis=(1, 2)),
                layers.SpectralNormalization(layers.Dense(5, activation="silu")),
            ),
            "depths": model(
                (1100,),
                layers.Dense(3),
                layers.RepeatVector(170),
                layers.Flatten(),
                layers.Dense(35, use_bias=False),
                layers.Dense(2, activation="sigmoid"),
            ),
            "nested": model(
                (4,),
                inner,
                layers.GaussianNoise(0.1),
                layers.AlphaDropout(0.2),
                layers.GaussianDropout(0.1),
                layers.ActivityRegularization(l2=0.1),
                layers.Identity(),
                layers.Dense(4, name="dense_"),
                inner,
            ),
            "masked": model((3, 4), layers.Masking(0.5), layers.BatchNormalization()),
            "nothing": model((2, 2), layers.Flatten()),
        }
    finally:
        keras.config.set_floatx("float32")


def trained_model(optimizer, loss, *activations, dtype="float32", last=3, row=(4,)):
    keras.utils.set_random_seed(5)
    layers = [keras.layers.Dense(5, activation=name, dtype=dtype) for name in activations[:-1]]
    end = keras.layers.Dense(last, activation=activations[-1], dtype=dtype)
    made = keras.Sequential([keras.Input(row), keras.layers.Flatten(dtype=dtype), *layers, end])
    made.compile(optimizer, loss)
    return made


def batches(made, count=4, rows=TRAINED_ROWS):
    """Rows with targets that suit the model's loss, batch by batch."""
    rng = np.random.default_rng(2)
    for _ in range(count):
        x = rng.standard_normal((rows, *made.input_shape[1:])).astype(made.dtype)
        columns = made.output_shape[-1]
        ids = rng.integers(0, columns, rows)
        y = rng.standard_normal((rows, columns))
        if "sparse" in str(made.loss).lower():
            y = ids
        elif "entropy" in str(made.loss).lower():
            y = np.eye(columns)[ids]
        yield x, y.astype(made.dtype)


def trained_networks(dtype):
    optimizers, losses = keras.optimizers, keras.losses
    adamw = optimizers.AdamW(0.01, weight_decay=0.1)
    adamw.exclude_from_weight_decay(var_names=["bias"])
    return {
        "plain": trained_model(
            optimizers.SGD(0.1), "mse", "relu", "leaky_relu", "linear", dtype=dtype
        ),
        "heavy": trained_model(
            optimizers.SGD(0.05, momentum=0.9),
            "binary_crossentropy",
            *("elu", "selu", "softplus", "sigmoid"),
            dtype=dtype,
            last=2,
        ),
        "ahead": trained_model(
            optimizers.SGD(0.05, momentum=0.9, nesterov=True),
            losses.CategoricalCrossentropy(from_logits=True),
            *("hard_sigmoid", "relu6", None),
            dtype=dtype,
            row=(2, 3),
        ),
        "adam": trained_model(
            "adam", "sparse_categorical_crossentropy", "tanh", "softmax", dtype=dtype
        ),
        "alone": trained_model(optimizers.Adam(0.01), "mse", "sigmoid", dtype=dtype, last=1),
        "decayed": trained_model(adamw, "mse", "tanh", "exponential", dtype=dtype, last=2),
        "waning": trained_model(
            optimizers.SGD(0.02, momentum=0.5, weight_decay=0.1),
            losses.BinaryCrossentropy(from_logits=True),
            *("tanh", None),
            dtype=dtype,
        ),
        "parts": _parted_network(dtype),
        "layered": _layered_network(dtype),
    }


def _layered_network(dtype):
    """Activations that are layers, and a result that is flattened behind the last product."""
    layers = keras.layers
    keras.utils.set_random_seed(7)
    made = keras.Sequential([keras.Input((3, 4), dtype=dtype)])
    for activation in (
        layers.ReLU(dtype=dtype),
        layers.LeakyReLU(0.1, dtype=dtype),
        layers.ReLU(negative_slope=0.2, dtype=dtype),
        layers.ELU(dtype=dtype),
        layers.Activation("tanh", dtype=dtype),
    ):
        made.add(layers.Dense(5, dtype=dtype))
        made.add(activation)
    made.add(layers.Dense(2, activation=layers.Activation("linear"), dtype=dtype))
    made.add(layers.Flatten(dtype=dtype))
    made.add(layers.Softmax(dtype=dtype))
    made.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy")
    return made


def _parted_network(dtype):
    """Rows of several parts, and sums that are spread over lanes or divided in blocks."""
    layers = keras.layers
    keras.utils.set_random_seed(6)
    made = keras.Sequential([keras.Input((5, 4), dtype=dtype)])
    for units, activation in ((3, "tanh"), (40, "elu"), (2, None)):
        made.add(layers.Dense(units, activation, dtype=dtype))
    made.add(layers.Flatten(dtype=dtype))
    for units, activation in ((600, "relu"), (3, "softmax")):
        made.add(layers.Dense(units, activation, dtype=dtype))
    made.compile(keras.optimizers.Adam(0.001), "categorical_crossentropy")
    return made
