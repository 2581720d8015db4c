"""The program that mypy checks (`make check-types`) does run."""

import runpy
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent / "types" / "user_program.py"


def test_it_runs(capsys):
    runpy.run_path(str(PROGRAM), run_name="__main__")
    epochs, difference, loss = capsys.readouterr().out.split()
    assert epochs == "3"
    # The loss is the mean difference, and one penalty.
    assert 0 <= float(loss) - float(difference) < 0.1
