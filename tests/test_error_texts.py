"""What errors say: the part of the model, the argument that was meant, and never a whole array."""

import inspect

import numpy as np
import pytest

import cornu as keras
from bad_input import refused, unchanged
from cornu import _core
from small_models import labels, make_model, regression, regressor

layers, losses, metrics, optimizers = keras.layers, keras.losses, keras.metrics, keras.optimizers
X, Y = regression()
IDS = labels()[1]


@pytest.mark.parametrize(
    "work",
    [
        lambda model: model.predict(X, Y),
        lambda model: model.evaluate(X, Y, X),
        lambda model: model.fit(X, Y, X),
        lambda model: model.fit(X, Y, (X, Y)),
        lambda model: model.fit(X, Y, 32, X),
        lambda model: model.fit(X, Y, 32, 1, X),
        lambda model: model.fit(X, Y, shuffle=X),
        lambda model: model.fit(X, Y, validation_split=X),
        lambda model: model.fit(X, Y, class_weight=X),
        lambda model: model.compile(X),
        lambda model: model.compile("sgd", X),
        lambda model: model.compile("sgd", "mse", metrics=X),
        lambda model: model.compile("sgd", "mse", metrics=[X]),
        lambda model: model.compile("sgd", "mse", steps_per_execution=X),
        lambda model: model.add(X),
        lambda model: model.build(X),
        lambda model: model.get_layer(X),
        lambda model: model.get_layer(index=X),
        lambda model: setattr(model, "optimizer", X),
        lambda model: layers.Dense(X),
        lambda model: layers.Dense(2, X),
        lambda model: layers.Dense(2, use_bias=X),
        lambda model: layers.Dense(2, dtype=X),
        lambda model: layers.Dense(2, name=X),
        lambda model: layers.Dense(2, foo=X),
        lambda model: layers.Dense(2)(X, X),
        lambda model: layers.Dropout(X),
        lambda model: layers.Dropout(0.5, seed=X),
        lambda model: layers.Flatten(X),
        lambda model: keras.Input(X),
        lambda model: keras.Input((4,), sparse=X),
        lambda model: layers.InputLayer((4,), foo=X),
        lambda model: optimizers.SGD(X),
        lambda model: optimizers.SGD(nesterov=X),
        lambda model: optimizers.SGD(clipnorm=X),
        lambda model: optimizers.SGD(use_ema=X),
        lambda model: optimizers.SGD(foo=X),
        lambda model: losses.MeanSquaredError(X),
        lambda model: losses.BinaryCrossentropy(X),
        lambda model: losses.BinaryCrossentropy(label_smoothing=X),
        lambda model: keras.utils.to_categorical(IDS, X),
        lambda model: keras.utils.set_random_seed(X),
        lambda model: keras.config.set_epsilon(X),
    ],
)
def test_an_array_is_shown_by_its_shape(work):
    model = regressor()
    with pytest.raises(ValueError, match=r"<ndarray of shape \(23, ") as caught:
        work(model)
    assert len(str(caught.value)) < 400
    model.fit(X, Y, verbose=0)


# ---- Layers and models


@pytest.mark.parametrize("training", ["yes", 2, [True], X])
def test_training(training):
    for call in (layers.Dense(2), make_model()):
        refused(lambda call=call: call(X, training=training), "`training` must be True, False")
        assert call(X, training=np.True_).shape[0] == len(X)


def test_a_layer_is_named_once():
    layer = layers.Dense(2, name="d")
    with pytest.raises(ValueError, match=r"""^Layer "d" \(Dense\) expects at least one axis"""):
        layer(np.zeros(3))


@pytest.mark.parametrize("call", ["build", "compute_output_shape"])
def test_a_shape_without_its_batch(call):
    words = "(from input_shape=(3,), whose first size", "did you mean input_shape=(None, 3)?)"
    for make in (lambda: layers.Dense(2), lambda: keras.Sequential([layers.Dense(2)])):
        work = getattr(make(), call)
        refused(lambda work=work: work((3,)), "Dense", "at least one axis", *words)
        with pytest.raises(ValueError, match=r"Received input shape: \(None,\)$"):
            work((None,))
        work((3, 4))
    # What takes plain numbers takes them for a batch of three too.
    assert layers.Activation("relu").compute_output_shape((3,)) == (3,)


def test_get_layer():
    model = make_model()
    refused(lambda: model.get_layer(0), "`name` must be a string", "Did you mean index=0?")
    refused(lambda: model.get_layer(index="a"), "`index` must be", "2 layers", "'a'")
    assert model.get_layer(index=np.int64(-1)) is model.layers[1]


def test_weights_that_do_not_fit():
    model = make_model()
    model.layers[1]._name = "last"
    values = model.get_weights()
    values[2] = np.zeros((2, 2))
    refused(lambda: model.set_weights(values), "`weights[2]`", 'kernel of layer 1 "last"', "(2, 2)")
    refused(lambda: model.layers[1].set_weights(values[2:]), 'kernel of layer "last"', "(2, 2)")


