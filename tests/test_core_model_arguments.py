"""Models and runs of the core: whatever they cannot take is refused with a clear exception."""

import gc
import math

import numpy as np
import pytest

from core_models import LINEAR, MSE, dense_model, rows
from cornu import _core

X, Y = rows(4), rows(4, 2)


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        (None, TypeError, "a tuple"),
        (
            ("mse", False, 0.0, "sum"),
            ValueError,
            '"mean_squared_error", "mean_absolute_error".*mse',
        ),
        ((*MSE[:2], 1.5, "sum"), ValueError, "label_smoothing.*from 0 to 1"),
        ((*MSE[:2], math.nan, "sum"), ValueError, "label_smoothing.*from 0 to 1"),
        ((*MSE[:3], "mean"), ValueError, "`reduction` must be one of"),
        ((*MSE[:2], "0", "sum"), TypeError, "label_smoothing"),
    ],
)
def test_loss_specs(spec, error, message):
    with pytest.raises(error, match=message):
        _core.Model("m").compile(spec, None, [])


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        ("accuracy", TypeError, "a tuple"),
        (("acc", None, 0.5, 1), ValueError, '"loss", "accuracy".*acc'),
        (("loss", None, 0.5, 1), TypeError, "`loss` must be a tuple"),
        (("accuracy", MSE, 0.5, 1), ValueError, "None for a metric"),
        (("top_k_categorical_accuracy", None, 0.5, 0), ValueError, "`k` must be a positive"),
        (("top_k_categorical_accuracy", None, 0.5, -1), ValueError, "`k` must be"),
        (("binary_accuracy", None, None, 1), TypeError, "threshold"),
    ],
)
def test_metric_specs(spec, error, message):
    with pytest.raises(error, match=message):
        _core.Model("m").compile(MSE, None, [spec])


def test_layers_and_optimizers_are_told_from_other_things():
    model = _core.Model("m")
    with pytest.raises(TypeError, match="a sequence of Layer"):
        model.set_layers([_core.Optimizer("sgd", 0.1)], (3,))
    with pytest.raises(TypeError, match="a sequence of Layer"):
        model.set_layers(_core.flatten("f", "float32"), (3,))
    with pytest.raises(ValueError, match="at least one Layer"):
        model.set_layers([], (3,))
    with pytest.raises(TypeError, match="`model` must be a Model"):
        _core.Run("m", _core.FIT, X, Y)
    with pytest.raises(TypeError, match="an Optimizer or None"):
        model.compile(MSE, "sgd", [])
    with pytest.raises(TypeError, match="a sequence of metrics"):
        model.compile(MSE, None, None)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((_core.FIT, [[1.0]]), {}, TypeError, "`x` must be a NumPy array"),
        ((_core.FIT, X), {}, ValueError, "`y` is needed"),
        ((_core.FIT, X, [1.0]), {}, TypeError, "`y` must be a NumPy array or None"),
        ((9, X, Y), {}, ValueError, "`mode`"),
        ((-1, X, Y), {}, ValueError, "`mode`"),
        ((_core.FIT, X, Y), {"batch_size": 0}, ValueError, "`batch_size` must be a positive"),
        ((_core.FIT, X, Y), {"batch_size": True}, TypeError, "`batch_size` must be a positive"),
        ((_core.FIT, X, Y), {"epochs": -1}, ValueError, "`epochs`"),
        ((_core.FIT, X, Y), {"initial_epoch": -1}, ValueError, "`initial_epoch`"),
        ((_core.FIT, X, Y), {"shuffle_seed": -1}, ValueError, "`shuffle_seed`"),
        ((_core.FIT, X, Y), {"shuffle_seed": 1.5}, TypeError, "`shuffle_seed`"),
        ((_core.FIT, X, Y), {"validation": (X, Y)}, TypeError, "`validation`"),
        ((_core.FIT, X, Y), {"validation": (X, None, None)}, TypeError, "`validation y`"),
        ((_core.EVALUATE, X, Y), {"validation": (X, Y, None)}, ValueError, "for FIT only"),
        ((_core.FIT, X, Y), {"validation_batch_size": 0}, ValueError, "`validation_batch_size`"),
        ((_core.FIT, X, Y), {"validation_frequency": 0}, ValueError, "`validation_frequency`"),
        ((_core.FIT, X, Y), {"listen": 1 << 11}, ValueError, "`listen` must be a sum of events"),
        ((_core.FIT, X, Y), {"listen": -1}, ValueError, "`listen`"),
        ((_core.FIT, X, Y), {"tick_seconds": -1.0}, ValueError, "`tick_seconds`"),
        ((_core.FIT, X, Y), {"tick_seconds": math.nan}, ValueError, "`tick_seconds`"),
        ((_core.FIT, X, Y), {"tick_seconds": 1e300}, ValueError, "`tick_seconds`"),
        ((_core.FIT, X, Y), {"output": Y}, ValueError, "`output` is for PREDICT only"),
        ((_core.TEST, X, Y), {"takes_nonfinite": True}, ValueError, "for FIT and TRAIN only"),
        ((_core.PREDICT, X), {}, ValueError, "PREDICT needs `output`"),
        ((_core.PREDICT, X, Y), {"output": Y}, ValueError, "neither `y` nor"),
        ((_core.PREDICT, X), {"output": rows(5, 2)}, ValueError, r"shape \(4, 2\).*\(5, 2\)"),
        ((_core.PREDICT, X), {"output": rows(4, 3)}, ValueError, r"shape \(4, 2\).*\(4, 3\)"),
        ((_core.PREDICT, X), {"output": rows(4, 2, "float64")}, ValueError, "float32.*float64"),
        ((_core.PREDICT, X), {"output": rows(2, 4).T}, ValueError, "C-contiguous"),
        ((_core.PREDICT, X), {"output": Y.astype(">f4")}, ValueError, "byte order"),
        ((_core.FIT, X, Y), {"shuffle": True}, TypeError, "no argument `shuffle`"),
    ],
)
def test_arguments_of_a_run(arguments, options, error, message):
    model, _ = dense_model()
    with pytest.raises(error, match=message):
        _core.Run(model, *arguments, **options)
    assert not model.in_training


