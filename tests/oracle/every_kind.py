"""A model for each layer, activation, initializer, optimizer, loss, metric and whatever else files
can hold, to be written by one library and read by the other.

`MODELS` has functions of (keras, dtype) that return an `Exchanged`; `COVERED` tells which classes
and functions of which module they stand for.
"""

import functools
import zlib
from dataclasses import dataclass

import numpy as np

from . import harness
from .training_arguments import (
    LOSS_FUNCTIONS,
    LOSS_OF,
    LOSSES,
    METRIC_FUNCTIONS,
    METRICS,
    OPTIMIZERS,
    SCHEDULES,
)

ROWS = 12
# They count, and have no loss, or are what others are derived from.
ABSTRACT = {
    "layers": ("Input", "InputSpec", "Layer", "Lambda"),
    "initializers": ("Initializer",),
    "regularizers": ("Regularizer",),
    "constraints": ("Constraint",),
    "optimizers": ("Optimizer", "OptimizerMap"),
    "optimizers.schedules": ("LearningRateSchedule",),
    "losses": ("Loss", "QuantileLoss"),
    "metrics": ("Metric", "Mean", "Sum", "QuantileCoverage"),
}


@dataclass
class Exchanged:
    """A model that is compiled, data to train it with, and whether training draws numbers."""

    model: object
    x: np.ndarray
    y: np.ndarray
    draws: bool = False


def targets(kind, name, shape, dtype):
    """Targets of a kind for outputs of a shape: `real`, `unit`, `binary`, `signs`, `one_hot` or
    `labels`."""
    real = harness.draw(f"targets {name}", *shape, dtype=dtype)
    count, units = shape[0], shape[-1]
    if kind == "labels":
        return harness.draw_integers(f"labels {name}", units, count)
    if kind == "one_hot":
        return harness.one_hot(harness.draw_integers(f"labels {name}", units, count), units, dtype)
    changed = {
        "real": real,
        "unit": 1 / (1 + np.exp(-real)),
        "binary": real > 0,
        "signs": np.where(real > 0, 1, -1),
    }
    return changed[kind].astype(dtype)


def exchanged(keras, dtype, name, parts, compiled=None, kind="real", row=(4,), **options):
    """The model of `parts` behind an input of the shape `row`, with drawn weights and data."""
    model = keras.Sequential([keras.Input(row), *parts])
    model.compile(**{"optimizer": keras.optimizers.Adam(0.01), "loss": "mse", **(compiled or {})})
    x = harness.draw(f"x {name}", ROWS, *row, dtype=dtype)
    y = targets(kind, name, (ROWS, *model.output_shape[1:]), dtype)
    return Exchanged(model, x, y, **options)


# ---- Layers, each between two dense ones, by a name, with the shape of a row

