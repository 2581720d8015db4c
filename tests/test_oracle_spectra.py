"""Spectra against values recorded from Keras: breaks when a number, dtype or shape departs."""

from oracle_suite import compare, parametrize


@parametrize("spectra")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
