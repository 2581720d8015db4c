"""Networks of which weights and outputs have regularizers and constraints."""

from .samples import classes, numbers
from .training import dense, sequential, training


def with_penalties(keras, dtype):
    """Every penalty, of weights and outputs, some of these in the memory of the layer before."""
    r, layers = keras.regularizers, keras.layers
    model = sequential(
        keras,
        dtype,
        (3, 7),
        dense(keras, dtype, 9, "tanh", activity_regularizer=r.L2(0.01)),
        layers.Flatten(dtype=dtype, activity_regularizer="l1"),
        dense(
            keras,
            dtype,
            21,
            "relu",
            kernel_regularizer=r.OrthogonalRegularizer(0.3, "columns"),
            bias_regularizer=r.L1L2(0.1, 0.2),
            activity_regularizer=r.OrthogonalRegularizer(0.1),
        ),
        layers.BatchNormalization(gamma_regularizer="l2", beta_regularizer="l1", dtype=dtype),
        dense(keras, dtype, 3, "softmax", kernel_regularizer=r.L2(0.05)),
    )
    x, y = numbers(70, 3, 7), classes(70, 3)
    loss = "sparse_categorical_crossentropy"
    options = {"validation_data": (x[:9], y[:9]), "epochs": 3}
    return training(keras, model, loss, "globally clipped", x, y, **options)


def with_constraints(keras, dtype):
    """Every constraint, along either axis."""
    c, layers = keras.constraints, keras.layers
    model = sequential(
        keras,
        dtype,
        33,
        dense(
            keras, dtype, 65, "tanh", kernel_constraint=c.MaxNorm(0.8), bias_constraint="non_neg"
        ),
        layers.LayerNormalization(gamma_constraint=c.UnitNorm(), dtype=dtype),
        dense(keras, dtype, 17, "elu", kernel_constraint=c.MinMaxNorm(0.5, 0.9, 0.4, axis=1)),
        layers.EinsumDense(
            "ab,bcd->acd",
            (3, 5),
            bias_axes="cd",
            kernel_constraint=c.MaxNorm(0.7, (0, 1)),
            dtype=dtype,
        ),
        layers.PReLU(alpha_constraint=c.MaxNorm(0.1, axis=1), dtype=dtype),
        layers.Flatten(dtype=dtype),
        dense(keras, dtype, 2, kernel_constraint=c.UnitNorm(axis=-1)),
    )
    x, y = numbers(90, 33), numbers(90, 2, seed=1)
    return training(keras, model, "mse", "momentum", x, y, epochs=3)


def with_rules_in_tiles(optimizer):
    """Of so many weights that threads share them; where there is no penalty, steps are fused."""

    def make(keras, dtype):
        rule = {"kernel_constraint": keras.constraints.MaxNorm(0.6)}
        if optimizer == "adam":
            rule["kernel_regularizer"] = keras.regularizers.L1L2(1e-4, 1e-3)
        model = sequential(
            keras,
            dtype,
            410,
            dense(keras, dtype, 301, "relu", **rule),
            dense(keras, dtype, 10, "softmax", **rule),
        )
        x, y = numbers(210, 410) / 8, classes(210, 10)
        loss = "sparse_categorical_crossentropy"
        return training(keras, model, loss, optimizer, x, y, batch_size=70, epochs=2)

    return make


RULED_NETWORKS = {
    "penalties": with_penalties,
    "constraints": with_constraints,
    **{f"rules in tiles, {name}": with_rules_in_tiles(name) for name in ("sgd", "adam")},
}
