"""evaluate and predict: results, their types, batches, hooks."""

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from small_models import classifier, labels, make_model, regression, regressor


def test_evaluate_returns_a_list_a_number_or_a_dictionary():
    x, y = regression()
    model = regressor()
    listed = model.evaluate(x, y, verbose=0)
    assert [type(value) for value in listed] == [float, float]
    assert model.evaluate(x, y, verbose=0, return_dict=True) == dict(
        zip(["loss", "mae"], listed, strict=True)
    )
    bare = regressor(metrics=())
    assert type(bare.evaluate(x, y, verbose=0)) is float
    assert bare.evaluate(x, y, verbose=0) == listed[0]


def test_evaluate_is_its_formula():
    x, y = regression(dtype="float64")
    model = regressor(dtype="float64")
    error = model.predict(x, verbose=0) - y
    expected = [(error**2).mean(), np.abs(error).mean()]
    np.testing.assert_allclose(model.evaluate(x, y, verbose=0), expected, rtol=1e-12)
    weight = np.linspace(0, 3, len(x))
    weighted = model.evaluate(x, y, sample_weight=weight, verbose=0, batch_size=len(x))
    # Metrics of `metrics=` are not weighted, as in Keras.
    np.testing.assert_allclose(
        weighted, [((error**2).mean(axis=1) * weight).mean(), expected[1]], rtol=1e-12
    )


@pytest.mark.parametrize("batch_size", [1, 2, 22, 23, 24, 1000])
def test_batches_do_not_matter(batch_size):
    x, y = labels()
    model = classifier()
    whole = model.evaluate(x, y, verbose=0, batch_size=23)
    np.testing.assert_allclose(model.evaluate(x, y, verbose=0, batch_size=batch_size), whole)
    predicted = model.predict(x, batch_size=batch_size, verbose=0)
    assert predicted.tobytes() == model.predict(x, verbose=0).tobytes()


def test_evaluate_changes_nothing():
    x, y = regression()
    model = regressor("adam")
    model.fit(x, y, verbose=0)
    before, steps = model.get_weights(), int(model.optimizer.iterations)
    model.evaluate(x, y, verbose=0)
    assert int(model.optimizer.iterations) == steps
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_evaluate_without_an_optimizer():
    x, y = regression()
    model = make_model()
    model.compile(None, "mse")
    assert model.evaluate(x, y, verbose=0) == regressor(metrics=()).evaluate(x, y, verbose=0)
    with pytest.raises(ValueError, match="with an optimizer before `fit`"):
        model.fit(x, y, verbose=0)
    with pytest.raises(ValueError, match="with an optimizer before `train_on_batch`"):
        model.train_on_batch(x, y)


def test_predict_returns_a_new_array():
    x, _ = regression()
    model = make_model()
    first, second = model.predict(x, verbose=0), model.predict(x, verbose=0)
    assert type(first) is np.ndarray
    assert first.dtype == np.float32
    assert first.flags.c_contiguous
    assert first.flags.writeable
    assert first.flags.owndata
    assert not np.shares_memory(first, second)
    np.testing.assert_array_equal(first, model.predict_on_batch(x))
    np.testing.assert_array_equal(first, model(x))


def test_a_row_in_a_list_or_of_a_view():
    model = make_model()
    x, _ = regression()
    expected = model.predict(x, verbose=0)
    np.testing.assert_array_equal(model.predict(x.tolist(), verbose=0), expected)
    np.testing.assert_array_equal(model.predict(x[::-2], verbose=0), expected[::-2])


def test_not_a_number_stays_in_its_row():
    model = make_model()
    x, _ = regression()
    expected = model.predict(x, verbose=0)
    odd = x.copy()
    odd[3, 1], odd[7] = np.nan, np.inf
    got = model.predict(odd, verbose=0)
    others = np.delete(np.arange(len(x)), [3, 7])
    np.testing.assert_array_equal(got[others], expected[others])
    assert np.isnan(got[3]).all()


def test_predict_needs_no_compile():
    assert make_model().predict(np.zeros((2, 4)), verbose=0).shape == (2, 3)


