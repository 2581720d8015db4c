"""Progbar: breaks when it shows other values, or at other times."""

import re

import pytest

import cornu as keras
from bad_input import refused

Progbar = keras.utils.Progbar


def lines(capsys):
    return [
        re.sub(r"\d+(us|ms|s)/", "TIME/", line) for line in capsys.readouterr().out.splitlines()
    ]


@pytest.mark.parametrize("verbose", [1, 2])
def test_one_line_at_the_end(verbose, capsys):
    bar = Progbar(4, width=8, verbose=verbose, unit_name="file")
    for step in range(3):
        bar.update(step + 1, [("loss", 2.0 * step)])
    assert lines(capsys) == []
    bar.add(1, [("loss", 7.0), ("count", 3)])
    middle = "━" * 8 + " 0s" if verbose == 1 else "- 0s -"
    assert lines(capsys) == [f"4/4 {middle} TIME/file - loss: 7.0000 - count: 3.0000"]


def test_means(capsys):
    """Weighted by the steps since; those that are named are shown as they come."""
    for options, expected in (
        ({}, (1.75, 1.75)),
        ({"stateful_metrics": ["b"]}, (1.75, 2.0)),
        ({"stateless_metrics": ["b"]}, (2.0, 1.75)),
    ):
        bar = Progbar(10, verbose=2, **options)
        bar.update(1, [("a", 1.0), ("b", 1.0)])
        bar.update(4, [("a", 2.0), ("b", 2.0)])
        bar.update(5, finalize=True)
        a, b = expected
        assert lines(capsys) == [f" 5/10 - 0s - TIME/step - a: {a:.4f} - b: {b:.4f}"]


def test_a_target_that_is_not_known(capsys):
    bar = Progbar(None)
    bar.update(3)
    bar.update(5)
    assert lines(capsys) == []
    bar.update(6, finalize=True)
    assert lines(capsys)[0].startswith("6/6 ")
    Progbar(2, verbose=0).update(2, [("a", 1)])
    assert lines(capsys) == []


def test_arguments():
    refused(lambda: Progbar(-1), "`target`", "-1")
    refused(lambda: Progbar(3, width=0), "`width`", "0")
    refused(lambda: Progbar(3, verbose=3), "`verbose`", "3")
    refused(lambda: Progbar(3, interval="a"), "`interval`", "'a'")
    refused(lambda: Progbar(3, stateful_metrics=[], stateless_metrics=[]), "both")
