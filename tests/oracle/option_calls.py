"""Calls of operations with arguments that other groups leave at their defaults."""

from .ops_call import F, I, rough, smooth
from .ops_operands import CUBE, FLAGS, GAPS, POSITIVE, ROW, SQUARE, WHOLE, X

OPTIONS = [
    rough("all", FLAGS, keepdims=True),
    rough("any", X, axis=1, keepdims=True),
    rough("isclose", X, F([[-1.6, -0.3, 0.2], [0.45, 1.3, 2.7]]), rtol=0.05, atol=0.02),
    rough("allclose", X, F([[-1.6, -0.3, 0.2], [0.45, 1.3, 2.7]]), rtol=0.1),
    rough("allclose", GAPS, GAPS, equal_nan=True),
    rough("argmin", X, axis=1, keepdims=True),
    rough("nanargmax", GAPS, axis=1, keepdims=True),
    rough("nanargmin", GAPS, axis=0, keepdims=True),
    rough("cumsum", WHOLE, axis=1, dtype="float32"),
    rough("cumprod", WHOLE, axis=0, dtype="float32"),
    rough("nancumsum", WHOLE, axis=1, dtype="float32"),
    rough("nancumprod", WHOLE, axis=0, dtype="float32"),
    rough("nanpercentile", GAPS, 30.0, axis=1, method="lower", keepdims=True),
    rough("nanquantile", GAPS, 0.3, axis=0, method="higher"),
    *(
        rough("percentile", X, 40.0, axis=1, method=method, keepdims=True)
        for method in ("lower", "higher", "nearest", "midpoint")
    ),
    smooth("min", X, axis=1, initial=0.1),
    smooth("cross", CUBE, F([1.0, 2.0]), axisa=0, axisb=0),
    smooth("trace", CUBE, axis1=1, axis2=2),
    smooth("trace", CUBE, offset=1, axis1=2, axis2=0),
    rough("identity", 3, dtype="int32"),
    rough("tri", 2, 3, 1, dtype="int32"),
    smooth("tril", X, k=1),
    rough("ones_like", X, dtype="int32"),
    rough("logspace", 0, 2, 4, endpoint=False, base=3, dtype="float32"),
    rough("geomspace", 1, 16, 4, endpoint=False, dtype="float32"),
    rough("linspace", 0, 2, 5, endpoint=False, dtype="float32"),
    rough("isin", I([1, 2, 5]), I([5, 1]), assume_unique=True, invert=True),
    smooth("svd", X, full_matrices=False, compute_uv=False),
    smooth("pinv", SQUARE, rcond=1e-3),
    rough("lstsq", F([[1.0, 0.5], [0.3, 2.0], [1.0, 1.0]]), ROW, rcond=1e-3),
    rough("matrix_rank", F([[1.0, 0.0], [0.0, 1e-3]]), tol=0.01),
    rough("multi_hot", I([[0, 2], [1, 1]]), 3, axis=0),
    rough("multi_hot", I([0, 2]), 4, dtype="int32"),
    smooth("normalize", F([0.3, 0.4]), epsilon=1.0),
    smooth("rms_normalization", X, axis=0),
    rough("top_k", X, 2, sorted=True),
    *(
        rough(f"segment_{name}", POSITIVE, I([0, 1]), num_segments=2, sorted=True)
        for name in ("sum", "max", "min", "prod")
    ),
    rough("unique", I([3, 1, 3, 2]), sorted=True, return_index=True, return_inverse=True),
    rough("unique", I([[1, 0], [1, 0], [0, 2]]), axis=0, return_counts=True),
    rough("unique", I([3, 1, 3]), size=3, fill_value=9),
    smooth("unstack", X, 2, axis=0),
    rough("polar", F([1.0, 2.0, 0.0]), F([0.5, -2.0, 1.0])),
]
