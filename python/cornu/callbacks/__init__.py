"""Callbacks: what is called while a model trains, evaluates or predicts."""

from cornu.callbacks.backup_and_restore import BackupAndRestore as BackupAndRestore
from cornu.callbacks.callback import Callback as Callback
from cornu.callbacks.callback_list import CallbackList as CallbackList
from cornu.callbacks.csv_logger import CSVLogger as CSVLogger
from cornu.callbacks.early_stopping import EarlyStopping as EarlyStopping
from cornu.callbacks.history import History as History
from cornu.callbacks.lambda_callback import LambdaCallback as LambdaCallback
from cornu.callbacks.learning_rate_scheduler import (
    LearningRateScheduler as LearningRateScheduler,
)
from cornu.callbacks.model_checkpoint import ModelCheckpoint as ModelCheckpoint
from cornu.callbacks.progbar_logger import ProgbarLogger as ProgbarLogger
from cornu.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau as ReduceLROnPlateau
from cornu.callbacks.remote_monitor import RemoteMonitor as RemoteMonitor
from cornu.callbacks.swap_ema_weights import SwapEMAWeights as SwapEMAWeights
from cornu.callbacks.tensor_board import TensorBoard as TensorBoard
from cornu.callbacks.terminate_on_nan import TerminateOnNaN as TerminateOnNaN
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.old_modules import alias_modules as _alias_modules

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]


# Where Keras 2 had some of them.
_alias_modules(__name__, "callbacks", "experimental")


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