LAYERS = {
    "Activation": ((4,), lambda layers: layers.Activation("softsign")),
    "ActivityRegularization": ((4,), lambda layers: layers.ActivityRegularization(0.01, 0.02)),
    "AlphaDropout": ((4,), lambda layers: layers.AlphaDropout(0.2, seed=5)),
    "BatchNormalization": ((3, 4), lambda layers: layers.BatchNormalization(axis=1, momentum=0.9)),
    "Dense": ((4,), lambda layers: layers.Dense(5, "tanh", use_bias=False)),
    "Dropout": ((4,), lambda layers: layers.Dropout(0.3, seed=7)),
    "ELU": ((4,), lambda layers: layers.ELU(0.7)),
    "EinsumDense": (
        (2, 4),
        lambda layers: layers.EinsumDense("abc,cd->abd", (2, 3), bias_axes="d"),
    ),
    "Flatten": ((2, 4), lambda layers: layers.Flatten(data_format="channels_first")),
    "GaussianDropout": ((4,), lambda layers: layers.GaussianDropout(0.2, seed=1)),
    "GaussianNoise": ((4,), lambda layers: layers.GaussianNoise(0.2, seed=1)),
    "GroupNormalization": ((3, 4), lambda layers: layers.GroupNormalization(2, epsilon=0.01)),
    "Identity": ((4,), lambda layers: layers.Identity()),
    "LayerNormalization": ((3, 4), lambda layers: layers.LayerNormalization(axis=[1, 2])),
    "LeakyReLU": ((4,), lambda layers: layers.LeakyReLU(0.2)),
    "Masking": ((3, 4), lambda layers: layers.Masking(0.5)),
    "PReLU": ((3, 4), lambda layers: layers.PReLU("ones", shared_axes=[1])),
    "Permute": ((2, 3, 4), lambda layers: layers.Permute((3, 1, 2))),
    "RMSNormalization": ((4,), lambda layers: layers.RMSNormalization(epsilon=0.01)),
    "ReLU": ((4,), lambda layers: layers.ReLU(1.5, 0.1, 0.25)),
    "RepeatVector": ((4,), lambda layers: layers.RepeatVector(3)),
    "Rescaling": ((4,), lambda layers: layers.Rescaling(0.5, 0.25)),
    "Reshape": ((2, 4), lambda layers: layers.Reshape((-1, 2))),
    "Softmax": ((3, 4), lambda layers: layers.Softmax(axis=(1, 2))),
    "SpectralNormalization": (
        (4,),
        lambda layers: layers.SpectralNormalization(layers.Dense(4), power_iterations=2),
    ),
    "UnitNormalization": ((3, 4), lambda layers: layers.UnitNormalization(axis=1)),
    "Wrapper": ((4,), lambda layers: layers.SpectralNormalization(layers.Dense(3, "relu"))),
}
DRAW = ("AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise")
# Keras on JAX trains the kernel as it was before it was divided.
TRAINED_OTHERWISE = (*DRAW, "SpectralNormalization", "Wrapper")


def with_layer(name, row, make, keras, dtype):
    layers = keras.layers
    parts = [layers.Dense(row[-1]), make(layers), layers.Flatten(), layers.Dense(3)]
    if name == "Masking":
        # No mask gets through Flatten, and each library warns.
        del parts[0], parts[1]
    compiled = {"metrics": ["mae"], "loss_weights": 0.5}
    draws = name in TRAINED_OTHERWISE
    return exchanged(keras, dtype, f"layer {name}", parts, compiled, row=row, draws=draws)


def with_data_layer(name, keras, dtype):
    """A layer that stands first and takes data as they are."""
    layers = keras.layers
    count = {"CategoryEncoding": 6, "Discretization": 4}
    x = harness.draw(f"data {name}", ROWS, 3, dtype=dtype)
    if name == "Normalization":
        first = layers.Normalization(axis=-1, invert=False)
        first.adapt(3 * x + 1)
    elif name == "CategoryEncoding":
        first = layers.CategoryEncoding(6, "count")
        x = harness.draw_integers(f"data {name}", 6, ROWS, 3)
    else:
        first = layers.Discretization([-0.5, 0.0, 0.75], output_mode="multi_hot")
    model = keras.Sequential([keras.Input((3,), dtype=str(x.dtype)), first, layers.Dense(2)])
    assert name not in count or model.layers[-1].kernel.shape[0] == count[name]
    model.compile("adam", "mse")
    return Exchanged(model, x, targets("real", name, (ROWS, 2), dtype))


# ---- Activations and rules of weights

