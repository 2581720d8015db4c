"""Numbers, names and functions as C."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

_WORD = re.compile(r"\w+")
# What a part of C defines: macros, a function or a table.
_DEFINED = re.compile(r"^#define (\w+)|^static [^;={(]*?\b(\w+)(?=\(|\[\] =)", re.MULTILINE)
# In the order in which they come in a file.
_GROUPS = ("basics", "activations", "layers", "training")
# Of what it defines, and the C.
Part = tuple[frozenset[str], str]


def literal(number: float, dtype: str) -> str:
    """Return a number as a constant of a float type, which reads back as the same.

    Args:
        number: Any; an infinity and a NaN are read from <math.h>.
        dtype: `"float32"` or `"float64"`.

    Example:

    >>> from cornu.exporting.c_text import literal
    >>> literal(0.1, "float32"), literal(-2, "float64"), literal(float("inf"), "float32")
    ('0.1F', '-2.0', '(float)INFINITY')
    """
    value = np.dtype(dtype).type(number)
    if not np.isfinite(value):
        name = "NAN" if np.isnan(value) else "INFINITY"
        return ("-" if value < 0 else "") + f"({c_type(dtype)}){name}"
    return str(value) + ("F" if dtype == "float32" else "")


def c_type(dtype: str) -> str:
    """Return the name that C has for a float type."""
    return "float" if dtype == "float32" else "double"


def array(name: str, values: np.ndarray, comment: str = "") -> str:
    """Return a constant array.

    Args:
        name: Its name.
        values: Its numbers.
        comment: What it is.
    """
    kind = values.dtype.name
    suffix = "F" if kind == "float32" else ""
    numbers = [f"{number}{suffix}" for number in values.reshape(-1).astype(str).tolist()]
    is_real = kind.startswith("float")
    head = f"static const {c_type(kind) if is_real else 'size_t'} {name}[{values.size}] = {{"
    return "\n".join([f"/* {comment} */"] * bool(comment) + [head, *_lines(numbers), "};"])


def _lines(numbers: Iterable[str]) -> list[str]:
    """Numbers with commas, as lines of up to 100 characters."""
    lines, line = [], "   "
    for number in numbers:
        if len(line) + len(number) + 2 > 100:
            lines.append(line)
            line = "   "
        line += f" {number},"
    return [*lines, line]


def comment(text: str) -> str:
    """Return a text as a comment of C can hold it: one line, which ends nothing and begins nothing.

    Characters that don't show, or that turn what follows them around, are written as escapes.

    Args:
        text: Any text, such as the name of a layer or of a class.

    Example:

    >>> from cornu.exporting.c_text import comment
    >>> print(comment("a */ b\\n\u202ec"), comment("/* x"))
    a * / b\\n\\u202ec / * x
    """
    shown = "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii")
        for each in text
    )
    return re.sub(r"\*(?=/)|/(?=\*)", r"\g<0> ", shown)


def identifier(name: str, taken: Collection[str] = ()) -> str:
    """Return a name as C can have it, and none that is taken.

    Args:
        name: Any text.
        taken: Names.

    Example:

    >>> from cornu.exporting.c_text import identifier
    >>> identifier("conv2d/kernel"), identifier("2nd"), identifier("a b", ["a_b"])
    ('conv2d_kernel', 'net_2nd', 'a_b_1')
    """
    plain = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
    if not plain or plain[0].isdigit():
        plain = f"net_{plain}".rstrip("_")
    found, number = plain, 0
    while found in taken:
        number += 1
        found = f"{plain}_{number}"
    return found


class Needed(NamedTuple):
    """The parts that a text needs.

    Attributes:
        constants: Those that differ between the float types.
        common: Others that it needs in either way.
        own: Those with which it has cornu's own bits.
        library: Those by the C library, in their place.
    """

    constants: list[Part]
    common: list[Part]
    own: list[Part]
    library: list[Part]


def needed(text: str, dtype: str) -> Needed:
    """Return the parts of C that a text needs, and those that these need.

    Args:
        text: C whose calls are looked for.
        dtype: Its float type.
    """
    constants = parts_of(f"real_{_short(dtype)}")
    found = _called(text, parts_of(*_GROUPS) + constants)
    whole = text + "\n".join(map(_body, found))
    own, library = (
        _without(_called(whole, [*constants, *parts_of("basics", way)]), found)
        for way in ("exact", "libm")
    )
    return Needed(*_divided(found, constants), own, library)


def functions(parts: Needed, macro: str, dtype: str) -> str:
    """Return the C of parts.

    Args:
        parts: The parts.
        macro: The macro with which they have cornu's own bits.
        dtype: Their float type.
    """
    first, rest = _divided(parts.common, parts_of("basics"))
    blocks = [*map(_body, parts.constants), *map(_body, first)]
    if parts.own or parts.library:
        ways = [f"#ifdef {macro}", *map(_body, parts.own), "#else", *map(_body, parts.library)]
        blocks += [*ways, "#endif"]
    blocks += map(_body, rest)
    text = "\n\n".join(in_type(block, dtype) for block in blocks)
    return re.sub(r"(?<=[^\\])\n\n(?=#define (?!POLY))", "\n", text)


def words_of_parts() -> set[str]:
    """Return the words of all C that a file can have: names in it are none of them."""
    groups = (*_GROUPS, "real_f32", "exact", "libm")
    return {word for _, body in parts_of(*groups) for word in _WORD.findall(body)}


def parts_of(*groups: str) -> list[Part]:
    """Return the parts of some of the files of C beside this one, in their order."""
    return [part for group in groups for part in _parts(group)]


@cache
def _parts(group: str) -> list[Part]:
    """Those of one file, whose first is what is said of them all."""
    text = files(__package__).joinpath(f"{group}.c").read_text(encoding="utf-8")
    found = []
    for part in text.rstrip().split("\n\n")[1:]:
        names = frozenset(name or other for name, other in _DEFINED.findall(part))
        assert names, part
        found.append((names, part))
    return found


def _body(part: Part) -> str:
    return part[1]


def _divided(parts: Iterable[Part], some: Collection[Part]) -> tuple[list[Part], list[Part]]:
    """Those that are among some, and the others."""
    both: tuple[list[Part], list[Part]] = [], []
    for part in parts:
        both[part not in some].append(part)
    return both


def _without(parts: Iterable[Part], others: Collection[Part]) -> list[Part]:
    return [part for part in parts if part not in others]


def _called(text: str, parts: list[Part]) -> list[Part]:
    """Those of parts that a text needs, and those that these need, in their order."""
    words, found = set(_WORD.findall(text)), set()
    changed = True
    while changed:
        changed = False
        for index, (names, body) in enumerate(parts):
            if index not in found and names & words:
                found.add(index)
                words.update(_WORD.findall(_uncommented(body)))
                changed = True
    return [parts[index] for index in sorted(found)]


def _uncommented(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def _short(dtype: str) -> str:
    return "f32" if dtype == "float32" else "f64"


def in_type(text: str, dtype: str) -> str:
    """Return C that is written for any float type for one of them.

    Example:

    >>> from cornu.exporting.c_text import in_type
    >>> in_type("REAL y = R(0.5) * LIBM(exp)(SQRT(x));", "float32")
    'float y = 0.5F * expf(sqrtf(x));'
    """
    is_single = dtype == "float32"
    suffix = "f" if is_single else ""
    replaced: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
        (r"\bR\(([^()]*)\)", lambda found: found[1] + suffix.upper()),
        (r"\bLIBM\((\w+)\)", lambda found: found[1] + suffix),
        (r"\b(SQRT|FABS)(?=\()", lambda found: found[1].lower() + suffix),
        (r"\bREAL_BITS\b", "uint32_t" if is_single else "uint64_t"),
        (r"\bREAL\b", c_type(dtype)),
    ]
    for pattern, replacement in replaced:
        text = re.sub(pattern, replacement, text)
    return text
