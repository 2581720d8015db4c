"""Models."""

from cornu.models.sequential import Sequential as Sequential
from cornu.utils.absent_names import absent_name as _absent_name

__all__ = ["Sequential"]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)
