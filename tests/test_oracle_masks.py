"""Masks against Keras: breaks when what is masked, or what comes of it, departs."""

from oracle_suite import compare, parametrize


@parametrize("masks")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
