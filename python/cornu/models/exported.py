"""Models as files for other programs."""

from __future__ import annotations

from typing import Any

from cornu.utils.keywords import of_sequential


class Exported:
    """A model that can be exported."""

    @of_sequential
    def export(
        self,
        filepath: Any,
        format: str | None = None,  # noqa: A002
        verbose: bool | None = None,
        input_signature: Any = None,
        **kwargs: Any,
    ) -> None:
        """Write the model to a file that other programs run it by, without cornu.

        As C99 it is a readable file with its header beside it: `net_predict(const float *x, float
        *y)` in `net.h`, for one row, the name being that of the file. Nothing is allocated, any
        number of threads may call it, and results are within 1e-5 relative plus 1e-6 absolute of
        `predict`'s; compiled with `-DNET_EXACT`, the same bits. `-DNET_MAIN` makes a program of it
        that tests itself, and `-DNET_STATIC` spares the stack. The header says how many bytes
        constants and workspace take, and about how many the code does on a Cortex-M4.

        As ONNX (opset 18, the batch of any size) onnxruntime and others run it, with the names of
        the model's input and last layer, within the same distance, layers that prepare data
        included. It needs the extra `onnx`.

        Another thread may train the model meanwhile: the file is as of one step.

        Args:
            filepath: The file's path.
            format: `"c"` or `"onnx"`: the format, whatever the name; None: the name tells, `.c` or
                `.onnx`.
            verbose: Whether to print a line that says what was written; None: yes.
            input_signature: None. Not supported: a row has the shape that the model was built for.
            **kwargs: Arguments of the format's own. ONNX has `opset_version`, from 13 on (None:
                18), and C `trainable`: whether the file also has
                `net_train(rows, x, y, memory)`, by which a compiled dense network goes on training
                with SGD, Adam or AdamW: a step is that of `train_on_batch`, with `-DNET_EXACT` to
                its bits, and the memory, whose size `NET_MEMORY_COUNT` says, is given by the caller
                and filled by `net_begin(memory)`. The guide "From Keras to a board" lists the
                layers, activations and losses that can be trained so.

        Raises:
            TypeError: the format has no such argument.
            ValueError: there is no such format, the model has no weights yet, or has a layer that
                can't be exported, such as one of one's own; the message names it.
            ImportError: ONNX is asked for, and the package onnx isn't installed.
            RuntimeError: another thread changed a layer meanwhile; no file is made.
            OSError: no file can be made there.

        Example:

        >>> import tempfile
        >>> from pathlib import Path
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
        >>> folder = Path(tempfile.mkdtemp())
        >>> model.export(folder / "net.c", verbose=False)
        >>> sorted(path.name for path in folder.iterdir())
        ['net.c', 'net.h']
        >>> "void net_predict(const float *x, float *y);" in (folder / "net.h").read_text()
        True

        Source: https://keras.io/api/models/model_saving_apis/export/
        """
        from cornu.exporting.export_model import export_model

        export_model(self, filepath, format, verbose, input_signature, **kwargs)
