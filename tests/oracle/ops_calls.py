"""Calls of operations, for the recorded values and for the checks of derivatives."""

import numpy as np

from .core_calls import CORE
from .nan_calls import NAN, REARRANGED
from .ops_call import B, F, I, rough, smooth

X = F([[-1.7, -0.3, 0.2], [0.45, 1.3, 2.6]])
Y = F([[0.6, -1.1, 2.2], [-0.8, 0.35, 1.9]])
POSITIVE = F([[0.3, 1.2, 4.0], [0.9, 2.5, 0.01]])
WITHIN = F([[-0.9, -0.3, 0.02], [0.45, 0.6, 0.99]])
SPECIAL = F([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-30, 80.0, -80.0, 0.5, -2.5])
WHOLE = I([[-3, 0, 2], [5, 1, -1]])
FLAGS = B([True, False, True])
ROW = F([0.5, -1.5, 2.0])
SQUARE = F([[2.0, 0.5, 0.3], [0.5, 3.0, -0.4], [0.3, -0.4, 1.5]])
CUBE = F((np.arange(24) % 7 * 0.7 - np.arange(24) % 5 * 0.45).reshape(2, 3, 4).tolist())
GAPS = F([[1.0, np.nan, 3.0], [0.5, 2.0, np.nan]])

_FLOATING = "exp exp2 expm1 sin cos tan sinh cosh tanh arctan arcsinh cbrt sinc deg2rad rad2deg"
_POSITIVE = "log log10 log1p log2 sqrt rsqrt"
_STEPS = "floor ceil trunc round sign"
UNARY = [
    *(smooth(name, X) for name in _FLOATING.split()),
    *(smooth(name, POSITIVE) for name in _POSITIVE.split()),
    *(smooth(name, WITHIN) for name in ("arcsin", "arccos", "arctanh", "erfinv")),
    smooth("arccosh", F([1.1, 2.0, 5.0])),
    *(
        smooth(name, X)
        for name in "abs absolute fabs negative square reciprocal real conj conjugate".split()  # noqa: SIM905
    ),
    *(smooth(name, X) for name in ("erf", "erfc", "i0")),
    *(rough(name, X) for name in [*_STEPS.split(), "imag", "angle"]),
    rough("round", X, decimals=1),
    rough("round", WHOLE),
    *(
        rough(name, SPECIAL)
        for name in [*_FLOATING.split()[:3], *_POSITIVE.split(), *_STEPS.split(), "abs", "sigmoid"]
    ),
    *(
        rough(name, WHOLE)
        for name in [
            *_FLOATING.split(),
            *[
                "arctan",
                "abs",
                "absolute",
                "negative",
                "square",
                "sign",
                "floor",
                "ceil",
                "trunc",
                "fabs",
                "real",
                "conj",
                "angle",
            ],
        ]
    ),
    *(rough(name, I([1, 2, 4])) for name in [*_POSITIVE.split()[:-1], "arccosh", "reciprocal"]),
    *(rough(name, FLAGS) for name in ("abs", "square", "exp", "sqrt", "floor")),
    rough("erf", F([-5.0, -0.0, 0.0, 1e-20, 3.0, np.inf, np.nan])),
    rough("erfinv", F([-1.0, 1.0, 0.0, 1e-8, -0.999, 0.9999, 1.5])),
    rough("nan_to_num", SPECIAL),
    smooth("nan_to_num", X),
    rough("nan_to_num", SPECIAL, nan=1.0, posinf=2.0, neginf=3.0),
    smooth("clip", X, -1.0, 1.0),
    rough("clip", WHOLE, 0, 2),
    rough("clip", FLAGS, 0, 1),
]

