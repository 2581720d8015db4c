"""Activations as layers against Keras: breaks when a number, name, dtype or shape departs."""

from oracle_suite import compare, parametrize


@parametrize("activation_layers")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
