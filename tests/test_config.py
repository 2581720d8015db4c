"""cornu.config: the float type, the fuzz factor, the threads."""

import os
import subprocess
import sys

import numpy as np
import pytest

import cornu
from cornu import config
from cornu.config import resolve_dtype
from cornu.utils.keras_names import KERAS_NAMES


@pytest.fixture(autouse=True)
def _put_back():
    yield
    config.set_floatx("float32")
    config.set_num_threads(0)


def test_floatx():
    assert config.floatx() == "float32"
    for value in ("float64", np.float64, np.dtype("float64")):
        config.set_floatx(value)
        assert config.floatx() == "float64"
        assert cornu.losses.MeanSquaredError().dtype == "float64"
        assert cornu.initializers.Zeros()((1,)).dtype == np.float64
        config.set_floatx("float32")
    assert config.floatx() == "float32"


@pytest.mark.parametrize("value", ["float16", "bfloat16", "int32", "double64", 32, None, ""])
def test_bad_floatx(value):
    with pytest.raises(ValueError, match="`value` must be 'float32' or 'float64'"):
        config.set_floatx(value)
    assert config.floatx() == "float32"


class Policy:
    def __init__(self, name):
        self.name = name


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        (None, "float32"),
        ("float32", "float32"),
        ("float64", "float64"),
        ("float", "float32"),
        (float, "float32"),
        (np.float32, "float32"),
        (np.float64, "float64"),
        (np.dtype("float64"), "float64"),
        (np.dtype(">f4"), "float32"),
        (Policy("float64"), "float64"),
    ],
)
def test_resolve_dtype(dtype, expected):
    assert resolve_dtype(dtype) == expected


def test_resolve_dtype_follows_floatx():
    config.set_floatx("float64")
    assert [resolve_dtype(dtype) for dtype in (None, float, "float")] == ["float64"] * 3
    assert resolve_dtype("float32") == "float32"


@pytest.mark.parametrize(
    "dtype",
    ["mixed_float16", "mixed_bfloat16", "float16", "bfloat16", np.float16, Policy("float16")],
)
def test_half_precision_is_refused_with_the_reason(dtype):
    with pytest.raises(ValueError, match=r"`dtype` must be.*mixed precision are not supported"):
        resolve_dtype(dtype)


@pytest.mark.parametrize("dtype", ["int32", int, np.int64, bool, complex, "string", object(), 3])
def test_other_types_are_refused(dtype):
    with pytest.raises(ValueError, match=r"`kind` must be .* Received: kind="):
        resolve_dtype(dtype, "kind")


def test_epsilon():
    assert config.epsilon() == 1e-7
    config.set_epsilon(1e-7)
    with pytest.raises(ValueError, match=r"`value` must be 1e-07.*Received: value=1e-05"):
        config.set_epsilon(1e-5)
    assert config.epsilon() == 1e-7


def test_backend():
    assert config.backend() == "cornu"


def run_with_isa(value, *options):
    """(standard output, standard error) of a process that shows its instruction set."""
    return run_with({"CORNU_ISA": value}, "cornu.config.isa()", *options)


def run_with(environment, value, *options):
    """(standard output, standard error) of a process that shows a value."""
    shown = subprocess.run(
        [sys.executable, *options, "-c", f"import cornu\n\nprint({value})"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    return shown.stdout.strip(), shown.stderr


def test_isa():
    assert config.isa() in ("avx512", "avx2", "neon", "portable")
    assert run_with_isa("portable", "-W", "error") == ("portable", "")


def test_isa_that_there_is_not():
    """A job that was told to be slower, and is not, says so; it runs all the same."""
    best = run_with_isa("", "-W", "error")
    assert best[0] in ("avx512", "avx2", "neon", "portable")
    assert best[1] == ""
    lacking = "avx2" if best[0] in ("neon", "portable") else "neon"
    for value in ("avx", "AVX2", " portable", lacking):
        shown, warned = run_with_isa(value)
        assert shown == best[0]
        assert "RuntimeWarning: `CORNU_ISA` must be 'portable', 'avx2'" in warned
        assert f"'{shown}' is used. Received: CORNU_ISA='{value}'" in warned
        assert warned.startswith("<string>:3:")
    assert run_with_isa("avx", "-W", "error")[0] == ""


def test_number_of_threads_that_is_none():
    """As an instruction set that there is not."""
    other = {"OMP_NUM_THREADS": "3"}
    for value in ("two", "0", "-1", "2.5", "2x"):
        shown, warned = run_with({"CORNU_NUM_THREADS": value, **other}, "cornu.num_threads()")
        assert shown == "3"
        assert warned.startswith("<string>:3: RuntimeWarning: `CORNU_NUM_THREADS` must be a whole")
        assert f"3 threads are used. Received: CORNU_NUM_THREADS='{value}'" in warned
    for value, count in (("", "3"), ("2", "2"), ("1000", "256")):
        environment = {"CORNU_NUM_THREADS": value, **other}
        assert run_with(environment, "cornu.num_threads()", "-W", "error") == (count, "")


def test_num_threads():
    assert cornu.num_threads is config.num_threads
    assert cornu.set_num_threads is config.set_num_threads
    before = config.num_threads()
    assert before >= 1
    config.set_num_threads(3)
    assert config.num_threads() == 3
    config.set_num_threads(np.int64(1))
    assert config.num_threads() == 1
    config.set_num_threads(0)
    assert config.num_threads() == before


@pytest.mark.parametrize("count", [-1, 1.5, "2", None, True, False])
def test_bad_num_threads(count):
    config.set_num_threads(2)
    with pytest.raises(ValueError, match="`count` must be a positive integer, or 0"):
        config.set_num_threads(count)
    assert config.num_threads() == 2


def test_names_are_those_of_users():
    """Helpers of other modules stand in `config` too, and are not shown."""
    own = {"isa", "num_threads", "on_nan", "set_num_threads", "set_on_nan"}
    assert set(dir(config)) - set(KERAS_NAMES["cornu.config"].split()) == own
    assert set(config.__all__) == set(dir(config))
