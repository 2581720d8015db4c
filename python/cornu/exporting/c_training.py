"""A step of training as C: what a dense network and its optimizer do with a batch."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

import numpy as np

from cornu import layers, losses, optimizers
from cornu.exporting.adding import parameters_of
from cornu.exporting.c_activations import expression_of
from cornu.exporting.c_layers import is_dense, product_of
from cornu.exporting.c_program import Program, indented
from cornu.exporting.c_text import c_type
from cornu.optimizers.common_arguments import COMMON

# Activations whose derivative their output is enough for, with what C calls it.
_SLOPES = {
    "elu": "elu_slope",
    "exponential": "exponential_slope",
    "hard_sigmoid": "hard_sigmoid_slope",
    "leaky_relu": "leaky_relu_slope",
    "relu": "relu_slope",
    "relu6": "relu6_slope",
    "selu": "selu_slope",
    "sigmoid": "sigmoid_slope",
    "softplus": "softplus_slope",
    "tanh": "tanh_slope",
}
# Losses, with the activation that is taken together with them; mean_squared_error takes any.
_LOSSES = {
    "mean_squared_error": None,
    "binary_crossentropy": "sigmoid",
    "categorical_crossentropy": "softmax",
    "sparse_categorical_crossentropy": "softmax",
}
_RULES = (
    "activity_regularizer",
    "kernel_regularizer",
    "bias_regularizer",
    "kernel_constraint",
    "bias_constraint",
)
_PASSING = (layers.Flatten, layers.Identity, layers.Reshape)


class Stage(NamedTuple):
    """A dense layer: a product, and an activation.

    Attributes:
        layer: The layer.
        rows: How often the product is made for one row.
        inputs: Its depth.
        units: What it gives.
        call: The product in C, with `{x}` and `{y}`.
        activation: What it ends with; None: nothing.
    """

    layer: Any
    rows: int
    inputs: int
    units: int
    call: str
    activation: Any


class Training:
    """What the file of a model has for its training.

    Args:
        model: The model, built and compiled.
        program: What it is in C.

    Attributes:
        count: Numbers of the memory that the caller gives.
        target_count: Numbers of a row's target.

    Raises:
        ValueError: something of the model, its loss or its optimizer can't be exported.
    """

    def __init__(self, model: Any, program: Program) -> None:
        self._program, self._kind = program, c_type(program.dtype)
        self._stages = _stages_of(model, program.again(tuple(model._row)))
        self._loss, self._joined = _loss_of(model, program, self._stages)
        self._optimizer, self._slot_count = _optimizer_of(model, program)
        self._weights = [
            (program.constant_of(stage.layer, name), weight.size)
            for stage in self._stages
            for name, weight in _weights_of(stage)
        ]
        self._weight_count = sum(size for _, size in self._weights)
        outputs = sum(stage.rows * stage.units for stage in self._stages)
        widest = max(stage.rows * max(stage.inputs, stage.units) for stage in self._stages)
        self._output_count, self._widest = outputs, widest
        self.target_count = 1 if self._loss.startswith("sparse") else program.row[-1]
        self.count = 1 + (2 + self._slot_count) * self._weight_count + outputs + 2 * widest
        self._start = _start_of(model, program)
        # Names of their own: one that hides a constant's is a warning of careful compilers.
        self._in_memory = {name: program.name(f"trained_{name}") for name, _ in self._weights}

    @property
    def rate(self) -> str:
        """The learning rate."""
        return self._optimizer[0]

    def declarations(self, prefix: str, macro: str) -> str:
        """Return what the header has of it."""
        kind, last_step = self._kind, 24 if self._kind == "float" else 53
        return f"""
/* Training goes on in memory of so many numbers, which the caller gives. */
#define {macro}_MEMORY_COUNT {self.count}
/* Numbers of a row's target{": the number of its class" * self._loss.startswith("sparse")}. */
#define {macro}_TARGET_COUNT {self.target_count}
#ifndef {macro}_LEARNING_RATE
#define {macro}_LEARNING_RATE {self.rate}
#endif

