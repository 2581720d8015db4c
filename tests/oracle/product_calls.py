"""Calls of products, of linear algebra, and of what networks are made of."""

import numpy as np

from .ops_call import F, I, rough, smooth
from .ops_operands import CUBE, ROW, SQUARE, WHOLE, X, Y

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
