"""Methods of subclasses that the core would never call are refused, not passed over."""

import pytest

import cornu as keras
from bad_input import refused
from small_models import labels, make_model, regression, regressor

X, Y = regression()


def subclass(base, method):
    """A class with a method of its own that would show if it were called."""

    def own(self, *args, **kwargs):
        raise AssertionError("never called")

    return type("Mine", (base,), {method: own})


@pytest.mark.parametrize(
    ("base", "method"),
    [
        (keras.layers.Dense, "__call__"),
        (keras.layers.Flatten, "add_weight"),
        (keras.layers.Normalization, "call"),
        (keras.layers.Masking, "call"),
        (keras.layers.Hashing, "call"),
    ],
)
def test_layers(base, method):
    arguments = (2,) if base in (keras.layers.Dense, keras.layers.Hashing) else ()
    refused(
        lambda: subclass(base, method)(*arguments),
        "Layers derived from cornu's, with methods written in Python, are not supported yet",
        f"Mine with its own `{method}`",
    )


def test_own_layers():
    kind = type("Mine", (keras.layers.Layer,), {"call": lambda self, x: x, "__call__": print})
    refused(kind, "not supported yet", "Mine with its own `__call__`")


@pytest.mark.parametrize(
    "method",
    [
        "call",
        "__call__",
        "train_step",
        "test_step",
        "predict_step",
        "compute_mask",
        "stateless_call",
        "compute_loss",
        "compute_metrics",
        "make_train_function",
    ],
)
def test_models(method):
    refused(
        subclass(keras.Sequential, method),
        "Models derived from cornu's, with methods written in Python, are not supported yet",
        f"Mine with its own `{method}`",
    )


@pytest.mark.parametrize(
    "method",
    [
        "update_step",
        "assign",
        "scale_loss",
        "apply",
        "apply_gradients",
        "build",
        "learning_rate",
        "iterations",
    ],
)
@pytest.mark.parametrize("base", [keras.optimizers.SGD, keras.optimizers.Adam])
def test_optimizers(base, method):
    refused(
        subclass(base, method),
        "Derive an optimizer of one's own from cornu.optimizers.Optimizer",
        f"Mine with its own `{method}`",
    )


def test_losses_and_metrics_are_called():
    """Methods in the class, of a mixin that wins, or on the object itself."""

    class Mixin:
        def call(self, y_true, y_pred):
            return (y_pred**2).sum(axis=-1)

    first = type("Mine", (Mixin, keras.losses.MeanSquaredError), {})()
    last = type("Mine", (keras.losses.MeanSquaredError, Mixin), {})()
    on_object, metric = keras.losses.MeanSquaredError(), keras.metrics.MeanSquaredError()
    on_object.call = first.call
    metric.result = lambda: 7.0
    model, found = make_model(), []
    for loss in (first, on_object, last, keras.losses.MeanSquaredError()):
        model.compile("sgd", loss, metrics=[metric, first])
        found.append(model.evaluate(X, Y, verbose=0))
    sums = float((model.predict(X, verbose=0) ** 2).sum(axis=-1).mean())
    assert found[0] == pytest.approx([sums, 7.0, sums], rel=1e-6)
    assert found[1] == found[0]
    assert found[2] == found[3]


def test_methods_set_on_an_object():
    model = regressor()
    for thing, name in (
        (model.layers[0], "call"),
        (model.layers[0], "build"),
        (model, "train_step"),
        (model, "call"),
        (model.optimizer, "update_step"),
    ):
        refused(
            lambda thing=thing, name=name: setattr(thing, name, print),
            "would never be called",
            f"{type(thing).__name__} with its own `{name}`",
        )
    model.fit(X, Y, verbose=0)


def test_subclasses_that_override_nothing_work():
    class Wide(keras.layers.Dense):
        def __init__(self, **kwargs):
            super().__init__(7, activation="relu", **kwargs)

        def describe(self):
            return f"{self.units} units"

    class Net(keras.Sequential):
        def __init__(self, classes):
            super().__init__([Wide(), keras.layers.Dense(classes, activation="softmax")])

        def fit_quietly(self, *args):
            return self.fit(*args, verbose=0)

    class Slow(keras.optimizers.SGD):
        def __init__(self):
            super().__init__(1e-3)

    class Loss(keras.losses.SparseCategoricalCrossentropy):
        pass

    class Metric(keras.metrics.SparseCategoricalAccuracy):
        note = "mine"

    x, y = labels()
    model = Net(3)
    model.compile(Slow(), Loss(), metrics=[Metric()])
    assert sorted(model.fit_quietly(x, y).history) == ["loss", "sparse_categorical_accuracy"]
    assert model.layers[0].describe() == "7 units"


def test_names_of_a_subclass():
    class MyNet(keras.Sequential):
        pass

    keras.utils.clear_session()
    assert [MyNet().name, MyNet().name, keras.Sequential().name] == [
        "my_net",
        "my_net_1",
        "sequential",
    ]
    assert repr(MyNet(name="a")) == "<MyNet name=a, built=False>"
