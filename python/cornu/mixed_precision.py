"""Keras's names around the float type of layers; mixing two types is not supported."""

from cornu.config import dtype_policy as dtype_policy
from cornu.config import set_dtype_policy as set_dtype_policy
from cornu.dtype_policies import DTypePolicy as DTypePolicy
from cornu.utils.absent_names import absent_name as _absent_name

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy

__all__ = [
    "DTypePolicy",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)
