"""What models say of themselves against values recorded from Keras: breaks when one departs."""

from oracle_suite import compare, parametrize


@parametrize("described")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
