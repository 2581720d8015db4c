"""F-scores and R2 against the values recorded from Keras."""

from oracle_suite import compare, parametrize


@parametrize("scores")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
