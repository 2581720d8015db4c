"""Training calls against values recorded from Keras: breaks when a number or type departs."""

from oracle_suite import compare, parametrize


@parametrize("training")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
