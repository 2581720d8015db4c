"""Activations: values and derivatives, called as functions and standing in layers.

Derivatives are read from a model whose loss is the mean absolute error against targets far below
(or above) every output: its gradient with respect to the outputs is +1/n (or -1/n) exactly, so a
bias in front of the activation receives f'(x)/n.
"""

from functools import partial

import numpy as np

from .harness import Case, draw, gradients, set_drawn_weights

# Beyond every output on FINITE, so that the sign of output - target is known.
FAR = 1e4

MAGNITUDES = [1e-30, 1e-8, 1e-3, 0.1, 0.25, 0.5, 0.7, 1, 1.5, 2, 3, 4, 5.5, 6, 7, 10, 20, 50, 80]
MAGNITUDES += [88, 100, 1000]
FINITE = np.array([0.0, -0.0] + MAGNITUDES + [-m for m in MAGNITUDES])

# Where a function has a kink, JAX's maximum, minimum and clip give the mean of both slopes, which
# nobody relies on; those points are left out of the derivatives. Other kinks are compared.
# name of the case -> (activation, parameters, points left out)
ELEMENTWISE = {
    "celu": ("celu", {}, []),
    "celu-alpha-0.5": ("celu", {"alpha": 0.5}, [0]),
    "celu-alpha-2": ("celu", {"alpha": 2.0}, [0]),
    "elu": ("elu", {}, []),
    "elu-alpha-0.5": ("elu", {"alpha": 0.5}, []),
    "exponential": ("exponential", {}, []),
    "gelu": ("gelu", {}, []),
    "gelu-approximate": ("gelu", {"approximate": True}, []),
    "hard_shrink": ("hard_shrink", {}, []),
    "hard_shrink-threshold-2": ("hard_shrink", {"threshold": 2.0}, []),
    "hard_sigmoid": ("hard_sigmoid", {}, []),
    "hard_silu": ("hard_silu", {}, []),
    "hard_swish": ("hard_swish", {}, []),
    "hard_tanh": ("hard_tanh", {}, []),
    "leaky_relu": ("leaky_relu", {}, []),
    "leaky_relu-slope-0.01": ("leaky_relu", {"negative_slope": 0.01}, []),
    "linear": ("linear", {}, []),
    "log_sigmoid": ("log_sigmoid", {}, []),
    "mish": ("mish", {}, []),
    "relu": ("relu", {}, []),
    "relu-slope": ("relu", {"negative_slope": 0.1}, []),
    "relu-max": ("relu", {"max_value": 3.0}, [3]),
    "relu-max-6": ("relu", {"max_value": 6}, []),
    "relu-threshold": ("relu", {"threshold": 1.0}, []),
    "relu-threshold-negative": ("relu", {"threshold": -1.0}, []),
    "relu-slope-max": ("relu", {"negative_slope": 0.25, "max_value": 4.0}, [4]),
    "relu-slope-threshold": ("relu", {"negative_slope": 0.25, "threshold": 0.5}, []),
    "relu-all": (
        "relu",
        {"negative_slope": 0.2, "max_value": 4.0, "threshold": 0.5},
        [4],
    ),
    "relu6": ("relu6", {}, []),
    "selu": ("selu", {}, []),
    "sigmoid": ("sigmoid", {}, []),
    "silu": ("silu", {}, []),
    "swish": ("swish", {}, []),
    "soft_shrink": ("soft_shrink", {}, []),
    "soft_shrink-threshold-2": ("soft_shrink", {"threshold": 2.0}, []),
    "softplus": ("softplus", {}, []),
    "softsign": ("softsign", {}, []),
    "sparse_plus": ("sparse_plus", {}, []),
    "sparse_sigmoid": ("sparse_sigmoid", {}, [1, -1]),
    "squareplus": ("squareplus", {}, []),
    "squareplus-b-1": ("squareplus", {"b": 1.0}, []),
    "tanh": ("tanh", {}, []),
    "tanh_shrink": ("tanh_shrink", {}, []),
    "threshold": ("threshold", {"threshold": 0.5, "default_value": -2.0}, []),
}

ROW_WISE = ("softmax", "log_softmax", "glu")

# x + sqrt(x² + b) for x = -1000 keeps three digits of a float32: a better formula differs. So does
# one for 1 + tanh(u) near u = -1, in the approximate gelu.
SQUAREPLUS = {"float32": (1e-5, 5e-5), "float64": (1e-12, 1e-12)}
GELU = {"float32": (2e-5, 1e-6)}
CANCELLING = {"squareplus": SQUAREPLUS, "squareplus-b-1": SQUAREPLUS, "gelu-approximate": GELU}


def far_below(shape, dtype):
    return np.full(shape, -FAR, dtype)


def values_case(name, activation, parameters):
    """The function called on arrays of several ranks, and at infinity."""

    def run(keras, dtype):
        function = getattr(keras.activations, activation)
        finite = FINITE.astype(dtype)
        return {
            "finite": function(finite, **parameters),
            "normal": function(draw("activation", 2, 3, 4, dtype=dtype, scale=2), **parameters),
            "infinite": function(np.array([np.inf, -np.inf], dtype), **parameters),
        }

    return Case(f"values/{name}", run, undefined=("infinite",), **CANCELLING.get(name, {}))


