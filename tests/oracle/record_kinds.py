"""Records files that Keras itself writes of several kinds of models, trained for some steps, in
each of its formats, with what it predicts and how it trains on: one archive, since most of a small
HDF5 file is empty.

Run with a Python that has keras and jax (the `oracle` extra):

    python tests/oracle/record_kinds.py
"""

import sys
import tempfile
import zipfile
from pathlib import Path

if __package__:
    from . import every_kind, exchange, harness
else:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from oracle import every_kind, exchange, harness

ARCHIVE = harness.FILES / "kinds.zip"
NAMES = [
    "optimizer Adadelta",
    "optimizer Adafactor",
    "optimizer Adagrad",
    "optimizer Adam",
    "optimizer AdamW",
    "optimizer Adamax",
    "optimizer Ftrl",
    "optimizer Lamb",
    "optimizer Lion",
    "optimizer MultiOptimizer",
    "optimizer Muon",
    "optimizer Nadam",
    "optimizer RMSprop",
    "optimizer SGD",
    "optimizer ScheduleFreeAdamW",
    "schedule CosineDecay",
    "schedule CosineDecayRestarts",
    "schedule ExponentialDecay",
    "schedule InverseTimeDecay",
    "schedule PiecewiseConstantDecay",
    "schedule PolynomialDecay",
    "layer BatchNormalization",
    "layer EinsumDense",
    "layer LayerNormalization",
]


def record():
    keras = harness.import_keras()
    with tempfile.TemporaryDirectory() as folder:
        exchange.write(keras, every_kind, folder, NAMES, "float32")
        with zipfile.ZipFile(ARCHIVE, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in sorted(Path(folder).iterdir()):
                archive.write(path, path.name)


if __name__ == "__main__":
    record()
