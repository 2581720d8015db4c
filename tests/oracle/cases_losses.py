"""Losses: called as objects and as functions, and through a model's gradients."""

import numpy as np

from .harness import Case, draw, draw_integers, gradients, one_hot, set_drawn_weights

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight")
CLASSES = ("MeanSquaredError", "MeanAbsoluteError", "BinaryCrossentropy")
CLASSES += ("CategoricalCrossentropy", "SparseCategoricalCrossentropy")
FUNCTIONS = ("mean_squared_error", "mean_absolute_error", "binary_crossentropy")
FUNCTIONS += ("categorical_crossentropy", "sparse_categorical_crossentropy")


def simplex(name, *shape, dtype):
    """Rows of positive numbers that add up to 1."""
    weights = np.exp(draw(name, *shape))
    return (weights / weights.sum(-1, keepdims=True)).astype(dtype)


def batch(loss, dtype, *rows, classes=3, from_logits=False):
    """(y_true, y_pred) that the named loss class or function takes, `rows` entries each."""
    loss = loss.lower().replace("_", "")
    shape = (*rows, classes)
    labels = draw_integers("loss labels", classes, *rows)
    if loss in ("meansquarederror", "meanabsoluteerror"):
        return draw("loss true", *shape, dtype=dtype), draw("loss pred", *shape, dtype=dtype)
    scores = draw("loss pred", *shape, dtype=dtype, scale=3)
    if loss == "binarycrossentropy":
        y_true = draw_integers("loss bits", 2, *shape).astype(dtype)
        return y_true, scores if from_logits else (1 / (1 + np.exp(-scores))).astype(dtype)
    y_pred = scores if from_logits else simplex("loss pred", *shape, dtype=dtype)
    if loss == "sparsecategoricalcrossentropy":
        return labels.astype("int32"), y_pred
    return one_hot(labels, classes, dtype), y_pred


def scalars(*values):
    """Scalars as one vector; anything else than a scalar is refused."""
    arrays = [np.asarray(value) for value in values]
    if any(array.shape != () for array in arrays):
        raise AssertionError(f"expected scalars, got shapes {[array.shape for array in arrays]}")
    return np.stack(arrays)


def reductions_case(loss, rows, weights):
    """Every reduction, for each shape of the sample weights."""

    def run(keras, dtype):
        y_true, y_pred = batch(loss, dtype, *rows)
        build, fields = getattr(keras.losses, loss), {}
        for shape in weights:
            w = None if shape is None else np.abs(draw("loss weights", *shape, dtype=dtype))
            reduced = [build(reduction=r)(y_true, y_pred, sample_weight=w) for r in REDUCTIONS]
            fields[f"{shape} reduced"] = scalars(*reduced)
            fields[f"{shape} none"] = build(reduction=None)(y_true, y_pred, sample_weight=w)
        return fields

    return Case(f"reductions/{loss}/rank {len(rows) + 1}", run)


def zero_weights_case(loss):
    """Weights that are all 0, and of which some are 0."""

    def run(keras, dtype):
        y_true, y_pred = batch(loss, dtype, 4)
        build, fields = getattr(keras.losses, loss), {}
        for name, w in (("all", np.zeros(4)), ("some", np.array([0, 2, 0, 1.0]))):
            w = w.astype(dtype)
            fields[name] = scalars(*(build(reduction=r)(y_true, y_pred, w) for r in REDUCTIONS))
        return fields

    return Case(f"zero weights/{loss}", run)


def options_case(loss, options):
    """Label smoothing, logits and axis: each entry's loss, and the weighted mean."""

    def run(keras, dtype):
        from_logits = options.get("from_logits", False)
        y_true, y_pred = batch(loss, dtype, 5, classes=4, from_logits=from_logits)
        cube = batch(loss, dtype, 2, 3, classes=4, from_logits=from_logits)
        w = np.abs(draw("loss weights", 5, dtype=dtype))
        build = getattr(keras.losses, loss)
        fields = {"cube": build(reduction=None, **options)(*cube)}
        if options.get("axis", -1) == -1:
            fields["rows"] = build(reduction=None, **options)(y_true, y_pred)
            fields["weighted"] = build(**options)(y_true, y_pred, sample_weight=w)
        return fields

    name = " ".join(f"{key}={value}" for key, value in options.items())
    return Case(f"options/{loss}/{name}", run)


def function_case(function):
    """The loss function itself, under losses and under metrics, which does not reduce."""

    def run(keras, dtype):
        y_true, y_pred = batch(function, dtype, 4)
        cube = batch(function, dtype, 2, 3)
        return {
            "rows": getattr(keras.losses, function)(y_true, y_pred),
            "metrics": getattr(keras.metrics, function)(y_true, y_pred),
            "cube": getattr(keras.losses, function)(*cube),
        }

    return Case(f"function/{function}", run)


