"""A step of training that is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any

import numpy as np

from cornu import _core
from cornu.metrics import Metric
from cornu.models.batch_trainer import BatchTrainer
from cornu.models.traced import LayerTrace, Trace, WeightTrace
from cornu.utils.flag import check_flag
from cornu.utils.keywords import of_sequential

# Losses whose value for a row is the mean of one for each output.
_OF_OUTPUTS = frozenset(
    (
        "mean_squared_error",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "mean_squared_logarithmic_error",
        "huber",
        "log_cosh",
        "poisson",
        "hinge",
        "squared_hinge",
        "binary_crossentropy",
        "binary_focal_crossentropy",
    )
)


class Tracer(BatchTrainer):
    """A model that shows what it computes in a step of training.

    Attributes:
        name: The model's name.
    """

    @property
    def name(self) -> str:
        """The name."""
        raise NotImplementedError

    @of_sequential
    def trace(
        self, x: Any, y: Any = None, sample_weight: Any = None, *, apply: bool = True
    ) -> Trace:
        """Take one step on all rows, as `train_on_batch` does, and return all that it computed.

        It is the step that `fit` takes, with every value kept: the same kernels, in the same
        order, to the same bits.

        Args:
            x: Inputs, as in `fit`.
            y: Targets.
            sample_weight: A weight a row, or one for each of its steps; None: all 1.
            apply: Whether the step stands; False: weights, optimizer, what layers keep of batches
                and the metrics are as they were when it returns.

        Returns:
            A `Trace`: of each layer what went in and came out, the loss's derivatives by that, and
            each weight before and after, as NumPy arrays.

        Raises:
            TypeError: as `fit` does.
            ValueError: as `fit` does; nothing is changed.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> layer = cornu.layers.Dense(1, "relu", kernel_initializer="ones")
        >>> model = cornu.Sequential([cornu.Input((1,)), layer])
        >>> model.compile(cornu.optimizers.SGD(0.25), "mse")
        >>> trace = model.trace(np.array([[3.0]]), np.array([[1.0]]), apply=False)
        >>> first = trace.layers[0]
        >>> first.z, first.a, first.delta
        (array([[3.]], dtype=float32), array([[3.]], dtype=float32), array([[4.]], dtype=float32))
        >>> first.d_kernel, first.kernel_before, first.kernel_after
        (array([[12.]], dtype=float32), array([[1.]], dtype=float32), array([[-2.]], dtype=float32))
        >>> layer.kernel.numpy()
        array([[1.]], dtype=float32)

        Source: cornu's own; Keras has no such method.
        """
        check_flag("apply", apply)

        def read(run: _core.Run) -> tuple[list[float], Any, list[LayerTrace]]:
            losses, arrays = run.record()
            return run.results() or [], losses, self._layer_traces(run, arrays)

        put_back = None if apply else _keep_metrics(self.metrics)
        resolved, (values, losses, layers) = self._take_batch(
            _core.TRAIN, x, y, sample_weight, None, "trace", read, recorded=True, undone=not apply
        )
        if put_back is None:
            resolved.publish(values)
        else:
            put_back(self.metrics)
        targets = np.asarray(y)
        return Trace(
            model_name=self.name,
            y=targets,
            results=dict(resolved.logs(values)),
            losses=losses,
            terms=_terms(resolved.loss, targets, layers[-1].a),
            layers=layers,
            applied=bool(apply),
        )

    @of_sequential
    def plot_gradients(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        to_file: str | PathLike[str] | None = None,
    ) -> Any:
        """Draw how large gradients and outputs are in each layer: `pip install 'cornu[pictures]'`.

        They are those of one step of training on all rows, which is taken back.

        Args:
            x: Inputs, as in `fit`; a batch of them is enough.
            y: Targets.
            sample_weight: A weight a row, or one for each of its steps; None: all 1.
            to_file: The file's path, in any format that matplotlib writes, without an ending PNG;
                None: no file.

        Returns:
            A `matplotlib.figure.Figure`, which notebooks show; see `cornu.pictures.gradients`,
            which compares several models too.

        Raises:
            ImportError: matplotlib is not installed.
            OSError: the file can't be written.
            TypeError: as `fit` does.
            ValueError: as `fit` does, the model is not compiled, or matplotlib doesn't write such
                files.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> layer = cornu.layers.Dense(1, kernel_initializer="ones", name="only")
        >>> model = cornu.Sequential([cornu.Input((2,)), layer])
        >>> model.compile("sgd", "mse")
        >>> print(model.plot_gradients(np.array([[3.0, 1.0]]), np.array([[2.0]])))
        Sizes of gradients, layer by layer (RMS)
        layer  dE/dw  dE/dz  a
        only   7.659      4  4

        Source: cornu's own; Keras has no such method.
        """
        from cornu.pictures.gradient_sizes import gradients

        return gradients(self, x, y, sample_weight, to_file)

    def _layer_traces(
        self, run: _core.Run, arrays: Sequence[tuple[np.ndarray | None, ...]]
    ) -> list[LayerTrace]:
        # Backward has taken the derivatives of the loss times this.
        scale = self.optimizer.loss_scale_factor or 1.0
        traces = []
        for layer, (x, z, a, *derivatives) in zip(self._chain(), arrays, strict=True):
            weights = {}
            for weight in layer.weights:
                name = weight.name.rpartition("/")[2]
                before, after, gradient = run.weight_record(weight)
                weights[name] = WeightTrace(name, before, after, _unscaled(gradient, scale))
            d_a, d_z = (_unscaled(values, scale) for values in derivatives)
            traces.append(LayerTrace(layer, (x, z, a, d_a, d_z), weights))
        return traces


def _keep_metrics(metrics: Sequence[Metric]) -> Callable[[Sequence[Metric]], None]:
    """Return what gives metrics the state back that they have now; new ones have none yet.

    Those that are written in Python are asked in the middle of the step.
    """
    kept = [(metric, [np.array(state) for state in metric.variables]) for metric in metrics]

    def put_back(found: Sequence[Metric]) -> None:
        for metric, states in kept:
            for variable, state in zip(metric.variables, states, strict=True):
                variable[...] = state
        for metric in found:
            if all(metric is not other for other, _ in kept):
                metric.reset_state()

    return put_back


def _unscaled(values: np.ndarray | None, scale: float) -> np.ndarray | None:
    return values if values is None or scale == 1.0 else (values / scale).astype(values.dtype)


def _terms(loss: Any, y: np.ndarray, output: np.ndarray | None) -> np.ndarray | None:
    """Each output's part in its row's loss; None: it has none of its own."""
    if output is None or loss[0] not in _OF_OUTPUTS or y.size != output.size:
        return None
    target = np.ascontiguousarray(y, output.dtype).reshape(-1, 1)
    values = _core.loss_rows(loss, target, output.reshape(-1, 1))
    return values.reshape(output.shape) / output.shape[-1]
