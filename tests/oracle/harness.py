"""What the oracle's cases share: running one case, and comparing it with Keras's recorded values.

A case is a function of (keras, dtype) that uses only Keras's public API and NumPy, so the same
code runs on Keras, which makes the recordings, and on cornu, which is tested against them.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import math
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# Where files that Keras wrote are.
FILES = Path(__file__).resolve().parents[1] / "data"

DTYPES = ("float32", "float64")
FAMILIES = (
    "activation_layers",
    "activations",
    "batches",
    "callbacks",
    "categories",
    "common_arguments",
    "configurations",
    "confusion",
    "custom",
    "described",
    "einsum_dense",
    "epoch_callbacks",
    "fit_arguments",
    "functional",
    "further_callbacks",
    "further_losses",
    "ignored_classes",
    "initializers",
    "input_specs",
    "layers",
    "losses",
    "masks",
    "metric_arguments",
    "metrics",
    "multi_optimizers",
    "nesting",
    "normalization",
    "ops",
    "optimizer_state",
    "optimizers",
    "overlap_metrics",
    "own_optimizers",
    "plain_losses",
    "preprocessing",
    "regularizers",
    "reshaping",
    "schedules",
    "scores",
    "spectra",
    "spectral",
    "texts",
    "training",
    "utilities",
    "whole_optimizers",
    "wrappers",
)
# Those of which Keras needs TensorFlow, whatever its backend.
NEED_TENSORFLOW = ("categories",)
VALUES = Path(__file__).parent / "values"


@dataclass(frozen=True)
class Case:
    """One comparison: `run(keras, dtype)` returns a dict of named arrays.

    `float32` and `float64` are (relative, absolute) tolerances. `undefined` names the fields in
    which a NaN of Keras means that it has no sensible value there: anything matches it. With `nan`
    a NaN is a value like others, as the logarithm of -1 is.
    `refused` is part of the error with which cornu turns down what it does not support yet;
    once it does, the test fails until `refused` is taken away and the values are compared.
    """

    id: str
    run: Callable[[object, str], dict[str, object]]
    float32: tuple[float, float] = (5e-6, 5e-7)
    float64: tuple[float, float] = (1e-12, 1e-14)
    undefined: tuple[str, ...] = ()
    nan: bool = False
    refused: str = ""


def cases(family):
    """The cases of one family, with their ids checked to be unique."""
    found = importlib.import_module(f"{__package__}.cases_{family}").CASES
    ids = [case.id for case in found]
    repeated = {name for name in ids if ids.count(name) > 1}
    if repeated:
        raise ValueError(f"case ids must be unique in a family. Repeated: {sorted(repeated)}")
    return found


def target():
    """The module under test: cornu, or Keras itself with CORNU_ORACLE_TARGET=keras.

    `CORNU_ORACLE_TARGET=keras pytest -W ignore tests/test_oracle_*.py` shows that the cases are
    sound: what differs there is a fault of a case or a tolerance, not of cornu.
    """
    if os.environ.get("CORNU_ORACLE_TARGET", "cornu") == "keras":
        return import_keras()
    return importlib.import_module("cornu")


def import_keras():
    """Keras itself, on JAX and the CPU."""
    os.environ["KERAS_BACKEND"] = "jax"
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    return importlib.import_module("keras")


@contextlib.contextmanager
def float_type(keras, dtype):
    """Makes `dtype` what new layers, losses and metrics compute in, with fresh names."""
    before = keras.config.floatx()

    def choose(name):
        if keras.__name__ == "keras":
            allow_float64(name == "float64")
        keras.config.set_floatx(name)
        # Keras's layers follow a new floatx only from here on. Collecting garbage every time would
        # be most of what these tests take.
        keras.utils.clear_session(free_memory=False)

    choose(dtype)
    try:
        yield
    finally:
        choose(before)


def allow_float64(allowed):
    """Lets Keras on JAX compute in float64, which both narrow to float32 otherwise.

    Users of float32 leave JAX's switch off, and with it on some results of float32 are wider
    than theirs. Keras has its own: what tanh and others return is narrowed on every backend
    but TensorFlow, whatever floatx is.
    """
    importlib.import_module("jax").config.update("jax_enable_x64", allowed)
    narrowing = importlib.import_module("keras.src.backend.common.dtypes").BIT64_TO_BIT32_DTYPE
    narrowing["float64"] = "float64" if allowed else "float32"


def evaluate(keras, case, dtype):
    """Runs one case with fresh names and the given float type; returns field -> ndarray."""
    with float_type(keras, dtype):
        keras.utils.set_random_seed(zlib.crc32(case.id.encode()) % 2**31)
        return {field: as_array(value) for field, value in case.run(keras, dtype).items()}


def as_array(value):
    """`value` as an ndarray with a dtype that needs no pickle; a list of text becomes text."""
    array = np.asarray(value)
    if array.dtype == object:
        raise TypeError(f"a field must be numbers, bools or text. Received: {value!r}")
    return array


def save(path, values):
    """Writes "case id/dtype/field" -> ndarray, one run of numbers for each dtype.

    An archive member for every key would triple the size: most hold a few numbers.
    """
    index, runs = [], {}
    for key, value in values.items():
        kind = "text" if value.dtype.kind == "U" else value.dtype.name
        runs.setdefault(kind, []).append(value.reshape(-1))
        index.append([key, kind, list(value.shape)])
    members = {kind: np.concatenate(parts) for kind, parts in runs.items()}
    np.savez_compressed(path, index=np.array(json.dumps(index)), **members)


def load(path):
    """What `save` wrote."""
    values, used = {}, {}
    with np.load(path, allow_pickle=False) as archive:
        members = {name: archive[name] for name in archive.files}
    for key, kind, shape in json.loads(str(members.pop("index"))):
        begin = used.get(kind, 0)
        used[kind] = begin + math.prod(shape)
        values[key] = members[kind][begin : used[kind]].reshape(shape)
    return values


def recorded(family):
    """All recorded values of a family, as "case id/dtype/field" -> ndarray."""
    return load(VALUES / f"{family}.npz")


def expected_fields(values, case, dtype):
    """The recorded fields of one case; a KeyError says that it was never recorded."""
    prefix = f"{case.id}/{dtype}/"
    fields = {key[len(prefix) :]: value for key, value in values.items() if key.startswith(prefix)}
    if not fields:
        raise KeyError(f"no recorded values for {prefix}: run tests/oracle/record.py")
    return fields


def check(case, dtype, actual, expected):
    """Asserts that `actual` has the fields, dtypes, shapes and values of `expected`."""
    assert sorted(actual) == sorted(expected), f"{case.id}: fields differ"
    rtol, atol = getattr(case, dtype)
    wrong = []
    for field, want in expected.items():
        problem = difference(actual[field], want, rtol, atol, field in case.undefined)
        if problem:
            wrong.append(f"{case.id}/{dtype}/{field}: {problem}")
    assert not wrong, "\n".join(wrong)


def difference(got, want, rtol, atol, skip_nan=False):
    """What differs between two arrays, as text; "" when nothing does."""
    if want.dtype.kind == "U":
        same = got.dtype.kind == "U" and got.shape == want.shape and bool(np.all(got == want))
        return "" if same else f"text differs\n got: {got.tolist()}\nwant: {want.tolist()}"
    if got.dtype != want.dtype:
        return f"dtype is {got.dtype}, expected {want.dtype}"
    if got.shape != want.shape:
        return f"shape is {got.shape}, expected {want.shape}"
    if want.dtype.kind != "f":
        return "" if np.array_equal(got, want) else f"got {got.tolist()}, expected {want.tolist()}"
    compared = ~np.isnan(want) if skip_nan else np.ones(want.shape, bool)
    try:
        np.testing.assert_allclose(got[compared], want[compared], rtol, atol)
    except AssertionError as error:
        return str(error)
    return ""


def draw(name, *shape, dtype="float64", scale=1.0):
    """Normal numbers that depend on `name` and shape alone, the same on both sides."""
    generator = np.random.default_rng(zlib.crc32(f"{name}{shape}".encode()))
    return (generator.standard_normal(shape) * scale).astype(dtype)


def draw_integers(name, high, *shape):
    """Integers from 0 to high - 1 that depend on `name`, `high` and shape alone."""
    generator = np.random.default_rng(zlib.crc32(f"{name}{high}{shape}".encode()))
    return generator.integers(0, high, shape)


def one_hot(labels, classes, dtype):
    """Rows with a single 1 at each label."""
    return np.eye(classes, dtype=dtype)[labels]


def set_drawn_weights(model, name, scale=0.5, signed=True):
    """Gives every weight of a built model numbers that depend on `name` and its index.

    With `signed` False they are not negative, as no variance that was seen before is.
    """
    weights = [
        draw(f"{name}/{i}", *weight.shape, dtype=weight.dtype, scale=scale)
        for i, weight in enumerate(model.get_weights())
    ]
    if not signed:
        weights = [np.abs(weight) for weight in weights]
    model.set_weights(weights)
    return weights


def set_drawn_weights_and_variances(model, name, least=0.0):
    """Gives weights drawn numbers, and moving variances such as they can have, from `least` on."""
    set_drawn_weights(model, name)
    for weight in model.weights:
        if weight.name in ("moving_variance", "moving_stddev", "renorm_stddev"):
            weight.assign(np.abs(np.array(weight)) + least)


def gradients(keras, model, x, y, sample_weight=None, training=False):
    """(loss, gradients parallel to model.trainable_weights) of a compiled model on one batch.

    cornu has an entry point for it; Keras leaves it to the backend, here JAX. `training` must be
    True where layers do in training what they don't do else; cornu takes it for granted.
    """
    if hasattr(model, "loss_and_gradients"):
        loss, found = model.loss_and_gradients(x, y, sample_weight=sample_weight)
        return float(loss), [np.array(gradient) for gradient in found]
    import jax

    fixed = [variable.value for variable in model.non_trainable_variables]

    metrics = [variable.value for variable in model.metrics_variables]
    state = [variable.value for variable in model.optimizer.variables]

    def loss_of(trainable):
        # With the penalties of what layers give out, and of the weights.
        return model.compute_loss_and_updates(
            trainable, fixed, metrics, x, y, sample_weight, training, state
        )[0]

    trainable = [variable.value for variable in model.trainable_variables]
    loss, found = jax.value_and_grad(loss_of)(trainable)
    return float(loss), [np.array(gradient) for gradient in found]


def text_of(name, options):
    """What a class and its options are called in the id of a case."""
    return " ".join([name, *(f"{key}={value}" for key, value in options.items())])


def flat(arrays):
    """All numbers of a list of arrays in one vector, to keep the recordings few."""
    return np.concatenate([np.asarray(array).reshape(-1) for array in arrays])
