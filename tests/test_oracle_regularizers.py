"""Regularizers and constraints, against Keras's recorded values."""

from oracle_suite import compare, parametrize


@parametrize("regularizers")
def test_regularizers(case, dtype, values):
    compare(case, dtype, values)
