"""Calls of operations, for the recorded values and for the checks of derivatives."""

from .array_calls import CREATION, INDEXING, REDUCTIONS, SHAPES
from .core_calls import CORE
from .elementwise_calls import BINARY, COMPARISON, UNARY
from .nan_calls import NAN, REARRANGED
from .option_calls import OPTIONS
from .product_calls import LINALG, NETWORK, PRODUCTS

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
    "options": OPTIONS,
}
