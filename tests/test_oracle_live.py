"""Asks a live Keras for every recorded value again, when CORNU_ORACLE=live says so.

Needs keras and jax (the `oracle` extra) in this environment, or a Python that has them named by
CORNU_ORACLE_PYTHON. Without CORNU_ORACLE=live nothing is collected; with it, a missing Keras is a
failure.
"""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from oracle import exchanged_models, harness, record_files

if os.environ.get("CORNU_ORACLE") == "live":
    KERAS_PYTHON = os.environ.get("CORNU_ORACLE_PYTHON", sys.executable)

    @pytest.mark.parametrize("family", harness.FAMILIES)
    def test_keras_still_gives_the_recorded_values(family):
        if family in harness.NEED_TENSORFLOW:
            pytest.importorskip("tensorflow")
        record = Path(harness.__file__).with_name("record.py")
        done = subprocess.run(
            [KERAS_PYTHON, str(record), "--check", family], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def test_keras_reads_whole_files_in_both_formats(tmp_path):
        keras, lines = importlib.import_module("cornu"), []
        for dtype in harness.DTYPES:
            with harness.float_type(keras, dtype):
                for name, model in record_files.models(keras, dtype):
                    predictions = tmp_path / f"{name}_{dtype}.npy"
                    x = record_files.inputs(model, dtype)
                    np.save(predictions, model.predict(x, verbose=0))
                    for ending in (".keras", ".h5"):
                        path = tmp_path / f"{name}_{dtype}{ending}"
                        model.save(path)
                        lines.append(f"{path} {predictions}")
        done = subprocess.run(
            [KERAS_PYTHON, record_files.__file__, "--read"],
            input="\n".join(lines),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert len(done.stdout.splitlines()) == len(lines)

    def test_keras_trains_on_what_cornu_saved_and_cornu_what_keras_saved(tmp_path):
        """Weights, optimizer's state, and what models were compiled with, own objects among it."""
        keras = importlib.import_module("cornu")
        pairs = [(name, dtype) for name in exchanged_models.MODELS for dtype in harness.DTYPES]
        wanted = {}
        for name, dtype in pairs:
            with harness.float_type(keras, dtype):
                exchanged_models.own(keras)
                model = exchanged_models.begun(keras, name, dtype)
                model.save(tmp_path / f"{name}_{dtype}.keras")
                wanted[name, dtype] = exchanged_models.trained_on(model, dtype)
            np.savez(tmp_path / f"{name}_{dtype}.npz", **wanted[name, dtype])
        script = Path(exchanged_models.__file__)
        done = subprocess.run(
            [KERAS_PYTHON, str(script), str(tmp_path)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        for name, dtype in pairs:
            with harness.float_type(keras, dtype):
                model = keras.models.load_model(tmp_path / f"{name}_{dtype}.back.keras")
                found = exchanged_models.trained_on(model, dtype)
            assert not exchanged_models.differences(found, wanted[name, dtype], dtype), name
