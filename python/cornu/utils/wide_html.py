"""What may be wider than a page: it scrolls by itself, and shadows at its edges say so."""

from __future__ import annotations

from html import escape

# A notebook or a site may have a theme of its own, and says so in an attribute of the page:
# JupyterLab and what nbconvert exports, Sphinx's themes, Colab, VS Code. Else the system's counts.
_MARKS = ("[data-theme={0}]", "html[theme={0}]", "[data-vscode-theme-kind$={0}]")
_LIGHT = ("[data-jp-theme-light=true]", *(mark.format("light") for mark in _MARKS))
_DARK = (
    "[data-jp-theme-light=false]",
    "[data-vscode-theme-kind$=high-contrast]",
    *(mark.format("dark") for mark in _MARKS),
)
# Colours are written as light-dark(), and this says which of the two counts.
THEME_STYLE = ".cornu-themed{color-scheme:light dark}" + "".join(
    f":is({','.join(marks)}) .cornu-themed{{color-scheme:{scheme}}}"
    for scheme, marks in (("light", _LIGHT), ("dark", _DARK))
)
PAPER = ("white", "#15181d")
# Behind what is shown lie shadows at the edges of the scroller, which stand still, and over them
# pieces of paper at the ends of what scrolls, which hide them where there is no more to see.
_LAYERS = "".join(
    f"linear-gradient({angle}deg,{colors}) {side} 0/{width}px 100% no-repeat {attachment},"
    for colors, width, attachment in (
        ("var(--cornu-paper) 16px,transparent", 48, "local"),
        ("var(--cornu-edge),transparent", 16, "scroll"),
    )
    for angle, side in ((90, "0"), (270, "100%"))
)
WIDE_STYLE = (
    f"{THEME_STYLE}.cornu-wide{{overflow-x:auto;width:fit-content;max-width:100%}}"
    "@supports(color:light-dark(red,red)){"
    f".cornu-wide{{--cornu-paper:light-dark({','.join(PAPER)});"
    "--cornu-edge:light-dark(#0005,#fff5);"
    f"background:{_LAYERS}var(--cornu-paper)}}"
    # Else a picture's own paper would lie over the shadows.
    ".cornu-wide>svg>rect:first-of-type{fill:none}"
    ".cornu-wide img{mix-blend-mode:multiply}.cornu-wide{isolation:isolate}}"
)


def wide(content: str, label: str, white: int | None = None) -> str:
    """Return an element that scrolls sideways where it is too narrow, by keys as well.

    A page that has it has `WIDE_STYLE` too.

    Args:
        content: HTML.
        label: What it is, for those who come to it and don't see it.
        white: How wide it is at most, in pixels, where it is on white paper on dark pages too;
            None: its paper is the page's.

    Example:

    >>> from cornu.utils.wide_html import wide
    >>> 'tabindex="0"' in wide("<table></table>", "Figures")
    True
    """
    look = 'cornu-wide cornu-themed"'
    if white is not None:
        look = f'cornu-wide" style="color-scheme:light;width:auto;max-width:{white}px"'
    # In JupyterLab the arrow keys would go to the notebook.
    return (
        f'<div class="{look} role="group" aria-label="{escape(label)}" tabindex="0" '
        f'data-lm-suppress-shortcuts="true">{content}</div>'
    )
