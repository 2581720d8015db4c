"""Hashes, bins, encodings and lookups against Keras: breaks when a number or a word departs."""

from oracle_suite import compare, parametrize


@parametrize("categories")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
