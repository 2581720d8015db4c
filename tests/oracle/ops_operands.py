"""Arrays that operations are called with."""

import numpy as np

from .ops_call import B, F, I

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
