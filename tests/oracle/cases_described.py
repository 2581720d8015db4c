"""What a model says of itself: types, paths, configurations of building and compiling, its loss."""

import numpy as np

from .harness import Case, draw, draw_integers


def described(keras, dtype):
    layers = keras.layers
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)], name="m")
    inner = keras.Sequential([layers.Dense(4)], name="inner")
    keras.Sequential([keras.Input((3,)), inner], name="outer")
    x = draw("described x", 4, 3, dtype=dtype)
    model.set_weights([draw("described w", 3, 2, dtype=dtype), np.zeros(2, dtype)])
    built = keras.Sequential([layers.Dense(2)])
    built.build_from_config({"input_shape": (None, 5)})
    types = [model.compute_dtype, model.variable_dtype, model.input_dtype, model.dtype_policy.name]
    return {
        "types": np.array(types),
        "paths": np.array([model.path, inner.path]),
        "build": np.array([str(model.get_build_config()), str(built.input_shape)]),
        "unbuilt": np.array(str(keras.Sequential([layers.Dense(2)]).get_build_config())),
        "called": np.array(model.call(x)),
    }


def loss_of(name, loss, weight=None):
    """compute_loss, with the sample weights and `loss_weights`."""

    def run(keras, dtype):
        model = keras.Sequential([keras.layers.Dense(3)])
        model.compile("sgd", loss, loss_weights=weight)
        y, p = draw(f"{name} y", 5, 3, dtype=dtype), draw(f"{name} p", 5, 3, dtype=dtype)
        if loss != "mse":
            y, p = draw_integers(f"{name} y", 3, 5), np.exp(p) / np.exp(p).sum(1, keepdims=True)
        weights = np.abs(draw(f"{name} w", 5, dtype=dtype))
        return {
            "plain": np.array(model.compute_loss(None, y, p)),
            "weighted": np.array(model.compute_loss(y=y, y_pred=p, sample_weight=weights)),
        }

    return Case(f"compute_loss/{name}", run)


CASES = [
    Case("described", described),
    loss_of("mse", "mse"),
    loss_of("scaled", "mse", weight=2.0),
    loss_of("ids", "sparse_categorical_crossentropy"),
]