class Hooks(keras.callbacks.Callback):
    """Notes hooks with their arguments."""

    def __init__(self, stop_after=None):
        self.events, self.outputs, self.stop_after = [], [], stop_after

    def on_test_begin(self, logs=None):
        self.events.append("begin")

    def on_test_batch_begin(self, batch, logs=None):
        self.events.append(("batch begin", batch, logs))

    def on_test_batch_end(self, batch, logs=None):
        self.events.append(("batch end", batch, sorted(logs)))
        self.model.stop_evaluating = batch == self.stop_after

    def on_test_end(self, logs=None):
        self.events.append(("end", sorted(logs)))

    def on_predict_begin(self, logs=None):
        self.events.append("begin")

    def on_predict_batch_end(self, batch, logs=None):
        self.outputs.append(logs["outputs"].copy())
        self.model.stop_predicting = batch == self.stop_after

    def on_predict_end(self, logs=None):
        self.events.append("end")


def test_hooks_of_evaluate():
    hooks = Hooks()
    regressor().evaluate(*regression(), batch_size=20, verbose=0, callbacks=[hooks])
    names = ["loss", "mae"]
    assert hooks.events == [
        "begin",
        ("batch begin", 0, {}),
        ("batch end", 0, names),
        ("batch begin", 1, {}),
        ("batch end", 1, names),
        ("end", names),
    ]


def test_evaluate_stopped_by_a_hook():
    x, y = regression()
    model = regressor()
    got = model.evaluate(x, y, batch_size=5, verbose=0, callbacks=[Hooks(stop_after=1)])
    np.testing.assert_allclose(got, model.evaluate(x[:10], y[:10], verbose=0), rtol=1e-6)


def test_hooks_of_predict():
    model, hooks = make_model(), Hooks()
    x, _ = regression()
    whole = model.predict(x, batch_size=10, verbose=0, callbacks=[hooks])
    assert [len(part) for part in hooks.outputs] == [10, 10, 3]
    np.testing.assert_array_equal(np.concatenate(hooks.outputs), whole)
    assert hooks.events == ["begin", "end"]
    stopped = model.predict(x, batch_size=10, verbose=0, callbacks=[Hooks(stop_after=0)])
    np.testing.assert_array_equal(stopped, whole[:10])


@pytest.mark.parametrize(("hook", "rows"), [("begin", 10), ("batch_begin", 20), ("batch_end", 20)])
def test_stopped_by_the_only_hook_there_is(hook, rows):
    """As in Keras the batch under way is the last one, and a run has at least one."""
    x, y = regression()
    model = regressor()

    def stop(first, **logs):
        model.stop_evaluating = model.stop_predicting = first in ({}, 1)  # logs, or a batch

    stopping = keras.callbacks.Callback()
    setattr(stopping, f"on_predict_{hook}", stop)
    setattr(stopping, f"on_test_{hook}", stop)
    options = {"batch_size": 10, "verbose": 0}
    assert len(model.predict(x, callbacks=[stopping], **options)) == rows
    got = model.evaluate(x, y, callbacks=[stopping], **options)
    assert got == model.evaluate(x[:rows], y[:rows], **options)
    assert list(model.get_metrics_result().values()) == got


def test_metric_objects_say_what_was_found():
    x, y = labels()
    metric = keras.metrics.SparseCategoricalAccuracy(name="right")
    model = make_model(activation="softmax")
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=[metric])
    loss, right = model.evaluate(x, y, verbose=0)
    assert float(metric.result()) == pytest.approx(right)
    assert model.metrics[1] is metric
    assert model.metrics_names == ["loss", "right"]
    assert model.get_metrics_result() == {"loss": loss, "right": right}
    model.reset_metrics()
    assert model.get_metrics_result() == {"loss": 0.0, "right": 0.0}
    assert float(metric.result()) == 0


def test_names_of_metrics():
    x, y = regression()
    model = make_model()
    model.compile("sgd", "mse", metrics=["mse", "MSE", "mse", keras.metrics.MeanAbsoluteError()])
    assert list(model.evaluate(x, y, verbose=0, return_dict=True)) == [
        "MSE",
        "loss",
        "mean_absolute_error",
        "mse",
        "mse_1",
    ]


