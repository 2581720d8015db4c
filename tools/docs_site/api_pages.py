"""The pages of the API reference: one a namespace, one a class, and one a group of functions."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

from docstring_markup import as_rst, first_sentence
from public_names import Entry, entries, namespaces

# A namespace of more functions than these has a page for each module that they are written in.
_MOST_FUNCTIONS_A_PAGE = 60
# In this order in the reference; the rest of the namespaces follow by name.
_FIRST = (
    *("models", "layers", "activations", "losses", "optimizers", "metrics", "callbacks"),
    *("initializers", "regularizers", "constraints", "datasets", "utils", "ops", "random"),
    *("saving", "config", "wrappers", "preprocessing", "backend"),
)


def write_pages(directory: Path) -> None:
    """Write the reference into a directory."""
    found = entries()
    links = link_names(found)
    pages = {"index": _index(found, links)}
    for space, listed in found.items():
        pages.update(_namespace_pages(space, listed, found, links))
    for name, text in pages.items():
        path = directory / f"{name}.rst"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def link_names(found: dict[str, list[Entry]]) -> dict[str, str]:
    """Return what a docstring may call a public thing, with the thing's path."""
    links: dict[str, str] = {}
    for listed in found.values():
        for entry in listed:
            links[entry.path] = links[f"{entry.space}.{entry.name}"] = entry.home.path
            links[f"{entry.space}.{entry.name}".removeprefix("cornu.")] = entry.home.path
            if entry.is_class and entry.home is entry:
                links.setdefault(entry.name, entry.path)
    for space in found:
        links[space] = space
    return links


def members_of(kind: type, documented: dict[type, Entry]) -> list[str]:
    """Return the public members of a class that no other page describes; all, of a model."""
    members: dict[str, None] = {}
    if documented[kind].space == "cornu.models":
        documented = {}
    for base in kind.__mro__:
        if (base is not kind and base in documented) or base.__module__.split(".")[0] != "cornu":
            break
        for name, member in vars(base).items():
            text = getattr(getattr(member, "__func__", member), "__doc__", None)
            described = callable(member) or isinstance(
                member, (property, classmethod, staticmethod)
            )
            if name[0] != "_" and described and text and not inspect.isclass(member):
                members.setdefault(name)
    return sorted(members)


def _title(text: str, mark: str = "=") -> list[str]:
    return [text, mark * len(text), ""]


def _order(space: str) -> tuple[int, str]:
    name = space.removeprefix("cornu.")
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)


def _page_of(space: str) -> str:
    return space.replace("cornu.", "", 1).replace(".", "/") + ("/index" if "." in space else "")


def _index(found: dict[str, list[Entry]], links: dict[str, str]) -> str:
    lines = _title("API reference")
    lines += [
        "Every public name, by namespace. The names are Keras's; where one means something else,",
        ":doc:`the differences </keras_differences>` say so, and :doc:`the names of Keras",
        "</keras_coverage>` are listed with what is not there. Classes have pages of their own;",
        "functions stand with their kin.",
        "",
    ]
    spaces = sorted((space for space in found if space.count(".") == 1), key=_order)
    lines += [".. list-table::", "   :header-rows: 1", "   :widths: 25 15 60", ""]
    lines += ["   * - Namespace", "     - Names", "     - What is in it"]
    for space in ["cornu", *spaces]:
        count = sum(
            len(listed)
            for name, listed in found.items()
            if name == space or (space != "cornu" and name.startswith(f"{space}."))
        )
        said = as_rst(first_sentence(namespaces()[space].__doc__, "."), links)
        if space == "cornu":
            said = "The names at the top: ``import cornu as keras``."
        lines += [f"   * - :doc:`{space} <{_page_of(space)}>`", f"     - {count}", f"     - {said}"]
    lines += ["", ".. toctree::", "   :hidden:", ""]
    lines += [f"   {_page_of(space)}" for space in ["cornu", *spaces]]
    return "\n".join(lines) + "\n"


