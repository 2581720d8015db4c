"""What is installed, and that it is this which the tests test."""

import re
import subprocess
import sys
from importlib.metadata import distribution, files, requires
from pathlib import Path

import pytest

import cornu
import cornu._core

ROOT = Path(__file__).resolve().parents[1]


def run_python(code, directory):
    """Runs code in a new interpreter far from the checkout; returns what it printed."""
    command = [sys.executable, "-W", "error", "-c", code]
    run = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    return run.stdout


def test_the_tests_test_the_installed_package():
    source = ROOT / "python" / "cornu"
    assert Path(cornu.__file__).resolve().parent != source
    assert Path(cornu._core.__file__).resolve().parent != source


def test_the_version_is_said_once():
    source = (ROOT / "python" / "cornu" / "_version.py").read_text("utf-8")
    said = re.search(r'^__version__ = "(.+)"$', source, re.M)[1]
    assert cornu.__version__ == said == distribution("cornu").version
    assert said not in (ROOT / "pyproject.toml").read_text("utf-8")
    assert said not in (ROOT / "setup.py").read_text("utf-8")


def test_run_time_requirements():
    needed = sorted(line for line in requires("cornu") if "extra ==" not in line)
    assert needed == ["h5py", "numpy>=1.26", "tqdm"]


def test_the_package_is_complete():
    installed = {str(path) for path in files("cornu")}
    for path in (ROOT / "python" / "cornu").rglob("*"):
        name = path.relative_to(ROOT / "python").as_posix()
        if path.is_file() and not re.search(r"__pycache__|\.so$|\.DS_Store", name):
            assert name in installed


def test_nothing_but_the_package_is_installed():
    for path in files("cornu"):
        top = path.parts[0]
        assert top == "cornu" or top.endswith(".dist-info") or top == "__pycache__", path


def test_importing_is_quiet_and_light(tmp_path):
    """Nothing is printed, and what only some programs need is not loaded."""
    heavy = ("h5py", "tqdm", "matplotlib", "scipy", "sklearn", "keras")
    code = f"import sys, cornu; print([name for name in {heavy} if name in sys.modules])"
    assert run_python(code, tmp_path) == "[]\n"


@pytest.mark.parametrize("name", ["cornu", "cornu._core"])
def test_importing_twice_is_one_module(name, tmp_path):
    code = f"import sys, {name}; first = sys.modules['{name}']; import {name}; "
    assert run_python(code + f"print(sys.modules['{name}'] is first)", tmp_path) == "True\n"


def test_build_requirements_are_the_same_everywhere():
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    wanted = re.search(r"^requires = \[(.*)\]$", project, re.M)[1].replace('"', "").split(", ")
    script = (ROOT / "tools" / "venv.sh").read_text("utf-8")
    assert re.search(r'^build_requirements="(.*)"$', script, re.M)[1].split() == wanted


def test_lint_tools_are_pinned():
    """The Makefile reads this line with sed."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    tools = re.search(r"^lint = \[(.*)\]$", project, re.M)[1].replace('"', "").split(", ")
    assert [tool.partition("==")[0] for tool in tools] == ["ruff", "clang-format"]
    assert all("==" in tool for tool in tools)


def test_type_checker_is_pinned():
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert re.search(r'^types = \["mypy==[\d.]+", "numpy==', project, re.M)
