"""What a user pays before the first line: imports, and space on the disk."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import programs
from crew import Crew
from peers import PEERS
from rounds import Figures, Key, Results, Settings

# What each peer's user imports first, and what counts as imported; NumPy is there before.
IMPORTS = {
    "cornu": ("import cornu", {}),
    "keras-jax": ("import keras", {"KERAS_BACKEND": "jax"}),
    "keras-torch": ("import keras", {"KERAS_BACKEND": "torch"}),
    "keras-tensorflow": ("import keras", {"KERAS_BACKEND": "tensorflow"}),
    "jax-scan": ("import jax", {}),
    "torch": ("import torch", {}),
    "sklearn": ("import sklearn.neural_network", {}),
    "onnxruntime": ("import onnxruntime", {}),
}
# All of cornu that a first program needs: submodules are imported when they are first used.
FIRST_MODEL = "; cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])"
_TIMED = """
import time, numpy
begin = time.perf_counter()
{}
print(time.perf_counter() - begin)
"""


def _import_seconds(python: str, statement: str, environment: dict[str, str]) -> float | None:
    """Return the seconds of a statement in a new interpreter, or None where it fails."""
    with tempfile.TemporaryDirectory() as elsewhere:
        run = subprocess.run(
            [python, "-c", _TIMED.format(statement)],
            env=programs.environment(**environment),
            cwd=elsewhere,
            capture_output=True,
            text=True,
        )
    # A backend may greet first.
    return float(run.stdout.split()[-1]) if run.returncode == 0 else None


def measure_imports(crew: Crew, names: list[str], results: Results, settings: Settings) -> None:
    """Import each peer in new interpreters, in turn; the first turn, of cold files, is dropped."""
    wanted = [(name, *IMPORTS[name], "import") for name in names if name in IMPORTS]
    if "cornu" in names:
        wanted.append(("cornu", "import cornu" + FIRST_MODEL, {}, "first-model"))
    found: dict[Key, Figures] = {}
    for turn in range(settings.rounds + 1):
        for name, statement, environment, kind in wanted:
            key = Key("import", kind, name, 1)
            if name in crew.absent:
                results.missing[key] = crew.absent[name]
                continue
            seconds = _import_seconds(crew.python(name), statement, environment)
            if seconds is None:
                results.missing[key] = crew.absent[name] = "cannot be imported"
                print(f"left out: {name}: {statement} fails", flush=True)
            elif turn:
                found.setdefault(key, Figures()).seconds.append(seconds)
    results.figures |= found


def wheel_nbytes() -> int | None:
    """Build cornu's wheel and return its bytes."""
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        command += ["--no-build-isolation", "--wheel-dir", directory, str(programs.ROOT)]
        environment = programs.environment()
        run = subprocess.run(command, env=environment, capture_output=True, text=True)
        wheels = list(Path(directory).glob("*.whl"))
        if run.returncode != 0 or not wheels:
            print(f"no wheel: {run.stderr.strip()[-300:]}", flush=True)
            return None
        return wheels[0].stat().st_size


def installed_sizes(crew: Crew, names: list[str]) -> dict[str, int]:
    """Return the bytes of each peer, where the interpreter that runs it has it."""
    sizes = {}
    for name in names:
        if not PEERS[name].distributions or name not in IMPORTS:
            continue
        script = str(programs.HERE / "installed.py")
        run = subprocess.run(
            [crew.python(name), script, *PEERS[name].distributions],
            env=programs.environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        if run.stdout.strip():
            sizes[name] = int(run.stdout)
    return sizes
