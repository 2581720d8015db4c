"""Focal, generalized and overlap losses against the values recorded from Keras."""

from oracle_suite import compare, parametrize


@parametrize("further_losses")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
