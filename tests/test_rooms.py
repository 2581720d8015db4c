"""The order of the rooms (docs/design.md), as far as reading the source can tell."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CSRC = ROOT / "csrc"
PACKAGE = ROOT / "python" / "cornu"
# Each room may include from itself and from those before it.
ROOMS = ("base", "kernels", "net", "ext")
# What cornu.h, which is long, takes in.
PARTS_OF_HEADER = (
    "cornu_computations.h",
    "cornu_foreign.h",
    "cornu_layers.h",
    "cornu_losses.h",
    "cornu_optimizers.h",
    "cornu_rules.h",
    "cornu_runs.h",
)
INCLUDE = re.compile(r"^\s*#\s*include\s*([<\"])([^>\"]+)[>\"]", re.MULTILINE)
C_FILES = sorted((*CSRC.rglob("*.c"), *CSRC.rglob("*.h")))
PY_FILES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((*(ROOT / "tests").rglob("*.py"), *(ROOT / "tests").rglob("*.[ch]")))
# A page of C has comments and a licence to be long; beyond this a file has two subjects.
LONGEST_FILE = 500


def relative(path):
    return path.relative_to(ROOT).as_posix()


def room_of(path):
    return path.relative_to(CSRC).parts[0] if path.parent != CSRC else None


def includes(path):
    """Pairs of bracket and name."""
    return INCLUDE.findall(path.read_text(encoding="utf-8"))


def test_the_source_was_found():
    assert {room_of(path) for path in C_FILES} == {*ROOMS, None}
    assert PY_FILES


@pytest.mark.parametrize("path", C_FILES, ids=relative)
def test_includes_look_down_only(path):
    room = room_of(path)
    # cornu.h, above the rooms, stands on the C library alone.
    allowed = ROOMS[: ROOMS.index(room) + 1] if room else ()
    for bracket, name in includes(path):
        if bracket == "<":
            continue
        if name == "cornu.h":
            assert room, "cornu.h includes itself"
            continue
        if path.name == "cornu.h" and name in PARTS_OF_HEADER:
            continue
        assert (CSRC / name).is_file(), f"{name} is not written from csrc"
        assert name.split("/")[0] in allowed, f"{room} includes {name}"


@pytest.mark.parametrize("path", C_FILES, ids=relative)
def test_only_ext_knows_python(path):
    of_python = [
        name
        for bracket, name in includes(path)
        if bracket == "<" and re.match(r"Python\.h|numpy/|structmember\.h|datetime\.h", name)
    ]
    assert not of_python or room_of(path) == "ext"


@pytest.mark.parametrize("path", C_FILES, ids=relative)
def test_only_base_knows_the_operating_system(path):
    of_the_system = {
        "pthread.h",
        "sched.h",
        "signal.h",
        "sys/mman.h",
        "sys/stat.h",
        "sys/sysctl.h",
        "sys/time.h",
        "time.h",
        "unistd.h",
    }
    system = {name for bracket, name in includes(path) if bracket == "<"} & of_the_system
    assert not system or room_of(path) == "base", system


@pytest.mark.parametrize("path", C_FILES, ids=relative)
def test_the_core_neither_prints_nor_exits(path):
    text = re.sub(r"/\*.*?\*/|\"(\\.|[^\"\\])*\"", "", path.read_text(encoding="utf-8"), flags=re.S)
    found = re.findall(r"\b(?:printf|fprintf|puts|putchar|perror|exit|_exit|abort)\s*\(", text)
    assert not found


def test_kernels_and_base_know_no_layers():
    for path in C_FILES:
        if room_of(path) in ("base", "kernels"):
            found = re.findall(r"\bcornu_(?:layer|model|span|run)\w*", path.read_text("utf-8"))
            assert not found, f"{relative(path)}: {found[0]}"


def test_public_header_stands_alone():
    assert {name for _, name in includes(CSRC / "cornu.h")} <= {
        *PARTS_OF_HEADER,
        "stdbool.h",
        "stddef.h",
        "stdint.h",
    }
    for name in PARTS_OF_HEADER:
        assert not includes(CSRC / name)


def test_file_names_are_unique():
    exempt = {"__init__.py", "__main__.py", "README.md", "conftest.py"}
    pairs = Counter(path.name for path in (*C_FILES, *PY_FILES, *TESTS) if path.name not in exempt)
    # A C file and its header share their noun, and so do a Python module and its C counterpart.
    assert not [name for name, count in pairs.items() if count > 1]


def test_python_imports_the_core_as_one_module():
    """The package reaches C through `cornu._core` only: no ctypes, no second extension."""
    for path in PY_FILES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(?:import|from)\s+(?:ctypes|cffi)\b", text, re.M), relative(path)


@pytest.mark.parametrize("path", [*C_FILES, *PY_FILES, *TESTS], ids=relative)
def test_a_file_has_one_subject(path):
    lines = path.read_text(encoding="utf-8").count("\n")
    # The public header is the manual of the whole library.
    longest = LONGEST_FILE + 50 if path.name == "cornu.h" else LONGEST_FILE
    assert lines <= longest, f"{lines} lines"


@pytest.mark.parametrize("path", [*C_FILES, *PY_FILES, *TESTS], ids=relative)
def test_nothing_is_left_for_later(path):
    if path == Path(__file__).resolve():
        return
    found = re.findall(r"\b(?:TODO|FIXME|XXX)\b|^\s*#\s*if\s+0\b", path.read_text("utf-8"), re.M)
    assert not found
