"""Names that are not there: what Keras has is said to be missing, a misspelt name is put right."""

import importlib
import subprocess
import sys

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from cornu.utils import float_types
from cornu.utils.keras_names import KERAS_NAMES
from small_models import make_model

MODULES = [name for name in KERAS_NAMES if name.startswith("cornu")]


@pytest.fixture
def policy(monkeypatch):
    """What a test sets is gone after it, so that layers follow `floatx()` again."""
    monkeypatch.setattr(float_types, "_policy", None)


@pytest.mark.parametrize("module", MODULES)
def test_what_keras_has_is_there_or_said_to_be_missing(module):
    found = importlib.import_module(module)
    names = KERAS_NAMES[module].split()
    assert names == sorted(set(names))
    for name in names:
        if not hasattr(found, name):
            refused(
                lambda name=name: getattr(found, name),
                f"{name!r} of Keras is not supported by cornu yet",
                error=AttributeError,
            )


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("cornu.callbacks", "OrbaxCheckpoint"),
        ("cornu.layers", "Conv2D"),
        ("cornu.dtype_policies", "QuantizedDTypePolicy"),
        ("cornu", "visualization"),
        ("cornu.optimizers", "LossScaleOptimizer"),
        ("cornu.utils", "load_img"),
    ],
)
def test_an_import_says_it_too(module, name):
    with pytest.raises(ImportError, match=f"{name!r} of Keras is not supported by cornu yet"):
        exec(f"from {module} import {name}")
    assert not hasattr(importlib.import_module(module), name)


def test_other_names_stay_errors_of_their_kind():
    for code in ("from cornu.layers import Dnse", "from cornu.config import set_backend"):
        with pytest.raises(ImportError, match="cannot import name"):
            exec(code)
    for code in (
        "import cornu.export",
        "import cornu.applications",
        "from cornu.distribution import DeviceMesh",
    ):
        with pytest.raises(ModuleNotFoundError, match=r"^No module named 'cornu\."):
            exec(code)


@pytest.mark.parametrize(
    ("module", "name", "near"),
    [
        ("cornu", "Sequental", "Sequential"),
        ("cornu.layers", "Dnse", "Dense"),
        ("cornu.losses", "MeanSquareError", "MeanSquaredError"),
        ("cornu.config", "set_float", "set_floatx"),
        ("cornu.random", "unifrm", "uniform"),
    ],
)
def test_a_misspelt_name(module, name, near):
    refused(
        lambda: getattr(importlib.import_module(module), name),
        f"module {module!r} has no attribute {name!r}. The nearest known name is {near!r}.",
        error=AttributeError,
    )


def test_a_name_that_is_like_none():
    with pytest.raises(AttributeError) as caught:
        _ = keras.layers.qqq
    assert str(caught.value) == "module 'cornu.layers' has no attribute 'qqq'"


def test_modules_of_the_package_can_be_imported_by_name():
    """`from package import module` asks the package for the name before it looks for a file."""
    code = "from cornu.utils import stratified_split, summary; from cornu.layers import weights"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", ["quantize", "get_state_tree", "add_loss"])
def test_methods_of_a_model(name):
    model = make_model()
    refused(
        lambda: getattr(model, name),
        f"{name!r} of Keras's Sequential is not supported by cornu yet",
        error=AttributeError,
    )
    assert not hasattr(model, name)


def test_other_attributes():
    model, layer = keras.Sequential(name="m"), keras.layers.Dense(2, name="d")
    refused(lambda: model.predct, "'Sequential' object", "'predict'", error=AttributeError)
    refused(lambda: layer.unit, "'Dense' object", "'unit'", error=AttributeError)
    refused(lambda: layer.stateless_call, "'stateless_call' of Keras's Layer", error=AttributeError)
    # A property's own words come through.
    refused(lambda: model.input_shape, '"m" has no input shape before', error=AttributeError)
    refused(lambda: layer.kernel, '"d" must be built', error=AttributeError)
    assert not hasattr(layer, "kernel")
    assert not hasattr(layer, "__array__")


