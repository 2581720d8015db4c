"""Models."""

from cornu.models.cloning import clone_model as clone_model
from cornu.models.model import Model as Model
from cornu.models.saved import model_from_json as model_from_json
from cornu.models.sequential import Sequential as Sequential
from cornu.saving import load_model as load_model
from cornu.saving import save_model as save_model
from cornu.utils.absent_names import absent_name as _absent_name

__all__ = ["Model", "Sequential", "clone_model", "load_model", "model_from_json", "save_model"]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
