"""Metrics by name: get, for_compile, what the core is told, signatures and configs."""

import pytest

import cornu as keras
from cornu import losses, metrics
from cornu.metrics import for_compile
from signatures import bare_signature

CLASSES = {
    "Accuracy": ("accuracy", ""),
    "BinaryAccuracy": ("binary_accuracy", ", threshold=0.5"),
    "CategoricalAccuracy": ("categorical_accuracy", ""),
    "SparseCategoricalAccuracy": ("sparse_categorical_accuracy", ""),
    "MeanSquaredError": ("mean_squared_error", ""),
    "MeanAbsoluteError": ("mean_absolute_error", ""),
    "BinaryCrossentropy": ("binary_crossentropy", ", from_logits=False, label_smoothing=0"),
    "CategoricalCrossentropy": (
        "categorical_crossentropy",
        ", from_logits=False, label_smoothing=0, axis=-1",
    ),
    "SparseCategoricalCrossentropy": (
        "sparse_categorical_crossentropy",
        ", from_logits=False, ignore_class=None, axis=-1",
    ),
    "Mean": ("mean", ""),
    "Sum": ("sum", ""),
}


def test_signatures_are_kerass():
    for name, (default, options) in CLASSES.items():
        expected = f"(name='{default}', dtype=None{options})"
        assert bare_signature(getattr(metrics, name)) == expected
    top_k = "(k=5, name='top_k_categorical_accuracy', dtype=None)"
    assert bare_signature(metrics.TopKCategoricalAccuracy) == top_k
    sparse = "(k=5, name='sparse_top_k_categorical_accuracy', dtype=None, from_sorted_ids=False)"
    assert bare_signature(metrics.SparseTopKCategoricalAccuracy) == sparse
    assert bare_signature(metrics.binary_accuracy) == "(y_true, y_pred, threshold=0.5)"
    assert bare_signature(metrics.top_k_categorical_accuracy) == "(y_true, y_pred, k=5)"
    expected = "(y_true, y_pred, k=5, from_sorted_ids=False)"
    assert bare_signature(metrics.sparse_top_k_categorical_accuracy) == expected


def test_get():
    names = {name: default for name, (default, _) in CLASSES.items()}
    names["TopKCategoricalAccuracy"] = "top_k_categorical_accuracy"
    names["SparseTopKCategoricalAccuracy"] = "sparse_top_k_categorical_accuracy"
    for name, snake in names.items():
        for identifier in (name, snake, getattr(metrics, name)):
            made = metrics.get(identifier)
            assert type(made) is getattr(metrics, name)
            assert made.name == snake
        assert metrics.get(made) is made
    aliases = {"mse": "MeanSquaredError", "mae": "MeanAbsoluteError", "bce": "BinaryCrossentropy"}
    for alias, name in aliases.items():
        assert type(metrics.get(alias)) is getattr(metrics, name)
        assert type(metrics.get(alias.upper())) is getattr(metrics, name)
    assert metrics.get(None) is None
    assert metrics.get(metrics.mean_squared_error) is losses.mean_squared_error
    for name in metrics.__all__:
        assert hasattr(metrics, name)


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("acuracy", "accuracy"),
        ("sparse_categorical_acc", "sparse_categorical_accuracy"),
        ("MeanSquareError", "MeanSquaredError"),
        ("mses", "mse"),
    ],
)
def test_get_names_the_nearest(wrong, nearest):
    for look_up in (metrics.get, for_compile):
        with pytest.raises(ValueError, match=f"Unknown metric: '{wrong}'.*name is '{nearest}'"):
            look_up(wrong)


@pytest.mark.parametrize("name", ["mean", "Sum"])
def test_what_takes_no_target_is_not_listed(name):
    """`get` makes it, but whoever asks `compile` for another metric has no use for it."""
    with pytest.raises(ValueError, match="Unknown metric: 'something'") as caught:
        for_compile("something")
    assert f"'{name.lower()}'" not in str(caught.value)
    assert metrics.get(name).name == name.lower()
    with pytest.raises(ValueError, match="takes no target"):
        keras.Sequential().compile("sgd", "mse", metrics=[name])


@pytest.mark.parametrize("wrong", [3, ["accuracy"]])
def test_get_refuses_other_things(wrong):
    with pytest.raises(ValueError, match="must be names, metrics or functions"):
        metrics.get(wrong)


@pytest.mark.parametrize(
    ("output", "target", "kind"),
    [
        ((None, 1), (8,), "Binary"),
        ((None, 1), (8, 1), "Binary"),
        ((None, 5), (8,), "SparseCategorical"),
        ((None, 5), (8, 1), "SparseCategorical"),
        ((None, 5), (8, 5), "Categorical"),
        ((None, 3, 5), (8, 3), "SparseCategorical"),
        ((None, 3, 5), (8, 3, 5), "Categorical"),
        ((None, 3, 1), (8, 3), "Binary"),
    ],
)
@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("accuracy", "Accuracy"),
        ("acc", "Accuracy"),
        ("Accuracy", "Accuracy"),
        ("ACC", "Accuracy"),
        ("crossentropy", "Crossentropy"),
        ("ce", "Crossentropy"),
    ],
)
def test_for_compile_chooses_by_shape(name, family, output, target, kind):
    made = for_compile(name, None, output, target)
    assert type(made).__name__ == kind + family
    assert made.name == name