def _namespace_pages(
    space: str, listed: list[Entry], found: dict[str, list[Entry]], links: dict[str, str]
) -> dict[str, str]:
    module = namespaces()[space]
    documented = {
        entry.thing: entry.home
        for entries_there in found.values()
        for entry in entries_there
        if entry.is_class
    }
    own = [entry for entry in listed if entry.home is entry]
    classes = sorted((entry for entry in own if entry.is_class), key=lambda one: one.name)
    functions = sorted((entry for entry in own if not entry.is_class), key=lambda one: one.name)
    page = _page_of(space)
    folder = "" if space == "cornu" else page.removesuffix("index")
    pages: dict[str, str] = {}
    lines = [f".. py:module:: {space}", "", *_title(space)]
    lines += [as_rst(inspect.getdoc(module) or "", links) if space != "cornu" else _TOP, ""]
    children = [f"{folder}{entry.name}" for entry in classes]
    for entry in classes:
        pages[f"{folder}{entry.name}"] = _class_page(entry, documented)
    groups: dict[str, list[Entry]] = {}
    if len(functions) > _MOST_FUNCTIONS_A_PAGE:
        for entry in functions:
            groups.setdefault(entry.source_module, []).append(entry)
        functions = []
    for source, group in sorted(groups.items()):
        name = source.rpartition(".")[2]
        children.append(f"{folder}{name}")
        pages[f"{folder}{name}"] = _group_page(space, source, group, links)
    inner = [name for name in found if name.rpartition(".")[0] == space and space != "cornu"]
    children += [_page_of(name) for name in inner]
    if inner:
        lines += [*(f"- :doc:`{name} </api/{_page_of(name)}>`" for name in inner), ""]
    if groups:
        lines += ["By kind:", ""]
        for source in sorted(groups):
            said = as_rst(first_sentence(importlib.import_module(source).__doc__, "."), links)
            name = source.rpartition(".")[2]
            lines += [f"- :doc:`{_heading(name)} </api/{folder}{name}>`: {said}"]
        lines += [""]
    if listed:
        lines += _table(listed, links)
    if functions:
        lines += _title("Functions" if classes else "In full", "-")
        lines += [line for entry in functions for line in _directive(entry)]
    if children:
        lines += [".. toctree::", "   :hidden:", "", *(f"   /api/{name}" for name in children), ""]
    pages[page] = "\n".join(lines)
    return pages


_TOP = """\
What is most used has a second name at the top: ``keras.Sequential`` is ``keras.models.Sequential``
after ``import cornu as keras``. Namespaces are imported when they are first used."""


def _table(listed: list[Entry], links: dict[str, str]) -> list[str]:
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 35 65", ""]
    lines += ["   * - Name", "     - What it is"]
    for entry in sorted(listed, key=lambda one: (not one.is_class, one.name.lower(), one.name)):
        home = entry.home
        if home is entry:
            said = as_rst(first_sentence(entry.thing.__doc__), links)
        else:
            said = f"Another name of ``{home.path}``."
        shown = entry.name if entry.is_class else f"{entry.name}()"
        lines += [f"   * - :py:obj:`{shown} <{home.path}>`", f"     - {said}"]
    return [*lines, ""]


def _directive(entry: Entry) -> list[str]:
    return [f".. autofunction:: {entry.path}", ""]


def _class_page(entry: Entry, documented: dict[type, Entry]) -> str:
    base = next((one for one in entry.thing.__mro__[1:] if one in documented), None)
    lines = [*_title(entry.name), f".. autoclass:: {entry.path}"]
    members = members_of(entry.thing, documented)
    if members:
        lines += [f"   :members: {', '.join(members)}"]
    lines += [""]
    if base is not None and entry.space != "cornu.models":
        home = documented[base]
        lines += [
            f"   A :py:class:`{home.name} <{home.path}>`, whose methods it has beside these.",
            "",
        ]
    return "\n".join(lines)


def _group_page(space: str, source: str, group: list[Entry], links: dict[str, str]) -> str:
    said = as_rst(inspect.getdoc(importlib.import_module(source)) or "", links)
    lines = [*_title(_heading(source.rpartition(".")[2])), said, "", *_table(group, links)]
    lines += [line for entry in group for line in _directive(entry)]
    return "\n".join(lines)


def _heading(name: str) -> str:
    return name.replace("_", " ").capitalize()
