"""The split that divides each class alike."""

import numpy as np
import pytest

from cornu.utils.stratified_split import stratified_split


@pytest.mark.parametrize("fraction", [0.1, 0.3, 0.5, 2 / 3, 0.7, 0.99])
@pytest.mark.parametrize("counts", [(1797,), (10, 20, 30), (1, 1, 1), (7, 0, 13, 1), (178, 182)])
def test_split_keeps_proportions(counts, fraction):
    y = np.random.RandomState(0).permutation(np.repeat(np.arange(len(counts)), counts))
    first, second = stratified_split(y, fraction, seed=5)
    assert len(first) == round(len(y) * fraction)
    assert sorted([*first, *second]) == list(range(len(y)))
    for label, count in enumerate(counts):
        taken = np.count_nonzero(y[first] == label)
        assert np.floor(count * fraction - 1e-9) <= taken <= np.floor(count * fraction + 1e-9) + 1


def test_split_is_shuffled_and_repeats():
    y = np.arange(1000) % 10
    first, second = stratified_split(y, 0.7, seed=1)
    again = stratified_split(y, 0.7, seed=1)
    np.testing.assert_array_equal(first, again[0])
    np.testing.assert_array_equal(second, again[1])
    other = stratified_split(y, 0.7, seed=2)[0]
    assert (np.sort(other) != np.sort(first)).any()
    # Neither by row nor by class: in 700 random rows, ascents are 349.5 ± 7.6.
    assert abs(np.count_nonzero(np.diff(first) > 0) - 349.5) < 5 * 7.6
    assert abs(np.count_nonzero(np.diff(y[first]) > 0) - 699 * 0.45) < 5 * 14


def test_split_takes_any_labels():
    first, second = stratified_split(np.array(["a", "b"] * 4), 0.5, seed=0)
    assert len(first) == len(second) == 4
    first, second = stratified_split([], 0.5, seed=0)
    assert len(first) == len(second) == 0


def test_split_refuses():
    with pytest.raises(ValueError, match="`y` must have one axis"):
        stratified_split(np.zeros((2, 2)), 0.5, seed=0)
    for fraction in (0, 1, -0.5, np.nan):
        with pytest.raises(ValueError, match="`fraction` must be between 0 and 1"):
            stratified_split([0, 1], fraction, seed=0)
