"""Calls of operations about arrays themselves."""

import numpy as np

from .ops_call import F, I, rough

X = F([[-1.7, -0.3, 0.2], [0.45, 1.3, 2.6]])
WHOLE = I([[-3, 0, 2], [5, 1, -1]])
CUBE = F((np.arange(24) % 7 * 0.7 - np.arange(24) % 5 * 0.45).reshape(2, 3, 4).tolist())
CORE = [
    rough("convert_to_tensor", [1, 2]),
    rough("convert_to_tensor", 1.5),
    rough("convert_to_tensor", True),
    rough("convert_to_tensor", [[1.5, 2]], dtype="int32"),
    rough("convert_to_numpy", X),
    rough("cast", X, "int32"),
    rough("cast", X, "float32"),
    rough("cast", WHOLE, "float32"),
    rough("cast", X, "bool"),
    rough("saturate_cast", X, "uint8"),
    rough("saturate_cast", I([-300, 300, 5]), "int8"),
    rough("saturate_cast", F([1e10, -1e10, 5.5]), "int32"),
    rough("shape", X),
    rough("ndim", CUBE),
    rough("size", CUBE),
    rough("view", np.array([1.0, -2.0], "float32"), dtype="int32"),
    rough("view", WHOLE, dtype="uint8"),
    rough("view_as_complex", np.array([[1.0, 2.0], [0.5, -1.0]], "float32")),
    rough("view_as_real", np.array([1 + 2j, 0.5 - 1j], "complex64")),
]
