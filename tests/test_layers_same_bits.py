"""The layers that no network of tests/bits has: the same bits with every instruction set and any
number of threads.
"""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import hashlib
import warnings

import numpy as np

warnings.simplefilter("ignore")
import cornu as keras

layers = keras.layers
digest = hashlib.sha256()
for dtype in ("float32", "float64"):
    keras.utils.set_random_seed(4)
    keras.config.set_floatx(dtype)
    x = np.random.RandomState(1).standard_normal((517, 7, 37))
    y = np.random.RandomState(2).standard_normal((517, 3, 2))
    normalization = layers.Normalization(axis=2)
    normalization.adapt(x)
    model = keras.Sequential(
        [
            keras.Input((7, 37)),
            normalization,
            layers.Rescaling(0.3, 0.1),
            layers.EinsumDense("abc,cd->abd", (None, 37), bias_axes="d"),
            layers.GroupNormalization(7, axis=1),
            layers.BatchNormalization(),
            layers.PReLU("random_normal", shared_axes=[1]),
            layers.GaussianNoise(0.1),
            layers.Permute((2, 1)),
            layers.BatchNormalization(axis=1),
            layers.ELU(),
            layers.LayerNormalization(),
            layers.AlphaDropout(0.2),
            layers.Softmax(axis=1),
            layers.LayerNormalization(axis=(1, 2)),
            layers.RMSNormalization(),
            layers.GaussianDropout(0.2),
            layers.LeakyReLU(),
            layers.Flatten(),
            layers.UnitNormalization(),
            layers.RepeatVector(3),
            layers.Dense(2),
        ]
    )
    masked = keras.Sequential(
        [
            keras.Input((7, 37)),
            layers.Masking(),
            layers.Dense(29),
            layers.BatchNormalization(axis=1),
            layers.BatchNormalization(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "mse")
    model.fit(x, y, batch_size=300, epochs=2, verbose=0)
    masked.compile(keras.optimizers.SGD(0.05), "binary_crossentropy", weighted_metrics=["mae"])
    x[::3, ::2] = 0
    targets = (x[:, :, :1] > 0).astype(dtype)
    weights = abs(x[:, 1, 1])
    values = masked.fit(
        x, targets, batch_size=300, sample_weight=weights, verbose=0
    ).history
    numbers = [np.array([values["loss"], values["mae"]])]
    numbers += [*model.get_weights(), model.predict(x, verbose=0)]
    for array in [*numbers, *masked.get_weights(), masked.predict(x, verbose=0)]:
        assert np.isfinite(array).all()
        digest.update(array.tobytes())
print(digest.hexdigest())
"""


def digest(isa, threads):
    environment = {**os.environ, "CORNU_ISA": isa, "CORNU_NUM_THREADS": str(threads)}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def expected():
    return digest("portable", 1)


@pytest.mark.parametrize(
    ("isa", "threads"), [("portable", 2), ("avx2", 1), ("avx512", 1), ("avx512", 3), ("neon", 1)]
)
def test_the_same_bits(isa, threads, expected):
    """A level that the machine lacks is the best that it has."""
    assert digest(isa, threads) == expected
