"""Keras 2's texts and sequences against recorded values: breaks when a number or word departs."""

from oracle_suite import compare, parametrize


@parametrize("texts")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
