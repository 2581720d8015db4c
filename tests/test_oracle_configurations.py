"""Objects as plain values against Keras's recorded ones: breaks when a key or value departs."""

from oracle_suite import compare, parametrize


@parametrize("configurations")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