def test_weights_of_a_layer_that_stands_twice():
    twice = layers.Dense(4, name="twice")
    model = keras.Sequential([keras.Input((4,)), twice, twice])
    refused(lambda: model.set_weights([X, X]), 'kernel of layer 0 "twice"')


def test_no_memory_for_the_values_of_weights():
    def greedy(shape, dtype=None):
        raise MemoryError

    def build():
        keras.Sequential(
            [
                keras.Input((4,)),
                layers.Dense(2),
                layers.Dense(3, kernel_initializer=greedy, name="greedy"),
            ]
        )

    refused(build, 'Layer 1 "greedy"', "not enough memory", "(2, 3)", error=MemoryError)


@pytest.mark.memory
def test_no_memory_for_weights():
    refused(
        lambda: keras.Sequential([keras.Input((4,)), layers.Dense(2**50, name="vast")]),
        'Layer 0 "vast"',
        "(None, 4)",
        f"(None, {2**50})",
        error=MemoryError,
    )
    refused(
        lambda: layers.Dense(2**50, name="vast")(X),
        'layer "vast"',
        "(None, 4)",
        f"(None, {2**50})",
        error=MemoryError,
    )


def test_a_layer_whose_weights_found_no_memory_can_be_built_later():
    layer = layers.Dense(2, name="d")
    _core.fail_allocation_after(0)
    try:
        refused(lambda: layer.build((None, 4)), 'layer "d"', "(None, 2)", error=MemoryError)
    finally:
        _core.fail_allocation_after(-1)
    assert layer(X).shape == (len(X), 2)


@pytest.mark.parametrize("rate", [None, [0.5], "0.5", np.nan])
def test_rate_of_dropout(rate):
    refused(
        lambda: layers.Dropout(rate),
        "argument `rate`. Expected a float value between 0 and 1",
        repr(rate),
    )


# ---- Keywords


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda m: m.fit(X, Y, epoch=3), ("Sequential.fit()", "'epoch'")),
        (lambda m: m.evaluate(X, Y, batchsize=3), ("Sequential.evaluate()", "'batchsize'")),
        (lambda m: m.predict(X, verbos=0), ("Sequential.predict()", "'verbos'")),
        (lambda m: m.compile(optimiser="sgd"), ("Sequential.compile()", "'optimiser'")),
        (lambda m: m.train_on_batch(X, Y, weights=1), ("Sequential.train_on_batch()",)),
        (lambda m: m.predict(), ("Sequential.predict()", "'x'")),
        (lambda m: m.fit(*range(30)), ("Sequential.fit()", "positional")),
        (lambda m: m.add(), ("Sequential.add()", "'layer'")),
        (lambda m: m.pop(1, 2), ("Sequential.pop()", "positional")),
        (lambda m: m.build(inputs=3), ("Sequential.build()", "'inputs'")),
        (lambda m: m.compute_output_shape(), ("Sequential.compute_output_shape()",)),
        (lambda m: keras.Sequential(layer=[]), ("Sequential.__init__()", "'layer'")),
    ],
)
def test_keywords_of_methods(work, words):
    model = regressor()
    unchanged(model, lambda: work(model), *words, error=TypeError)


def test_signatures_are_those_of_the_methods():
    parameters = list(inspect.signature(keras.Sequential.fit).parameters)
    assert parameters[:4] == ["self", "x", "y", "batch_size"]


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda: layers.Dense(8, actvation="relu"), ("Dense", "'relu'", "'activation'")),
        (lambda: layers.Dense(8, input_shap=(4,)), ("Dense", "'input_shape'")),
        (lambda: layers.Dropout(0.5, sed=3), ("Dropout", "'seed'")),
        (lambda: layers.InputLayer(shap=(3,)), ("InputLayer", "'shape'")),
        (lambda: optimizers.SGD(momentun=0.9), ("momentun=0.9", "'momentum'")),
    ],
)
def test_keywords_of_constructors(work, words):
    refused(work, *words)


# ---- Losses and metrics


@pytest.mark.parametrize("wrong", ["sum", "yes", 2, None])
@pytest.mark.parametrize(
    "make",
    [
        losses.BinaryCrossentropy,
        losses.SparseCategoricalCrossentropy,
        metrics.CategoricalCrossentropy,
        lambda from_logits: losses.categorical_crossentropy(Y, Y, from_logits),
    ],
)
def test_flags_of_crossentropies(make, wrong):
    refused(lambda: make(from_logits=wrong), "`from_logits` must be True or False", repr(wrong))
    make(from_logits=np.True_)


def test_metrics_in_the_place_of_loss_weights():
    model = make_model()
    for third in (["mae"], [metrics.MeanSquaredError()]):
        refused(
            lambda third=third: model.compile("sgd", "mse", third),
            "`loss_weights`",
            "Did you mean metrics=",
        )
    refused(
        lambda: model.compile("sgd", losses.MeanSquaredError("none")),
        "must not be None or 'none'",
        "'sum_over_batch_size'",
        "'none'",
    )


