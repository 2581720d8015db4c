"""Callbacks: what is called while a model trains, evaluates or predicts."""

from cornu.callbacks.callback import Callback as Callback
from cornu.callbacks.callback_list import CallbackList as CallbackList
from cornu.callbacks.early_stopping import EarlyStopping as EarlyStopping
from cornu.callbacks.history import History as History

__all__ = ["Callback", "CallbackList", "EarlyStopping", "History"]