def derivative_case(name, activation, parameters, left_out):
    """f'(x)/n for every x of the grid, from one row through Dense and Activation."""
    grid = FINITE[~np.isin(FINITE, left_out)]
    if activation == "exponential":
        grid = grid[grid < 90]

    def run(keras, dtype):
        layers, n = keras.layers, len(grid)
        function = activation
        if parameters:
            function = partial(getattr(keras.activations, activation), **parameters)
        model = keras.Sequential([keras.Input((1,)), layers.Dense(n), layers.Activation(function)])
        # A kernel of zeros leaves the bias alone in front of the activation.
        model.set_weights([np.zeros((1, n), dtype), grid.astype(dtype)])
        model.compile(optimizer="sgd", loss="mae")
        x = np.ones((1, 1), dtype)
        _, found = gradients(keras, model, x, far_below((1, n), dtype))
        return {"derivative": found[1] * n}

    return Case(f"derivative/{name}", run, **CANCELLING.get(name, {}))


def layer_case(activation):
    """The name given to Activation (called alone) and to Dense (in a model)."""

    def run(keras, dtype):
        layers = keras.layers
        x = draw("activation in a layer", 3, 4, dtype=dtype, scale=3)
        model = keras.Sequential([keras.Input((4,)), layers.Dense(6, activation=activation)])
        set_drawn_weights(model, "activation in a layer")
        return {
            "alone": layers.Activation(activation)(x),
            "dense": model.predict(x, verbose=0),
        }

    return Case(f"layer/{activation}", run)


def rows(dtype):
    """Rows of six that show ties, one great winner, ±1000, and ordinary numbers."""
    special = [
        [0, 0, 0, 0, 0, 0],
        [1000, 0, -1000, 0, 1000, 1],
        [-1000, -1000, -1000, -1000, -1000, -999],
        [1, 1, 2, 2, 2, -3],
        [1e-30, -1e-30, 88, 0, 87, 1e-8],
        [0.25, 0.5, 0.1, -0.2, 0.3, 0.05],
    ]
    ordinary = draw("activation rows", 4, 6, scale=2)
    return np.concatenate([np.array(special, "float64"), ordinary]).astype(dtype)


def row_values_case(activation):
    def run(keras, dtype):
        function = getattr(keras.activations, activation)
        cube = draw("activation cube", 2, 4, 6, dtype=dtype, scale=2)
        fields = {
            "rows": function(rows(dtype)),
            "one row": function(rows(dtype)[4]),
            "cube": function(cube),
            "axis 1": function(cube, axis=1),
            "axis 0": function(cube, axis=0),
            "long": function(draw("activation long row", 2, 38, dtype=dtype)),
        }
        if activation != "glu":
            fields["one column"] = function(draw("activation column", 3, 1, dtype=dtype))
        if activation in ("softmax", "glu"):
            fields["infinite"] = function(np.array([[-np.inf, 0, 1, -np.inf]], dtype))
        return fields

    return Case(f"values/{activation}", run, undefined=("infinite",))


def run_sparsemax(keras, dtype):
    """Numbers at least 2 apart along every axis, so that one of them takes everything.

    Keras 3.15 is wrong when several entries are left (its results do not add up to 1;
    keras-team/keras issue 23425, mended later): test_oracle_sparsemax.py compares those with the
    definition.
    """
    order = np.argsort(draw("sparsemax", 48))
    cube = (2.0 * order - 40).reshape(2, 4, 6).astype(dtype)
    return {
        "last axis": keras.activations.sparsemax(cube),
        "axis 1": keras.activations.sparsemax(cube, axis=1),
        "axis 0": keras.activations.sparsemax(cube, axis=0),
        "one row": keras.activations.sparsemax(cube[0, 0]),
        "one column": keras.activations.sparsemax(cube[0, :, :1]),
    }


# Signs of the gradient that comes from above: all alike, one against the rest, alternating.
SIGNS = np.array([[1, 1, 1, 1, 1, 1], [-1, 1, 1, 1, 1, 1], [1, -1, 1, -1, 1, -1]])


def row_derivative_case(activation):
    def run(keras, dtype):
        layers = keras.layers
        model = keras.Sequential([keras.Input((1,)), layers.Dense(6, activation=activation)])
        model.compile(optimizer="sgd", loss="mae")
        outputs = 3 if activation == "glu" else 6
        x, found = np.ones((1, 1), dtype), []
        for row in rows(dtype):
            model.set_weights([np.zeros((1, 6), dtype), row])
            for signs in SIGNS:
                # log_softmax goes down to -2000, still above -FAR.
                y = (-FAR * signs[None, :outputs]).astype(dtype)
                found.append(gradients(keras, model, x, y)[1][1] * outputs)
        return {"derivative": np.array(found)}

    return Case(f"derivative/{activation}", run)


CASES = [
    *(values_case(name, f, parameters) for name, (f, parameters, _) in ELEMENTWISE.items()),
    *(derivative_case(name, *row) for name, row in ELEMENTWISE.items() if row[0] != "linear"),
    *(layer_case(f) for f, parameters, _ in ELEMENTWISE.values() if not parameters),
    *(row_values_case(activation) for activation in ROW_WISE),
    Case("values/sparsemax", run_sparsemax),
    *(row_derivative_case(activation) for activation in ROW_WISE),
    *(layer_case(activation) for activation in ROW_WISE),
]
