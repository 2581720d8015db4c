"""`input_spec` and policies against Keras's: breaks when one departs."""

from oracle_suite import compare, parametrize


@parametrize("input_specs")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
