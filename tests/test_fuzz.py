"""Damaged files: breaks when one ends the process, takes it long or raises an error that is none of
those documented. `make check-fuzz` loads many more."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.cases import SHARES, make_case

RUN = Path(__file__).parent / "fuzz" / "run_fuzz.py"

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="cases are loaded by forks")


def run(*options):
    command = [sys.executable, str(RUN), *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600)


def test_damaged_files(tmp_path):
    """A few of those that `make check-fuzz` loads, of all kinds."""
    pytest.importorskip("onnx")
    done = run("--cases", 400, "--jobs", 1, "--folder", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    kinds = {line.split()[0] for line in done.stdout.splitlines() if " refused " in line}
    assert kinds == {*SHARES}


@pytest.mark.parametrize("kind", SHARES)
def test_cases_are_the_same_each_time(kind):
    """Two thirds of the models' bytes are drawn; the times in archives are not the same."""
    if kind == "onnx":
        pytest.importorskip("onnx")
    one, other = make_case(kind, 7), make_case(kind, 7)
    assert (one.name, one.data) == (other.name, other.data)
    assert make_case(kind, 8).data != one.data


def test_a_configuration_deeper_than_python_calls():
    data = make_case("config", 263).data
    assert data.count(b'{"config": ') + data.count(b"[") > sys.getrecursionlimit()


def test_what_goes_wrong_is_stored(tmp_path, monkeypatch):
    """An error that is none of those documented, and a process that ends."""
    from fuzz import worker

    monkeypatch.setattr(worker, "outcome_of", lambda case, folder: wrong(case))
    counts = worker.work(range(20), ["config"], tmp_path, lambda counts: None)
    assert counts == {("config", "L"): 18, ("config", "F"): 2}
    told = {file.stem: file.read_text() for file in tmp_path.glob("*.txt")}
    assert "another error" in told["config-3"]
    assert "SIGKILL" in told["config-5"]
    assert (tmp_path / "config-5.json").read_bytes() == make_case("config", 5).data


def wrong(case):
    if case.name == "config-5":
        os.kill(os.getpid(), 9)
    return "another error" if case.name == "config-3" else "loaded"
