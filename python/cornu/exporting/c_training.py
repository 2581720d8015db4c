"""A step of training as C: what a dense network and its optimizer do with a batch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cornu import losses
from cornu.exporting.c_activations import expression_of
from cornu.exporting.c_layers import LANES_DEPTH, block_of, is_few
from cornu.exporting.c_optimizer import OptimizerStep, refused
from cornu.exporting.c_program import Program, indented
from cornu.exporting.c_stages import Stage, check_slope, derivative_of, stages_of, weights_of
from cornu.exporting.c_text import c_type

# Losses, with the activation that is taken together with them; mean_squared_error takes any.
_LOSSES = {
    "mean_squared_error": None,
    "binary_crossentropy": "sigmoid",
    "categorical_crossentropy": "softmax",
    "sparse_categorical_crossentropy": "softmax",
}
# As csrc/kernels/kernels.h: rows whose sum is one block.
_SUM_BLOCK = 256


class Training:
    """What the file of a model has for its training.

    Args:
        model: The model, built and compiled.
        program: What it is in C.

    Attributes:
        count: Numbers of the memory that the caller gives.
        target_count: Numbers of a row's target.
        loss: What C calls the loss.

    Raises:
        ValueError: something of the model, its loss or its optimizer can't be exported.
    """

    def __init__(self, model: Any, program: Program) -> None:
        self._program, self._kind = program, c_type(program.dtype)
        self._stages = stages_of(model, program.again(tuple(model._row)))
        self.loss, self._joined = _loss_of(model, program, self._stages)
        named = [(stage.layer, *one) for stage in self._stages for one in weights_of(stage)]
        self._weights = [
            (program.constant_of(layer, name), weight.size) for layer, name, weight in named
        ]
        self._optimizer = OptimizerStep(model, program, [weight for *_, weight in named])
        self._weight_count = sum(size for _, size in self._weights)
        outputs = sum(stage.rows * stage.units for stage in self._stages)
        self._widest = max(stage.rows * max(stage.inputs, stage.units) for stage in self._stages)
        self.target_count = 1 if self.loss.startswith("sparse") else program.row[-1]
        self._gradients = 1 + self._weight_count
        self._outputs = self._gradients + (1 + self._optimizer.slot_count) * self._weight_count
        self.count = self._outputs + outputs + 2 * self._widest
        # Names of their own: one that hides a constant's is a warning of careful compilers.
        self._in_memory = {name: program.name(f"trained_{name}") for name, _ in self._weights}

    @property
    def exact_rows(self) -> int:
        """Up to how many rows a step can have cornu's own bits.

        Gradients are added up row by row, so that nothing is kept of a row; that is the order of
        cornu's sums as far as one block of them goes. Of a second block the sum would have to be
        kept apart, which takes the memory of all gradients once more.
        """
        return _SUM_BLOCK // max(stage.rows for stage in self._stages)

    @property
    def lanes_count(self) -> int:
        """Numbers of the workspace that spreads sums of gradients, for cornu's own bits."""
        return sum(size for _, size in self._lanes())

    def declarations(self, prefix: str, macro: str) -> str:
        """Return what the header has of it."""
        kind, last_step = self._kind, 24 if self._kind == "float" else 53
        return f"""
/* Training goes on in memory of so many numbers, which the caller gives. */
#define {macro}_MEMORY_COUNT {self.count}
/* Numbers of a row's target{": the number of its class" * self.loss.startswith("sparse")}. */
#define {macro}_TARGET_COUNT {self.target_count}
#ifndef {macro}_LEARNING_RATE
#define {macro}_LEARNING_RATE {self._optimizer.rate}
#endif

/* memory = the network as it was exported, with the state of its optimizer: memory[0] counts steps
 * (up to 2^{last_step}, where it stays), behind it the weights follow each other, of each layer the
 * kernel and the bias. */
void {prefix}_begin({kind} *memory);

/* One step of training with a batch of at least one row: the same as `train_on_batch`, within 1e-5
 * relative plus 1e-6 absolute. Returns the batch's loss before the step.
 *
 * {self._exactness(macro)} */
{kind} {prefix}_train(size_t rows, const {kind} *x, const {kind} *y, {kind} *memory);

/* As {prefix}_predict, with the weights in the memory. */
void {prefix}_predict_trained(const {kind} *memory, const {kind} *x, {kind} *y);
"""

    def _exactness(self, macro: str) -> str:
        """What the header says of bits."""
        if self.exact_rows == 0:
            return f"That holds with {macro}_EXACT too: rows have too many parts for the same bits."
        room = self.lanes_count * (4 if self._kind == "float" else 8)
        of_lanes = f",\n * with {room} bytes more of workspace" * bool(room)
        return (
            f"With {macro}_EXACT it has the same bits for batches of up to {self.exact_rows} rows"
            f"{of_lanes}."
        )

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
        return lines + self._optimizer.beginning()

    def _train(self, macro: str) -> list[str]:
        kind, count, at = self._kind, self._weight_count, self._outputs
        lines = [*self._views(), f"{kind} *const gradients = memory + {self._gradients};"]
        for index, stage in enumerate(self._stages):
            lines.append(f"{kind} *const out{index} = memory + {at};")
            at += stage.rows * stage.units
        lines.append(f"{kind} *dy = memory + {at};")
        if self._stages[1:]:
            lines.append(f"{kind} *dx = memory + {at + self._widest}, *spent;")
        lines += [
            *self._exactly(macro, self._spread(macro)),
            "const double scale = 1.0 / (double)rows;",
            "double loss = 0;",
            f"memset(gradients, 0, {count} * sizeof(*gradients));",
            "for (size_t row = 0; row < rows; row++) {",
            *(f"    {line}" for line in (*self._forward(), *self._back(macro))),
            "}",
            *self._exactly(macro, self._gathered()),
            *self._optimizer.lines(f"{macro}_LEARNING_RATE"),
            # As the mean of a metric is made.
            f"return ({kind})(loss * (double)rows / (double)rows);",
        ]
        return lines

    @staticmethod
    def _exactly(macro: str, lines: list[str], others: Sequence[str] = ()) -> list[str]:
        """Lines for cornu's own bits, and those in their place."""
        if not lines:
            return []
        without = ["#else", *others] if others else []
        return [f"#ifdef {macro}_EXACT", *lines, *without, "#endif"]

    def _lanes(self) -> list[tuple[int, int]]:
        """Stages whose gradients' sums are spread over lanes, and how many numbers these take."""
        lanes = 16 if self._kind == "float" else 8
        found = enumerate(self._stages)
        return [
            (index, lanes * stage.inputs * stage.units)
            for index, stage in found
            if is_few(stage.units)
        ]

    def _spread(self, macro: str) -> list[str]:
        lines = []
        for index, size in self._lanes():
            lines += [
                f"{macro}_BUFFER {self._kind} lanes{index}[{size}];",
                f"memset(lanes{index}, 0, sizeof lanes{index});",
            ]
        return lines

    def _gathered(self) -> list[str]:
        lines = []
        for index, _ in self._lanes():
            stage, place = self._stages[index], self._place_of(index)
            products = _times(stage.rows, "rows")
            given = f"{stage.inputs * stage.units}, {products}, lanes{index}, &memory[{place}]"
            lines += [
                f"if ({products} >= {LANES_DEPTH}) {{",
                f"    gather_lanes({given});",
                "}",
            ]
        return lines

    def _place_of(self, index: int) -> int:
        """Where the gradients of a stage are in the memory."""
        before = self._stages[:index]
        return self._gradients + sum(w.size for stage in before for _, w in weights_of(stage))

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
        # Of a row, which may have been flattened since: not of each of its parts.
        count = self._program.row[-1]
        lines = [f"loss += scale * {self.loss}({count}, out{last}, y, scale, dy);"]
        for index in range(last, -1, -1):
            stage = self._stages[index]
            if stage.activation is not None and not (index == last and self._joined):
                lines += _loop(stage, derivative_of(self._program, stage, f"out{index}[i]"))
            lines += self._add_gradients(macro, index)
            if index:
                kernel = self._program.constant_of(stage.layer, "kernel")
                sizes = f"{stage.rows}, {stage.inputs}, {stage.units}, {block_of(stage.units)}"
                is_spread = is_few(stage.inputs) and stage.units >= LANES_DEPTH
                lines += [
                    f"dense_backward{'_few_inputs' * is_spread}({sizes}, {kernel}, dy, dx);",
                    *("spent = dy;", "dy = dx;", "dx = spent;"),
                ]
        return [*lines, f"x += {macro}_INPUT_COUNT;", f"y += {macro}_TARGET_COUNT;"]

    def _add_gradients(self, macro: str, index: int) -> list[str]:
        stage, before = self._stages[index], f"out{index - 1}" if index else "x"
        size, place = stage.inputs * stage.units, self._place_of(index)
        bias = "NULL" if stage.layer.bias is None else f"&memory[{place + size}]"
        sizes = f"{stage.inputs}, {stage.units}"
        plain = f"dense_gradients({stage.rows}, {sizes}, {before}, dy, &memory[{place}], {bias});"
        if not is_few(stage.units):
            return [plain]
        lane = f"lanes{index} + ({_times(stage.rows, 'row')} + i) % LANES * {size}"
        target = f"{_times(stage.rows, 'rows')} < {LANES_DEPTH} ? &memory[{place}] : {lane}"
        spread = [
            f"for (size_t i = 0; i < {stage.rows}; i++) {{",
            f"    {self._kind} *const sums = {target};",
            f"    dense_gradients(1, {sizes}, {before} + i * {stage.inputs}, dy + i * "
            f"{stage.units}, sums, {bias});",
            "}",
        ]
        return self._exactly(macro, spread, [plain])


