"""EinsumDense against Keras: breaks when a number, weight or shape departs."""

from oracle_suite import compare, parametrize


@parametrize("einsum_dense")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
