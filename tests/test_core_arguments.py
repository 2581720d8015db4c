"""Whatever comes from Python, the core answers with a clear exception and never with a crash."""

import gc
import math
import types

import numpy as np
import pytest

from core_models import LINEAR, MSE, dense_model, rows
from cornu import _core

RELU = ("relu", ())


class Index:
    """An integer by __index__ alone, as NumPy's are."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


class Unprintable:
    def __repr__(self):
        raise RuntimeError("no text")


@pytest.mark.parametrize("units", [True, False, 1.0, "3", None, np.bool_(True), np.ones(2, int)])
def test_a_size_of_a_wrong_type_is_a_type_error(units):
    with pytest.raises(TypeError, match="`units` must be a positive integer"):
        _core.dense("d", "float32", units, RELU, True)


HUGE = 10**5000  # more digits than Python will write


@pytest.mark.parametrize("units", [0, -1, 2**63, 2**64, -(2**70), pytest.param(HUGE, id="huge")])
def test_a_size_out_of_range_is_a_value_error(units):
    with pytest.raises(ValueError, match=r"`units` must be a positive integer.*Received: "):
        _core.dense("d", "float32", units, RELU, True)


@pytest.mark.parametrize("units", [3, np.int8(3), np.uint64(3), np.array(3), Index(3)])
def test_integers_of_any_kind_are_sizes(units):
    assert _core.dense("d", "float32", units, RELU, True).output_shape((4,)) == (3,)


def test_an_integer_whose_conversion_fails_passes_its_own_error_on():
    class Broken:
        def __index__(self):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        _core.dense("d", "float32", Broken(), RELU, True)


def test_an_argument_without_a_text_is_refused_all_the_same():
    with pytest.raises(TypeError, match="Received: an object of type Unprintable"):
        _core.dense("d", "float32", Unprintable(), RELU, True)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_has_64_bits(seed):
    with pytest.raises(ValueError, match=r"`seed` must be an integer from 0 to 2\*\*64 - 1"):
        _core.dropout("d", "float32", 0.5, None, seed)


@pytest.mark.parametrize("seed", [0, 2**64 - 1, np.uint64(2**64 - 1)])
def test_every_seed_of_64_bits_is_taken(seed):
    assert _core.dropout("d", "float32", 0.5, None, seed).output_shape((4,)) == (4,)


@pytest.mark.parametrize(
    ("name", "error"),
    [(3, TypeError), (b"d", TypeError), ("a\0b", ValueError), ("\ud800", UnicodeEncodeError)],
)
def test_a_name_is_a_string_that_c_can_hold(name, error):
    with pytest.raises(error):
        _core.flatten(name, "float32")


@pytest.mark.parametrize("dtype", ["float16", "int32", "", "mixed_float16"])
def test_a_layer_is_of_float32_or_float64(dtype):
    with pytest.raises(ValueError, match=f'one of "float32", "float64".*dtype="{dtype}"'):
        _core.flatten("f", dtype)


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        ("relu", TypeError, r"`activation` must be a tuple \(name, parameters\)"),
        (("relu",), TypeError, r"\(name, parameters\)"),
        (("relu", [1.0]), TypeError, r"\(name, parameters\)"),
        ((3, ()), TypeError, "a string"),
        (("rellu", ()), ValueError, "the name of an activation of Keras.*'rellu'"),
        (("relu", (0.0, 1.0, 2.0, 3.0)), ValueError, "relu has 3 parameters"),
        (("leaky_relu", (0.1, 0.2)), ValueError, "leaky_relu has 1 parameters"),
        (("softmax", (0.1,)), ValueError, "softmax has 0 parameters"),
        (("relu", ("a",)), TypeError, "a number"),
        (("relu", (True,)), TypeError, "a number"),
        (("relu", (10**400,)), ValueError, "float64's range"),
    ],
)
def test_activation_specs(spec, error, message):
    with pytest.raises(error, match=message):
        _core.activation("a", "float32", spec)


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


@pytest.mark.parametrize(
    ("shape", "error"),
    [
        (3, TypeError),
        ("ab", TypeError),
        (np.array([2]), TypeError),
        ((2.0,), TypeError),
        ((None,), TypeError),
        ((True,), TypeError),
        ((-1,), ValueError),
        ((2**63,), ValueError),
        ((1,) * 9, ValueError),
    ],
)
def test_row_shapes(shape, error):
    with pytest.raises(error, match="`input_shape` must be"):
        _core.flatten("f", "float32").output_shape(shape)


def test_eight_axes_of_a_row_are_allowed():
    assert _core.flatten("f", "float32").output_shape([2, 1, 1, 3, 1, 1, 1, 2]) == (12,)


@pytest.mark.parametrize(
    ("shape", "error"),
    [((-1, -1), ValueError), ((-2,), ValueError), ((2**63,), ValueError), ((1,) * 9, ValueError)],
)
def test_target_shapes(shape, error):
    with pytest.raises(error):
        _core.reshape("r", "float32", shape).output_shape((4,))


@pytest.mark.parametrize(
    ("shape", "error"),
    [
        ((), ValueError),
        ((0,), ValueError),
        ((-1,), ValueError),
        (3, TypeError),
        ((1,) * 10, ValueError),
    ],
)
def test_noise_shapes(shape, error):
    with pytest.raises(error, match="`noise_shape` must be"):
        _core.dropout("d", "float32", 0.5, shape, 0)


@pytest.mark.parametrize("rate", [-0.1, 1.1, math.nan, math.inf])
def test_a_rate_is_from_0_to_1(rate):
    with pytest.raises(ValueError, match="rate"):
        _core.dropout("d", "float32", rate, None, 0)


def test_arguments_are_counted_and_named():
    with pytest.raises(TypeError, match=r"flatten\(\) needs the argument `dtype`"):
        _core.flatten("f")
    with pytest.raises(TypeError, match=r"flatten\(\) takes at most 2 positional arguments.*: 3"):
        _core.flatten("f", "float32", 3)
    with pytest.raises(TypeError, match=r"flatten\(\) got the argument `name` twice"):
        _core.flatten("f", "float32", name="f")
    with pytest.raises(TypeError, match=r"flatten\(\) has no argument `nam`"):
        _core.flatten(nam="f", dtype="float32")
    with pytest.raises(TypeError, match=r"Optimizer\(\) takes at most 2 positional"):
        _core.Optimizer("sgd", 0.1, 0.9)
    with pytest.raises(TypeError, match=r"Optimizer\(\) has no argument `lr`"):
        _core.Optimizer("sgd", lr=0.1)
    assert _core.flatten(dtype="float32", name="f").name == "f"


@pytest.mark.parametrize("kind", ["layer", "model", "optimizer", "run"])
def test_types_are_closed(kind):
    model, layers = dense_model()
    run = _core.Run(model, _core.TRAIN, rows(4), rows(4, 2))
    instance = {
        "layer": layers[0],
        "model": model,
        "optimizer": _core.Optimizer("sgd", 0.1),
        "run": run,
    }[kind]
    with pytest.raises(TypeError, match="immutable"):
        type(instance).note = 1
    with pytest.raises(TypeError, match="not an acceptable base type"):
        types.new_class("Sub", (type(instance),))
    with pytest.raises(AttributeError):
        instance.note = 1


def test_a_layer_is_not_made_directly():
    with pytest.raises(TypeError, match="cannot create"):
        _core.Layer()
    with pytest.raises(TypeError):
        object.__new__(_core.Layer)


@pytest.mark.parametrize("name", ["learning_rate", "iterations"])
@pytest.mark.parametrize("value", ["0.1", None, True, np.bool_(True), 1j])
def test_optimizer_attributes_are_numbers(name, value):
    optimizer = _core.Optimizer("adam", 0.5)
    with pytest.raises(TypeError, match=f"`{name}` must be"):
        setattr(optimizer, name, value)
    with pytest.raises(AttributeError):
        delattr(optimizer, name)
    assert (optimizer.learning_rate, optimizer.iterations) == (0.5, 0)


def test_optimizer_kinds():
    with pytest.raises(ValueError, match='`kind` must be one of "sgd", "adam"'):
        _core.Optimizer("rmsprop", 0.1)


@pytest.mark.parametrize("count", [-1, 2**63, True, 1.5])
def test_a_thread_count_is_a_size(count):
    with pytest.raises((TypeError, ValueError), match="`count` must be"):
        _core.set_num_threads(count)


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


X, Y = rows(4), rows(4, 2)


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
        ((_core.FIT, X, Y), {"listen": 1 << 10}, ValueError, "`listen` must be a sum of events"),
        ((_core.FIT, X, Y), {"listen": -1}, ValueError, "`listen`"),
        ((_core.FIT, X, Y), {"tick_seconds": -1.0}, ValueError, "`tick_seconds`"),
        ((_core.FIT, X, Y), {"tick_seconds": math.nan}, ValueError, "`tick_seconds`"),
        ((_core.FIT, X, Y), {"tick_seconds": 1e300}, ValueError, "`tick_seconds`"),
        ((_core.FIT, X, Y), {"output": Y}, ValueError, "`output` is for PREDICT only"),
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
