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
    "method", ["call", "build", "__call__", "compute_output_shape", "compute_output_spec"]
)
@pytest.mark.parametrize("base", [keras.layers.Layer, keras.layers.Dense, keras.layers.Flatten])
def test_layers(base, method):
    arguments = (2,) if base is keras.layers.Dense else ()
    refused(
        lambda: subclass(base, method)(*arguments),
        "Layers written in Python are not supported yet",
        f"Mine with its own `{method}`",
    )


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
        "Models written in Python are not supported yet",
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
        "Optimizers written in Python are not supported yet",
        f"Mine with its own `{method}`",
    )


@pytest.mark.parametrize("method", ["call", "__call__"])
@pytest.mark.parametrize("base", [keras.losses.Loss, keras.losses.MeanSquaredError])
def test_losses(base, method):
    kind, model = subclass(base, method), make_model()
    words = "Losses written in Python are not supported yet", f"Mine with its own `{method}`"
    refused(lambda: model.compile("sgd", kind()), *words)
    refused(lambda: model.compile("sgd", kind), *words)
    # A loss may be watched as a metric too.
    refused(lambda: model.compile("sgd", "mse", metrics=[kind()]), *words)
    assert not model.compiled


@pytest.mark.parametrize("method", ["update_state", "result", "reset_state", "__call__"])
@pytest.mark.parametrize("base", [keras.metrics.MeanSquaredError, keras.metrics.BinaryAccuracy])
def test_metrics(base, method):
    model = make_model()
    refused(
        lambda: model.compile("sgd", "mse", metrics=[subclass(base, method)()]),
        "Metrics written in Python are not supported yet",
        f"Mine with its own `{method}`",
    )
    assert not model.compiled


def test_methods_of_a_mixin_count_where_they_win():
    class Mixin:
        def call(self, y_true, y_pred):
            return y_pred

    first = type("Mine", (Mixin, keras.losses.MeanSquaredError), {})
    last = type("Mine", (keras.losses.MeanSquaredError, Mixin), {})
    refused(lambda: make_model().compile("sgd", first()), "Mine with its own `call`")
    make_model().compile("sgd", last())


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
            "written in Python are not supported yet",
            f"{type(thing).__name__} with its own `{name}`",
        )
    loss, metric = keras.losses.MeanSquaredError(), keras.metrics.MeanSquaredError()
    loss.call = metric.update_state = print
    refused(lambda: model.compile("sgd", loss), "MeanSquaredError with its own `call`")
    refused(
        lambda: model.compile("sgd", "mse", metrics=[metric]),
        "MeanSquaredError with its own `update_state`",
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