/* memory = the network as it was exported, with the state of its optimizer: memory[0] counts steps
 * (up to 2^{last_step}, where it stays), behind it the weights follow each other, of each layer the
 * kernel and the bias. */
void {prefix}_begin({kind} *memory);

/* One step of training with a batch of at least one row: the same as `train_on_batch`, within 1e-5
 * relative plus 1e-6 absolute. Returns the batch's loss before the step. */
{kind} {prefix}_train(size_t rows, const {kind} *x, const {kind} *y, {kind} *memory);

/* As {prefix}_predict, with the weights in the memory. */
void {prefix}_predict_trained(const {kind} *memory, const {kind} *x, {kind} *y);
"""

    def text(self, prefix: str, macro: str, body: list[str]) -> str:
        """Return the functions.

        Args:
            prefix: What their names begin with.
            macro: What macros begin with.
            body: The lines of `predict`.
        """
        kind = self._kind
        head = f"{kind} {prefix}_train(size_t rows, const {kind} *x, const {kind} *y, "
        head += f"{kind} *memory)"
        trained = f"void {prefix}_predict_trained(const {kind} *memory, const {kind} *x, {kind} *y)"
        return "\n\n".join(
            [
                f"void {prefix}_begin({kind} *memory) {{\n{indented(self._begin(macro))}\n}}",
                f"{head} {{\n{indented(self._trained(self._train(macro)))}\n}}",
                f"{trained} {{\n{indented(self._views('const ') + self._trained(body))}\n}}",
            ]
        )

    def _views(self, const: str = "") -> list[str]:
        """The weights in the memory."""
        lines, place = [], 1
        for name, size in self._weights:
            lines.append(f"{const}{self._kind} *const {self._in_memory[name]} = memory + {place};")
            place += size
        return lines

    def _trained(self, lines: list[str]) -> list[str]:
        """Lines of C with the weights in the memory in place of the constants."""

        def trained(found: re.Match[str]) -> str:
            return self._in_memory.get(found[0], found[0])

        return [re.sub(r"\w+", trained, line) for line in lines]

    def _begin(self, macro: str) -> list[str]:
        lines, place = [f"memset(memory, 0, {macro}_MEMORY_COUNT * sizeof(*memory));"], 1
        for name, size in self._weights:
            lines.append(f"memcpy(&memory[{place}], {name}, sizeof {name});")
            place += size
        steps, state = self._start
        if steps:
            lines.append(f"memory[0] = {steps};")
        for slot, name in enumerate(state):
            at = 1 + (2 + slot) * self._weight_count
            lines.append(f"memcpy(&memory[{at}], {name}, sizeof {name});")
        return lines

    def _train(self, macro: str) -> list[str]:
        kind, count = self._kind, self._weight_count
        at = 1 + (2 + self._slot_count) * count
        lines = [*self._views(), f"{kind} *const gradients = memory + {1 + count};"]
        for index, stage in enumerate(self._stages):
            lines.append(f"{kind} *const out{index} = memory + {at};")
            at += stage.rows * stage.units
        lines.append(f"{kind} *dy = memory + {at};")
        if self._stages[1:]:
            lines.append(f"{kind} *dx = memory + {at + self._widest}, *spent;")
        lines += [
            f"const {kind} scale = 1 / ({kind})rows;",
            f"{kind} loss = 0;",
            f"memset(gradients, 0, {count} * sizeof(*gradients));",
            "for (size_t row = 0; row < rows; row++) {",
            *(f"    {line}" for line in (*self._forward(), *self._back(macro))),
            "}",
            "memory[0] += 1;",
            self._optimizer[1].format(
                count=count,
                rate=f"{macro}_LEARNING_RATE",
                first=f"&memory[{1 + 2 * count}]",
                second=f"&memory[{1 + 3 * count}]",
            ),
            "return loss * scale;",
        ]
        return lines

    def _forward(self) -> list[str]:
        lines, before = [], "x"
        for index, stage in enumerate(self._stages):
            lines.append(stage.call.format(x=before, y=f"out{index}"))
            before = f"out{index}"
            is_last = index == len(self._stages) - 1
            if stage.activation is not None and not (is_last and self._joined):
                expression = expression_of(self._program, stage.activation).format(x=before)
                lines += _loop(stage, f"{before}[i] = {expression};")
        return lines

    def _back(self, macro: str) -> list[str]:
        last = len(self._stages) - 1
        count = self._stages[last].units
        lines = [f"loss += {self._loss}({count}, out{last}, y, scale, dy);"]
        place = 1 + 2 * self._weight_count
        for index in range(last, -1, -1):
            stage = self._stages[index]
            if stage.activation is not None and not (index == last and self._joined):
                name, parameters = stage.activation
                arguments = [f"out{index}[i]", *map(self._program.number, parameters)]
                lines += _loop(stage, f"dy[i] *= {_SLOPES[name]}({', '.join(arguments)});")
            sizes = f"{stage.rows}, {stage.inputs}, {stage.units}"
            before = f"out{index - 1}" if index else "x"
            own = [weight.size for _, weight in _weights_of(stage)]
            place -= sum(own)
            names = [f"&memory[{place}]", f"&memory[{place + own[0]}]" if own[1:] else "NULL"]
            lines.append(f"dense_gradients({sizes}, {before}, dy, {', '.join(names)});")
            if index:
                kernel = self._program.constant_of(stage.layer, "kernel")
                lines += [
                    f"dense_backward({sizes}, {kernel}, dy, dx);",
                    *("spent = dy;", "dy = dx;", "dx = spent;"),
                ]
        return [*lines, f"x += {macro}_INPUT_COUNT;", f"y += {macro}_TARGET_COUNT;"]


def _loop(stage: Stage, line: str) -> list[str]:
    head = f"for (size_t i = 0; i < {stage.rows * stage.units}; i++) {{"
    return [head, f"    {line}", "}"]


def _weights_of(stage: Stage) -> list[tuple[str, np.ndarray]]:
    both = (("kernel", stage.layer.kernel), ("bias", stage.layer.bias))
    return [(name, np.asarray(weight)) for name, weight in both if weight is not None]


def _refused(what: str, instead: str) -> ValueError:
    return ValueError(f"{what} can't be trained as C: {instead}")


def _stages_of(model: Any, program: Program) -> list[Stage]:
    """The dense layers of a model.

    Args:
        model: The model.
        program: What has its constants, and no steps: to follow the shapes by.
    """
    stages: list[Stage] = []
    seen: set[int] = set()
    for layer in model._chain():
        named = f'Layer "{layer.name}" ({type(layer).__name__})'
        if isinstance(layer, _PASSING) and getattr(layer, "data_format", "") != "channels_first":
            program.row = tuple(layer._core.output_shape(program.row))
            continue
        if not is_dense(layer):
            raise _refused(named, "only Dense, EinsumDense, Flatten, Reshape and Identity can.")
        if id(layer) in seen or not (layer.trainable and model.trainable):
            raise _refused(named, "it is frozen, or stands twice in the model.")
        if any(getattr(layer, name) is not None for name in _RULES):
            raise _refused(named, "it has a regularizer or a constraint.")
        seen.add(id(layer))
        program.begin(layer)
        product = product_of(program, layer)
        program.row = product.row
        name, given = layer._specification
        given = parameters_of(name, given)
        activation = None if name == "linear" else (name, given)
        if name == "relu":
            slope, largest, threshold = given
            if not math.isinf(largest) or threshold != 0 or slope < 0:
                raise _refused(named, "its relu has a maximum or a threshold.")
            activation = ("leaky_relu", (slope,)) if slope else ("relu", ())
        elif activation is not None and given and not given[0] > 0:
            raise _refused(named, f"its {name} has a parameter that is not positive.")
        stages.append(
            Stage(layer, product.rows, product.inputs, product.units, product.call, activation)
        )
    if not stages:
        raise _refused(f'Model "{model.name}"', "it has no dense layer.")
    for stage in stages[:-1]:
        _check_slope(stage)
    return stages


def _check_slope(stage: Stage) -> None:
    if stage.activation is not None and stage.activation[0] not in _SLOPES:
        raise _refused(
            f'Layer "{stage.layer.name}" ({type(stage.layer).__name__})',
            f"there is no derivative of {stage.activation[0]} here, only of linear, "
            f"{', '.join(_SLOPES)}, and of softmax at the end.",
        )


def _loss_of(model: Any, program: Program, stages: list[Stage]) -> tuple[str, bool]:
    """What C calls the loss, and whether it is taken together with the last activation."""
    objective = model._require_objective("export(trainable=True)")
    model._require_optimizer("export(trainable=True)")
    shape = model.output_shape
    named = f"A model with the loss {objective.loss!r}"
    if objective._needs_target() or objective.loss_weight != 1:
        raise _refused(named, "the loss must be one of cornu's by its own name, without a weight.")
    loss = losses.for_compile(objective.loss, shape, shape)
    name, from_logits, parameter, reduction, *_ = loss._specification_for(shape)
    if name not in _LOSSES or reduction != "sum_over_batch_size" or parameter != 0:
        raise _refused(
            named, f"only the mean of one of {', '.join(_LOSSES)} can, without label smoothing."
        )
    if getattr(loss, "ignore_class", None) is not None or len(program.row) != 1:
        raise _refused(named, "no class may be ignored, and rows must have one axis.")
    last = stages[-1]
    if _LOSSES[name] is None:
        _check_slope(last)
        return name, False
    if (None if last.activation is None else last.activation[0]) != (
        None if from_logits else _LOSSES[name]
    ):
        raise _refused(
            named, f"the model must end with {_LOSSES[name]}, or with nothing and from_logits=True."
        )
    return name, last.activation is not None


def _optimizer_of(model: Any, program: Program) -> tuple[tuple[str, str], int]:
    """The learning rate and the call of a step, and how many slots that has."""
    optimizer = model.optimizer
    named = f"A model with the optimizer {type(optimizer).__name__}"
    kind = type(optimizer)
    if kind not in (optimizers.SGD, optimizers.Adam) or getattr(optimizer, "amsgrad", False):
        raise _refused(named, "only SGD and Adam can, without amsgrad.")
    changed = [name for name, value in COMMON.items() if getattr(optimizer, name) != value]
    changed = [name for name in changed if name != "ema_momentum"]
    if optimizer._schedule is not None or optimizer.decay:
        changed.append("learning_rate")
    if changed:
        raise _refused(named, f"it must be without {changed[0]}, its learning rate a number.")
    number = program.number
    rate = number(float(optimizer.learning_rate))
    step, slots = "sgd_step({count}, {rate}, gradients, &memory[1]);", 0
    if kind is optimizers.Adam:
        betas = optimizer.beta_1, optimizer.beta_2
        own = ", ".join(map(number, (*betas, *(1.0 - beta for beta in betas), optimizer.epsilon)))
        step = (
            f"adam_step({{count}}, memory[0], {{rate}}, {own}, gradients, {{first}}, {{second}}, "
        )
        return (rate, step + "&memory[1]);"), 2
    if optimizer.momentum != 0:
        own = f"{number(optimizer.momentum)}, {int(optimizer.nesterov)}"
        step = f"momentum_step({{count}}, {{rate}}, {own}, gradients, {{first}}, &memory[1]);"
        slots = 1
    return (rate, step), slots


def _start_of(model: Any, program: Program) -> tuple[str, list[str]]:
    """The steps that were taken, and the constants with what the optimizer has kept of them."""
    optimizer = model.optimizer
    if not optimizer.built or not int(optimizer.iterations):
        return "", []
    weights, names = model.trainable_weights, []
    program.begin(model)
    for index in range(optimizer.slot_count):
        vectors = optimizer._vectors(weights, ("slot",), index)
        values = np.concatenate([np.asarray(one.numpy()).reshape(-1) for one in vectors])
        names.append(program.constant(f"state_{index}", values))
    return program.number(int(optimizer.iterations)), names
