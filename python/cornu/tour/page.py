"""The tour as a page: one HTML file with everything in it, which opens without a network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import cornu
from cornu.tour import six_steps, worked_example
from cornu.tour.digits_svg import draw_digits
from cornu.utils.html_table import html_table
from cornu.utils.network_svg import network_to_svg
from cornu.utils.wide_html import WIDE_STYLE, wide

_TITLE = "One step by hand, then a network that reads digits"
_STYLE = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--muted:#57606a;--line:#d0d7de}
@media (prefers-color-scheme:dark){
:root{--paper:#15181d;--ink:#e8eaed;--muted:#a9b1bb;--line:#3a414b}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:54rem;padding:1.5rem 1rem 3rem;background:var(--paper);
color:var(--ink);font:1rem/1.5 system-ui,"Segoe UI",Helvetica,Arial,sans-serif}
h1{font-size:1.7rem;line-height:1.2}
h2{font-size:1.35rem;margin:2.5rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--line)}
h3{font-size:1.1rem;margin:2rem 0 .5rem}
.cornu-wide{margin:.75rem 0}
svg{display:block}
table{border-collapse:collapse;font-size:.95rem}
caption,figcaption{color:var(--muted);font-size:.9rem;padding-bottom:.35rem}
caption{min-width:min(30rem,100vw - 2rem);max-width:calc(100vw - 2rem)}
tbody th,footer code{white-space:nowrap}
thead th,tbody th,tbody td{border-bottom:1px solid var(--line)}
@media (max-width:30rem){table{font-size:.85rem}tbody td{white-space:nowrap}}
figure{margin:1rem 0}
figcaption{padding-top:.35rem}
pre{font-size:.85rem;line-height:1.45;margin:0}
footer{margin-top:3rem;color:var(--muted);font-size:.9rem}
"""
# The pictures of the example: by the first word of a part's title, the trace's step and a caption.
_PICTURES = {
    "Forward": ("loss", "What each unit gives (in its circle) and takes in (z), up to the error."),
    "Backward": (
        "backward/hidden",
        "The derivatives of E: below a unit, by its output a and its z; on a line, by its weight.",
    ),
    "Update": ("update", "The weights after the step; in the circles, what was before it."),
}


def page() -> str:
    """Return the page. Its figures come from the same steps of the engine as those of the text.

    Example:

    >>> from cornu.tour.page import page
    >>> page().startswith("<!DOCTYPE html>")
    True
    """
    body = [f"<h1>{escape(_TITLE)}</h1>", *_example()]
    # The layers of the example are counted too.
    cornu.utils.clear_session()
    body += _six_steps(seed=1)
    made = f"Made by cornu {cornu.__version__}: <code>python -m cornu --html FILE</code>"
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>cornu: {escape(_TITLE)}</title>",
        # Without it a browser asks for one.
        '<link rel="icon" href="data:,">',
        f"<style>{_STYLE}{WIDE_STYLE}</style></head><body>",
        *body,
        f"<footer>{made}</footer>",
        "</body></html>\n",
    ]
    return "\n".join(lines)


def _example() -> list[str]:
    step = worked_example.take_step()
    trace = step[1]
    lines = [_heading(2, worked_example.TITLE), _paragraph(worked_example.INTRODUCTION)]
    for part in worked_example.parts(worked_example.figures(step)):
        name, _, about = part.title.partition(": ")
        rows = [_cells(row) for row in part.rows]
        if part.error is not None:
            symbol, value, meaning = part.error
            rows.append([symbol, f"{value:.15f}", meaning])
        caption = about[:1].upper() + about[1:]
        lines += [
            _heading(3, name),
            _table(caption, ("symbols", "figures", "meaning"), rows, figures=(1,)),
        ]
        if name in _PICTURES:
            key, caption = _PICTURES[name]
            lines.append(_figure(trace.to_svg(key), caption))
        else:
            given = network_to_svg(worked_example.make_model())
            lines.append(_figure(given, "The network, with the weights that it begins with."))
        if name == "Backward":
            lines += _products(trace)
    return lines


def _products(trace: Any) -> list[str]:
    """The chain rule, factor by factor, for a weight of each layer."""
    lines = [_paragraph("For W5 and W1 the chain rule in full, factor by factor:")]
    for weight in ("output/kernel", "hidden/kernel"):
        text = escape(str(trace.explain(weight, (0, 0))))
        lines.append(wide(f"<pre>{text}</pre>", f"The chain rule for {weight}[0, 0]"))
    return lines


def _cells(row: worked_example.Row) -> list[str]:
    return [row.symbols, "   ".join(f"{value:.8f}" for value in row.values), row.meaning]


def _six_steps(seed: int) -> list[str]:
    steps = six_steps.SixSteps(seed)
    model = steps.model
    # What the optimizer keeps comes with the training.
    summary = model._repr_html_()
    steps.learn(verbose=0)
    titles = [title.replace("\n", " ") for title in (*steps.before, *steps.after)]
    shapes = [[name, str(x.shape), str(y.shape)] for name, (x, y) in steps.parts.items()]
    optimizer = model.optimizer
    compiled = [
        ["optimizer", f"{type(optimizer).__name__}, learning rate {optimizer.learning_rate:g}"],
        ["loss", str(model.loss)],
        ["metrics", ", ".join(model.metrics_names[1:])],
    ]
    results = [["loss", f"{steps.loss:.4f}"], ["accuracy", f"{steps.accuracy:.4f}"]]
    count = len(steps.images)
    history = steps.history._repr_html_()
    contents = [
        _table("The parts and their arrays", ("part", "x", "y"), shapes),
        wide(summary, "The model"),
        _table("What is made smaller, how, and what is told of it", [], compiled),
        wide(history, "The training, epoch by epoch"),
        _table("On the test part", [], results, figures=(1,)),
        _figure(
            draw_digits(steps.images, steps.labels, steps.probabilities),
            f"The first {count} digits of the test part, what the network takes each for, and the "
            "probability that it gives it.",
        ),
    ]
    lines = [_heading(2, six_steps.TITLE)]
    for number, (title, content) in enumerate(zip(titles, contents, strict=True), 1):
        name, _, about = title.partition(": ")
        lines += [
            _heading(3, f"{number}. {name}"),
            _paragraph(about[:1].upper() + about[1:] + "."),
            content,
        ]
    return lines


def _heading(level: int, text: str) -> str:
    return f"<h{level}>{escape(text)}</h{level}>"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _table(
    caption: str, header: Sequence[str], rows: list[list[str]], figures: Sequence[int] = ()
) -> str:
    return wide(html_table(caption, header, [("", rows)], figures), caption)


def _figure(svg: str, caption: str) -> str:
    shown = wide(svg, caption)
    return f"<figure>{shown}<figcaption>{escape(caption)}</figcaption></figure>"
