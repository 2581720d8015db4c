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

from oracle import (
    every_kind,
    exchange,
    exchanged_models,
    harness,
    lambda_models,
    random_models,
    record_files,
)

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

    def test_from_keras_to_a_board_begins_with_what_keras_makes_today(tmp_path, monkeypatch):
        root = Path(__file__).resolve().parents[1]
        monkeypatch.syspath_prepend(root / "tools" / "docs_site")
        page_code = importlib.import_module("page_code")
        script = root / "examples" / "notebooks" / "train_with_keras.py"
        done = subprocess.run(
            [KERAS_PYTHON, str(script), str(tmp_path)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        monkeypatch.chdir(tmp_path)
        page = (root / "docs" / "guides" / "deploying.md").read_text(encoding="utf-8")
        wrong = list(page_code.run(page, "deploying.md"))
        assert not wrong, "\n".join(wrong)

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

    def test_either_reads_the_lambdas_of_the_other(tmp_path):
        keras = importlib.import_module("cornu")
        lambda_models.write(keras, tmp_path / "ours")
        done = subprocess.run(
            [KERAS_PYTHON, lambda_models.__file__, str(tmp_path)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        for ending in lambda_models.FORMATS:
            path = tmp_path / f"theirs{ending}"
            lambda_models.check(keras.models.load_model(path, lambda_models.OWN))

    def by_keras(action, table, folder, names):
        done = subprocess.run(
            [KERAS_PYTHON, exchange.__file__, action, table, str(folder), "float32", *names],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    KINDS = sorted({name.split()[0] for name in every_kind.MODELS})

    @pytest.mark.filterwarnings("ignore:.*takes probabilities")
    @pytest.mark.parametrize(
        ("table", "names"),
        [
            *((every_kind, [n for n in every_kind.MODELS if n.split()[0] == k]) for k in KINDS),
            *((random_models, random_models.MODELS[at::5]) for at in range(5)),
        ],
        ids=[*KINDS, *(f"random {at}" for at in range(5))],
    )
    def test_either_reads_what_the_other_wrote(table, names, tmp_path):
        """Each format both ways, the state of optimizers with it; and what Keras saved again."""
        keras, kind = importlib.import_module("cornu"), table.__name__.rpartition(".")[2]
        ours, theirs = tmp_path / "ours", tmp_path / "theirs"
        ours.mkdir()
        theirs.mkdir()
        exchange.write(keras, table, ours, names, "float32")
        by_keras("read", kind, ours, names)
        by_keras("write", kind, theirs, names)
        assert exchange.read(keras, table, theirs, names, "float32", exchange.FORMATS) == []
        for path in ours.glob("*.back.keras"):
            path.replace(path.with_name(path.name.replace(".back", "")))
        assert exchange.read(keras, table, ours, names, "float32", (".keras",)) == []
