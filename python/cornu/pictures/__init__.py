"""Pictures of training and models, by matplotlib, which the extra `cornu[pictures]` installs.

Each is a figure that notebooks show, goes into a file where it is given a name, and says its
numbers in a table (`print`) and what it shows in words (`alt_text`). What it shows was computed by
the core.
"""

from cornu.pictures.activation_curves import activation as activation
from cornu.pictures.confusion_picture import confusion_matrix as confusion_matrix
from cornu.pictures.decision_frames import DecisionSurface as DecisionSurface
from cornu.pictures.decision_picture import decision_surface as decision_surface
from cornu.pictures.gradient_sizes import gradients as gradients
from cornu.pictures.history_curves import history as history
from cornu.pictures.weight_images import weights as weights
from cornu.utils.absent_names import absent_name as _absent_name

__all__ = [
    "DecisionSurface",
    "activation",
    "confusion_matrix",
    "decision_surface",
    "gradients",
    "history",
    "weights",
]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
