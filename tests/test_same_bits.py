"""The same program, seed and data give the same bits: with any number of threads, on every
instruction set, in whatever floating-point environment the caller has, and on every machine.

The digests in bits/recorded.json come from one machine and hold for all. After a change that is
meant to change them: `make record-bits`. What is in the default suite samples the conditions;
`make check-bits` takes all.
"""

import itertools
import sys

import pytest

import cornu
from bits import conditions, digests, float_modes, fused_pairs, networks
from bits.conditions import Condition

SAMPLE = [
    (Condition(threads=1), "--rows"),
    (Condition(threads=8, mode="flush"), "--rows 5 48 333"),
    (Condition("avx2", 2, "upward"), "--rows"),
    (Condition("portable", 3, "flush and downward"), "--rows 7 333"),
]
ALL = [
    (Condition(*each), "--rows" if each[1] == 2 else "")
    for each in itertools.product(conditions.LEVELS, (1, 2, 3, 8), conditions.MODES)
]


def assert_recorded(condition, *options):
    """Every network gives the recorded digest; each row's prediction is its own."""
    if condition.mode != "plain" and not float_modes.SUPPORTED:
        pytest.skip("the mode cannot be set here")
    shown = condition.run(*options)
    if shown is None:
        pytest.skip(f"this machine has no {condition.isa}")
    differ = conditions.differences(shown, conditions.recorded())
    assert not differ, (
        f"not the recorded bits ({condition}): {differ}. "
        "tests/bits/digests.py --save FILE writes the arrays, make record-bits records anew"
    )
    assert shown["rows"] == []
    if sys.platform == "linux":
        assert {*shown["tasks"]} == {*digests.COUNTED}
        for name, tasks in shown["tasks"].items():
            many = condition.threads > 1
            assert (tasks > 1) == many, f"{tasks} threads after {name!r} ({condition})"


@pytest.mark.parametrize(("condition", "option"), SAMPLE, ids=str)
def test_bits(condition, option):
    assert_recorded(condition, *option.split())


@pytest.mark.slow
@pytest.mark.parametrize(("condition", "option"), ALL, ids=str)
def test_bits_everywhere(condition, option):
    assert_recorded(condition, *option.split())


@pytest.mark.parametrize("dtype", digests.DTYPES)
@pytest.mark.parametrize(("fused", "apart"), fused_pairs.FUSED_PAIRS)
def test_fused_and_apart(fused, apart, dtype):
    """An activation within Dense has the bits of a layer of its own."""
    assert digests.digest_of(fused, dtype) == digests.digest_of(apart, dtype)


def test_every_network_is_recorded():
    names = {f"{name}/{dtype}" for name in networks.NETWORKS for dtype in digests.DTYPES}
    assert {*conditions.recorded()} == names


def test_a_digest_sees_every_bit():
    """Of any array: the sign of a zero, the last place of one number, a name."""
    arrays = networks.train(
        cornu, "single steps", "float32", float_modes.float_mode(False, "nearest")
    )
    before = digests.digest(arrays)
    for name, array in arrays.items():
        changed = array.copy()
        bits = changed.reshape(-1).view(f"u{array.itemsize}")
        bits[-1] ^= bits.dtype.type(1)
        assert digests.digest({**arrays, name: changed}) != before
    weight = arrays.pop("weight 0")
    assert digests.digest({**arrays, "weight": weight}) != before
