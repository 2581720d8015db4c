"""Intersections over unions and correlations against the values recorded from Keras."""

from oracle_suite import compare, parametrize


@parametrize("overlap_metrics")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
