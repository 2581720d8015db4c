"""Asks a live Keras for every recorded value again, when CORNU_ORACLE=live says so.

Needs keras and jax (the `oracle` extra) in this environment, or a Python that has them named by
CORNU_ORACLE_PYTHON. Without CORNU_ORACLE=live nothing is collected; with it, a missing Keras is a
failure.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oracle import harness

if os.environ.get("CORNU_ORACLE") == "live":

    @pytest.mark.parametrize("family", harness.FAMILIES)
    def test_keras_still_gives_the_recorded_values(family):
        if family in harness.NEED_TENSORFLOW:
            pytest.importorskip("tensorflow")
        python = os.environ.get("CORNU_ORACLE_PYTHON", sys.executable)
        record = Path(harness.__file__).with_name("record.py")
        done = subprocess.run(
            [python, str(record), "--check", family], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
