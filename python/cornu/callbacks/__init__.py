"""Callbacks: what is called while a model trains, evaluates or predicts."""

from cornu.callbacks.callback import Callback as Callback
from cornu.callbacks.callback_list import CallbackList as CallbackList
from cornu.callbacks.early_stopping import EarlyStopping as EarlyStopping
from cornu.callbacks.history import History as History
from cornu.callbacks.progbar_logger import ProgbarLogger as ProgbarLogger
from cornu.utils.absent_names import absent_name as _absent_name

__all__ = ["Callback", "CallbackList", "EarlyStopping", "History", "ProgbarLogger"]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)