def run_ranks(keras, dtype):
    """(n,) against (n, 1) and back; rows alone; scalars per entry; broadcasting when called."""
    flat, column = draw("loss ranks", 4, dtype=dtype), draw("loss ranks", 4, 1, dtype=dtype)
    wide, loss = (
        draw("loss ranks", 4, 3, dtype=dtype),
        keras.losses.MeanSquaredError(reduction=None),
    )
    probability = 1 / (1 + np.exp(-column))
    bits = np.array([0, 1, 1, 0], dtype)
    return {
        "flat column": loss(flat, column),
        "column flat": loss(column, flat),
        "flat flat": loss(flat, flat[::-1].copy()),
        "column wide": loss(column, wide),
        "wide row": loss(wide, wide[0]),
        "binary flat column": keras.losses.BinaryCrossentropy(reduction=None)(bits, probability),
        "sparse column": keras.losses.SparseCategoricalCrossentropy(reduction=None)(
            np.array([[0], [2], [1], [1]], "int32"), simplex("loss ranks", 4, 3, dtype=dtype)
        ),
    }


def run_binary_edges(keras, dtype):
    """Probabilities 0 and 1 are clipped to [1e-7, 1 - 1e-7]; logits of ±1000 are exact."""
    y_true = np.array([[0], [1], [0], [1], [0.3], [0.3]], dtype)
    y_pred = np.array([[0], [0], [1], [1], [0], [1]], dtype)
    logits = np.array([[-1000], [-1000], [1000], [1000], [-1000], [1000]], dtype)
    build, fields = keras.losses.BinaryCrossentropy, {}
    for smoothing in (0.0, 0.1, 1.0):
        loss = build(label_smoothing=smoothing, reduction=None)
        fields[f"probabilities {smoothing}"] = loss(y_true, y_pred)
        loss = build(label_smoothing=smoothing, from_logits=True, reduction=None)
        fields[f"logits {smoothing}"] = loss(y_true, logits)
    return fields


def run_categorical_edges(keras, dtype):
    """Rows of 0 and 1, rows that do not add up to 1 (normalised), logits of ±1000."""
    y_pred = np.array([[1, 0, 0], [0, 1, 0], [0.2, 0.3, 0.1], [3, 5, 2], [1e-9, 1, 1]], dtype)
    labels = np.array([0, 2, 1, 0, 0])
    logits = np.array(
        [[1000, -1000, 0], [1000, -1000, 0], [0, 0, 0], [-1000, -1000, -999], [1000, 1000, 0]],
        dtype,
    )
    fields = {}
    for smoothing in (0.0, 0.1, 1.0):
        build = keras.losses.CategoricalCrossentropy
        y_true = one_hot(labels, 3, dtype)
        loss = build(label_smoothing=smoothing, reduction=None)
        fields[f"probabilities {smoothing}"] = loss(y_true, y_pred)
        loss = build(label_smoothing=smoothing, from_logits=True, reduction=None)
        fields[f"logits {smoothing}"] = loss(y_true, logits)
    build = keras.losses.SparseCategoricalCrossentropy
    fields["sparse probabilities"] = build(reduction=None)(labels, y_pred)
    fields["sparse logits"] = build(reduction=None, from_logits=True)(labels, logits)
    return fields


def run_ignored_class(keras, dtype):
    """Entries of the ignored class cost nothing and do not enter the mean."""
    y_true = np.array([0, 2, 1, 2, 1], "int32")
    y_pred = simplex("ignored class", 5, 3, dtype=dtype)
    w = np.array([1, 2, 3, 4, 0.5], dtype)
    build = keras.losses.SparseCategoricalCrossentropy
    plain = [build(ignore_class=2, reduction=r)(y_true, y_pred) for r in REDUCTIONS]
    weighted = [build(ignore_class=2, reduction=r)(y_true, y_pred, w) for r in REDUCTIONS]
    return {
        "plain": scalars(*plain),
        "weighted": scalars(*weighted),
        "none": build(ignore_class=2, reduction=None)(y_true, y_pred),
        "absent": build(ignore_class=-1)(y_true, y_pred),
    }


def gradient_case(name, outputs, activation, loss, weights=None, time=None):
    """Loss and gradients of a small model; `loss` is a name or (class, options)."""

    def run(keras, dtype):
        layers = keras.layers
        shape = (4,) if time is None else (time, 4)
        model = keras.Sequential(
            [
                keras.Input(shape),
                layers.Dense(5, activation="tanh"),
                layers.Dense(outputs, activation=activation),
            ]
        )
        set_drawn_weights(model, f"loss gradient {name}")
        identifier = loss
        if not isinstance(loss, str):
            identifier = getattr(keras.losses, loss[0])(**loss[1])
        model.compile(optimizer="sgd", loss=identifier)
        rows = (6, *shape[:-1])
        y, _ = batch(loss if isinstance(loss, str) else loss[0], dtype, *rows, classes=outputs)
        x = draw("loss gradient x", *rows, 4, dtype=dtype)
        w = None if weights is None else np.abs(draw("loss weights", *weights, dtype=dtype))
        value, found = gradients(keras, model, x, y, sample_weight=w)
        return {"loss": value, **{f"gradient {i}": g for i, g in enumerate(found)}}

    return Case(f"gradient/{name}", run)