@pytest.mark.parametrize(
    ("loss", "columns", "kind"),
    [
        ("sparse_categorical_crossentropy", 5, "SparseCategorical"),
        ("categorical_crossentropy", 5, "Categorical"),
        ("binary_crossentropy", 1, "Binary"),
        ("mse", 5, "Categorical"),
    ],
)
def test_for_compile_goes_by_the_loss_without_targets(loss, columns, kind):
    made = for_compile("accuracy", losses.for_compile(loss), (None, columns))
    assert type(made).__name__ == f"{kind}Accuracy"


def test_for_compile_names():
    assert for_compile("mse").name == "mse"
    assert for_compile("MeanSquaredError").name == "MeanSquaredError"
    assert for_compile(metrics.MeanSquaredError()).name == "mean_squared_error"
    assert for_compile(metrics.MeanSquaredError).name == "mean_squared_error"
    assert for_compile(losses.mean_squared_error).name == "mean_squared_error"
    assert for_compile(losses.MeanSquaredError(name="l")).name == "l"
    kept = metrics.BinaryAccuracy(name="kept")
    assert for_compile(kept) is kept


def test_for_compile_refuses():
    with pytest.raises(ValueError, match="shape of the output must be known"):
        for_compile("accuracy")
    with pytest.raises(ValueError, match="Received: None"):
        for_compile(None)


def mean_of(name, from_logits=False, smoothing=0.0):
    return "loss", (name, from_logits, smoothing, "sum"), 0.0, 0


class Unhashable:
    __hash__ = None

    def __call__(self, y_true, y_pred):
        return y_true


def test_specification():
    expected = {
        metrics.Accuracy(): ("accuracy", None, 0.0, 0),
        metrics.BinaryAccuracy(threshold=0.25): ("binary_accuracy", None, 0.25, 0),
        metrics.CategoricalAccuracy(): ("categorical_accuracy", None, 0.0, 0),
        metrics.SparseCategoricalAccuracy(): ("sparse_categorical_accuracy", None, 0.0, 0),
        metrics.TopKCategoricalAccuracy(3): ("top_k_categorical_accuracy", None, 0.0, 3),
        metrics.SparseTopKCategoricalAccuracy(2): (
            "sparse_top_k_categorical_accuracy",
            None,
            0.0,
            2,
        ),
        metrics.MeanSquaredError(): mean_of("mean_squared_error"),
        metrics.MeanAbsoluteError(): mean_of("mean_absolute_error"),
        metrics.BinaryCrossentropy(from_logits=True, label_smoothing=0.5): mean_of(
            "binary_crossentropy", True, 0.5
        ),
        metrics.CategoricalCrossentropy(label_smoothing=1): mean_of(
            "categorical_crossentropy", False, 1.0
        ),
        metrics.SparseCategoricalCrossentropy(from_logits=True): mean_of(
            "sparse_categorical_crossentropy", True
        ),
        for_compile(metrics.binary_accuracy): ("binary_accuracy", None, 0.5, 0),
        for_compile(losses.mean_absolute_error): mean_of("mean_absolute_error"),
        for_compile(losses.MeanSquaredError()): (
            "loss",
            ("mean_squared_error", False, 0.0, "sum_over_batch_size"),
            0.0,
            0,
        ),
    }
    for metric, specification in expected.items():
        assert metric.specification == specification


@pytest.mark.parametrize(
    ("metric", "why"),
    [
        (metrics.Mean(), "Mean takes no target.*<Mean name=mean>"),
        (metrics.Sum(), "Sum takes no target.*<Sum name=sum>"),
        (metrics.CategoricalCrossentropy(axis=1), "`axis` of a loss or metric must be -1"),
        (metrics.SparseCategoricalCrossentropy(axis=0), "`axis` of a loss or metric must be -1"),
        (
            metrics.SparseTopKCategoricalAccuracy(from_sorted_ids=True),
            "`from_sorted_ids` must be False",
        ),
    ],
)
def test_specification_refuses(metric, why):
    with pytest.raises(ValueError, match=why):
        _ = metric.specification


@pytest.mark.parametrize(
    "metric",
    [
        metrics.Mean("a", "float64"),
        metrics.Sum("b"),
        metrics.Accuracy("c"),
        metrics.BinaryAccuracy("d", "float64", 0.25),
        metrics.TopKCategoricalAccuracy(3),
        metrics.SparseTopKCategoricalAccuracy(2),
        metrics.SparseTopKCategoricalAccuracy(2, from_sorted_ids=True),
        metrics.MeanSquaredError("e"),
        metrics.BinaryCrossentropy("f", None, True, 0.5),
        metrics.CategoricalCrossentropy("g", None, True, 0.5, 0),
        metrics.SparseCategoricalCrossentropy("h", None, True, 1, 0),
        metrics.MeanMetricWrapper(losses.mean_squared_error, "i"),
    ],
)
def test_config_makes_the_same_again(metric):
    settings = metric.get_config()
    again = type(metric).from_config(settings)
    assert again.get_config() == settings
    assert repr(again) == f"<{type(metric).__name__} name={metric.name}>"
    assert again.dtype == metric.dtype