def _times(count: int, name: str) -> str:
    return name if count == 1 else f"{count} * {name}"


def _loop(stage: Stage, line: str) -> list[str]:
    head = f"for (size_t i = 0; i < {stage.rows * stage.units}; i++) {{"
    return [head, f"    {line}", "}"]


def _loss_of(model: Any, program: Program, stages: list[Stage]) -> tuple[str, bool]:
    """What C calls the loss, and whether it is taken together with the last activation."""
    objective = model._require_objective("export(trainable=True)")
    model._require_optimizer("export(trainable=True)")
    shape = model.output_shape
    named = f"A model with the loss {objective.loss!r}"
    if objective._needs_target() or objective.loss_weight != 1:
        raise refused(named, "the loss must be one of cornu's by its own name, without a weight.")
    loss = losses.for_compile(objective.loss, shape, shape)
    name, from_logits, parameter, reduction, *_ = loss._specification_for(shape)
    if name not in _LOSSES or reduction != "sum_over_batch_size" or parameter != 0:
        raise refused(
            named, f"only the mean of one of {', '.join(_LOSSES)} can, without label smoothing."
        )
    if getattr(loss, "ignore_class", None) is not None or len(program.row) != 1:
        raise refused(named, "no class may be ignored, and rows must have one axis.")
    last = stages[-1]
    if _LOSSES[name] is None:
        check_slope(last)
        return name, False
    # Behind a layer between the two, cornu takes the loss of probabilities, which it clips.
    if model._chain()[-1] is not last.end and not from_logits:
        raise refused(named, f"the model must end with the layer whose {_LOSSES[name]} it is of.")
    if (None if last.activation is None else last.activation[0]) != (
        None if from_logits else _LOSSES[name]
    ):
        raise refused(
            named, f"the model must end with {_LOSSES[name]}, or with nothing and from_logits=True."
        )
    of_logits = "_of_logits" * (name == "binary_crossentropy" and bool(from_logits))
    return name + of_logits, last.activation is not None