# Keras takes what `glu` gives for twice as wide as it is, and adds up too much in `sparsemax`.
ACTIVATIONS = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
]
INITIALIZERS = {
    "Constant": {"value": 0.25},
    "GlorotNormal": {"seed": 3},
    "GlorotUniform": {},
    "HeNormal": {},
    "HeUniform": {},
    "Identity": {"gain": 0.5},
    "IdentityInitializer": {"gain": 0.5},
    "LecunNormal": {},
    "LecunUniform": {},
    "Ones": {},
    "Orthogonal": {"gain": 0.75},
    "OrthogonalInitializer": {},
    "RandomNormal": {"mean": 0.1, "stddev": 0.2},
    "RandomUniform": {"minval": -0.5, "maxval": 0.25},
    "TruncatedNormal": {"stddev": 0.5, "seed": 2},
    "VarianceScaling": {"scale": 0.5, "mode": "fan_out", "distribution": "uniform"},
    "Zeros": {},
}
REGULARIZERS = {
    "L1": {"l1": 0.01},
    "L2": {"l2": 0.02},
    "L1L2": {"l1": 0.01, "l2": 0.02},
    "OrthogonalRegularizer": {"factor": 0.03, "mode": "columns"},
}
CONSTRAINTS = {
    "MaxNorm": {"max_value": 0.75, "axis": 1},
    "MinMaxNorm": {"min_value": 0.5, "max_value": 0.8, "rate": 0.5},
    "NonNeg": {},
    "UnitNorm": {"axis": 1},
}


def with_activation(name, keras, dtype):
    layers = keras.layers
    parts = [layers.Dense(8, activation=name), layers.Dense(4), layers.Activation(name)]
    return exchanged(keras, dtype, f"activation {name}", [*parts, layers.Dense(3)])


def with_rule(module, argument, name, options, keras, dtype):
    """A kernel with an initializer, a regularizer or a constraint, and one that is named."""
    kind = getattr(getattr(keras, module), name)
    # These have no defaults by which a name could make them.
    last = {} if name in ("Constant", "OrthogonalRegularizer") else {argument: name}
    parts = [keras.layers.Dense(4, **{argument: kind(**options)}), keras.layers.Dense(3, **last)]
    return exchanged(keras, dtype, f"{argument} {name}", parts)


# ---- How models are trained


def dense_parts(keras, units=3, last=None):
    return [keras.layers.Dense(5, "tanh"), keras.layers.Dense(units, last)]


def with_optimizer(name, options, keras, dtype):
    optimizer = getattr(keras.optimizers, name)(0.02, **options)
    parts = dense_parts(keras)
    return exchanged(keras, dtype, f"optimizer {name}", parts, {"optimizer": optimizer})


def with_schedule(name, arguments, keras, dtype):
    rate = getattr(keras.optimizers.schedules, name)(*arguments)
    compiled = {"optimizer": keras.optimizers.SGD(rate, momentum=0.5)}
    return exchanged(keras, dtype, f"schedule {name}", dense_parts(keras), compiled)


def with_several_optimizers(keras, dtype):
    parts = dense_parts(keras)
    kinds = keras.optimizers
    by_path = kinds.OptimizerMap(kinds.Adam(0.02), {".*bias": kinds.SGD(0.05, momentum=0.5)})
    compiled = {"optimizer": kinds.MultiOptimizer(by_path)}
    return exchanged(keras, dtype, "several optimizers", parts, compiled)


def with_loss(name, kind, last, options, keras, dtype):
    loss = getattr(keras.losses, name)(**options)
    scale = None if "reduction" in options else 0.5
    compiled = {"optimizer": "sgd", "loss": loss, "loss_weights": scale}
    parts = dense_parts(keras, last=last)
    return exchanged(keras, dtype, f"loss {name}", parts, compiled, kind)


def with_loss_function(name, kind, last, as_function, keras, dtype):
    loss = getattr(keras.losses, name) if as_function else name
    parts = dense_parts(keras, last=last)
    compiled = {"optimizer": "sgd", "loss": loss}
    return exchanged(keras, dtype, f"loss {name}", parts, compiled, kind)


