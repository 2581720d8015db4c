"""Focal, generalized, overlap and circle losses: called, reduced, their gradients and models."""

import numpy as np

from .cases_losses import REDUCTIONS, scalars, simplex
from .harness import Case, draw, draw_integers, gradients, one_hot, set_drawn_weights, text_of

LOSSES = [
    ("BinaryFocalCrossentropy", {}),
    ("BinaryFocalCrossentropy", {"gamma": 1.5, "label_smoothing": 0.2}),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "alpha": 0.4, "from_logits": True}),
    ("CategoricalFocalCrossentropy", {}),
    ("CategoricalFocalCrossentropy", {"alpha": [0.2, 0.5, 0.9], "gamma": 2.5}),
    ("CategoricalFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1, "gamma": 1.0}),
    ("CategoricalGeneralizedCrossEntropy", {}),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.8}),
    ("Dice", {}),
    ("Dice", {"axis": -1}),
    ("Dice", {"axis": (1,)}),
    ("Tversky", {}),
    ("Tversky", {"alpha": 0.3, "beta": 0.9, "axis": -1}),
    ("Circle", {"gamma": 3.0}),
    ("Circle", {"gamma": 20.0, "margin": 0.25, "remove_diagonal": False}),
]


def batch(name, options, dtype, rows):
    """(y_true, y_pred) that the loss takes, of three columns."""
    shape = (rows, 3)
    ids = draw_integers("further ids", 3, rows)
    if options.get("from_logits"):
        y_pred = draw("further", *shape, dtype=dtype, scale=2.0)
    else:
        y_pred = simplex("further", *shape, dtype=dtype)
    if name.endswith("GeneralizedCrossEntropy"):
        return ids, y_pred
    if name == "Circle":
        return ids * 3 - 2, y_pred / np.linalg.norm(y_pred, axis=1, keepdims=True)
    if name.startswith("Categorical"):
        return one_hot(ids, 3, dtype), y_pred
    return draw_integers("further bits", 2, *shape).astype(dtype), y_pred


def called_case(name, options):
    def run(keras, dtype):
        build = getattr(keras.losses, name)
        pair, w = batch(name, options, dtype, 5), np.abs(draw("further w", 5, dtype=dtype))
        return {
            "reduced": scalars(*(build(**options, reduction=r)(*pair) for r in REDUCTIONS)),
            "weighted": scalars(*(build(**options, reduction=r)(*pair, w) for r in REDUCTIONS)),
            "none": build(**options, reduction=None)(*pair),
            "name": np.array(build(**options).name),
        }

    return Case(f"called/{text_of(name, options)}", run, (2e-5, 2e-6))


def run_axes(keras, dtype):
    """Several axes, lists, and what powers are of at the edges."""
    y_true = draw_integers("further cube", 2, 2, 3, 4).astype(dtype)
    y_pred = simplex("further cube", 2, 3, 4, dtype=dtype)
    losses, fields = keras.losses, {}
    for axis in (None, 0, -1, (1, 2), (0, 2)):
        fields[f"dice {axis}"] = losses.dice(y_true, y_pred, axis=axis)
        fields[f"tversky {axis}"] = losses.tversky(y_true, y_pred, 0.2, 0.7, axis=axis)
    fields["dice of nothing"] = losses.dice(np.zeros((2, 3), dtype), np.zeros((2, 3), dtype))
    for axis in (-1, 1):
        fields[f"categorical {axis}"] = losses.categorical_focal_crossentropy(
            y_true, y_pred, axis=axis, label_smoothing=0.2
        )
        fields[f"binary {axis}"] = losses.binary_focal_crossentropy(y_true, y_pred, axis=axis)
    edges = np.array([[0.0, 1.0], [1.0, 0.0]], dtype), np.array([[0.0, 1.0], [0.0, 1.0]], dtype)
    for gamma in (0.0, 0.5, 1.0, 2.0, 3.0):
        fields[f"edges {gamma}"] = losses.binary_focal_crossentropy(*edges, gamma=gamma)
    return fields


def run_references(keras, dtype):
    """Against other embeddings than the batch's, near ones and far ones."""
    labels, references = np.array([1, 1, 2, 7]), np.array([1, 1, 2, 2, 3, 4])
    y_pred, others = draw("circle", 4, 3, dtype=dtype), draw("others", 6, 3, dtype=dtype)
    fields = {}
    for skips in (True, False):
        fields[f"losses {skips}"] = keras.losses.circle(
            labels, y_pred / 2, references, others / 2, skips, gamma=3.0, margin=0.3
        )
    fields["with itself"] = keras.losses.circle(labels, y_pred, remove_diagonal=False, gamma=0.5)
    return fields


ACTIVATIONS = {"Binary": "sigmoid", "Categorical": "softmax", "Dice": "sigmoid"}


def model_case(name, options, weights):
    """Loss and gradients of a small model, and what two epochs of training make of it."""

    def run(keras, dtype):
        layers = keras.layers
        activation = next((a for key, a in ACTIVATIONS.items() if name.startswith(key)), "sigmoid")
        activation = "linear" if options.get("from_logits") else activation
        model = keras.Sequential(
            [
                keras.Input((4,)),
                layers.Dense(5, activation="tanh"),
                layers.Dense(3, activation=activation),
            ]
        )
        set_drawn_weights(model, "further gradient")
        model.compile(
            optimizer=keras.optimizers.SGD(0.1), loss=getattr(keras.losses, name)(**options)
        )
        y, _ = batch(name, options, dtype, 7)
        x = draw("further x", 7, 4, dtype=dtype)
        w = np.abs(draw("further w", 7, dtype=dtype)) if weights else None
        value, found = gradients(keras, model, x, y, sample_weight=w)
        given = {"batch_size": 4, "epochs": 2, "shuffle": False, "verbose": 0}
        history = model.fit(x, y, sample_weight=w, **given).history["loss"]
        return {
            "loss": value,
            **{f"gradient {i}": g for i, g in enumerate(found)},
            "history": np.array(history).astype(dtype),
            "evaluated": np.array(model.evaluate(x, y, batch_size=4, verbose=0)).astype(dtype),
        }

    weighted = "weighted" if weights else "plain"
    return Case(f"model/{text_of(name, options)} {weighted}", run, (2e-5, 2e-6), (1e-10, 1e-12))


MODELS = [
    *LOSSES,
    ("Dice", {"reduction": "sum"}),
    ("Tversky", {"reduction": "mean_with_sample_weight", "alpha": 0.8}),
    ("Circle", {"reduction": "mean_with_sample_weight", "gamma": 1.0}),
    ("Circle", {"reduction": "sum", "gamma": 0.5}),
]

CASES = [
    *(called_case(name, options) for name, options in LOSSES),
    Case("axes", run_axes, (2e-5, 2e-6)),
    Case("references", run_references, (2e-5, 2e-6)),
    *(
        model_case(name, options, weights)
        for name, options in MODELS
        for weights in ((False, True) if name in ("Dice", "Tversky") else (True,))
    ),
]
