"""A model with lambdas, in files of either library that the other one reads.

Run with a Python that has keras and jax (the `oracle` extra):

    python tests/oracle/lambda_models.py            records files that Keras writes
    python tests/oracle/lambda_models.py DIRECTORY  reads cornu's there, and writes Keras's beside
"""

import sys
import warnings
from pathlib import Path

import numpy as np

if __package__:
    from . import harness
else:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from oracle import harness

FORMATS = (".keras", ".h5")
X = np.arange(6, dtype="float32").reshape(2, 3) / 4
Y = np.ones((2, 2), "float32")
EXPECTED = np.repeat((X**2 + 1).sum(1, keepdims=True), 2, 1) / 2


def halved(x):
    return 0.5 * x


def error_or_half(*arrays):
    """What Keras 2's format has one name for: the activation, the loss and the metric."""
    return halved(*arrays) if len(arrays) == 1 else ((arrays[0] - arrays[1]) ** 2).mean(-1)


# What cornu needs for them.
OWN = {
    "powers": lambda x: x**2,
    "raised": lambda x: x + 1,
    "raised/output_shape": lambda shape: shape,
    "half/activation": halved,
    "<lambda>": error_or_half,
}


def anywhere(function):
    """A function whose byte code doesn't say where this file lies."""
    function.__code__ = function.__code__.replace(co_filename="lambda_models.py")
    return function


def model(keras):
    """The model, whose predictions of `X` are `EXPECTED`."""
    layers, one = keras.layers, 1
    raised, same = anywhere(lambda x: x + one), anywhere(lambda shape: shape)
    made = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Lambda(anywhere(lambda x, power=2: x**power), name="powers"),
            layers.Lambda(raised, output_shape=same, name="raised"),
            layers.Dense(2, anywhere(lambda x: 0.5 * x), kernel_initializer="ones", name="half"),
        ]
    )
    error = anywhere(lambda y, out: ((y - out) ** 2).mean(-1))
    made.compile("sgd", error, metrics=[error])
    made.evaluate(X, Y, verbose=0)
    return made


def check(made):
    """That a model is this one."""
    np.testing.assert_allclose(made.predict(X, verbose=0), EXPECTED, 1e-6)
    error = ((EXPECTED - Y) ** 2).mean()
    np.testing.assert_allclose(made.evaluate(X, Y, verbose=0), [error, error], 1e-6)


def write(keras, path):
    """Write a file of each format, `path` with its ending."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for ending in FORMATS:
            model(keras).save(f"{path}{ending}")


def main(folder=None):
    keras = harness.import_keras()
    if folder is None:
        return write(keras, harness.FILES / "lambdas")
    for ending in FORMATS:
        own = {"<lambda>": error_or_half}
        check(keras.models.load_model(f"{folder}/ours{ending}", own, safe_mode=False))
    return write(keras, f"{folder}/theirs")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
