"""Results and weights as files for TensorBoard."""

from __future__ import annotations

import os
import time
import warnings
from typing import Any

import numpy as np

from cornu.callbacks.callback import Callback, Logs
from cornu.callbacks.event_file import EventFile
from cornu.callbacks.learning_rates import rated_optimizers
from cornu.utils.errors import shown
from cornu.utils.extras import require
from cornu.utils.flag import check_flag
from cornu.utils.number import check_integer
from cornu.utils.user_frame import user_level


class TensorBoard(Callback):
    """Write the results of each epoch, and histograms of weights, to files that TensorBoard shows.

    They are `epoch_loss` and its like, in the folders `train` and `validation`; with batches,
    `batch_loss` and its like; of evaluations, `evaluation_loss_vs_iterations`. The extra
    `cornu[tensorboard]` installs what is needed; `tensorboard --logdir logs` shows them.

    Args:
        log_dir: The folder.
        histogram_freq: Every how many epochs histograms of the weights are written; 0: never.
        write_graph: True is of no effect but a warning: there is no graph to write.
        write_images: Whether weights are written as pictures too, with the histograms.
        write_steps_per_second: Whether to write how many steps a second there were.
        update_freq: `"epoch"`; or `"batch"`, or every how many batches results are written too.
        profile_batch: 0; steps can't be profiled.
        embeddings_freq: 0; there are no embeddings.
        embeddings_metadata: None; likewise.
        write_grads: True is of no effect but a warning: a step keeps no gradients to be shown.
        batch_size: Of no effect, as in Keras 2.3: histograms are of weights.
        embeddings_layer_names: None; likewise.
        embeddings_data: None; there are no embeddings.

    Raises:
        ImportError: the package tensorboard is not installed.
        ValueError: an argument is something else.

    Example:

    >>> import os, tempfile
    >>> import numpy as np
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> folder = tempfile.mkdtemp()
    >>> board = cornu.callbacks.TensorBoard(folder)
    >>> history = model.fit(
    ...     np.zeros((4, 3)), np.zeros((4, 1)), verbose=0, callbacks=[board]
    ... )
    >>> os.listdir(folder)
    ['train']

    Source: https://keras.io/api/callbacks/tensorboard/
    """

    def __init__(
        self,
        log_dir: Any = "logs",
        histogram_freq: int = 0,
        write_graph: bool | None = None,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: Any = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
        *,
        write_grads: bool = False,
        batch_size: Any = None,
        embeddings_layer_names: Any = None,
        embeddings_data: Any = None,
    ) -> None:
        super().__init__()
        # What is missing is found where it is asked for, not at the end of an epoch.
        require("tensorboard", "tensorboard", "TensorBoard")
        for name, value in (
            ("profile_batch", profile_batch),
            ("embeddings_freq", embeddings_freq),
            ("embeddings_metadata", embeddings_metadata),
            ("embeddings_layer_names", embeddings_layer_names),
            ("embeddings_data", embeddings_data),
        ):
            if getattr(value, "ndim", 0) or value:
                raise ValueError(
                    f"`{name}` must be 0 or None: it is not supported. "
                    f"Received: {name}={shown(value)}"
                )
        self.log_dir = os.fsdecode(log_dir)
        self.histogram_freq = check_integer("histogram_freq", histogram_freq, least=0)
        self.write_graph = write_graph is not None and check_flag("write_graph", write_graph)
        if self.write_graph:
            warnings.warn(
                "TensorBoard can't show a graph of a model of cornu, which has none: leave "
                "`write_graph` out. Received: write_graph=True",
                stacklevel=user_level(),
            )
        if check_flag("write_grads", write_grads):
            warnings.warn(
                "TensorBoard shows no gradients, which a step doesn't keep: leave `write_grads` "
                "out. Received: write_grads=True",
                stacklevel=user_level(),
            )
        self.write_images = check_flag("write_images", write_images)
        self.write_steps_per_second = check_flag("write_steps_per_second", write_steps_per_second)
        if isinstance(update_freq, str) and update_freq in ("batch", "epoch"):
            self.update_freq: Any = 1 if update_freq == "batch" else "epoch"
        else:
            self.update_freq = check_integer("update_freq", update_freq)
        if self.update_freq != "epoch":
            # Only what overrides a batch hook costs something for each batch.
            self.on_train_batch_end = self._write_batch  # type: ignore[method-assign]
        self._files: dict[str, EventFile] = {}
        self._batch_count = 0
        self._began = (0.0, 0)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._batch_count = 0

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._began = (time.perf_counter(), self._iterations())

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        results = dict(logs or {})
        train = {name: value for name, value in results.items() if not name.startswith("val_")}
        if self.model.optimizer is not None:
            for one in rated_optimizers(self.model.optimizer):
                train.setdefault(one.key, one.rate)
        if self.write_steps_per_second:
            start, iterations = self._began
            seconds = max(time.perf_counter() - start, 1e-9)
            train["steps_per_second"] = (self._iterations() - iterations) / seconds
        self._write("train", "epoch_{}", train, epoch)
        validation = {
            name.removeprefix("val_"): value
            for name, value in results.items()
            if name.startswith("val_")
        }
        self._write("validation", "epoch_{}", validation, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)

    def on_test_end(self, logs: Logs | None = None) -> None:
        if self.model.optimizer is not None:
            self._write(
                "validation", "evaluation_{}_vs_iterations", dict(logs or {}), self._iterations()
            )

    def on_train_end(self, logs: Logs | None = None) -> None:
        for file in self._files.values():
            file.close()
        self._files = {}

    def _write_batch(self, batch: int, logs: Logs | None = None) -> None:
        self._batch_count += 1
        if self._batch_count % self.update_freq == 0:
            self._write("train", "batch_{}", dict(logs or {}), self._batch_count)

    def _write(self, name: str, tag: str, results: Logs, step: int) -> None:
        for result, value in results.items():
            # A metric may have several numbers: one for each class, say.
            if np.ndim(value) == 0:
                self._file(name).add_scalar(tag.format(result), float(value), step)
        if results:
            self._file(name).flush()

    def _write_weights(self, epoch: int) -> None:
        file = self._file("train")
        for weight in self.model.weights:
            array = np.asarray(weight)
            file.add_histogram(f"{weight.path}/histogram", array, epoch)
            flat = np.squeeze(array)
            if not self.write_images or flat.ndim not in (1, 2) or not flat.size:
                continue
            rows = flat.reshape(-1, 1) if flat.ndim == 1 else flat
            # The longer side lies across, as Keras has it; a bias stands upright there.
            if flat.ndim == 2 and rows.shape[0] > rows.shape[1]:
                rows = rows.T
            file.add_image(f"{weight.path}/image", rows, epoch)
        file.flush()

    def _iterations(self) -> int:
        optimizer = self.model.optimizer
        return 0 if optimizer is None else int(optimizer.iterations)

    def _file(self, name: str) -> EventFile:
        if name not in self._files:
            self._files[name] = EventFile(os.path.join(self.log_dir, name))
        return self._files[name]
