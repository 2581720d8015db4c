"""`python -m cornu`, and the modules behind it."""

import re
import subprocess
import sys
import time

import numpy as np
import pytest

import cornu as keras
from cornu.tour import six_steps


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """What the demo prints, away from the checkout; on a machine left alone in some seconds."""
    began = time.monotonic()
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "cornu"],
        cwd=tmp_path_factory.mktemp("away"),
        capture_output=True,
        timeout=120,
    )
    print(f"{time.monotonic() - began:.1f} s")
    assert run.returncode == 0, run.stderr.decode()
    assert run.stderr == b""
    return run.stdout.decode()


def test_every_figure_of_the_worked_example(printed):
    for figure in (
        "0.08000000  0.11000000",
        "0.51998934  0.52747230",
        "0.44498412  0.68047592",
        "0.60944600  0.66384491",
        "0.02193381  0.00203809",
        "0.02592286",
        "0.03240681",
        "0.00080888",
        "0.43703857  0.38685205",
        "0.69629578  0.59624247",
        "0.29959556  0.24919112",
        "0.39964496  0.34928991",
        "W - r dE/dW",
        "r 0.50000000 the learning rate",
        "0.023971900751730",
        "0.0232363388722",
    ):
        assert re.search(r"\s+".join(figure.split()), printed), figure


def test_the_six_steps(printed):
    text = printed.split("Six steps")[1]
    places = [text.index(f"{number}. ") for number in range(1, 7)]
    assert places == sorted(places)
    assert "1,797" in text
    assert "of the training part 10% are set aside for validation" in text
    for name, rows in (("train", 1132), ("validation", 126), ("test", 539)):
        assert re.search(rf"{name} +x \({rows}, 8, 8\)", text)
    assert re.search(r"val_accuracy: [01]\.\d{4} - val_loss: ", text)
    accuracy = float(re.search(r"accuracy ([\d.]+) on the test part", text)[1])
    assert accuracy >= 0.96


def test_it_ends_with_ten_digits(printed):
    end = printed.split("6. Predict")[1]
    shown = re.findall(r"\b(\d)(?: not \d)? \(p=([01]\.\d{3})\)", end)
    assert len(shown) == 10
    assert all(0 <= float(probability) <= 1 for _, probability in shown)
    assert "@@" in end
    assert printed.endswith("\n")


def test_its_layers_are_counted_from_the_first(printed):
    """The worked example before it makes layers of the same class."""
    assert "│ dense (Dense) " in printed
    assert "│ dense_1 (Dense) " in printed


def test_its_arguments():
    def run(*arguments):
        command = [sys.executable, "-W", "error", "-m", "cornu", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    told = run("--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("usage: python -m cornu")
    assert run("--version").stdout == f"cornu {keras.__version__}\n"
    refused = run("digits")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "unrecognized arguments: digits" in refused.stderr


@pytest.mark.parametrize("lines", [0, 3])
def test_a_reader_that_has_enough_ends_it_quietly(lines):
    command = [sys.executable, "-W", "error", "-m", "cornu"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        for _ in range(lines):
            process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


def test_lines_fit_80_columns(printed):
    """Those of training apart, which are as long as they have results to show."""
    lines = [line for line in printed.splitlines() if "/step" not in line]
    assert max(map(len, lines)) <= 80


def test_the_split_is_shuffled_and_stratified():
    x, y = keras.datasets.digits.load_data()
    parts, other = six_steps.load(3), six_steps.load(4)
    assert sum(len(rows) for rows, _ in parts.values()) == len(x)
    for images, classes in parts.values():
        assert images.shape[1:] == (8, 8)
        assert 0 <= images.min() <= images.max() <= 1
        share = np.bincount(classes, minlength=10) / len(classes)
        np.testing.assert_allclose(share, np.bincount(y) / len(y), atol=1.0 / len(classes) + 1e-9)
    assert (parts["test"][1] != other["test"][1]).any()
    # Every image once: sums of pixels by class agree.
    both = np.concatenate([rows for rows, _ in parts.values()])
    assert both.sum() * 16 == pytest.approx(x.sum())


@pytest.mark.slow
def test_the_accuracy_over_twenty_splits():
    from pathlib import Path

    script = Path(__file__).resolve().parents[1] / "examples" / "digits_accuracy.py"
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("seed ") == 20
    assert min(map(float, re.findall(r"accuracy (0\.\d{4})", run.stdout))) >= 0.96
