"""Records the oracle's values from Keras, or checks that Keras still gives the recorded ones.

Run with a Python that has keras, jax and numpy (the `oracle` extra):

    python tests/oracle/record.py                    records every family
    python tests/oracle/record.py losses metrics     records two
    python tests/oracle/record.py --check            compares, changes nothing
"""

import argparse
import datetime
import importlib.util
import os
import sys
import warnings
from pathlib import Path

if __package__:
    from . import harness
else:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from oracle import harness


def run_family(family):
    """Every case of a family on Keras, as "case id/dtype/field" -> ndarray."""
    values = {}
    for dtype in harness.DTYPES:
        for case in harness.cases(family):
            for field, value in evaluated(case, dtype).items():
                values[f"{case.id}/{dtype}/{field}"] = value
    return values


def evaluated(case, dtype):
    """The fields of one case on Keras."""
    keras = harness.import_keras()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return harness.evaluate(keras, case, dtype)


def write_readme():
    import importlib.metadata

    versions = {name: importlib.metadata.version(name) for name in ("keras", "jax", "numpy")}
    text = README.format(date=datetime.date.today().isoformat(), **versions)
    (harness.VALUES / "README.md").write_text(text, encoding="utf-8")


README = """\
# Values recorded from Keras

Source: Keras {keras} (https://keras.io, Apache License 2.0) on its JAX backend, JAX {jax},
NumPy {numpy}, CPU; recorded {date}. The files hold outputs of Keras for inputs of our own, none
of its code.

Each `<family>.npz` holds arrays named `<case id>/<dtype>/<field>` (`harness.load` reads it); the
cases are in `../cases_<family>.py`. Record again after a change of a case or for a newer Keras:

    pip install '.[oracle]'
    python tests/oracle/record.py [family ...]

`python tests/oracle/record.py --check` (and `CORNU_ORACLE=live pytest tests/test_oracle_live.py`)
asks Keras for every value again and compares.
"""


def check(family):
    """Number of cases and fields of a family that differ from what Keras gives now."""
    found, stored, failures = run_family(family), harness.recorded(family), 0
    for key in sorted(found.keys() ^ stored.keys()):
        print(f"{family}: {key} is {'not recorded' if key in found else 'no longer made'}")
        failures += 1
    for case in harness.cases(family):
        for dtype in harness.DTYPES:
            try:
                now, then = (
                    harness.expected_fields(values, case, dtype) for values in (found, stored)
                )
                check_again(case, dtype, now, then)
            except (AssertionError, KeyError) as error:
                print(f"{family}: {error}")
                failures += 1
    return failures


def check_again(case, dtype, now, then):
    """Asserts that `now`, or else what Keras gives when it is asked once or twice more, is `then`.

    Keras on JAX does not always give the same: one in forty times, what it compiles for a model
    whose outputs have penalties lacks one of them.
    """
    for _ in range(2):
        try:
            harness.check(case, dtype, now, then)
        except AssertionError as error:
            print(f"asked again: {error}")
            now = evaluated(case, dtype)
        else:
            return
    harness.check(case, dtype, now, then)


def recordable():
    """The families that can be recorded here."""
    if importlib.util.find_spec("tensorflow"):
        return list(harness.FAMILIES)
    print(f"without TensorFlow: not {', '.join(harness.NEED_TENSORFLOW)}")
    return [family for family in harness.FAMILIES if family not in harness.NEED_TENSORFLOW]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("families", nargs="*", help=f"of {', '.join(harness.FAMILIES)}")
    parser.add_argument("--check", action="store_true", help="compare with the recorded values")
    arguments = parser.parse_args()
    families = arguments.families or recordable()
    unknown = set(families) - set(harness.FAMILIES)
    if unknown:
        parser.error(f"families are {', '.join(harness.FAMILIES)}. Received: {sorted(unknown)}")
    # The summary's table is cut to the width of the terminal, and drawn for its encoding.
    os.environ["COLUMNS"] = "100"
    sys.stdout.reconfigure(encoding="utf-8")
    if arguments.check:
        failures = sum(check(family) for family in families)
        print(f"{failures} differences from the recorded values")
        return 1 if failures else 0
    for family in families:
        values = run_family(family)
        harness.VALUES.mkdir(exist_ok=True)
        harness.save(harness.VALUES / f"{family}.npz", values)
        print(f"{family}: {len(values)} arrays")
    write_readme()
    return 0


if __name__ == "__main__":
    sys.exit(main())
