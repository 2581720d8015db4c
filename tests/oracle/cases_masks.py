"""Masks: which layers make, use and hand them on, and what comes of it in training."""

import json

import numpy as np

from .harness import (
    Case,
    draw,
    draw_integers,
    gradients,
    one_hot,
    set_drawn_weights_and_variances,
)

LOOSE = {"float32": (3e-5, 3e-6), "float64": (1e-11, 1e-12)}

# Those that need no argument, and what others are given.
LAYERS = {
    "Activation": ("relu",),
    "ActivityRegularization": (),
    "AlphaDropout": (0.5,),
    "BatchNormalization": (),
    "CategoryEncoding": (2,),
    "Dense": (2,),
    "Discretization": ([1.0],),
    "Dropout": (0.5,),
    "ELU": (),
    "EinsumDense": ("ab,bc->ac", 2),
    "Flatten": (),
    "GaussianDropout": (0.5,),
    "GaussianNoise": (1.0,),
    "GroupNormalization": (),
    "Identity": (),
    "Lambda": (np.negative,),
    "LayerNormalization": (),
    "LeakyReLU": (),
    "Masking": (),
    "Normalization": (),
    "PReLU": (),
    "Permute": ((1,),),
    "RMSNormalization": (),
    "ReLU": (),
    "RepeatVector": (2,),
    "Rescaling": (2.0,),
    "Reshape": ((1,),),
    "Softmax": (),
    "UnitNormalization": (),
}


def run_support(keras, dtype):
    """What a layer says before anybody sets it, and after; and what becomes of a mask then."""
    made = [getattr(keras.layers, name)(*arguments) for name, arguments in LAYERS.items()]
    made.append(keras.Sequential([keras.layers.Dense(2)]))
    before = [layer.supports_masking for layer in made]
    for layer in made:
        layer.supports_masking = not layer.supports_masking
    mask = np.array([True, False])
    return {
        "before": np.array(before),
        "after": np.array([layer.supports_masking for layer in made]),
        "computed": np.array([layer.compute_mask(np.ones((2, 2)), mask) is mask for layer in made]),
    }


def padded(name, rows, row, dtype, value=0.0):
    """Drawn rows whose steps are all `value` here and there: some, none, all of a row's."""
    x = draw(f"padded {name}", rows, *row, dtype=dtype)
    places = x.reshape(-1, row[-1])
    places[draw_integers(f"pads {name}", 3, len(places)) == 0] = value
    x[1 % rows] = value
    # One feature alone masks nothing.
    places[0, 0] = value
    return x


def run_masking(keras, dtype):
    """The layer alone: outputs and masks, of values that float32 has not, and its configuration."""
    masking, x = keras.layers.Masking, padded("alone", 7, (3, 2), dtype)
    fields = {"names": np.array([masking().name, masking().name])}
    for value in (0.0, 0.1, -2, np.float32(0.5)):
        layer = masking(mask_value=value)
        given = padded(f"alone {value}", 7, (3, 2), dtype, value)
        fields |= {f"output {value}": layer(given), f"mask {value}": layer.compute_mask(given)}
    config = masking(1.5, name="m").get_config()
    special = np.array([[[0, -0.0], [np.nan, 0], [np.inf, 0]]], dtype)
    return fields | {
        "flat": masking()(x[:, 0]),
        "rank 4": masking()(x[:, None]),
        "special": masking().compute_mask(special),
        "shape": np.array(masking().compute_output_shape((2, 3, 4))),
        "config": np.array(json.dumps({k: config[k] for k in ("name", "trainable", "mask_value")})),
    }


def task(name, kind, rows, row, outputs, dtype):
    shape = (rows, *row[:-1])
    if kind == "regression":
        return draw(f"{name} y", *shape, outputs, dtype=dtype)
    if kind == "binary":
        return draw_integers(f"{name} y", 2, *shape, outputs).astype(dtype)
    labels = draw_integers(f"{name} y", outputs, *shape)
    return labels if kind == "sparse" else one_hot(labels, outputs, dtype)


KINDS = {
    "regression": (2, None, "mse", ["mae", "cosine_similarity"]),
    "binary": (1, "sigmoid", "binary_crossentropy", ["accuracy", "mse"]),
    "categorical": (3, "softmax", "categorical_crossentropy", ["acc"]),
    "sparse": (3, "softmax", "sparse_categorical_crossentropy", ["accuracy"]),
}


