"""The C tests, each program one test. They build the library without Python (csrc/Makefile)."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = sorted(path.stem for path in (ROOT / "tests" / "c").glob("test_*.c"))


def environment():
    """Ours, without what another make or a sanitizer of the suite left in it."""
    dropped = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "LD_PRELOAD")
    return {name: value for name, value in os.environ.items() if name not in dropped}


def make(*arguments, timeout=300):
    command = ["make", "-C", "csrc", "-j", str(os.cpu_count() or 1), *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
    )


@pytest.fixture(scope="module")
def library():
    """Compiled before the first program, whose time it would count against."""
    run = make("library", timeout=1800)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.usefixtures("library")
def test_c(program):
    run = make(f"check-{program}")
    assert run.returncode == 0, run.stdout
    # A program that forgets check_report() must not pass for its exit code alone.
    assert "checks passed" in run.stdout, run.stdout


def test_there_are_c_tests():
    assert PROGRAMS
