"""A network in a notebook, with a slider over the steps of a trace."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cornu.utils.extras import require
from cornu.utils.network_svg import check_row, network_to_svg
from cornu.utils.wide_html import WIDE_STYLE

if TYPE_CHECKING:
    from cornu.models.traced import Trace

anywidget: Any = require("anywidget", "view", "Trace.view")
traitlets: Any = require("traitlets", "view", "Trace.view")


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


class NetworkView(anywidget.AnyWidget):
    """A trace's network, drawn as it is once a step is taken; the slider says which step.

    `Trace.view` makes it. Where it is shown is a notebook's cell; `svg` and `text` are what it
    shows, for a program.

    Args:
        trace: The trace.
        step: The step to begin with: its key or its place in `trace.steps`.
        row: The row of the batch that is drawn.

    Attributes:
        step: The place of the step that is shown; it may be set.
        row: The row, likewise.

    Raises:
        ValueError: there is no such step or row.
    """

    _esm = _read("network_view.js")
    _css = WIDE_STYLE + _read("network_view.css")
    step = traitlets.Int(0).tag(sync=True)
    row = traitlets.Int(0).tag(sync=True)
    _row_count = traitlets.Int().tag(sync=True)
    _titles = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _texts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _pictures = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, trace: Trace, step: int | str = 0, row: int = 0) -> None:
        from cornu.models.trace_steps import find_step

        steps = trace.steps
        self._trace = trace
        super().__init__(
            step=find_step(steps, step).place,
            row=row,
            _row_count=len(trace.x),
            _titles=[each.title for each in steps],
            _texts=[each.text for each in steps],
            _pictures=_draw(trace, row),
        )

    @property
    def svg(self) -> str:
        """The picture that is shown, as the text of an SVG file."""
        return self._pictures[self.step]

    @property
    def text(self) -> str:
        """The figures of the step that is shown."""
        return self._texts[self.step]

    @traitlets.validate("step")  # type: ignore[untyped-decorator]
    def _check_step(self, proposal: Any) -> int:
        from cornu.models.trace_steps import find_step

        return find_step(self._trace.steps, proposal["value"]).place

    @traitlets.validate("row")  # type: ignore[untyped-decorator]
    def _check_row(self, proposal: Any) -> int:
        return check_row(proposal["value"], self._trace)

    @traitlets.observe("row")  # type: ignore[untyped-decorator]
    def _draw_row(self, change: Any) -> None:
        if self._pictures:
            self._pictures = _draw(self._trace, change["new"])


def _draw(trace: Trace, row: int) -> list[str]:
    return [str(network_to_svg(trace, place, row)) for place in range(len(trace.steps))]