def test_an_output_that_is_read_only_is_refused():
    model, _ = dense_model()
    output = np.zeros((4, 2), "float32")
    output.flags.writeable = False
    with pytest.raises(ValueError, match="writable"):
        _core.Run(model, _core.PREDICT, X, output=output)


def test_an_output_that_is_not_aligned_is_refused():
    model, _ = dense_model()
    output = np.zeros(33, "uint8")[1:].view("float32").reshape(4, 2)
    with pytest.raises(ValueError, match="aligned"):
        _core.Run(model, _core.PREDICT, X, output=output)


@pytest.mark.parametrize("allocations", range(1, 12))
def test_an_output_for_a_chain_that_is_replaced_meanwhile(allocations):
    """A finalizer that runs within the call (up to Python 3.11 any allocation may bring it), or
    another thread, gives the model layers of another dtype, whose rows are as many bytes.
    """
    narrow = _core.dense("narrow", "float32", 2, LINEAR, True)
    wide = _core.dense("wide", "float64", 1, LINEAR, True)
    wide.build((3,))
    wide.spans()[1][:] = 1.5
    model = _core.Model("model")
    model.set_layers([narrow], (3,))
    output = np.zeros((4, 2), "float32")

    class Replaces:
        def __del__(self):
            model.set_layers([wide], (3,))

    threshold = gc.get_threshold()
    gc.collect()
    gc.set_threshold(allocations)
    garbage = Replaces()
    garbage.itself = garbage
    del garbage
    try:
        _core.Run(model, _core.PREDICT, X, output=output).advance()
    except ValueError as error:
        assert "float64" in str(error)  # noqa: PT017
    finally:
        gc.set_threshold(*threshold)
    assert (output == 0).all()


@pytest.mark.parametrize(
    "array",
    [
        X.astype("complex64"),
        X.astype("complex128"),
        X.astype(object),
        X.astype("S8"),
        X.astype("U8"),
        X.astype("datetime64[s]"),
        X.astype("timedelta64[s]"),
        np.zeros((4, 3), "V4"),
        np.zeros((4, 3), [("a", "f4")]),
        X.astype("longdouble"),
    ],
    ids=lambda array: str(array.dtype),
)
def test_arrays_of_other_dtypes_are_refused_by_name(array):
    model, _ = dense_model()
    for arguments in [(array, Y), (X, array), (X, Y, array)]:
        with pytest.raises(ValueError, match="booleans, integers or floats") as caught:
            _core.Run(model, _core.TRAIN, *arguments)
        assert str(array.dtype) in str(caught.value)


def test_arrays_need_rows_and_at_most_nine_axes():
    model, _ = dense_model()
    with pytest.raises(ValueError, match=r"1 to 9 axes, the batch axis first\. Received: 0 axes"):
        _core.Run(model, _core.TRAIN, np.array(1.0), Y)
    with pytest.raises(ValueError, match="Received: 10 axes"):
        _core.Run(model, _core.TRAIN, np.ones((1,) * 10), Y)


def test_arrays_that_do_not_fit_the_model_are_refused():
    model, _ = dense_model()
    for x, y in [(rows(4, 2), Y), (X, rows(5, 2)), (X, rows(4, 3)), (X, rows(4, 1)), (X[None], Y)]:
        with pytest.raises(ValueError):  # noqa: PT011 the library's sentence is tested in C
            _core.Run(model, _core.TRAIN, x, y)


def test_things_before_their_time_are_runtime_errors():
    model = _core.Model("m")
    for call in [lambda: model.shape(0), lambda: model.dtype, model.results]:
        with pytest.raises(RuntimeError):
            call()
    with pytest.raises(RuntimeError, match=r"no layers|not built"):
        _core.Run(model, _core.PREDICT, X, output=Y.copy())
    model.set_layers([_core.dense("d", "float32", 2, LINEAR, True)], (3,))
    with pytest.raises(RuntimeError, match="compiled"):
        _core.Run(model, _core.FIT, X, Y)
    model.compile(MSE, None, [])
    with pytest.raises(RuntimeError, match="compiled"):
        _core.Run(model, _core.FIT, X, Y)
    assert _core.Run(model, _core.EVALUATE, X, Y).advance() == _core.DONE


@pytest.mark.parametrize("index", [2, -3, 2**62, -(2**63)])
def test_a_layers_index_is_checked(index):
    model, _ = dense_model()
    with pytest.raises(ValueError, match="`index` must be from -2 to 1"):
        model.shape(index)


def test_positions_of_layers_count_from_both_ends():
    model, _ = dense_model()
    assert [model.shape(i) for i in (-2, -1, 0, 1)] == [(5,), (2,), (5,), (2,)]