@pytest.mark.parametrize(
    "work",
    [
        losses.mean_squared_error,
        losses.MeanSquaredError(),
        losses.MeanAbsoluteError(),
        losses.BinaryCrossentropy(),
        losses.CategoricalCrossentropy(),
        metrics.MeanSquaredError(),
        metrics.Accuracy(),
        metrics.BinaryAccuracy(),
        metrics.CategoricalAccuracy(),
    ],
)
def test_shapes_that_do_not_fit(work):
    refused(lambda: work(Y[:5], Y), "`y_true`", "`y_pred`", "(5, 3)", "(23, 3)")


def test_weights_of_samples_that_do_not_fit():
    ignoring = losses.SparseCategoricalCrossentropy(ignore_class=1)
    for work in (losses.MeanSquaredError(), metrics.MeanSquaredError()):
        refused(lambda work=work: work(Y, Y, [1, 2]), "`sample_weight`", "(2,)", "(23,)")
    refused(lambda: metrics.Mean()([1, 2, 3], [1, 2]), "`sample_weight`", "(2,)", "(3,)")
    refused(lambda: ignoring(IDS, np.abs(Y), [1, 2]), "`sample_weight`", "(23,)", "(2,)")


@pytest.mark.parametrize(
    ("outputs", "loss", "metric", "words"),
    [
        (1, "sparse_categorical_crossentropy", "accuracy", ("'binary_crossentropy'", "(None, 1)")),
        (3, "sparse_categorical_crossentropy", "mae", ("one kind", "(None, 3)")),
        (3, "mse", "sparse_categorical_accuracy", ("one kind", "(None, 3)")),
        (3, "mse", losses.SparseCategoricalCrossentropy(name="s"), ("one kind", "(None, 3)")),
    ],
)
def test_a_metric_of_another_kind_than_the_loss(outputs, loss, metric, words):
    model = make_model(outputs)
    model.compile("sgd", loss, metrics=["mse" if loss == "mse" else "acc", metric])
    name = metric if isinstance(metric, str) else "s"
    if outputs == 1:
        name = "acc"
    y = Y if loss == "mse" else IDS
    unchanged(model, lambda: model.fit(X, y), f"Metric {name!r}", f"loss {loss!r}", *words)


def test_to_categorical():
    refused(lambda: keras.utils.to_categorical([1], "a"), "`num_classes` must be", "'a'")


# ---- A fit that is refused


def with_nan(array, row):
    array = array.copy()
    array[row] = np.nan
    return array


def test_a_refused_fit_leaves_the_history():
    model = regressor()
    kept = model.fit(X, Y, verbose=0)
    for x, y in ((X, Y[:-1]), (with_nan(X, 17), Y)):
        unchanged(model, lambda x=x, y=y: model.fit(x, y, verbose=0), "Received")
        assert model.history is kept
        assert model.history.epoch == [0]
    data = X, with_nan(Y, 3)
    unchanged(model, lambda: model.fit(X, Y, verbose=0, validation_data=data), "validation y[3")
    assert model.history is kept


def test_a_refused_fit_leaves_the_metrics():
    """Loss and accuracy are chosen by the targets, if those are right."""
    model = make_model(activation="softmax")
    model.compile("sgd", "crossentropy", metrics=["accuracy"])
    x, y = labels()
    wrong = np.zeros((len(y), 7))
    unchanged(model, lambda: model.fit(x, wrong, verbose=0), "`y` must have shape")
    assert model.metrics == model.metrics_names == []
    model.fit(x, y, verbose=0)
    kept, results = model.metrics, [float(metric.result()) for metric in model.metrics]
    unchanged(model, lambda: model.fit(x, wrong, verbose=0), "`y` must have shape")
    assert model.metrics == kept
    assert [float(metric.result()) for metric in model.metrics] == results


def test_a_fit_ended_by_a_callback_has_its_own_history():
    class Ender(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise ValueError("enough")

    model = regressor()
    kept = model.fit(X, Y, verbose=0)
    refused(lambda: model.fit(X, Y, verbose=0, callbacks=[Ender()]), "enough")
    assert model.history is not kept


def test_a_row_of_the_validation_split_is_found_in_the_data():
    model = regressor()
    for data in (
        {"x": with_nan(X, 21), "y": Y},
        {"x": X, "y": with_nan(Y, 21)},
        {"x": X, "y": Y, "sample_weight": with_nan(np.ones(len(X)), 21)},
    ):
        unchanged(
            model,
            lambda data=data: model.fit(**data, validation_split=0.2, verbose=0),
            "Received: validation",
            "(row 3 of the part that `validation_split` took is row 21 of all)",
        )
    ids = IDS.copy()
    ids[21] = 7
    sparse = make_model(activation="softmax")
    sparse.compile("sgd", "sparse_categorical_crossentropy")
    refused(
        lambda: sparse.fit(X, ids, validation_split=0.2, verbose=0), "in row 3", "row 21 of all"
    )
    # What was not split off keeps its number, and so does what was given apart.
    with pytest.raises(ValueError, match=r"x\[3, 0\] = nan\. \(With `callbacks="):
        model.fit(with_nan(X, 3), Y, validation_split=0.2, verbose=0)
    with pytest.raises(ValueError, match=r"x\[3, 0\] = nan$"):
        model.fit(X, Y, validation_data=(with_nan(X, 3), Y), validation_split=0.2, verbose=0)
