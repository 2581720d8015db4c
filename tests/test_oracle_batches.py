"""Data in batches against values recorded from Keras: breaks when a number departs."""

from oracle_suite import compare, parametrize


@parametrize("batches")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
