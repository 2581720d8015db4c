"""A training that can be interrupted."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from cornu.callbacks.callback import Callback
from cornu.utils.errors import shown
from cornu.utils.flag import check_flag
from cornu.utils.number import as_integer

_WEIGHTS = "latest.weights.h5"
_METADATA = "training_metadata.json"
# In the file of weights: where the fit is.
_RUN = "cornu/run"


class BackupAndRestore(Callback):
    """Writes down how far a training is, so that the same program, started again after it was
    interrupted, goes on from there.

    A training with arrays goes on to the same bits as if nothing had happened: with the
    weights, the optimizer's state, the order of the rows, what layers draw and the sums of the
    metrics, in the middle of an epoch too, if the model and its layers are made as before. One
    with data in batches, or with `steps_per_epoch`, goes on with the epoch that was interrupted,
    from its beginning: between two epochs to the same bits too, but for generators and other
    iterators, which give the next batch that they have. Callbacks are not part of it.

    Args:
        backup_dir: A folder of the training's own; it is made.
        save_freq: `"epoch"`: after each epoch; an integer: after so many batches.
        double_checkpoint: Whether to keep the backup before the last one too, for when the last
            can't be read.
        delete_checkpoint: Whether to remove the backup when the training is done.

    Raises:
        ValueError: an argument is not what it must be; in training: the model is not built yet, or
            the backup is of another training.

    Example:

    >>> import os, tempfile
    >>> import numpy as np
    >>> import cornu
    >>> class Interrupt(cornu.callbacks.Callback):
    ...     def on_epoch_begin(self, epoch, logs=None):
    ...         if epoch == 2:
    ...             raise RuntimeError("interrupted")
    >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
    >>> model.compile("adam", "mse")
    >>> backup = cornu.callbacks.BackupAndRestore(os.path.join(tempfile.mkdtemp(), "backup"))
    >>> x, y = np.ones((4, 2)), np.ones((4, 1))
    >>> try:
    ...     _ = model.fit(x, y, epochs=5, callbacks=[backup, Interrupt()], verbose=0)
    ... except RuntimeError as error:
    ...     print(error)
    interrupted
    >>> model.fit(x, y, epochs=5, callbacks=[backup], verbose=0).epoch
    [2, 3, 4]

    Source: https://keras.io/api/callbacks/backup_and_restore/
    """

    def __init__(
        self,
        backup_dir: Any,
        save_freq: Any = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not backup_dir:
            raise ValueError(
                f"`backup_dir` must be the path of a folder. Received: backup_dir={backup_dir!r}"
            )
        self.backup_dir = os.fsdecode(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = check_flag("double_checkpoint", double_checkpoint)
        self.delete_checkpoint = check_flag("delete_checkpoint", delete_checkpoint)
        self._epoch, self._batches = 0, 0
        if isinstance(save_freq, str) and save_freq == "epoch":
            return
        count = as_integer(save_freq)
        if count is None or count < 1:
            raise ValueError(
                "`save_freq` must be 'epoch' or a positive integer. "
                f"Received: save_freq={shown(save_freq)}"
            )
        # Not a method: a training that nobody watches does not stop after each batch.
        self.__dict__["on_train_batch_end"] = self._after_batch

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Go on from the backup, if there is one."""
        if not self.model.built:
            raise ValueError(
                "`BackupAndRestore` needs a model that is built before `fit`: give it an Input, or "
                "call `build(input_shape)`."
            )
        self._batches = 0
        has_other = os.path.exists(self._path(_WEIGHTS, ".bkp"))
        try:
            # Between the two, a save has only the one before.
            has_last = os.path.exists(self._path(_WEIGHTS))
            self._load("" if has_last or not has_other else ".bkp")
        except (OSError, ValueError):
            if not has_other:
                raise
            self._load(".bkp")

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note the epoch."""
        self._epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Write the backup, if that is due."""
        self._epoch = epoch + 1
        if self.save_freq == "epoch":
            self._save(0)

    def _after_batch(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._batches += 1
        if self._batches >= self.save_freq:
            self._batches = 0
            self._save(batch)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Remove the backup, with `delete_checkpoint`."""
        if not self.delete_checkpoint or not os.path.isdir(self.backup_dir):
            return
        for name in (_WEIGHTS, _METADATA):
            for ending in (".bkp", ""):
                if os.path.exists(self._path(name, ending)):
                    os.unlink(self._path(name, ending))
        if not os.listdir(self.backup_dir):
            os.rmdir(self.backup_dir)

    def _path(self, name: str, ending: str = "") -> str:
        return os.path.join(self.backup_dir, name + ending)

    def _save(self, batch: int) -> None:
        from cornu.saving.weights_file import weights_contents
        from cornu.saving.whole_file import write_text, write_whole

        os.makedirs(self.backup_dir, exist_ok=True)
        if self.double_checkpoint:
            for name in (_WEIGHTS, _METADATA):
                if os.path.exists(self._path(name)):
                    os.replace(self._path(name), self._path(name, ".bkp"))
        # All in one file, so that what belongs together is written together.
        weights = weights_contents(self.model, more=self._write_place)
        write_whole(self._path(_WEIGHTS), True, weights)
        metadata = json.dumps({"epoch": self._epoch, "batch": batch})
        write_text(self._path(_METADATA), metadata)

    def _write_place(self, root: Any) -> None:
        from cornu.saving.resume_state import write_state

        group = root.create_group(_RUN)
        run = self.model._run
        state = b"" if run is None else run.state()
        group.create_dataset("state", data=np.frombuffer(state, np.uint8))
        group.create_dataset("epoch", data=np.int64(self._epoch))
        resume = write_state(self.model) or ""
        group.create_dataset("resume", data=np.frombuffer(resume.encode(), np.uint8))

    def _load(self, ending: str) -> None:
        from cornu.saving.resume_state import restore

        path = self._path(_WEIGHTS, ending)
        if not os.path.exists(path):
            return
        optimizer = self.model.optimizer
        if not optimizer.built:
            optimizer.build(self.model.trainable_weights)
        self.model.load_weights(path)
        epoch, state, resume = self._read_place(path, ending)
        if resume:
            restore(self.model, resume, path)
        self._epoch = epoch
        if self.model._run is None:
            self.model._initial_epoch = epoch
        elif state:
            try:
                self.model._run.resume(state)
            except ValueError as error:
                raise ValueError(
                    f"`BackupAndRestore` can't go on from the backup in {self.backup_dir!r}: "
                    f"{error} To go on otherwise, take its {_WEIGHTS} by `load_weights`, and "
                    f"`initial_epoch={epoch}`; to begin anew, delete the folder."
                ) from None
        else:
            raise ValueError(
                f"The backup in {self.backup_dir!r} is not of a training with arrays by cornu: go "
                f"on by load_weights and `initial_epoch={epoch}`."
            )

    def _read_place(self, path: str, ending: str) -> tuple[int, bytes, bytes]:
        """The epoch, the run's state, and what goes beside the weights; of a backup of Keras's, the
        epoch."""
        from cornu.saving.stored_dataset import find_dataset, find_group, open_stored, read_dataset

        with open_stored(path, path) as root:
            group = find_group(root, _RUN)
            if group is not None:
                epoch = int(read_dataset(find_dataset(group, "epoch"), np.int64))
                parts = [find_dataset(group, name) for name in ("state", "resume")]
                state, resume = (read_dataset(part, np.uint8).tobytes() for part in parts)
                return epoch, state, resume
        with open(self._path(_METADATA, ending), encoding="utf-8") as file:
            return int(json.load(file)["epoch"]), b"", b""
