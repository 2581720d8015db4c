"""Regression, hinge and probabilistic losses against the values recorded from Keras."""

from oracle_suite import compare, parametrize


@parametrize("plain_losses")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
