"""Initializers: exact ones by value, random ones by the bounds and moments of a large sample.

Random numbers are cornu's own. What must agree is the distribution: with n = 40,000 draws a
standard deviation is known to about 1/sqrt(2n) = 0.35% of itself, and so is the mean in units of
the standard deviation (0.5%); two independent samples are compared, at 6 of their joint standard
errors. The largest magnitude of a bounded distribution lies within 0.1% of its bound.
"""

import numpy as np

from .harness import Case

# Not square, so that fan_in, fan_out and their mean differ.
SHAPE = (100, 400)
COUNT = 40_000
JOINT = 6 * 2**0.5

RANDOM = {
    "RandomUniform": {},
    "RandomUniform shifted": {"minval": -1.0, "maxval": 3.0},
    "RandomNormal": {},
    "RandomNormal shifted": {"mean": 2.0, "stddev": 0.5},
    "TruncatedNormal": {},
    "TruncatedNormal shifted": {"mean": -1.0, "stddev": 2.0},
    "GlorotUniform": {},
    "GlorotNormal": {},
    "HeUniform": {},
    "HeNormal": {},
    "LecunUniform": {},
    "LecunNormal": {},
    "VarianceScaling": {},
    "VarianceScaling fan_out": {"scale": 2.0, "mode": "fan_out"},
    "VarianceScaling fan_avg uniform": {"mode": "fan_avg", "distribution": "uniform"},
    "VarianceScaling untruncated": {"distribution": "untruncated_normal"},
    "VarianceScaling normal": {"distribution": "normal", "mode": "fan_out"},
}


def constant_case(text, name, options):
    def run(keras, dtype):
        initializer = getattr(keras.initializers, name)(**options)
        return {
            "matrix": initializer((2, 3), dtype=dtype),
            "vector": initializer((4,)),
            "scalar": initializer((), dtype=dtype),
        }

    return Case(f"constant/{text}", run)


def moments_case(text, options):
    """Mean and spread in units of the spread that Keras's sample has."""

    def run(keras, dtype):
        build = getattr(keras.initializers, text.split()[0])
        sample = np.asarray(build(seed=1, **options)(SHAPE, dtype=dtype))
        if sample.shape != SHAPE or sample.dtype != dtype:
            raise AssertionError(f"expected {SHAPE} {dtype}, got {sample.shape} {sample.dtype}")
        spread, sample = sample.std(dtype="float64"), sample.astype("float64")
        fields = {"log spread": np.log(spread), "mean": sample.mean() / spread}
        if "RandomNormal" not in text and "untruncated" not in text:
            centre = options.get("mean", (options.get("minval", 0) + options.get("maxval", 0)) / 2)
            fields["log bound"] = np.log(np.abs(sample - centre).max())
        return fields

    # The error of a mean, 1/sqrt(n), is the largest of the three.
    tolerance = (0.0, JOINT / COUNT**0.5)
    return Case(f"moments/{text}", run, float32=tolerance, float64=tolerance)


def fan_case(shape):
    """The uniform limit of each mode for a shape, from the largest of many seeds' draws.

    Fans of kernels: rank 2 (in, out); rank 1 both; rank above 2 times the product of the rest.
    """

    def run(keras, dtype):
        modes = ("fan_in", "fan_out", "fan_avg")
        draws = max(1, 4000 // max(1, int(np.prod(shape))))
        largest = []
        for mode in modes:
            samples = [
                keras.initializers.VarianceScaling(
                    scale=1.0, mode=mode, distribution="uniform", seed=seed
                )(shape, dtype=dtype)
                for seed in range(draws)
            ]
            largest.append(np.abs(np.asarray(samples)).max())
        return {"largest": np.array(largest, "float64")}

    # The largest of 4,000 draws misses the limit by more than 0.5% with probability 2e-9.
    return Case(f"fans/{shape}", run, float32=(5e-3, 0.0), float64=(5e-3, 0.0))


def run_identity(keras, dtype):
    i = keras.initializers
    return {
        "wide": i.Identity(gain=2.5)((2, 3), dtype=dtype),
        "high": i.get("identity")((3, 2), dtype=dtype),
        "older name": i.get("IdentityInitializer")((2, 2), dtype=dtype),
    }


def run_orthogonal(keras, dtype):
    """Products of the rows or columns, and what the configuration says."""
    i, fields = keras.initializers, {}
    for shape in ((7, 4), (4, 7), (5, 5), (2, 3, 4), (1, 6)):
        made = np.asarray(i.Orthogonal(gain=1.5, seed=3)(shape, dtype=dtype))
        matrix = made.reshape(-1, shape[-1])
        fields[f"shape {shape}"] = np.array(made.shape)
        small = matrix @ matrix.T if matrix.shape[0] < matrix.shape[1] else matrix.T @ matrix
        fields[f"products {shape}"] = small
        again = np.asarray(i.get("orthogonal")(shape, dtype=dtype))
        fields[f"other {shape}"] = np.array(np.abs(again).max() <= 1.0 + 1e-6)
    fields["config"] = np.array(
        str(sorted(i.OrthogonalInitializer(0.5, seed=4).get_config().items()))
    )
    return fields


CASES = [
    Case("identity", run_identity),
    Case("orthogonal", run_orthogonal, float32=(1e-5, 2e-6), float64=(1e-12, 1e-13)),
    constant_case("Zeros", "Zeros", {}),
    constant_case("Ones", "Ones", {}),
    constant_case("Constant", "Constant", {"value": -1.5}),
    constant_case("Constant default", "Constant", {}),
    *(moments_case(text, options) for text, options in RANDOM.items()),
    *(fan_case(shape) for shape in ((10, 40), (500,), (2, 3, 5, 40))),
]
