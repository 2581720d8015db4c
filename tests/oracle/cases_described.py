"""What a model says of itself: types, paths, configurations of building and compiling, its loss."""

import re

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


def graphs(keras, dtype):
    """What graphviz is given: boxes, groups and edges, layers numbered as they come."""
    layers = keras.layers
    inner = keras.Sequential([layers.Dense(4, name="b"), layers.ReLU(name="r")], name="inner")
    first = layers.Dense(2, activation="relu", name="a", dtype=dtype)
    last = layers.Dropout(0.1, name="d")
    model = keras.Sequential([keras.Input((3,)), first, inner, last], name="m")
    first.trainable = False
    inputs = keras.Input((3,), name="in")
    functional = keras.Model(inputs, layers.Dense(2, name="z")(model(inputs)), name="f")
    everything = {"show_shapes": True, "show_dtype": True, "show_trainable": True}
    everything |= {"show_layer_activations": True, "expand_nested": True}

    def text(of, **options):
        graph = keras.utils.model_to_dot(of, **options).to_string()
        keys = dict.fromkeys(re.findall(r"\b\d{9,}\b", graph))
        for number, key in enumerate(keys):
            graph = graph.replace(key, f"L{number}")
        return "\n".join(sorted(graph.split("\n")))

    return {
        "plain": np.array(text(model)),
        "turned": np.array(text(model, rankdir="LR", dpi=96, splines="curved")),
        "all": np.array(text(model, **everything)),
        "anonymous": np.array(text(model, show_layer_names=False, show_dtype=True)),
        "functional": np.array(text(functional, show_shapes=True)),
        "expanded": np.array(text(functional, expand_nested=True).count("->")),
        "cluster": np.array(text(model, subgraph=True)),
    }


CASES = [
    Case("described", described),
    Case("graphs", graphs),
    loss_of("mse", "mse"),
    loss_of("scaled", "mse", weight=2.0),
    loss_of("ids", "sparse_categorical_crossentropy"),
]
