"""Layers of the core: shapes, names, and weights that are views of the core's memory."""

import gc

import numpy as np
import pytest

from core_models import LINEAR, dense_model, predict, rows
from cornu import _core


def test_attributes_of_a_layer():
    layer = _core.dense("höhe", "float64", 3, LINEAR, True)
    assert (layer.name, layer.dtype, layer.built, layer.trainable) == (
        "höhe",
        "float64",
        False,
        True,
    )
    layer.name, layer.trainable = "other", 0
    assert (layer.name, layer.trainable) == ("other", False)
    for name in ["dtype", "built"]:
        with pytest.raises(AttributeError):
            setattr(layer, name, "float32")
    for name in ["name", "trainable"]:
        with pytest.raises(AttributeError, match="can't be deleted"):
            delattr(layer, name)
    with pytest.raises(TypeError, match="`name` must be a string"):
        layer.name = 3


def test_a_name_that_is_cut_within_a_character_is_still_text():
    layer = _core.flatten("x" + "é" * 100, "float32")
    assert layer.name == "x" + "é" * 63


def test_errors_name_the_layer_with_all_its_letters():
    layer = _core.dense("größe", "float32", 3, LINEAR, True)
    layer.build((4,))
    with pytest.raises(ValueError, match=r"größe.*\(None, 5\)"):
        layer.output_shape((5,))
    with pytest.raises(ValueError, match="größe"):
        layer.build((5,))


def test_weights_of_a_dense_layer():
    layer = _core.dense("d", "float64", 3, LINEAR, True)
    assert layer.spans() == ()
    layer.build((4,))
    kernel, bias = layer.spans()
    assert layer.built
    assert (kernel.shape, bias.shape, kernel.dtype, bias.dtype) == ((4, 3), (3,), "f8", "f8")
    for view in (kernel, bias):
        assert view.flags.carray
        assert not view.flags.owndata
        assert not view.any()
    assert len(_core.dense("d", "float32", 3, LINEAR, False).spans()) == 0
    bare = _core.dense("d", "float32", 3, LINEAR, False)
    bare.build((4,))
    assert [span.shape for span in bare.spans()] == [(4, 3)]


def test_two_reads_are_views_of_the_same_memory():
    layer = _core.dense("d", "float32", 3, LINEAR, True)
    layer.build((4,))
    first, second = layer.spans()[0], layer.spans()[0]
    assert np.shares_memory(first, second)
    assert not np.shares_memory(*layer.spans())
    first[...] = 7
    assert (second == 7).all()


def test_writing_through_a_view_changes_the_prediction():
    model, layers = dense_model()
    x = rows(4)
    before = predict(model, x)
    layers[-1].spans()[1][...] += 1
    np.testing.assert_allclose(predict(model, x), before + 1, rtol=0, atol=1e-6)


def test_a_view_outlives_its_layer_and_its_model():
    model, layers = dense_model((300, 500, 2))
    views = [view for layer in layers for view in layer.spans()]
    copies = [view.copy() for view in views]
    del model, layers
    gc.collect()
    # Other models take and give back the memory that would have been freed.
    for seed in range(20):
        dense_model((300, 500, 2), seed=seed)
    for view, copy in zip(views, copies, strict=True):
        np.testing.assert_array_equal(view, copy)
        view[...] = 1


def test_layers_stay_where_they_are_when_their_model_changes():
    model, layers = dense_model()
    addresses = [span.ctypes.data for layer in layers for span in layer.spans()]
    model.set_layers([*layers, _core.dense("more", "float32", 4, LINEAR, True)], (3,))
    assert model.shape(-1) == (4,)
    assert addresses == [span.ctypes.data for layer in layers for span in layer.spans()]


def test_shapes_of_the_layers():
    shapes = {
        _core.flatten("f", "float32"): (12,),
        _core.reshape("r", "float32", (4, -1)): (4, 3),
        _core.reshape("r", "float32", [-1]): (12,),
        _core.dropout("d", "float32", 0.5, None, 0): (2, 6),
        _core.dropout("d", "float32", 0.5, (None, 1, None), 0): (2, 6),
        _core.activation("a", "float32", ("glu", ())): (2, 3),
        _core.dense("d", "float32", 5, LINEAR, True): (2, 5),
    }
    for layer, shape in shapes.items():
        assert layer.output_shape((2, 6)) == shape
    assert _core.flatten("f", "float32").output_shape(()) == (1,)


def test_sizes_that_overflow_are_a_value_error():
    layer = _core.dense("d", "float32", 2**62, LINEAR, True)
    with pytest.raises(ValueError, match=r"memory|large|overflow"):
        layer.build((4,))
    assert not layer.built
    assert layer.spans() == ()


def test_optimizers():
    optimizer = _core.Optimizer("adam", 0.01, beta_1=0.8, amsgrad=True)
    assert (optimizer.learning_rate, optimizer.iterations) == (0.01, 0)
    optimizer.learning_rate = np.float32(0.5)
    optimizer.iterations = np.int64(3)
    assert (optimizer.learning_rate, optimizer.iterations) == (0.5, 3)
    optimizer.iterations = 2**63 - 1
    with pytest.raises(ValueError, match=r"at most 2\^63 - 1. Received: 18446744073709551615"):
        optimizer.iterations = 2**64 - 1
    assert optimizer.iterations == 2**63 - 1
