"""Losses, metrics and layers that users write: the same code on Keras and on cornu."""

import numpy as np

from .cases_training import history_fields, network, task
from .custom_layers import derived, held, layers_of, penalized, residual, wide
from .harness import Case, draw, set_drawn_weights_and_variances


def cubed(y_true, y_pred):
    return (abs(y_true - y_pred) ** 3).mean(axis=-1)


def of_batch(y_true, y_pred):
    """One number for the batch, as older programs have it."""
    return ((y_true - y_pred) ** 2).mean()


def of_element(y_true, y_pred):
    return (y_true - y_pred) ** 2 / (1 + y_true**2)


def weighted_target(y_true, y_pred):
    """The targets carry a weight for each row beside them: a shape unlike the output's."""
    return y_true[:, 2] * ((y_true[:, :2] - y_pred) ** 2).sum(axis=-1)


FUNCTIONS = {f.__name__: f for f in (cubed, of_batch, of_element, weighted_target)}


def class_of(keras, reduction):
    class Scaled(keras.losses.Loss):
        def __init__(self, scale, **options):
            super().__init__(**options)
            self.scale = scale

        def call(self, y_true, y_pred):
            return self.scale * cubed(y_true, y_pred)

    return Scaled(1.5, reduction=reduction, name="scaled")


def train(model, x, y, dtype, **options):
    w = np.abs(draw("custom weights", len(x), dtype=dtype)) if options.pop("weighted") else None
    history = model.fit(
        x,
        y,
        batch_size=5,
        epochs=3,
        shuffle=False,
        sample_weight=w,
        validation_data=(x[:7], y[:7]),
        verbose=0,
        **options,
    )
    arguments = {"batch_size": 5, "verbose": 0, "sample_weight": w}
    evaluated = np.atleast_1d(model.evaluate(x, y, **arguments))
    return history_fields(model, history) | {"evaluated": evaluated}


def loss_case(name, weighted):
    def run(keras, dtype):
        model = network(keras, "custom", 2, None)
        reduction = {"sum": "sum", "mean": "mean_with_sample_weight", "class": "mean"}.get(name)
        loss = class_of(keras, reduction) if reduction else FUNCTIONS[name]
        model.compile("sgd", loss)
        x, y = task("custom", "regression", 17, dtype)
        if name == "weighted_target":
            y = np.concatenate([y, np.abs(y[:, :1])], axis=1)
        return train(model, x, y, dtype, weighted=weighted)

    return Case(f"loss/{name}{' weighted' if weighted else ''}", run)


def metrics_of(keras):
    class Largest(keras.metrics.Metric):
        def __init__(self, name="largest", **options):
            super().__init__(name=name, **options)
            self.total = self.add_weight(shape=(), initializer="zeros", name="total")
            self.seen = self.add_variable(shape=(), initializer="zeros", name="seen")

        def update_state(self, y_true, y_pred, sample_weight=None):
            values = abs(y_true - y_pred).max(axis=-1)
            if sample_weight is not None:
                values = values * sample_weight
            self.total.assign(self.total + values.sum())
            self.seen.assign(self.seen + 1)

        def result(self):
            return self.total / self.seen

        def reset_state(self):
            self.total.assign(0.0)
            self.seen.assign(0.0)

    class Bias(keras.metrics.Mean):
        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state((y_true - y_pred).mean(axis=-1), sample_weight)

    wrapped = keras.metrics.MeanMetricWrapper(lambda t, p, k: abs(t - p) * k, name="wrapped", k=3.0)
    return [Largest, lambda name: Bias(name=name), lambda name: wrapped]


def metric_case(weighted):
    def run(keras, dtype):
        model = network(keras, "custom", 2, None)
        largest, bias, wrapped = metrics_of(keras)
        plain = [largest("largest"), bias("bias"), wrapped("wrapped"), cubed, "mae"]
        model.compile(
            "sgd", "mse", metrics=plain, weighted_metrics=[largest("heavy"), of_element, bias("b")]
        )
        x, y = task("custom", "regression", 17, dtype)
        return train(model, x, y, dtype, weighted=weighted)

    return Case(f"metric/{'weighted' if weighted else 'plain'}", run)