def test_the_names_of_keras_are_read_for_errors_only():
    code = (
        "import sys, cornu; cornu.Sequential([cornu.layers.Dense(2)]); cornu.config.floatx();"
        "assert 'cornu.utils.keras_names' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ---- Names as strings


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("losses", ["ctc", "CTC"]),
        ("optimizers", ["LossScaleOptimizer", "lossscaleoptimizer"]),
        ("initializers", ["stft", "STFT"]),
    ],
)
def test_names_that_keras_has(module, names):
    for name in names:
        refused(
            lambda name=name: getattr(keras, module).get(name),
            "Unknown",
            f"{name!r}",
            "Keras's is not supported yet; known are '",
        )


@pytest.mark.parametrize(
    ("module", "name", "meant"),
    [
        ("optimizers", "lossscaleoptimiser", "LossScaleOptimizer"),
    ],
)
def test_names_that_are_like_one_of_keras(module, name, meant):
    """No other quantity is suggested: 'mse' is more like 'rmse' than any other known name is."""
    with pytest.raises(ValueError, match=f"^Unknown {module[:-1].replace('se', 's')}") as caught:
        getattr(keras, module).get(name)
    assert f"{name!r}. Keras's {meant!r} is not supported yet; known are '" in str(caught.value)


@pytest.mark.parametrize(
    ("module", "known"),
    [
        ("losses", "mse"),
        ("metrics", "accuracy"),
        ("optimizers", "adam"),
        ("initializers", "zeros"),
        ("activations", "relu"),
    ],
)
def test_names_that_are_like_none(module, known):
    refused(lambda: getattr(keras, module).get("qqq"), "'qqq'. Known are", f"{known!r}")


@pytest.mark.parametrize(
    ("module", "name"),
    [("losses", "crossentropy"), ("losses", "CE"), ("metrics", "acc"), ("metrics", "ce")],
)
def test_names_that_work_in_compile_only(module, name):
    refused(lambda: getattr(keras, module).get(name), f"{name!r}", "in `compile` only")


def test_the_default_optimizer_of_keras():
    model = make_model()
    model.compile(loss="mse")
    assert type(model.optimizer) is keras.optimizers.RMSprop


# ---- Policies


@pytest.mark.parametrize(
    "take",
    [
        keras.DTypePolicy,
        keras.config.set_dtype_policy,
        keras.mixed_precision.set_global_policy,
        keras.mixed_precision.Policy,
    ],
)
def test_policies_of_half_precision(take, policy):
    for name in ("mixed_float16", "mixed_bfloat16", "float16", "bfloat16"):
        refused(lambda name=name: take(name), "'float32' or 'float64'", "one float type", name)
    refused(lambda: take("int8"), "'float32' or 'float64'", "int8")
    refused(lambda: take(3), "'float32'", "3", error=(TypeError, ValueError))


def test_policies_that_are_taken(policy):
    assert keras.config.dtype_policy().name == "float32"
    keras.mixed_precision.set_global_policy("float64")
    assert keras.config.dtype_policy() == keras.DTypePolicy("float64")
    assert keras.layers.Dense(2)(np.ones((1, 3))).dtype == "float64"
    assert keras.config.floatx() == "float32"
    keras.config.set_dtype_policy(keras.DTypePolicy("float32"))
    assert repr(keras.mixed_precision.global_policy()) == '<DTypePolicy "float32">'
    assert keras.layers.Dense(2, dtype=keras.DTypePolicy("float64")).dtype == "float64"
    made = keras.DTypePolicy.from_config(keras.DTypePolicy("float64").get_config())
    assert (made.compute_dtype, made.variable_dtype) == ("float64", "float64")
    assert len({made, keras.DTypePolicy("float64")}) == 1


def test_the_policy_follows_floatx_until_it_is_set():
    code = (
        "import cornu; cornu.config.set_floatx('float64');"
        "assert cornu.config.dtype_policy().name == 'float64';"
        "assert cornu.layers.Dense(1).dtype == 'float64'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
