"""Pictures of models: what graphviz draws, and SVG without it."""

from __future__ import annotations

import sys
from html import escape
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from cornu.utils.errors import shown
from cornu.utils.extras import require
from cornu.utils.messages import tell
from cornu.utils.model_boxes import COLORS, Box, Group, Shown, boxes_in, find_boxes
from cornu.utils.number import check_finite

_DIRECTIONS = ("TB", "BT", "LR", "RL")


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """Return a model as a graph of pydot's: `pip install 'cornu[plot]'`.

    Args:
        model: A model that is built.
        show_shapes: Whether boxes say the shapes of inputs and outputs.
        show_dtype: Whether they say the type of outputs.
        show_layer_names: Whether they say the layers' names beside their classes.
        rankdir: Where the graph goes on: `"TB"`, down, `"BT"`, `"LR"` or `"RL"`.
        expand_nested: Whether models within the model are shown layer by layer.
        dpi: Dots an inch.
        subgraph: Whether to return a `pydot.Cluster`.
        show_layer_activations: Whether boxes say the activation of layers that have one.
        show_trainable: Whether they say if the layer is trained.
        splines: How edges go: `"ortho"`, or another way of graphviz's.
        **kwargs: None: what Keras 2 had, `layer_range`, is refused.

    Returns:
        A `pydot.Dot`, or a `pydot.Cluster`.

    Raises:
        ImportError: pydot is not installed.
        ValueError: the model is not built, or an argument is not known.

    Example:

    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(2), cornu.layers.ReLU()])
    >>> dot = cornu.utils.model_to_dot(model)  # doctest: +SKIP
    >>> len(dot.get_nodes())  # doctest: +SKIP
    3

    Source: https://keras.io/api/utils/model_plotting_utils/
    """
    _refuse(kwargs)
    what = Shown(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    parts = find_boxes(model, what, expand_nested)
    pydot = require("pydot", "plot", "model_to_dot")
    if not subgraph:
        return _dot(pydot, parts, what, rankdir, dpi, splines)
    cluster = _cluster(pydot, model.name)
    _add(pydot, cluster, parts, what)
    return cluster


def plot_model(
    model: Any,
    to_file: str | PathLike[str] = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """Draw a model into a file.

    A file that ends in `.svg` is drawn by cornu itself. Others, in any format that graphviz knows
    by their ending, need the program `dot` of graphviz, and pydot: `pip install 'cornu[plot]'`.

    Args:
        model: See `model_to_dot`, as for all but the following.
        to_file: The file's name; without an ending, it is PNG.
        show_shapes: See there.
        show_dtype: See there.
        show_layer_names: See there.
        rankdir: See there.
        expand_nested: See there.
        dpi: See there.
        show_layer_activations: See there.
        show_trainable: See there.
        splines: See there; SVG's arrows lead from one box of a chain to the next, whatever it is.
        **kwargs: See there.

    Returns:
        An image of IPython's, if that is installed and shows the format; else None.

    Raises:
        ImportError: pydot or graphviz is missing. In a notebook that is printed instead.
        OSError: the file can't be written.
        ValueError: the model is not built, or an argument is something else.

    Example:

    >>> import os, tempfile
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(2, name="first")])
    >>> path = os.path.join(tempfile.mkdtemp(), "model.svg")
    >>> image = cornu.utils.plot_model(model, path, show_shapes=True, show_layer_names=True)
    >>> with open(path) as file:
    ...     "first (Dense)" in file.read()
    True

    Source: https://keras.io/api/utils/model_plotting_utils/
    """
    from cornu.saving.whole_file import write_text, write_whole

    _refuse(kwargs)
    path = Path(fspath(to_file))
    ending = path.suffix[1:] or "png"
    what = Shown(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    parts = find_boxes(model, what, expand_nested)
    if ending.lower() == "svg":
        from cornu.utils.model_svg import draw

        if rankdir not in _DIRECTIONS:
            raise ValueError(
                f"`rankdir` must be one of {_DIRECTIONS}. Received: rankdir={shown(rankdir)}"
            )
        title = f"Model {model.name}"
        picture = draw(parts, rankdir, check_finite("dpi", dpi), title=title)
        write_text(path, picture)
        return _displayed("SVG", path)
    missing = _find_missing()
    if missing is not None:
        if "IPython.core.magics.namespace" in sys.modules:
            tell(str(missing))
            return None
        raise missing
    dot = _dot(require("pydot", "plot", "plot_model"), parts, what, rankdir, dpi, splines)
    write_whole(path, True, dot.create(format=ending))
    return None if ending.lower() == "pdf" else _displayed("Image", path)


def _refuse(kwargs: dict[str, Any]) -> None:
    if kwargs.pop("layer_range", None) is not None:
        raise ValueError("Argument `layer_range` is no longer supported, as in Keras 3.")
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments: {shown(kwargs)}")


def _find_missing() -> ImportError | None:
    """The error about what is missing to draw with graphviz; None: nothing is."""
    import shutil

    try:
        require("pydot", "plot", "plot_model")
    except ImportError as error:
        text = f"{error}, and graphviz's program `dot`; or draw into a file that ends in .svg, "
        return ImportError(f"{text}which needs neither")
    if shutil.which("dot") is None:
        return ImportError(
            "plot_model needs graphviz's program `dot`, which isn't installed. Install it with: "
            "apt install graphviz (others: https://graphviz.org/download/); or draw into a file "
            "that ends in .svg, which needs nothing"
        )
    return None


def _displayed(kind: str, path: Path) -> Any:
    try:
        from IPython import display
    except ImportError:
        return None
    return getattr(display, kind)(filename=str(path))


def _dot(
    pydot: Any, parts: list[Box | Group], what: Shown, rankdir: str, dpi: float, splines: str
) -> Any:
    graph = pydot.Dot()
    settings = {"rankdir": rankdir, "concentrate": True, "dpi": dpi, "splines": splines}
    for name, value in settings.items():
        graph.set(name, value)
    graph.set_node_defaults(shape="record")
    _add(pydot, graph, parts, what)
    return graph


def _add(pydot: Any, graph: Any, parts: list[Box | Group], what: Shown) -> None:
    """Add boxes, those of a group within a cluster, and edges from each to the next."""
    last = None
    for part in parts:
        inner = list(boxes_in([part]))
        if isinstance(part, Group):
            cluster = _cluster(pydot, part.name)
            _add(pydot, cluster, part.parts, what)
            graph.add_subgraph(cluster)
        else:
            node = pydot.Node(str(part.key), label=_label(part, what))
            for name, value in (("fontname", "Helvetica"), ("border", "0"), ("margin", "0")):
                node.set(name, value)
            graph.add_node(node)
        if inner:
            ends = None if last is None else (str(last.key), str(inner[0].key))
            if ends is not None and not graph.get_edge(*ends):
                graph.add_edge(pydot.Edge(*ends, penwidth="2"))
            last = inner[-1]


def _cluster(pydot: Any, name: str) -> Any:
    cluster = pydot.Cluster(style="dashed", graph_name=name)
    cluster.set("label", name)
    cluster.set("labeljust", "l")
    return cluster


def _label(box: Box, what: Shown) -> str:
    """A table in graphviz's kind of HTML."""
    width = max(1, what.dtype + what.trainable + 2 * what.shapes)
    title = f"<b>{escape(box.name)}</b> ({box.kind})" if box.name else f"<b>{box.kind}</b>"
    head = f'<font point-size="16" color="white">{title}</font>'
    rows = [f'<td colspan="{width}" bgcolor="black">{head}</td>']
    if box.activation:
        text = f'<font point-size="14">Activation: <b>{escape(box.activation)}</b></font>'
        rows.append(f'<td bgcolor="white" colspan="{width}">{text}</td>')
    if box.cells:
        rows.append("".join(_table_cell(*cell) for cell in box.cells))
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<<table border="0" cellborder="1" bgcolor="black" cellpadding="10">{body}</table>>'


def _table_cell(said: str, value: str) -> str:
    if value:
        text = f'<font point-size="14">{said}: <b>{escape(value)}</b></font>'
        return f'<td bgcolor="white">{text}</td>'
    text = f'<font point-size="14" color="white"><b>{said}</b></font>'
    return f'<td bgcolor="{COLORS[said]}">{text}</td>'
