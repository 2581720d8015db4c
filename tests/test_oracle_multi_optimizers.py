"""Several optimizers against values recorded from Keras: breaks when a number departs."""

from oracle_suite import compare, parametrize


@parametrize("multi_optimizers")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
