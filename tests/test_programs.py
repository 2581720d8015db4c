"""The programs of examples/programs, with cornu, against what they made with Keras.

With CORNU_ORACLE=live they are run with Keras again (test_oracle_live.py says what that needs).
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cornu
from oracle import programs, record_programs

RECORDED = record_programs.recorded()


@pytest.mark.parametrize("name", programs.names())
def test_a_program_makes_what_it_makes_with_keras(name, capsys):
    found = programs.run(name, cornu)
    assert capsys.readouterr().out, "a program must print what it found"
    assert not (problem := programs.difference(name, found, RECORDED[name])), problem


def test_each_program_is_listed_and_recorded():
    listed = re.findall(r"\]\((\w+)\.py\)", (programs.FOLDER / "README.md").read_text())
    assert sorted(listed) == programs.names() == sorted(RECORDED)
    assert len(listed) >= 20


def test_a_difference_is_found():
    name = programs.names()[0]
    for field, factor in (("predictions", 1.01), ("loss", 1.0001)):
        changed = dict(RECORDED[name])
        key = next(key for key in changed if key.endswith(field))
        changed[key] = changed[key] * factor
        assert programs.difference(name, changed, RECORDED[name])


if os.environ.get("CORNU_ORACLE") == "live":

    def test_keras_still_makes_it():
        python = os.environ.get("CORNU_ORACLE_PYTHON", sys.executable)
        script = Path(record_programs.__file__)
        done = subprocess.run([python, str(script), "--check"], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
