"""Records what the programs of examples/programs make with Keras, or checks that it still does.

Run with a Python that has keras, jax and numpy (the `oracle` extra):

    python tests/oracle/record_programs.py               records all programs
    python tests/oracle/record_programs.py xor flowers   records two, and keeps the others
    python tests/oracle/record_programs.py --check       compares, changes nothing
"""

import argparse
import contextlib
import io
import sys
import warnings
from pathlib import Path

if __package__:
    from . import harness, programs
else:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from oracle import harness, programs

VALUES = harness.VALUES / "programs.npz"


def with_keras(name):
    """What a program makes with Keras; what it prints is of no account."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        return programs.run(name, harness.import_keras())


def recorded():
    """Program -> field -> values."""
    found = {}
    for key, value in harness.load(VALUES).items():
        name, field = key.split("/", 1)
        found.setdefault(name, {})[field] = value
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", nargs="*")
    parser.add_argument("--check", action="store_true", help="compare with the recorded values")
    arguments = parser.parse_args()
    names = arguments.programs or programs.names()
    kept = recorded() if VALUES.exists() else {}
    failures = 0
    for name in names:
        found = with_keras(name)
        if arguments.check:
            problem = programs.difference(name, found, kept[name])
            failures += bool(problem)
            print(problem or f"{name}: as recorded")
        else:
            kept[name] = found
            print(f"{name}: {len(found)} fields", flush=True)
    if not arguments.check:
        present = {name: kept[name] for name in programs.names() if name in kept}
        values = {
            f"{name}/{key}": v for name, fields in present.items() for key, v in fields.items()
        }
        harness.save(VALUES, values)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