_BOTH = "add subtract multiply maximum minimum"
BINARY = [
    *(
        smooth(name, X, Y)
        for name in [
            *_BOTH.split(),
            *["divide", "true_divide", "divide_no_nan", "arctan2", "hypot"],
        ]
    ),
    *(smooth(name, X, Y) for name in ["logaddexp", "logaddexp2", "fmax", "fmin", "mod", "fmod"]),
    smooth("power", POSITIVE, Y),
    smooth("power", X, 2),
    rough("power", WHOLE, 2),
    *(smooth(name, X, ROW) for name in _BOTH.split()),
    *(smooth(name, X, 1.5) for name in _BOTH.split()),
    *(rough(name, WHOLE, 2) for name in [*_BOTH.split(), "divide", "floor_divide", "mod", "fmod"]),
    *(rough(name, WHOLE, 2.5) for name in [*_BOTH.split(), "divide", "floor_divide", "mod"]),
    *(rough(name, X, WHOLE) for name in [*_BOTH.split(), "divide", "floor_divide"]),
    *(rough(name, FLAGS, FLAGS) for name in ("add", "multiply", "maximum", "divide")),
    rough("add", FLAGS, WHOLE),
    rough("add", 1, 2),
    rough("add", 1, 2.5),
    rough("add", [1, 2], [0.5, 1.5]),
    rough("add", True, 1),
    rough("add", np.array([1, 2], "uint8"), np.array([1, 2], "int8")),
    rough("divide_no_nan", X, F([[0.0, 1.0, 2.0], [0.0, -1.0, 0.5]])),
    rough("divide", X, 0),
    *(rough(name, GAPS, 1.0) for name in ("maximum", "minimum", "fmax", "fmin")),
    rough("heaviside", X, 0.5),
    rough("heaviside", WHOLE, 0.5),
    rough("nextafter", X, Y),
    smooth("ldexp", X, WHOLE),
    rough("gcd", I([12, 18]), I([8, 27])),
    rough("lcm", I([4, 6]), I([10, 9])),
]

