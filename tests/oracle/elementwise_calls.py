"""Calls of operations on elements, of one array or two."""

import numpy as np

from .ops_call import B, F, I, rough, smooth
from .ops_operands import FLAGS, GAPS, POSITIVE, ROW, SPECIAL, WHOLE, WITHIN, X, Y

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