def run_labels(keras, dtype):
    """Class ids are whole numbers for a metric, floats for a loss."""

    def loss(y_true, y_pred):
        return (y_pred**2).sum(axis=-1) - y_pred[:, 0] * y_true.reshape(-1)

    def is_whole(y_true, y_pred):
        return (y_true.reshape(-1) // 2) * 1.0 + y_pred.sum(axis=-1)

    model = network(keras, "custom labels", 3, "softmax")
    x, y = task("custom labels", "sparse", 13, dtype)
    model.compile("sgd", loss, metrics=["accuracy", is_whole])
    return train(model, x, y, dtype, weighted=False)


def layer_case(name, make):
    def run(keras, dtype):
        linear, gated = layers_of(keras)
        model = keras.Sequential([keras.Input((4,)), *make(keras, linear, gated)])
        set_drawn_weights_and_variances(model, f"custom {name}", least=0.5)
        model.compile("sgd", "mse", metrics=["mae"])
        x, y = task("custom", "regression", 17, dtype)
        fields = train(model, x, y, dtype, weighted=True)
        names = [weight.path.split("/", 1)[1] for weight in model.weights]
        shapes = [str(weight.shape) for weight in model.weights]
        counts = [len(model.trainable_weights), len(model.non_trainable_weights)]
        model(x)
        if model.losses:
            fields["losses"] = np.sort([float(loss) for loss in model.losses])
        return fields | {
            "weight names": np.array(names),
            "shapes": np.array(shapes),
            "counts": np.array([*counts, model.count_params()]),
            "predicted": model.predict(x, verbose=0),
        }

    return Case(f"layer/{name}", run)


LAYERS = {
    "own": lambda keras, linear, gated: [linear(3, name="a"), linear(2, name="b")],
    "nested": lambda keras, linear, gated: [gated(3, name="a"), linear(2, name="b")],
    "losses": lambda keras, linear, gated: [
        penalized(keras, 3, name="a"),
        penalized(keras, 2, name="b"),
    ],
    "model within": lambda keras, linear, gated: [residual(keras, name="e"), linear(2, name="f")],
    "derived": lambda keras, linear, gated: derived(keras),
    "wide": lambda keras, linear, gated: wide(keras),
    "layers within": lambda keras, linear, gated: held(keras),
    "activation objects": lambda keras, linear, gated: [
        keras.layers.Dense(5, activation=keras.layers.LeakyReLU(0.2), name="a"),
        keras.layers.Dense(4, activation=keras.layers.ReLU(1.5, 0.1, 0.2), name="b"),
        keras.layers.Dense(3, activation=keras.layers.ELU(0.5), name="c"),
        keras.layers.Dense(2, activation=keras.layers.Softmax(), name="d"),
    ],
    "lambda": lambda keras, linear, gated: [
        keras.layers.Dense(3, name="a"),
        keras.layers.Lambda(lambda x, k: x * k / (1 + x**2), arguments={"k": 2.0}, name="b"),
        keras.layers.Lambda(lambda x: x[:, :2], output_shape=(2,), name="c"),
    ],
    "activation": lambda keras, linear, gated: [
        keras.layers.Dense(3, activation=lambda x: x**2 * 0.5, name="a"),
        keras.layers.Dense(2, name="b"),
        keras.layers.Activation(lambda x: x / (1 + abs(x)), name="c"),
    ],
}


def run_masks(keras, dtype):
    """Layers that make masks, change them, and drop steps."""
    layers, ops = keras.layers, keras.ops

    class Large(layers.Layer):
        def compute_mask(self, inputs, mask=None):
            found = ops.any(inputs > 0.3, axis=-1)
            return found if mask is None else ops.logical_and(found, mask)

        def call(self, inputs):
            return inputs * 1.0

    class Later(layers.Dense):
        def compute_mask(self, inputs, mask=None):
            return None if mask is None else mask[:, 1:]

        def call(self, inputs):
            return super().call(inputs)[:, 1:]

        def compute_output_shape(self, input_shape):
            return (input_shape[0], input_shape[1] - 1, self.units)

    model = keras.Sequential(
        [
            keras.Input((5, 3)),
            layers.Masking(),
            Large(name="a"),
            Later(4, name="b"),
            layers.Lambda(lambda x: 2.0 * x, mask=lambda x, mask: mask, name="c"),
            layers.Dense(2, name="d"),
        ]
    )
    set_drawn_weights_and_variances(model, "custom masks", least=0.5)
    model.compile("sgd", "mse")
    x, y = draw("custom masks x", 9, 5, 3, dtype=dtype), draw("custom y", 9, 4, 2, dtype=dtype)
    x[:4, 2:] = 0
    fields = train(model, x, y, dtype, weighted=False)
    return fields | {"predicted": model.predict(x, verbose=0)}


CASES = [
    *(
        loss_case(name, weighted)
        for name in (*FUNCTIONS, "sum", "mean", "class")
        for weighted in ((False,) if name == "of_element" else (False, True))
    ),
    metric_case(False),
    metric_case(True),
    Case("loss and metric of labels", run_labels),
    Case("layer/masks", run_masks),
    *(layer_case(name, make) for name, make in LAYERS.items()),
]
