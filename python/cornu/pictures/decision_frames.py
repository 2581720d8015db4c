"""The map of a model's answers while it learns."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from cornu.callbacks.callback import Callback, Logs
from cornu.pictures.decision_map import (
    DecisionMap,
    check_domain,
    check_model,
    check_points,
    map_of,
)
from cornu.pictures.decision_picture import (
    OUTPUT,
    SIZE,
    color_reach,
    draw_map,
    in_words,
    shares,
    table_of,
    told,
)
from cornu.pictures.drawing import TEXT, Sheet, ToFile, add_scale, legend_of_all
from cornu.pictures.text_table import text_table, thinned
from cornu.utils.number import check_finite, check_integer

_COLUMNS = 4
_MOST_PANELS = 12


class Frame(NamedTuple):
    """The map after an epoch.

    Attributes:
        epoch: How many epochs the model had been trained.
        map: The map.
    """

    epoch: int
    map: DecisionMap


class DecisionSurface(Callback):
    """Keep the decision surface of a model of two inputs, every few epochs, while it trains.

    The first is that before training, the last that at its end.

    Args:
        x: Rows to show as points, (n, 2).
        y: Their labels; None: not known. See `cornu.pictures.decision_surface`, as for `domain` and
            `threshold`.
        every: After how many epochs to keep another.
        to_file: Where its name has `{epoch}`, as in `"surface-{epoch:04d}.png"`: a file for each,
            written at once. Else the one file of all of them, written when training ends. None: no
            file.
        domain: The inputs' ranges; None: what has the points.
        threshold: Above which one output is a yes.

    Attributes:
        frames: The maps that were kept, in order.

    Raises:
        ImportError: there is a `to_file`, and matplotlib is not installed.
        TypeError: data are no real numbers; as training begins: the model is none of two inputs.
        ValueError: an argument is of another shape or kind; as training begins: the model takes
            other rows.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> layer = cornu.layers.Dense(1, "sigmoid", kernel_initializer="ones")
    >>> model = cornu.Sequential([cornu.Input((2,)), layer])
    >>> model.compile("sgd", "binary_crossentropy")
    >>> x, y = np.array([[-1.0, -1.0], [1.0, 1.0]]), np.array([0, 1])
    >>> surface = cornu.pictures.DecisionSurface(x, y, every=2)
    >>> history = model.fit(x, y, epochs=5, verbose=0, callbacks=[surface])
    >>> print(surface.plot())
    Decision surface while training
    epoch  points right  output above 0.5
    0            2 of 2               50%
    2            2 of 2               50%
    4            2 of 2               50%
    5            2 of 2               50%

    Source: https://playground.tensorflow.org shows such maps.
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        every: int = 10,
        to_file: ToFile = None,
        domain: Any = None,
        threshold: float = 0.5,
    ) -> None:
        super().__init__()
        self.every = check_integer("every", every)
        self.threshold = float(check_finite("threshold", threshold))
        self._points = check_points(x, y, self.threshold)
        self._sides = check_domain(domain, self._points)
        self.to_file = None if to_file is None else os.fsdecode(to_file)
        self._of_each = False
        if self.to_file is not None:
            self._of_each = _with_epoch(self.to_file, 0) != self.to_file
            Sheet("DecisionSurface", self.to_file)
        self.frames: list[Frame] = []
        self._epoch = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.frames = []

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        if not self.frames:
            self._epoch = epoch
            self._keep(epoch)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch + 1
        if self._epoch % self.every == 0:
            self._keep(self._epoch)

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.frames and self.frames[-1].epoch != self._epoch:
            self._keep(self._epoch)
        if self.to_file is not None and not self._of_each:
            self.plot(self.to_file)

    def _keep(self, epoch: int) -> None:
        check_model(self.model)
        found = map_of(self.model, self._sides, self._points, self.threshold)
        self.frames.append(Frame(epoch, found))
        if self.to_file is not None and self._of_each:
            self._draw_one(self.frames[-1], _with_epoch(self.to_file, epoch))

    def _draw_one(self, frame: Frame, to_file: str) -> None:
        sheet = Sheet("DecisionSurface", to_file)
        title = f"Decision surface, epoch {frame.epoch}{told(frame.map)}"
        picture = sheet.begin(*SIZE, title)
        panel = picture.subplots()
        reach = color_reach(frame.map, self.threshold)
        image = draw_map(panel, frame.map, self.threshold, reach)
        if image is not None:
            add_scale(picture, [panel], image, OUTPUT)
        legend_of_all(picture, panel)
        sheet.finish(picture, in_words(frame.map, self.threshold), table_of(title, frame.map))

    def plot(self, to_file: ToFile = None) -> Any:
        """Draw the maps that were kept, side by side; of more than twelve, some.

        Args:
            to_file: The file's path, in any format that matplotlib writes, without an ending PNG;
                None: no file.

        Returns:
            A `matplotlib.figure.Figure`, which notebooks show. `str` gives a line for each map,
            `alt_text` says what it shows.

        Raises:
            ImportError: matplotlib is not installed.
            OSError: the file can't be written.
            ValueError: there is no map yet, or matplotlib doesn't write such files.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1, "sigmoid")])
        >>> model.compile("sgd", "binary_crossentropy")
        >>> x, y = np.array([[-1.0, -1.0], [1.0, 1.0]]), np.array([0, 1])
        >>> surface = cornu.pictures.DecisionSurface(x, y)
        >>> history = model.fit(x, y, epochs=1, verbose=0, callbacks=[surface])
        >>> len(surface.plot().axes)  # Two maps and the scale of their colours.
        3
        """
        sheet = Sheet("DecisionSurface.plot", to_file)
        if not self.frames:
            raise ValueError(
                "There must be a decision surface to draw: hand the callback to `fit` first."
            )
        shown = [self.frames[place] for place in thinned(len(self.frames), _MOST_PANELS)]
        columns = min(len(shown), _COLUMNS)
        rows = -(-len(shown) // columns)
        title = "Decision surface while training"
        picture = sheet.begin(max(3.1 * columns, 5.0), 2.9 * rows + 1.3, title)
        panels = list(picture.subplots(rows, columns, squeeze=False).flat)
        reach = max(color_reach(frame.map, self.threshold) for frame in shown)
        image = None
        for place, (panel, frame) in enumerate(zip(panels, shown, strict=False)):
            image = draw_map(panel, frame.map, self.threshold, reach)
            right = self._right(frame)
            said = f"epoch {frame.epoch}{f', {right} right' if right else ''}"
            panel.set_title(said, fontsize=10, color=TEXT)
            # Numbers and names stand at the outer sides.
            sides = place % columns > 0, place + columns < len(shown)
            for axis, is_inner in zip((panel.yaxis, panel.xaxis), sides, strict=True):
                axis.label.set_visible(not is_inner)
                axis.set_tick_params(labelleft=not is_inner, labelbottom=not is_inner)
        for panel in panels[len(shown) :]:
            panel.remove()
        legend_of_all(picture, panels[0])
        if image is not None:
            add_scale(picture, panels[: len(shown)], image, OUTPUT)
        table = self._table(title, shown)
        last = in_words(shown[-1].map, self.threshold)
        said = f"{len(shown)} maps, of epochs {shown[0].epoch} to {shown[-1].epoch}; the last: "
        return sheet.finish(picture, f"{said}{last[0].lower()}{last[1:]}", table)

    def _table(self, title: str, shown: list[Frame]) -> str:
        left_out = len(self.frames) - len(shown)
        note = f" ({left_out} of {len(self.frames)} left out)" if left_out else ""
        parts = [shares(frame.map, self.threshold) for frame in shown]
        lines = [
            [str(frame.epoch), self._right(frame), *part.values()]
            for frame, part in zip(shown, parts, strict=True)
        ]
        return text_table(f"{title}{note}", ["epoch", "points right", *parts[0]], lines)

    def _right(self, frame: Frame) -> str | None:
        right, points = frame.map.right, frame.map.points
        return None if right is None or points is None else f"{right} of {len(points.x)}"


def _with_epoch(to_file: str, epoch: int) -> str:
    try:
        return to_file.format(epoch=epoch)
    except (IndexError, KeyError, ValueError):
        raise ValueError(
            "`to_file` may hold `{epoch}`, or with a width `{epoch:04d}`, and nothing else in "
            f"braces. Received: to_file={to_file!r}"
        ) from None
