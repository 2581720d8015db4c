"""What `import cornu` gives, and what it does not import."""

import importlib
import inspect
import subprocess
import sys

import pytest

import cornu
from cornu.utils.absent_names import keras_names

# What takes time to import and is not needed to start.
HEAVY = ("h5py", "tqdm", "matplotlib", "difflib", "unittest", "multiprocessing", "asyncio")
SUBMODULES = (
    "activations",
    "callbacks",
    "config",
    "datasets",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "random",
    "utils",
    "variable",
)


def run(code):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    ).stdout


def test_import_prints_nothing_and_starts_nothing_heavy():
    code = (
        "import sys, numpy; before = set(sys.modules); import cornu;"
        f"print(sorted(set({HEAVY}) & (set(sys.modules) - before)))"
    )
    assert run(code) == "[]\n"


def test_using_a_model_starts_nothing_heavy():
    code = (
        "import sys, numpy; before = set(sys.modules); import cornu;"
        "[getattr(cornu, name) for name in cornu.__all__ if name != 'datasets'];"
        "cornu.optimizers.Adam(); cornu.metrics.get('mse'); cornu.initializers.get('he_normal');"
        f"print(sorted(set({HEAVY}) & (set(sys.modules) - before)))"
    )
    assert run(code) == "[]\n"


@pytest.mark.parametrize("name", SUBMODULES)
def test_each_module_can_be_imported_first(name):
    code = f"import cornu.{name} as module; print(module.__name__)"
    assert run(code) == f"cornu.{name}\n"


@pytest.mark.parametrize("name", cornu.__all__)
def test_each_public_name_is_there(name):
    assert getattr(cornu, name) is not None
    assert name in dir(cornu)


@pytest.mark.parametrize(
    "name", ["activations", "initializers", "losses", "metrics", "optimizers", "random", "utils"]
)
def test_each_public_name_of_a_module_is_there(name):
    module = importlib.import_module(f"cornu.{name}")
    assert len(module.__all__) == len(set(module.__all__))
    for public in module.__all__:
        assert getattr(module, public) is not None


@pytest.mark.parametrize("name", ["cornu", *(f"cornu.{name}" for name in cornu._MODULES)])
def test_what_a_module_imports_is_not_shown_as_its_own(name):
    module = importlib.import_module(name)
    if not hasattr(module, "__all__"):
        pytest.skip("says nowhere what is its own")
    public = {one for one in dir(module) if one[0] != "_"}
    others = {one for one in public if not inspect.ismodule(getattr(module, one))}
    assert others <= {*module.__all__} <= {*dir(module)}


def test_what_is_shown_is_no_inner_part():
    """No module that only holds a class, and nothing that programs have no use for."""
    for name in ("layers", "callbacks", "losses", "metrics", "models", "datasets", "random"):
        module = importlib.import_module(f"cornu.{name}")
        assert dir(module) == sorted(module.__all__)
        inner = {one for one in dir(module) if inspect.ismodule(getattr(module, one))}
        assert inner <= {"digits"} | {*keras_names(f"cornu.{name}")}
    assert "for_compile" not in dir(cornu.losses) + dir(cornu.metrics)


def test_names_at_the_top_are_those_of_the_modules():
    assert cornu.Sequential is cornu.models.Sequential
    assert cornu.Input is cornu.layers.Input
    assert cornu.Layer is cornu.layers.Layer
    assert cornu.Loss is cornu.losses.Loss
    assert cornu.Metric is cornu.metrics.Metric
    assert cornu.Optimizer is cornu.optimizers.Optimizer
    assert cornu.Initializer is cornu.initializers.Initializer
    assert cornu.Variable is importlib.import_module("cornu.variable").Variable


def test_spellings_of_published_programs():
    code = (
        "import cornu as keras\n"
        "from cornu.models import Sequential\n"
        "from cornu.layers import Activation, Dense, Dropout, Flatten, Input, InputLayer, Reshape\n"
        "from cornu.optimizers import SGD, Adam\n"
        "from cornu.losses import SparseCategoricalCrossentropy\n"
        "from cornu.metrics import SparseCategoricalAccuracy\n"
        "from cornu.callbacks import EarlyStopping\n"
        "from cornu.utils import to_categorical, set_random_seed\n"
        "from cornu import layers, models, optimizers\n"
        "print(keras.layers.Dense is Dense, keras.Sequential is Sequential)"
    )
    assert run(code) == "True True\n"


def test_version():
    assert cornu.version() == cornu.__version__
    assert cornu.__version__.split(".")[0].isdigit()


def test_unknown_names():
    with pytest.raises(AttributeError, match="module 'cornu' has no attribute 'nope'"):
        _ = cornu.nope
    with pytest.raises(ImportError):
        from cornu import nope  # noqa: F401
    assert not hasattr(cornu, "__wrapped__")
