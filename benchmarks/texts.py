"""How figures are written: three digits, and what is compared is what is written."""

from __future__ import annotations

TIMES = "\N{MULTIPLICATION SIGN}"


def _decimals(value: float) -> int:
    return 0 if abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2


def rounded(value: float) -> float:
    """Return a figure as it is printed, to be compared with a bar."""
    return round(value, _decimals(value))


def figure_text(value: float) -> str:
    return f"{value:,.{_decimals(value)}f}"


def ratio_text(ratio: float) -> str:
    return f"{figure_text(ratio)}{TIMES}"


def time_text(seconds: float) -> str:
    """Write a time with its unit."""
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "µs"), (1e9, "ns")):
        value = seconds * factor
        if value >= 0.9995 or unit == "ns":
            return f"{figure_text(value)} {unit}"
    return ""


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]], markdown: bool) -> str:
    """Lay out a table; the first column and those without a head are text, the others figures."""
    is_text = [i == 0 or not head for i, head in enumerate(heads)]
    if markdown:
        rule = tuple("---" if text else "---:" for text in is_text)
        return "\n".join(f"| {' | '.join(row)} |" for row in (heads, rule, *rows))
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]
    lines = []
    for row in (heads, *rows):
        cells = (
            cell.ljust(width) if text else cell.rjust(width)
            for cell, width, text in zip(row, widths, is_text, strict=True)
        )
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
