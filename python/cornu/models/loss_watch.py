"""A loss that is NaN or infinite: where it comes from, and what is done about it."""

from __future__ import annotations

import math
import warnings
from typing import Any

from cornu import _core, config
from cornu.utils.nesting import numbered
from cornu.utils.user_frame import user_level

# As in csrc/cornu.h.
_INPUT, _WEIGHT, _OUTPUT, _TARGET, _SAMPLE_WEIGHT, _LOSS = range(1, 7)
_SMALLER_STEPS = (
    "Steps that are too large are the usual reason: take a lower learning rate, `clipnorm`, or "
    "data of smaller numbers."
)


def where(epoch: int, batch: int) -> str:
    """Return which step it is, as callbacks count."""
    return f" in batch {batch} of epoch {epoch} (both counted from 0)"


class LossWatch:
    """Tells the user of the first loss of a training that is not a finite number.

    Args:
        has_warned: Whether the user was warned before: errors alone are left to tell.
        is_checked: Whether data that are not finite are refused where they are seen first.

    Attributes:
        listen: The event that a run is to stop at; 0: none.
        has_warned: Whether the user was warned by now.
    """

    def __init__(self, has_warned: bool = False, is_checked: bool = True) -> None:
        self._action = config.on_nan()
        self._is_checked = is_checked
        self.has_warned = has_warned
        silent = self._action == "ignore" or (has_warned and self._action != "raise")
        self.listen = 0 if silent else _core.BAD_LOSS

    def take_step(self, model: Any, run: _core.Run, where: str = "") -> None:
        """Go through a run of one step.

        Args:
            model: The model that is trained.
            run: What the core does, listening to `listen`.
            where: Which step it is, for the message.
        """
        while run.advance() != _core.DONE:
            self.tell(model, run, where)

    def tell(self, model: Any, run: _core.Run, where: str) -> None:
        """Warn of the loss that a run has stopped at, or raise.

        Raises:
            FloatingPointError: `config.on_nan()` is "raise"; the step is not taken.
        """
        bad = run.bad_loss()
        if bad is None:
            return
        self.listen = 0
        text = (
            f'The loss of model "{model.name}" is {_number(bad[1])}{where}: '
            f"{_origin(model, bad, self._is_checked)}"
        )
        if self._action == "raise":
            raise FloatingPointError(text)
        self.has_warned = True
        warnings.warn(text, RuntimeWarning, stacklevel=user_level())


def _number(value: float) -> str:
    return "NaN" if math.isnan(value) else str(value)


def _origin(model: Any, bad: tuple[int, float, int, int, int], is_checked: bool) -> str:
    """What of the batch is the first that is not finite, and what can be done."""
    origin, _, index, slot, row = bad
    data = {
        _INPUT: "row {} of `x`",
        _TARGET: "row {} of `y`",
        _SAMPLE_WEIGHT: "the weight of row {}",
    }
    if origin in data:
        changed = ", and must have changed since it was checked. Copy data that others write to."
        return f"{data[origin].format(row)} is not finite{changed if is_checked else '.'}"
    if origin in (_WEIGHT, _OUTPUT):
        place, layer = list(numbered(model._parts))[index]
        named = f'layer {place} "{layer.name}"'
    if origin == _WEIGHT:
        weight = layer.weights[slot].name if slot < len(layer.weights) else f"weight {slot}"
        return f"`{weight}` of {named} is not finite, and was so before this step. {_SMALLER_STEPS}"
    if origin == _OUTPUT and not type(layer).__module__.startswith("cornu."):
        # Of what the caller's own code computes nothing else is known.
        return (
            f"what {named}, of the class `{type(layer).__name__}`, gives for row {row} of `x` is "
            "not finite, though its weights and what it was given are: what its `call` computes "
            "has no finite value there."
        )
    if origin == _OUTPUT:
        return (
            f"what {named} gives for row {row} of `x` is not finite, though its weights and what "
            f"it was given are: the numbers are too large for {model.dtype}. {_SMALLER_STEPS}"
        )
    if origin == _LOSS:
        what = "is" if row < 0 else f"for row {row} of `x` is"
        return (
            f"the model's output {what} finite, and the loss of it is not: it "
            "takes a logarithm, a power or a quotient that has no finite value there. "
            f"{_SMALLER_STEPS}"
        )
    return f"the losses of the rows are finite, and their sum is not. {_SMALLER_STEPS}"
