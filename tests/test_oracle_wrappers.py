"""Estimators of scikit-learn's against Keras's recorded ones: breaks when a number departs."""

from oracle_suite import compare, parametrize


@parametrize("wrappers")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