_PAIRS = "equal not_equal greater greater_equal less less_equal"
COMPARISON = [
    *(rough(name, X, Y) for name in _PAIRS.split()),
    *(rough(name, WHOLE, 1) for name in _PAIRS.split()),
    *(rough(name, WHOLE, 0.5) for name in ("greater", "equal")),
    *(rough(name, FLAGS, ROW) for name in ("logical_and", "logical_or", "logical_xor")),
    rough("logical_not", WHOLE),
    *(
        rough(name, SPECIAL)
        for name in [
            "isfinite",
            "isinf",
            "isnan",
            "isneginf",
            "isposinf",
            "isreal",
            "signbit",
            "logical_not",
        ]
    ),
    *(rough(name, WHOLE) for name in ("isfinite", "isnan", "signbit")),
    rough("isclose", X, F([[-1.7, -0.3, 0.21], [0.45, 1.3000001, 2.6]])),
    rough("isclose", GAPS, GAPS, equal_nan=True),
    rough("allclose", X, X),
    rough("isin", WHOLE, [1, 2, 5]),
    rough("isin", WHOLE, I([1, 2]), invert=True),
    *(
        rough(name, WHOLE, 3)
        for name in ["bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "left_shift"]
    ),
    *(rough(name, WHOLE, 1) for name in ("bitwise_right_shift", "right_shift")),
    *(rough(name, WHOLE) for name in ("bitwise_not", "bitwise_invert")),
    rough("bitwise_and", FLAGS, B([True, True, False])),
]

_REDUCED = "sum mean var std prod max min amax amin ptp"
REDUCTIONS = [
    *(smooth(name, X) for name in _REDUCED.split()),
    *(smooth(name, CUBE, axis=(0, 2)) for name in ["sum", "mean", "var", "std"]),
    *(smooth(name, X, axis=1, keepdims=True) for name in [*_REDUCED.split(), "logsumexp"]),
    *(rough(name, WHOLE, axis=0) for name in [*_REDUCED.split(), "logsumexp", "median"]),
    *(rough(name, FLAGS) for name in ("sum", "mean", "prod", "max", "all", "any")),
    *(rough(name, WHOLE, axis=1) for name in ("all", "any", "count_nonzero")),
    rough("sum", np.array([100, 100], "int8")),
    rough("sum", np.array([200, 100], "uint8")),
    *(rough(name, X, axis=0) for name in ("argmax", "argmin")),
    *(rough(name, X) for name in ("argmax", "argmin")),
    rough("argmax", X, axis=1, keepdims=True),
    smooth("max", X, initial=0.5),
    smooth("prod", X, axis=0),
    rough("prod", WHOLE, dtype="float32"),
    smooth("average", X, axis=1),
    smooth("average", X, axis=1, weights=F([0.5, 1.5, 2.0])),
    smooth("average", X, weights=POSITIVE),
    smooth("logsumexp", X),
    smooth("logsumexp", X, axis=0),
    rough("logsumexp", F([[np.inf, 0.0], [-np.inf, -np.inf], [1000.0, 999.0]]), axis=1),
    smooth("cumsum", X, axis=1),
    smooth("cumsum", X),
    rough("cumsum", WHOLE, axis=0),
    rough("cumsum", FLAGS),
    smooth("cumprod", X, axis=1),
    smooth("cumprod", F([1.5, 0.0, 2.0])),
    rough("cumprod", WHOLE),
    smooth("median", X),
    smooth("median", X, axis=1, keepdims=True),
    smooth("median", CUBE, axis=(0, 1)),
    smooth("quantile", X, 0.3),
    smooth("quantile", X, [0.25, 0.75], axis=1),
    *(
        smooth("quantile", X, 0.3, axis=0, method=method)
        for method in ("lower", "higher", "midpoint", "nearest")
    ),
    smooth("quantile", CUBE, 0.6, axis=(0, 2), keepdims=True),
    rough("quantile", GAPS, 0.5, axis=1),
    smooth("percentile", X, 30.0, axis=1),
]

SHAPES = [
    smooth("reshape", X, (3, -1)),
    smooth("ravel", X),
    smooth("transpose", X),
    smooth("transpose", CUBE, (1, 2, 0)),
    smooth("swapaxes", CUBE, 0, 2),
    smooth("moveaxis", CUBE, 0, -1),
    smooth("moveaxis", CUBE, [0, 1], [2, 0]),
    smooth("expand_dims", X, 1),
    smooth("expand_dims", X, (0, -1)),
    smooth("squeeze", F([[[1.0], [2.0]]])),
    smooth("squeeze", F([[[1.0], [2.0]]]), axis=0),
    smooth("broadcast_to", ROW, (2, 3)),
    smooth("flip", X),
    smooth("flip", CUBE, axis=(0, 2)),
    smooth("fliplr", X),
    smooth("flipud", X),
    *(smooth("rot90", X, k=k) for k in (-1, 1, 2)),
    smooth("rot90", CUBE, axes=(2, 1)),
    smooth("roll", X, 2),
    smooth("roll", X, -1, axis=1),
    smooth("repeat", X, 2),
    smooth("repeat", X, 2, axis=0),
    rough("repeat", WHOLE, I([1, 0, 2]), axis=1),
    smooth("tile", X, (2, 1)),
    smooth("concatenate", [X, Y]),
    smooth("concatenate", [X, Y], axis=-1),
    rough("concatenate", [X, WHOLE]),
    smooth("stack", [X, Y]),
    smooth("stack", [X, Y], axis=-1),
    smooth("append", X, Y),
    smooth("append", X, Y, axis=1),
    smooth("hstack", [X, Y]),
    smooth("hstack", [ROW, ROW]),
    smooth("vstack", [X, Y]),
    smooth("vstack", [ROW, ROW]),
    smooth("dstack", [X, Y]),
    smooth("dstack", [ROW, ROW]),
    smooth("split", X, 3, axis=1),
    smooth("split", X, [1, 2], axis=1),
    smooth("array_split", F([1.0, 2.0, 3.0, 4.0, 5.0]), 3),
    smooth("hsplit", X, 3),
    smooth("vsplit", X, 2),
    smooth("dsplit", CUBE, 2),
    smooth("meshgrid", ROW, F([1.0, 2.0])),
    smooth("meshgrid", ROW, F([1.0, 2.0]), F([4.0]), indexing="ij"),
    smooth("pad", X, 1),
    smooth("pad", X, ((0, 1), (2, 0)), constant_values=7),
    smooth("pad", X, ((1, 0), (1, 1)), mode="reflect"),
    smooth("pad", X, ((1, 0), (0, 1)), mode="symmetric"),
    smooth("unstack", X, axis=1),
    smooth("diag", X),
    smooth("diag", ROW, k=-1),
    smooth("diagflat", X, k=1),
    smooth("diagonal", CUBE),
    smooth("diagonal", CUBE, offset=-1, axis1=1, axis2=2),
    smooth("trace", CUBE),
    smooth("trace", SQUARE, offset=1),
    rough("trace", WHOLE),
    smooth("tril", SQUARE),
    smooth("triu", CUBE, k=1),
    smooth("vander", ROW),
    smooth("vander", ROW, N=2, increasing=True),
]

PRODUCTS = [
    smooth("matmul", X, F([[1.0, 2.0], [0.5, -1.0], [0.0, 3.0]])),
    smooth("matmul", CUBE, F([[1.0], [2.0], [0.5], [-1.0]])),
    smooth("matmul", X, ROW),
    rough("matmul", WHOLE, I([[1], [2], [3]])),
    rough("matmul", WHOLE, ROW),
    smooth("dot", ROW, ROW),
    smooth("dot", X, ROW),
    smooth("dot", CUBE, F([[1.0], [2.0], [0.5], [-1.0]])),
    smooth("dot", X, 2.0),
    smooth("vdot", X, Y),
    smooth("inner", X, Y),
    smooth("outer", X, ROW),
    smooth("kron", X, F([[1.0, 2.0]])),
    smooth("tensordot", X, Y),
    smooth("tensordot", CUBE, X, axes=[[1], [1]]),
    smooth("tensordot", X, SQUARE, axes=1),
    smooth("cross", ROW, F([1.0, 2.0, 3.0])),
    smooth("cross", X, ROW),
    smooth("cross", F([[1.0, 2.0]]), F([[0.5, 3.0]])),
    smooth("einsum", "ij,kj->ik", X, Y),
    smooth("einsum", "ij->j", X),
    smooth("cdist", X, SQUARE),
    smooth("correlate", F([1.0, 2.0, -1.0, 0.5]), F([0.3, 1.0])),
    *(
        smooth("correlate", F([1.0, 2.0, -1.0, 0.5]), ROW, mode=mode)
        for mode in ("same", "full", "valid")
    ),
    smooth("corrcoef", X),
    smooth("diff", X),
    smooth("diff", CUBE, n=2, axis=1),
    rough("diff", WHOLE),
    smooth("trapezoid", X),
    smooth("trapezoid", X, x=F([0.0, 1.0, 3.0])),
    smooth("trapezoid", X, dx=0.5, axis=0),
]

CREATION = [
    *(rough(name, (2, 3)) for name in ("zeros", "ones")),
    *(rough(name, (2,), dtype="int32") for name in ("zeros", "ones")),
    *(rough(name, X) for name in ("zeros_like", "ones_like")),
    *(rough(name, WHOLE) for name in ("zeros_like", "ones_like")),
    rough("zeros_like", WHOLE, dtype="float32"),
    rough("full", (2, 2), 3),
    rough("full", (2,), 3.5),
    rough("full", (2, 3), ROW),
    rough("full", (2,), 3, dtype="float32"),
    rough("full_like", X, 3),
    rough("full_like", WHOLE, 2.7),
    rough("array", [1, 2]),
    rough("array", [1.5, 2]),
    rough("array", [True, False]),
    rough("array", X),
    rough("array", [1, 2], dtype="float32"),
    smooth("copy", X),
    rough("arange", 4),
    rough("arange", 1, 4),
    rough("arange", 0, 1, 0.25),
    rough("arange", 5.0),
    rough("arange", 3, dtype="float32"),
    smooth("linspace", F([0.0, 1.0]), F([2.0, 5.0]), 5),
    rough("linspace", 0, 1, 4),
    rough("linspace", 0, 1, 4, endpoint=False),
    rough("linspace", F([0.0, 1.0]), 2.0, 3, axis=1),
    rough("linspace", 0, 10, 3, dtype="int32"),
    rough("logspace", 0, 2, 3),
    rough("logspace", 0, 2, 3, base=2),
    rough("geomspace", 1, 100, 3),
    rough("eye", 3),
    rough("eye", 2, 3, 1),
    rough("eye", 2, dtype="int32"),
    rough("identity", 2),
    rough("tri", 3),
    rough("tri", 2, 3, 1),
    *(rough(name, 6) for name in ("bartlett", "blackman", "hamming", "hanning")),
    rough("kaiser", 6, 3.0),
]

INDEXING = [
    smooth("take", X, [1, 0, 1], axis=1),
    smooth("take", X, 4),
    smooth("take", X, I([[0, 1]]), axis=0),
    smooth("take", X, -1, axis=1),
    smooth("take_along_axis", X, I([[2, 0], [1, 1]]), axis=1),
    smooth("take_along_axis", X, I([[1, 0, 1]]), axis=0),
    smooth("take_along_axis", X, I([5, 0])),
    smooth("get_item", X, 1),
    smooth("where", B([[True, False, True], [False, True, True]]), X, Y),
    smooth("where", FLAGS, X, 0.5),
    rough("where", FLAGS, 1, 0),
    rough("where", FLAGS, WHOLE, 0.5),
    rough("where", WHOLE),
    smooth("select", [FLAGS, B([True, True, False])], [X, Y], 9.0),
    rough("nonzero", WHOLE),
    smooth("sort", X),
    smooth("sort", X, axis=0),
    rough("sort", WHOLE),
    rough("argsort", X),
    rough("argsort", WHOLE, axis=0),
    rough("argsort", I([1, 1, 0, 1])),
    rough("searchsorted", F([1.0, 2.0, 3.0]), F([0.5, 2.0, 9.0])),
    rough("searchsorted", I([1, 2, 3]), I([2, 3]), side="right"),
    rough("digitize", X, F([-1.0, 0.0, 1.0])),
    rough("bincount", I([1, 1, 3])),
    rough("bincount", I([1, 1, 3]), minlength=6),
    rough("bincount", I([1, 1, 3]), weights=ROW),
    rough("unravel_index", I([3, 5]), (2, 3)),
    rough("histogram", ROW, bins=3),
    rough("histogram", ROW, bins=4, range=(-2.0, 2.0)),
    rough("unique", I([3, 1, 3, 2])),
    rough("unique", F([0.5, 0.5, -1.0]), return_inverse=True, return_counts=True),
    rough("top_k", X, 2),
    rough("in_top_k", I([2, 0]), X, 1),
    smooth("slice", X, (0, 1), (2, 2)),
    smooth("slice", CUBE, (0, 1, 0), (1, -1, 3)),
    smooth("slice_update", X, (0, 1), F([[1.5, 2.5]])),
    smooth("scatter", I([[0], [2], [2]]), ROW, (4,)),
    smooth("scatter", I([[0, 1], [1, 1]]), F([0.5, 2.0]), (2, 2)),
    *(
        smooth("scatter_update", X, I([[0, 1], [1, 2]]), F([2.1, 3.3]), reduction=reduction)
        for reduction in (None, "add", "max", "min", "mul")
    ),
    *(
        smooth(f"segment_{name}", CUBE, I([1, 0]), num_segments=2)
        for name in ("sum", "max", "min", "prod")
    ),
    *(
        rough(f"segment_{name}", X, I([1, -1]), num_segments=3)
        for name in ("sum", "max", "min", "prod")
    ),
    rough("segment_sum", WHOLE, I([1, 1]), num_segments=2),
    rough("segment_max", I([3, 4]), I([1, 1]), num_segments=2),
]

M = F([[[4.0, 1.0], [1.0, 3.0]], [[2.0, 0.3], [0.3, 1.0]]])
LINALG = [
    *(
        smooth("norm", X, ord=order)
        for order in (None, "fro", 1, -1, np.inf, -np.inf, 2, -2, "nuc")
    ),
    *(smooth("norm", X, ord=order, axis=1) for order in (None, 1, 2, 3, np.inf, -np.inf)),
    rough("norm", X, ord=0, axis=1),
    smooth("norm", CUBE, axis=(0, 2), keepdims=True),
    smooth("norm", CUBE),
    rough("norm", WHOLE),
    *(smooth(name, M) for name in ("det", "inv", "slogdet", "logdet")),
    # Derivatives of these take matrices to be symmetric.
    rough("cholesky", M),
    rough("cholesky", SQUARE, upper=True),
    smooth("cholesky_inverse", F([[2.0, 0.0], [0.5, 1.0]])),
    smooth("cholesky_inverse", F([[2.0, 0.5], [0.0, 1.0]]), upper=True),
    smooth("solve", SQUARE, ROW),
    smooth("solve", M, F([[[1.0], [2.0]], [[0.5], [1.0]]])),
    smooth("solve_triangular", SQUARE, ROW, lower=True),
    smooth("solve_triangular", SQUARE, F([[1.0], [2.0], [0.5]])),
    smooth("svd", X, compute_uv=False),
    smooth("lstsq", F([[1.0, 0.5], [0.3, 2.0], [1.0, 1.0]]), ROW),
    smooth("pinv", X),
    rough("matrix_rank", SQUARE),
    rough("lu_factor", F([[1.0, 2.0], [3.0, 4.0]])),
]

PROBABILITIES = F([[0.1, 0.7, 0.2], [0.5, 0.25, 0.25]])
ONE_HOT = F([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
_ACTIVATIONS = (
    "celu elu gelu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu log_sigmoid "
    "relu relu6 selu sigmoid silu soft_shrink softplus softsign sparse_plus sparse_sigmoid "
    "squareplus swish tanh_shrink softmax log_softmax"
)
NETWORK = [
    *(smooth(name, X) for name in _ACTIVATIONS.split()),
    smooth("gelu", X, approximate=False),
    smooth("threshold", X, 0.3, -1.0),
    smooth("leaky_relu", X, negative_slope=0.1),
    smooth("elu", X, alpha=0.5),
    smooth("softmax", CUBE, axis=1),
    smooth("log_softmax", CUBE, axis=0),
    smooth("glu", CUBE),
    smooth("glu", CUBE, axis=0),
    rough("sparsemax", F([[3.0, 1.0, -2.0]])),
    *(
        smooth(name, ONE_HOT, PROBABILITIES)
        for name in ("binary_crossentropy", "categorical_crossentropy")
    ),
    *(
        smooth(name, ONE_HOT, X, from_logits=True)
        for name in ("binary_crossentropy", "categorical_crossentropy")
    ),
    smooth("categorical_crossentropy", ONE_HOT, PROBABILITIES, axis=0),
    smooth("sparse_categorical_crossentropy", I([1, 0]), PROBABILITIES),
    smooth("sparse_categorical_crossentropy", I([[1], [0]]), X, from_logits=True),
    rough("binary_crossentropy", F([0.0, 1.0, 1.0]), F([0.0, 1.0, 0.0])),
    rough("one_hot", I([1, 0, 5, -1]), 3),
    rough("one_hot", I([[1, 0]]), 3, axis=1),
    rough("one_hot", I([1]), 2, dtype="int32"),
    rough("multi_hot", I([[0, 2], [1, 1]]), 3),
    rough("multi_hot", I([0, 2]), 4),
    smooth("moments", CUBE, (0, 2)),
    smooth("moments", X, 0, keepdims=True),
    smooth("batch_normalization", X, ROW, F([0.5, 1.0, 2.0]), -1),
    smooth(
        "batch_normalization", X, ROW, F([0.5, 1.0, 2.0]), -1, offset=ROW, scale=ROW, epsilon=0.1
    ),
    smooth("layer_normalization", X),
    smooth("layer_normalization", X, gamma=ROW, beta=ROW, epsilon=0.1),
    smooth("layer_normalization", CUBE, gamma=F([[0.5] * 3, [2.0] * 3]), axis=(0, 1)),
    smooth("rms_normalization", X),
    smooth("rms_normalization", X, scale=ROW, epsilon=0.1),
    smooth("normalize", X),
    smooth("normalize", X, axis=0, order=3),
    rough("normalize", F([0.0, 0.0])),
]

GROUPS = {
    "elementwise": UNARY,
    "arithmetic": BINARY,
    "comparison": COMPARISON,
    "reductions": REDUCTIONS,
    "nan": NAN,
    "rearranged": REARRANGED,
    "shapes": SHAPES,
    "products": PRODUCTS,
    "creation": CREATION,
    "indexing": INDEXING,
    "core": CORE,
    "linalg": LINALG,
    "network": NETWORK,
}
