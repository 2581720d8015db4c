"""Callbacks between epochs against values recorded from Keras: breaks when one acts otherwise."""

from oracle_suite import compare, parametrize


@parametrize("epoch_callbacks")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
