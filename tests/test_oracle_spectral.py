"""SpectralNormalization against Keras: breaks when a number, dtype, name or shape departs."""

from oracle_suite import compare, parametrize


@parametrize("spectral")
def test_agrees_with_keras(case, dtype, values):
    compare(case, dtype, values)
