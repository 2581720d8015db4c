"""What a model is trained by, and for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from cornu import _core, optimizers
from cornu.custom.derivatives import require_autograd
from cornu.layers.arguments import refuse_unsupported
from cornu.metrics import Metric
from cornu.models.last_activation import warn_of_last_activation
from cornu.models.objective import Objective, Resolved
from cornu.models.training_data import TrainingData, check_weights, check_x, check_y
from cornu.models.trial import Trial
from cornu.utils.arrays import is_among
from cornu.utils.errors import shown
from cornu.utils.keywords import of_sequential
from cornu.utils.number import check_integer

# What takes derivatives.
_TRAINING = ("fit", "train_on_batch", "trace", "loss_and_gradients")


class Compiled:
    """A model with an optimizer, a loss and metrics; `Sequential` says what the model is.

    Attributes:
        loss: What `compile` was given as loss.
        compiled: Whether `compile` was called.
    """

    _core: _core.Model
    run_eagerly: Any
    jit_compile: Any
    steps_per_execution: Any
    _settled: bool
    _output: tuple[int, ...]

    def __init__(self) -> None:
        self._optimizer: optimizers.Optimizer | None = None
        self.loss: Any = None
        self.compiled = False
        self.stop_training = False
        self._objective: Objective | None = None
        # What the core was told to train for; None: nothing yet.
        self._bound: Resolved | None = None
        # The weights that the core was told to treat otherwise than the rest.
        self._treated_otherwise: list[Any] = []
        self._warned_of_activation = False
        # Of a loss that is not finite, by calls of one batch each; anew with each `compile`.
        self._warned_of_loss = False

    # ---- What a model says of itself

    def _shapes(self, x: np.ndarray) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The shapes of a row of the input and of the output; of an unbuilt model, those it would
        have if it were built for `x`."""
        raise NotImplementedError

    def _known_row(self) -> tuple[int, ...] | None:
        """The shape of a row of the input; None before it is known."""
        raise NotImplementedError

    def _build_for(self, row: tuple[int, ...]) -> Trial:
        """Build the model if it is not, for rows of this shape.

        Returns:
            What the core is to be called within: where it refuses the data before a step is taken,
            the model is unbuilt again, unless another call or model has come to count on it.
        """
        raise NotImplementedError

    # Whether Python computes one of its layers.
    _has_own_layers: bool

    def _chain(self) -> Sequence[Any]:
        """The layers that the core computes."""
        raise NotImplementedError

    def _end_names(self) -> tuple[str, str]:
        """The first layer's name, and the last one's index and name, for errors."""
        raise NotImplementedError

    def _output_name(self) -> str | None:
        """The name of the one output, the last layer's; None: there is no layer."""
        raise NotImplementedError

    # ---- Compiling

    @of_sequential
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
        *,
        sample_weight_mode: Any = None,
        target_tensors: Any = None,
    ) -> None:
        """Say what the model is trained by, and for.

        As in Keras 3.15, a loss or metrics that are None are kept from an earlier call.

        Args:
            optimizer: An optimizer or its name; None: the model will be evaluated only.
            loss: A loss or its name. It, loss weights and metrics may each stand in a dictionary
                under the name of the last layer, which is that of the one output.
            loss_weights: What the loss is multiplied by: a number, or a list of it; None: 1.
            metrics: A list of metrics or their names; `"accuracy"` chooses by the model's output
                and loss.
            weighted_metrics: Metrics as in `metrics`, in which rows count by their sample weights.
            run_eagerly: Of no effect: there is nothing to trace.
            steps_per_execution: Of no effect: an epoch is one call of the core anyway, and hooks
                that are overridden are called for each batch.
            jit_compile: Of no effect, as `run_eagerly`.
            auto_scale_loss: Of no effect: there is no half precision.
            sample_weight_mode: None or "temporal", as older programs say it: whether a weight is
                one of a row or of a step is told by their shape.
            target_tensors: None, likewise: targets come with the data.

        Raises:
            ValueError: there is no such optimizer, loss or metric.
            RuntimeError: the model is being trained.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((1,)), cornu.layers.Dense(1)])
        >>> model.compile(optimizer=cornu.optimizers.SGD(0.1), loss="mse", metrics=["mae"])
        >>> model.loss, float(model.optimizer.learning_rate)
        ('mse', 0.1)

        Source: https://keras.io/api/models/model_training_apis/
        """
        if not is_among(sample_weight_mode, (None, "temporal")):
            raise ValueError(
                "`sample_weight_mode` must be None or 'temporal'. "
                f"Received: sample_weight_mode={shown(sample_weight_mode)}"
            )
        refuse_unsupported({"target_tensors": target_tensors})
        loss = self._of_output("loss", loss)
        loss_weights = self._of_output("loss_weights", loss_weights)
        metrics = self._of_output("metrics", metrics, is_list=True)
        weighted_metrics = self._of_output("weighted_metrics", weighted_metrics, is_list=True)
        if _are_metrics(loss_weights):
            raise ValueError(
                "`loss_weights` must be a number. Did you mean "
                f"metrics={shown(loss_weights)}? Received: loss_weights={shown(loss_weights)}"
            )
        if not is_among(steps_per_execution, ("auto",)):
            check_integer("steps_per_execution", steps_per_execution)
        if not is_among(jit_compile, ("auto", True, False, None)):
            raise ValueError(
                "`jit_compile` must be 'auto', True or False. "
                f"Received: jit_compile={shown(jit_compile)}"
            )
        self._refuse_in_training("A model can't be compiled")
        new_optimizer = optimizers.get(optimizer)
        old = self._objective
        kept_loss = old.loss if loss is None and old is not None else loss
        kept_metrics = old.identifiers if metrics is None and old is not None else metrics
        kept_weighted = old.weighted if weighted_metrics is None and old else weighted_metrics
        self._objective = Objective(kept_loss, kept_metrics, kept_weighted, loss_weights)
        self._optimizer = new_optimizer
        self.loss = kept_loss
        self.run_eagerly, self.jit_compile = run_eagerly, jit_compile
        self.steps_per_execution = steps_per_execution
        self.compiled = True
        self.stop_training = False
        self._warned_of_loss = False
        self._bound = None

    def _of_output(self, name: str, value: Any, is_list: bool = False) -> Any:
        """What a dictionary by outputs has for the one output there is; anything else as it is.

        Raises:
            ValueError: it has another name, or several.
        """
        if not isinstance(value, Mapping):
            return value
        output = self._output_name()
        if list(value) != [output]:
            first = shown(next(iter(value.values()), None))
            advice = f"write {name}={first}"
            if output is not None:
                advice += f", or {name}={{{output!r}: {first}}}"
            known = "which has no layer yet" if output is None else repr(output)
            raise ValueError(
                f"`{name}` must have the name of the model's one output, {known}, and no other, "
                f"where it is a dictionary: {advice}. Received: {name}={shown(value)}"
            )
        found = value[output]
        return [found] if is_list and not isinstance(found, list | tuple) else found

    @property
    def optimizer(self) -> Any:
        """The optimizer of `compile`, None before; another one may be set between two trainings."""
        return self._optimizer

    @optimizer.setter
    def optimizer(self, value: Any) -> None:
        if value is self._optimizer:
            return
        if value is not None and not isinstance(value, optimizers.Optimizer):
            raise ValueError(
                "`optimizer` must be one of cornu.optimizers, such as cornu.optimizers.Adam(). "
                f"Received: optimizer={shown(value)} (of type {type(value).__name__})"
            )
        self._refuse_in_training("The optimizer of a model can't be replaced")
        self._optimizer = value
        self._bound = None

    def _refuse_in_training(self, what: str) -> None:
        if self._core.in_training:
            raise RuntimeError(f"{what} while it is trained by `fit`: it must end as it began.")

    @property
    def metrics(self) -> list[Metric]:
        """The mean of the losses, then the metrics of `compile`, once data have been seen."""
        if self._objective is None or self._objective.resolved is None:
            return []
        return self._objective.resolved.metrics

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` returns, once data have been seen."""
        if self._objective is None or self._objective.resolved is None:
            return []
        return list(self._objective.resolved.names)

    def reset_metrics(self) -> None:
        """Start the sums of loss and metrics at zero.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.Dense(1, kernel_initializer="ones")
        >>> model = cornu.Sequential([cornu.Input((1,)), layer])
        >>> model.compile("sgd", "mse")
        >>> model.evaluate([[3.0]], [[1.0]], verbose=0)
        4.0
        >>> model.reset_metrics()
        >>> model.get_metrics_result()
        {'loss': 0.0}

        Source: https://keras.io/api/models/model_training_apis/
        """
        if self._bound is not None:
            self._core.reset_results()
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, float]:
        """Return the results so far by name: of the last epoch, evaluation or batch.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.Dense(1, kernel_initializer="ones")
        >>> model = cornu.Sequential([cornu.Input((1,)), layer])
        >>> model.compile("sgd", "mse", metrics=["mae"])
        >>> model.evaluate([[3.0]], [[1.0]], verbose=0)
        [4.0, 2.0]
        >>> model.get_metrics_result()
        {'loss': 4.0, 'mae': 2.0}

        Source: https://keras.io/api/models/model_training_apis/
        """
        return {} if self._bound is None else dict(self._bound.logs(self._core.results()))

    def _require_objective(self, before: str) -> Objective:
        if self._objective is None:
            raise ValueError(
                f"The model must be compiled before `{before}`: call `compile()` first."
            )
        return self._objective

    def _require_optimizer(self, before: str) -> None:
        if self._require_objective(before) and self.optimizer is None:
            raise ValueError(
                f"The model must be compiled with an optimizer before `{before}`. "
                "Received: optimizer=None"
            )

    def _bind(
        self, before: str, data: TrainingData, validation: TrainingData | None = None
    ) -> tuple[Resolved, Trial]:
        """Check data against the model, build it if it isn't, and tell the core the objective.

        Nothing is changed unless the data fit.

        Returns:
            Loss and metrics, and what the core is to be called within, as of `_build_for`.
        """
        objective = self._require_objective(before)
        row, output = self._shapes(data.x)
        ends = self._end_names
        check_x(data.x, row, ends)
        resolved = objective.resolve((None, *output), data.y.shape)
        loss = resolved.loss[0]
        if not resolved.takes_any_target:
            targets = resolved.targets_for(data.y)
            check_y(targets, output, resolved.sparse, ends, loss=loss)
        check_weights(data.sample_weight, output)
        if validation is not None:
            check_x(validation.x, row, ends, "validation x")
            if not resolved.takes_any_target:
                targets = resolved.targets_for(validation.y)
                check_y(targets, output, resolved.sparse, ends, "validation y", loss)
            check_weights(validation.sample_weight, output, "validation sample_weight")
        if before in _TRAINING and (loss == "foreign" or self._has_own_layers):
            require_autograd()
        if self._bound is not resolved and before in ("fit", "train_on_batch", "trace"):
            self._check_last_activation(resolved, output)
        trial = self._build_for(row)
        with trial:
            objective.resolved = resolved
            resolved.note_targets(data.y)
            optimizer = self._optimizer
            if optimizer is not None:
                self._tell_optimizer(optimizer)
            if self._bound is not resolved:
                self._core.compile(
                    resolved.loss,
                    None if optimizer is None else optimizer._core,
                    resolved.specifications,
                    resolved.weighted_count,
                )
                self._bound = resolved
        return resolved, trial

    def _check_last_activation(self, resolved: Resolved, output: tuple[int, ...]) -> None:
        """Warn, once, where the model's last activation can't be meant for its loss."""
        if not self._warned_of_activation and warn_of_last_activation(
            self._chain(), resolved.loss_object, resolved.loss[0], output
        ):
            self._warned_of_activation = True

    def _tell_optimizer(self: Any, optimizer: optimizers.Optimizer) -> None:
        """Before a training: whose weights they are, and which are treated otherwise."""
        if optimizer._followed is not self:
            optimizer._follow(self)
        # Few optimizers have exceptions, and the list of weights is made anew at each step.
        if not optimizer._has_exceptions and not self._treated_otherwise:
            return
        weights = self.weights if optimizer._has_exceptions else []
        undecayed, adam = optimizer._undecayed_among(weights), optimizer._left_to_adam(weights)
        if undecayed or adam or self._treated_otherwise:
            self._core.exclude(undecayed, adam)
            self._treated_otherwise = [*undecayed, *adam]

    def _own_caller(self, trains: bool = False) -> Callable[..., Any] | None:
        """What the core calls for parts of layers that are written in Python; None: there are none.

        Args:
            trains: Whether derivatives will be wanted.

        Raises:
            ImportError: they will, and what computes them is not installed.
        """
        raise NotImplementedError

    def _scaled(self, data: TrainingData) -> TrainingData:
        """The data with weights that the loss weight of `compile` is part of, and targets as the
        loss takes them."""
        if self._bound is not None:
            targets = self._bound.targets_for(data.y)
            if targets is not data.y:
                data = data._replace(y=targets)
        scale = 1.0 if self._objective is None else self._objective.loss_weight
        if scale == 1.0:
            return data
        weights = data.sample_weight
        if weights is None:
            # One number that stands for all, of no memory.
            return data._replace(sample_weight=np.broadcast_to(scale, (len(data.x),)))
        return data._replace(sample_weight=weights.astype(np.float64) * scale)

    def _note_objective(self) -> Callable[[], None]:
        """Return what lets loss and metrics be as they are now, if data have chosen others."""
        objective = self._objective
        resolved = None if objective is None else objective.resolved

        def undo() -> None:
            if objective is not None:
                objective.resolved = resolved

        return undo

    def _note_steps(self) -> Callable[[], bool]:
        """Return what tells whether the optimizer has taken no step since."""
        optimizer = self._optimizer
        steps = 0 if optimizer is None else int(optimizer.iterations)
        return lambda: optimizer is None or int(optimizer.iterations) == steps


def _are_metrics(value: Any) -> bool:
    """Whether an argument in the place of `loss_weights`, the third, was meant as `metrics`."""
    return isinstance(value, list | tuple) and any(isinstance(v, str | Metric) for v in value)
