"""Losses by name: get, for_compile, what the core is told, signatures and configs."""

import pickle

import pytest

from cornu import losses
from cornu.losses import for_compile
from signatures import bare_signature

CLASSES = {
    "mean_squared_error": "MeanSquaredError",
    "mean_absolute_error": "MeanAbsoluteError",
    "binary_crossentropy": "BinaryCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
}


@pytest.mark.parametrize("name", CLASSES)
def test_signatures_are_kerass(name):
    logits = "from_logits=False, "
    classes = {
        "binary_crossentropy": f"{logits}label_smoothing=0.0, axis=-1, ",
        "categorical_crossentropy": f"{logits}label_smoothing=0.0, axis=-1, ",
        "sparse_categorical_crossentropy": f"{logits}ignore_class=None, ",
    }.get(name, "")
    axis = "axis=-1, " if name.startswith("sparse") else ""
    expected = f"({classes}reduction='sum_over_batch_size', {axis}name='{name}', dtype=None)"
    assert bare_signature(getattr(losses, CLASSES[name])) == expected
    options = {
        "binary_crossentropy": ", from_logits=False, label_smoothing=0.0, axis=-1",
        "categorical_crossentropy": ", from_logits=False, label_smoothing=0.0, axis=-1",
        "sparse_categorical_crossentropy": ", from_logits=False, ignore_class=None, axis=-1",
    }.get(name, "")
    assert bare_signature(getattr(losses, name)) == f"(y_true, y_pred{options})"


def test_get():
    for name, class_name in CLASSES.items():
        assert losses.get(name) is getattr(losses, name)
        made = losses.get(class_name)
        assert type(made) is getattr(losses, class_name)
        assert made.name == name
        assert losses.get(made) is made
        assert type(losses.get(type(made))) is type(made)
    for alias, name in {"mse": 0, "MSE": 0, "mae": 1, "MAE": 1, "bce": 2, "BCE": 2}.items():
        assert losses.get(alias) is getattr(losses, list(CLASSES)[name])
    assert losses.get(None) is None
    assert losses.get(max) is max


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("mean_square_error", "mean_squared_error"),
        ("MeanSquareError", "MeanSquaredError|mean_squared_error"),
        ("categorical_crossentrop", "categorical_crossentropy"),
        ("msee", "mse|MSE"),
    ],
)
def test_get_names_the_nearest(wrong, nearest):
    with pytest.raises(
        ValueError, match=f"Unknown loss: '{wrong}'.*nearest known name is '({nearest})'"
    ):
        losses.get(wrong)


def test_get_refuses_other_things():
    with pytest.raises(ValueError, match="must be a name, a loss or a function"):
        losses.get(3)


def test_for_compile():
    for name, class_name in CLASSES.items():
        made = for_compile(name)
        assert type(made) is getattr(losses, class_name)
        assert made.name == name
        assert type(for_compile(getattr(losses, name))) is type(made)
    assert for_compile("mse").name == "mse"
    assert for_compile("MSE").reduction == "sum_over_batch_size"
    kept = losses.MeanSquaredError(reduction="sum", name="mine")
    assert for_compile(kept) is kept
    assert type(for_compile(losses.MeanAbsoluteError)) is losses.MeanAbsoluteError


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
    ],
)
@pytest.mark.parametrize("name", ["crossentropy", "ce", "CE"])
def test_for_compile_chooses_by_shape(name, output, target, kind):
    made = for_compile(name, output_shape=output, target_shape=target)
    assert type(made).__name__ == f"{kind}Crossentropy"
    assert made.name == name


class Unhashable:
    __hash__ = None

    def __call__(self, y_true, y_pred):
        return 0.0


def test_for_compile_refuses():
    assert [for_compile(own).name for own in (max, Unhashable())] == ["max", "unhashable"]
    with pytest.raises(ValueError, match="shapes of output and targets must be known"):
        for_compile("ce")
    with pytest.raises(ValueError, match="Received: loss=None"):
        for_compile(None)


def test_specification():
    assert losses.MeanSquaredError().specification == (
        "mean_squared_error",
        False,
        0.0,
        "sum_over_batch_size",
    )
    assert losses.MeanAbsoluteError(reduction="mean").specification[3] == "sum_over_batch_size"
    made = losses.CategoricalCrossentropy(True, 0.5, reduction="mean_with_sample_weight")
    expected = ("categorical_crossentropy", True, 0.5, "mean_with_sample_weight")
    assert made.specification == expected
    made = losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")
    assert made.specification == ("sparse_categorical_crossentropy", True, 0.0, "sum")
    made = losses.BinaryCrossentropy(label_smoothing=1)
    assert made.specification == ("binary_crossentropy", False, 1.0, "sum_over_batch_size")


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (losses.MeanSquaredError(reduction=None), "`reduction` of a loss must not be None"),
        (losses.MeanSquaredError(reduction="none"), "`reduction` of a loss must not be None"),
        (losses.BinaryCrossentropy(axis=1), "`axis` of a loss or metric must be -1"),
        (losses.CategoricalCrossentropy(axis=0), "`axis` of a loss or metric must be -1"),
        (losses.SparseCategoricalCrossentropy(axis=1), "`axis` of a loss or metric must be -1"),
        (losses.Loss(), "The core has no such loss"),
    ],
)
def test_specification_refuses(made, why):
    with pytest.raises(ValueError, match=why):
        _ = made.specification


@pytest.mark.parametrize(
    "made",
    [
        losses.MeanSquaredError("sum", "a"),
        losses.MeanAbsoluteError(None),
        losses.BinaryCrossentropy(True, 0.25, 1, "mean", "b"),
        losses.CategoricalCrossentropy(True, 0.25, 1, "mean", "c"),
        losses.SparseCategoricalCrossentropy(True, 7, "sum", -1, "d"),
    ],
)
def test_config_makes_the_same_again(made):
    settings = made.get_config()
    again = type(made).from_config(settings)
    assert again.get_config() == settings
    assert repr(again) == f"<{type(made).__name__} name={made.name}>"
    assert pickle.loads(pickle.dumps(made)).get_config() == settings
