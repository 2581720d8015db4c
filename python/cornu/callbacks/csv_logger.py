"""Results of the epochs as a file of comma-separated values."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from cornu.callbacks.callback import Callback, Logs


class CSVLogger(Callback):
    """Write the results of each epoch to a line of a file.

    The columns are `epoch` and the results of the first epoch, in alphabetical order; where those
    of a validation are not among them they come after the others. `NA` stands for a result that is
    missing.

    Args:
        filename: The file's path.
        separator: What parts the columns.
        append: Whether to add to a file that exists; else it is written anew.

    Example:

    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> path = pathlib.Path(tempfile.mkdtemp(), "log.csv")
    >>> history = model.fit(
    ...     np.zeros((4, 3)), np.zeros((4, 1)), epochs=2, verbose=0,
    ...     callbacks=[cornu.callbacks.CSVLogger(path)],
    ... )
    >>> print(path.read_text().rstrip())
    epoch,loss,val_loss
    0,0.0,NA
    1,0.0,NA

    Source: https://keras.io/api/callbacks/csv_logger/
    """

    def __init__(self, filename: Any, separator: str = ",", append: bool = False) -> None:
        super().__init__()
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.append_header = True
        self.keys: list[str] | None = None
        self.csv_file: Any = None
        self.writer: Any = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.append_header = True
        if self.append and os.path.exists(self.filename):
            with open(self.filename, encoding="utf-8") as file:
                self.append_header = not file.readline()
        if self.csv_file is not None:
            self.csv_file.close()
        # csv writes the ends of lines itself.
        self.csv_file = open(  # noqa: SIM115
            self.filename, "a" if self.append else "w", newline="", encoding="utf-8"
        )
        self.writer = None
        self.keys = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(key.startswith("val_") for key in self.keys):
                self.keys += [f"val_{key}" for key in self.keys]
        if self.writer is None:
            self.writer = csv.writer(self.csv_file, delimiter=self.sep)
            if self.append_header:
                self.writer.writerow(["epoch", *self.keys])
        self.writer.writerow([epoch, *(_cell(logs.get(key, "NA")) for key in self.keys)])
        self.csv_file.flush()

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.csv_file is not None:
            self.csv_file.close()
            self.csv_file = None
        self.writer = None


def _cell(value: Any) -> Any:
    is_list = isinstance(value, Iterable) and not isinstance(value, str)
    if is_list and np.ndim(value):
        return f'"[{", ".join(map(str, value))}]"'
    return value