def with_metric(name, kind, last, options, keras, dtype):
    metric = getattr(keras.metrics, name)(**options)
    # Accuracy compares numbers as they are: of one that is drawn, none is the same.
    units = 1 if name == "Accuracy" else 3
    compiled = {"optimizer": "sgd", "loss": "mse", "metrics": [metric]}
    if kind == "labels" and units > 1:
        compiled["loss"] = LOSS_OF[kind]
    parts = dense_parts(keras, units, last=last)
    return exchanged(keras, dtype, f"metric {name}", parts, compiled, kind)


def with_wrapped_function(keras, dtype):
    """A metric of a function, which is told more."""
    metric = keras.metrics.MeanMetricWrapper(keras.losses.huber, name="wrapped", delta=0.5)
    compiled = {"optimizer": "sgd", "loss": "mean_squared_error", "metrics": [metric]}
    return exchanged(keras, dtype, "wrapped function", dense_parts(keras), compiled)


def with_metric_function(name, kind, last, as_function, keras, dtype):
    metric = getattr(keras.metrics, name) if as_function else name
    compiled = {"optimizer": "sgd", "loss": LOSS_OF.get(kind, "mse"), "weighted_metrics": [metric]}
    parts = dense_parts(keras, last=last)
    return exchanged(keras, dtype, f"metric {name}", parts, compiled, kind)


# ---- Shapes of models


def with_dtypes(keras, dtype):
    """Layers with types of their own, as far as one model has them."""
    policy = keras.dtype_policies.DTypePolicy(dtype)
    parts = [keras.layers.Dense(3, "relu", dtype=policy), keras.layers.Dense(3, dtype=dtype)]
    return exchanged(keras, dtype, "dtypes", parts)


def _table():
    partial = functools.partial
    found = {}
    for name, (row, make) in LAYERS.items():
        found[f"layer {name}"] = partial(with_layer, name, row, make)
    for name in ("Normalization", "CategoryEncoding", "Discretization"):
        found[f"layer {name}"] = partial(with_data_layer, name)
    for name in ACTIVATIONS:
        found[f"activation {name}"] = partial(with_activation, name)
    for module, argument, table in (
        ("initializers", "kernel_initializer", INITIALIZERS),
        ("regularizers", "kernel_regularizer", REGULARIZERS),
        ("constraints", "kernel_constraint", CONSTRAINTS),
    ):
        for name, options in table.items():
            found[f"{module} {name}"] = partial(with_rule, module, argument, name, options)
    for name, options in OPTIMIZERS.items():
        found[f"optimizer {name}"] = partial(with_optimizer, name, options)
    for name, arguments in SCHEDULES.items():
        found[f"schedule {name}"] = partial(with_schedule, name, arguments)
    found["optimizer MultiOptimizer"] = with_several_optimizers
    for name, case in LOSSES.items():
        found[f"loss {name}"] = partial(with_loss, name, *case)
    for name, case in METRICS.items():
        found[f"metric {name}"] = partial(with_metric, name, *case)
    found["metric MeanMetricWrapper"] = with_wrapped_function
    for text, as_function in (("named", False), ("function", True)):
        for name, case in LOSS_FUNCTIONS.items():
            found[f"loss {text} {name}"] = partial(with_loss_function, name, *case, as_function)
        for name, case in METRIC_FUNCTIONS.items():
            # One is a name alone, the other a function alone.
            if name != ("cosine_similarity" if as_function else "log_cosh"):
                make = partial(with_metric_function, name, *case, as_function)
                found[f"metric {text} {name}"] = make
    found["dtypes"] = with_dtypes
    return found


MODELS = _table()
# In .h5 files Keras drops an axis that is a list of several, and doesn't know this function again.
LOST_BY_KERAS = ("layer LayerNormalization", "layer Softmax", "metric function log_cosh")


def made(keras, name, dtype):
    """A model of the table, its weights and seeds settled by its name."""
    keras.utils.set_random_seed(zlib.crc32(name.encode()) % 2**31)
    return MODELS[name](keras, dtype)
