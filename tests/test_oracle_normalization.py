"""Layers that normalize against Keras: breaks when a number, name, dtype or shape departs."""

from oracle_suite import compare, parametrize


@parametrize("normalization")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