def training(name, kind, make, row=(4, 3), rows=11, weighted=False, loss=None, compiled=()):
    """A model with a mask: prediction, evaluation, gradients and two epochs of training.

    Of Keras's metrics in training none are taken: on JAX it forgets the mask there.
    """

    def run(keras, dtype):
        layers = keras.layers
        outputs, activation, usual, metrics = KINDS[kind]
        last = layers.Dense(outputs, activation=activation)
        model = keras.Sequential([keras.Input(row), *make(layers), last])
        set_drawn_weights_and_variances(model, name, least=0.5)
        options = {"metrics": metrics, "weighted_metrics": metrics, **dict(compiled)}
        chosen = usual if loss is None else loss(keras)
        model.compile(keras.optimizers.SGD(0.05), chosen, **options)
        x, y = padded(name, rows, row, dtype), task(name, kind, rows, row, outputs, dtype)
        weight = None
        if weighted:
            # With an axis for the steps: Keras multiplies them by the mask.
            weight = np.abs(draw(f"{name} weights", rows, *[1] * (len(row) - 1), dtype=dtype))
        value, found = gradients(keras, model, x, y, weight, training=True)
        fields = {
            "predict": model.predict(x, verbose=0),
            "loss": value,
            **{f"gradient {i}": g for i, g in enumerate(found)},
        }
        model.reset_metrics()
        history = model.fit(
            x,
            y,
            sample_weight=weight,
            batch_size=4,
            epochs=2,
            shuffle=False,
            verbose=0,
            validation_data=(x[:5], y[:5]),
        ).history
        taken = [name for name in history if name == "loss" or name.startswith("val_")]
        return fields | {
            "names": np.array(taken),
            "history": np.array([history[name] for name in taken], "float64"),
            **{f"weight {i}": w for i, w in enumerate(model.get_weights())},
        }

    return Case(name, run, **LOOSE)


def masked_dense(layers):
    return [layers.Masking(), layers.Dense(5, activation="tanh")]


def normalized(axis):
    return lambda layers: [*masked_dense(layers), layers.BatchNormalization(axis=axis)]


TRAINING = [
    training("dense", "regression", masked_dense),
    training("categorical", "categorical", masked_dense, row=(2, 3, 2)),
    training("weighted", "sparse", masked_dense, weighted=True),
    training("weighted rows", "regression", masked_dense, row=(3,), weighted=True),
    training("sum", "regression", masked_dense, loss=lambda k: k.losses.Huber(reduction="sum")),
    training(
        "mean of weighted",
        "regression",
        masked_dense,
        weighted=True,
        loss=lambda k: k.losses.MeanSquaredError(reduction="mean_with_sample_weight"),
    ),
    training("dice", "categorical", masked_dense, loss=lambda k: k.losses.Dice(), weighted=True),
    training("batch normalization", "binary", normalized(-1)),
    training("batch normalization axis 1", "regression", normalized(1), weighted=True),
    training(
        "between",
        "regression",
        lambda layers: [
            layers.Dense(3),
            layers.ReLU(),
            layers.Masking(),
            layers.LayerNormalization(),
            layers.Activation("tanh"),
            layers.Identity(),
            layers.Rescaling(2.0),
        ],
    ),
    training(
        "masked again",
        "regression",
        lambda layers: [
            layers.Masking(),
            layers.Dense(3, activation="relu", use_bias=False),
            layers.Masking(),
            layers.BatchNormalization(),
        ],
    ),
]


def run_normalization(keras, dtype):
    """BatchNormalization called with masks: of several shapes, of nothing, and frozen."""
    layers, fields = keras.layers, {}
    x = draw("normalization", 6, 4, 3, dtype=dtype)
    mask = draw_integers("mask", 2, 6, 4)
    masks = {
        "bools": mask > 0,
        "numbers": mask.astype(dtype),
        "broadcast": mask[:1] > 0,
        "one": np.eye(6, 4) * np.eye(4)[0] > 0,
        "none": np.zeros((6, 4), bool),
    }
    for axis in (-1, 1):
        for name, given in masks.items():
            layer = layers.BatchNormalization(axis=axis, momentum=0.5)
            fields[f"{name} {axis}"] = layer(x, training=True, mask=given)
            fields[f"{name} {axis} mean"] = np.array(layer.moving_mean)
            fields[f"{name} {axis} variance"] = np.array(layer.moving_variance)
    layer.trainable = False
    fields["frozen"] = layer(x, training=True, mask=masks["bools"])
    fields["predicting"] = layer(x, mask=masks["bools"])
    masked = layers.Masking()(padded("eager", 5, (4, 3), dtype))
    fields["eager"] = layers.BatchNormalization()(masked, training=True)
    hidden = layers.Dense(2, kernel_initializer="ones")(masked)
    loss = keras.losses.MeanSquaredError()
    return fields | {
        "rank 2": layers.BatchNormalization()(x[:, 0], training=True, mask=mask[:, 0] > 0),
        "loss": loss(np.zeros((5, 4, 2), dtype), hidden),
        "metric": keras.metrics.MeanAbsoluteError()(np.zeros((5, 4, 2), dtype), hidden),
    }


CASES = [
    Case("support", run_support),
    Case("masking", run_masking),
    Case("normalization", run_normalization, **LOOSE),
    *TRAINING,
]