@pytest.mark.parametrize(
    ("outputs", "activation", "loss", "kind"),
    [
        (1, "sigmoid", "binary_crossentropy", "BinaryAccuracy"),
        (3, "softmax", "categorical_crossentropy", "CategoricalAccuracy"),
        (3, "softmax", "sparse_categorical_crossentropy", "SparseCategoricalAccuracy"),
        (3, None, "mse", "CategoricalAccuracy"),
        (1, None, "mse", "BinaryAccuracy"),
    ],
)
@pytest.mark.parametrize("name", ["accuracy", "acc", "Accuracy"])
def test_accuracy_chooses_as_keras_does(outputs, activation, loss, kind, name):
    x, y = labels(classes=max(outputs, 2))
    model = make_model(outputs=outputs, activation=activation)
    model.compile("sgd", loss, metrics=[name])
    if not loss.startswith("sparse") and outputs > 1:
        y = np.eye(outputs)[y]
    model.evaluate(x, y, verbose=0)
    assert type(model.metrics[1]).__name__ == kind
    assert model.metrics_names == ["loss", name]


@pytest.mark.parametrize(
    ("outputs", "one_hot", "expected"),
    [
        (1, False, "binary_crossentropy"),
        (3, True, "categorical_crossentropy"),
        (3, False, "sparse_categorical_crossentropy"),
    ],
)
def test_crossentropy_chooses_by_shapes(outputs, one_hot, expected):
    x, y = labels(classes=max(outputs, 2))
    y = np.eye(3)[y] if one_hot else y
    results = []
    for loss in ("crossentropy", "ce", expected):
        model = make_model(outputs=outputs, activation="sigmoid" if outputs == 1 else "softmax")
        model.compile("sgd", loss)
        results.append(model.evaluate(x, y, verbose=0))
    assert results[0] == results[1] == results[2]


def test_compile_keeps_what_it_is_not_told_anew():
    """As Keras 3.15: a loss or metrics that are None stay those of before."""
    x, y = regression()
    model = regressor()
    model.compile("adam")
    assert list(model.evaluate(x, y, verbose=0, return_dict=True)) == ["loss", "mae"]
    model.compile("adam", "mae", metrics=[])
    assert type(model.evaluate(x, y, verbose=0)) is float


def test_a_wrong_compile_changes_nothing():
    x, y = regression()
    model = regressor()
    before = model.evaluate(x, y, verbose=0)
    for arguments in (("sgd", "none_such"), ("none_such", "mae"), ("sgd", "mae", None, ["nope"])):
        with pytest.raises(ValueError, match="Unknown"):
            model.compile(*arguments)
        assert model.evaluate(x, y, verbose=0) == before


def test_one_output_by_its_name():
    """Each argument of `compile` may stand under the name of the last layer, and no other."""
    (x, y), model, other = regression(), regressor(), regressor()
    name = model.layers[-1].name
    model.compile(
        "sgd",
        {name: "mse"},
        loss_weights={name: 3},
        metrics={name: "mae"},
        weighted_metrics={name: ["mse"]},
    )
    other.compile("sgd", "mse", loss_weights=3, metrics=["mae"], weighted_metrics=["mse"])
    found = model.evaluate(x, y, verbose=0, return_dict=True)
    assert found == other.evaluate(x, y, verbose=0, return_dict=True)
    refused(
        lambda: model.compile("sgd", {"a": "mse"}),
        "`loss`",
        "one output",
        f"loss={{{name!r}: 'mse'}}",
        "'a'",
    )
    refused(lambda: model.compile("sgd", "mse", metrics={"a": "mae"}), "`metrics`", repr(name))
    refused(lambda: model.compile("sgd", "mse", {name: 1, "a": 2}), "`loss_weights`", "'a'")
    refused(lambda: keras.Sequential().compile("sgd", {"a": "mse"}), "no layer yet")


def test_jit_compile():
    for value in ("auto", True, False, None):
        regressor().compile("sgd", "mse", jit_compile=value)
    refused(lambda: regressor().compile("sgd", "mse", jit_compile="yes"), "`jit_compile`", "'yes'")