SMOOTH = {"label_smoothing": 0.1}
LOGITS = {"from_logits": True}
BINARY, CATEGORICAL = "BinaryCrossentropy", "CategoricalCrossentropy"
SPARSE = "SparseCategoricalCrossentropy"
OPTIONS = [
    (BINARY, options)
    for options in (SMOOTH, LOGITS, LOGITS | SMOOTH, {"label_smoothing": 1.0}, {"axis": 1})
]
OPTIONS += [
    (CATEGORICAL, options)
    for options in (SMOOTH, LOGITS, LOGITS | SMOOTH, {"label_smoothing": 1.0}, {"axis": 1})
]
OPTIONS += [(SPARSE, LOGITS)]

GRADIENTS = [
    ("mse", 3, None, "mean_squared_error"),
    ("mse weighted", 3, None, "mean_squared_error", (6,)),
    ("mse weighted column", 3, None, "mean_squared_error", (6, 1)),
    ("mse rank 3", 3, None, "mean_squared_error", None, 2),
    ("mse rank 3 weighted", 3, None, "mean_squared_error", (6, 2), 2),
    ("mse rank 3 weighted rows", 3, None, "mean_squared_error", (6, 1), 2),
    ("mse sum", 3, None, ("MeanSquaredError", {"reduction": "sum"}), (6,)),
    (
        "mse weighted mean",
        3,
        None,
        ("MeanSquaredError", {"reduction": "mean_with_sample_weight"}),
        (6,),
    ),
    ("mae", 3, None, "mean_absolute_error"),
    ("mae weighted", 3, None, "mean_absolute_error", (6,)),
    ("sigmoid binary", 1, "sigmoid", "binary_crossentropy"),
    ("sigmoid binary wide weighted", 3, "sigmoid", "binary_crossentropy", (6,)),
    ("sigmoid binary smooth", 3, "sigmoid", (BINARY, SMOOTH)),
    ("sigmoid binary smooth 1", 3, "sigmoid", (BINARY, {"label_smoothing": 1.0})),
    ("binary logits", 3, None, (BINARY, LOGITS), (6,)),
    ("binary logits smooth", 3, None, (BINARY, LOGITS | SMOOTH)),
    ("softmax categorical", 3, "softmax", "categorical_crossentropy"),
    ("softmax categorical weighted", 3, "softmax", "categorical_crossentropy", (6,)),
    ("softmax categorical smooth", 3, "softmax", (CATEGORICAL, SMOOTH)),
    ("softmax categorical smooth 1", 3, "softmax", (CATEGORICAL, {"label_smoothing": 1.0})),
    ("categorical logits", 3, None, (CATEGORICAL, LOGITS), (6,)),
    ("categorical logits smooth", 3, None, (CATEGORICAL, LOGITS | SMOOTH)),
    # Outputs that are no distribution: the loss divides them by their sum.
    ("softplus categorical", 3, "softplus", "categorical_crossentropy"),
    ("sigmoid categorical", 3, "sigmoid", "categorical_crossentropy", (6,)),
    ("softmax binary", 3, "softmax", "binary_crossentropy"),
    ("softmax sparse", 4, "softmax", "sparse_categorical_crossentropy"),
    ("softmax sparse weighted", 4, "softmax", "sparse_categorical_crossentropy", (6,)),
    ("softmax sparse rank 3", 4, "softmax", "sparse_categorical_crossentropy", (6, 1), 2),
    ("sparse logits", 4, None, (SPARSE, LOGITS)),
    ("sparse softplus", 4, "softplus", "sparse_categorical_crossentropy"),
    ("sparse ignored class", 4, "softmax", (SPARSE, {"ignore_class": 1}), (6,)),
]

CASES = [
    *(reductions_case(loss, (4,), [None, (), (1,), (4,), (4, 1)]) for loss in CLASSES),
    *(
        reductions_case(loss, (3, 2), [None, (3, 1), (3, 2), (3, 2, 1), (2,), (1, 2)])
        for loss in CLASSES
    ),
    *(zero_weights_case(loss) for loss in CLASSES),
    *(options_case(*row) for row in OPTIONS),
    *(function_case(function) for function in FUNCTIONS),
    Case("ranks", run_ranks),
    Case("edges/binary", run_binary_edges),
    Case("edges/categorical", run_categorical_edges),
    Case("ignored class", run_ignored_class),
    *(gradient_case(*row) for row in GRADIENTS),
]
