"""Models."""

from cornu.models.sequential import Sequential as Sequential

__all__ = ["Sequential"]
