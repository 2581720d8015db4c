"""Callbacks: what is called while a model trains, evaluates or predicts."""

from cornu.callbacks.callback import Callback as Callback
from cornu.callbacks.callback_list import CallbackList as CallbackList
from cornu.callbacks.early_stopping import EarlyStopping as EarlyStopping
from cornu.callbacks.history import History as History
from cornu.callbacks.progbar_logger import ProgbarLogger as ProgbarLogger

__all__ = ["Callback", "CallbackList", "EarlyStopping", "History", "ProgbarLogger"]
