"""What of cornu is public, from the package's own lists of names."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

# What the methods of public classes return, which programs use and never make.
_RETURNED = {
    "cornu.models": (
        *("cornu.models.traced.Trace", "cornu.models.traced.LayerTrace"),
        *("cornu.models.traced.WeightTrace", "cornu.models.explanation.Explanation"),
    ),
}


@dataclass
class Entry:
    """A public name.

    Attributes:
        space: The namespace that it is in, `cornu.layers`.
        name: The name there.
        thing: What it names.
        path: Where it is imported from, `cornu.layers.Dense`.
        home: The entry that is documented, itself unless this is another name of it.
    """

    space: str
    name: str
    thing: Any
    path: str
    home: Entry = field(init=False, repr=False)

    @property
    def is_class(self) -> bool:
        return inspect.isclass(self.thing)

    @property
    def source_module(self) -> str:
        return getattr(self.thing, "__module__", "") or self.space


def names_of(module: ModuleType) -> list[str]:
    """Return a module's public names; those that it defines, where it has no list."""
    listed = getattr(module, "__all__", None)
    if listed is None:
        listed = [
            name
            for name, thing in vars(module).items()
            if name[0] != "_" and getattr(thing, "__module__", "") == module.__name__
        ]
    return [name for name in listed if name[0] != "_"]


def namespaces() -> dict[str, ModuleType]:
    """Return the public modules by name, `cornu` first, each before those within it."""
    found: dict[str, ModuleType] = {}

    def add(name: str) -> None:
        module = found[name] = importlib.import_module(name)
        for inner in names_of(module):
            if inspect.ismodule(getattr(module, inner)):
                add(f"{name}.{inner}")

    add("cornu")
    return found


def entries() -> dict[str, list[Entry]]:
    """Return the public names of each namespace, and where each is documented."""
    found = {
        space: [
            Entry(space, name, getattr(module, name), f"{space}.{name}")
            for name in names_of(module)
            if not inspect.ismodule(getattr(module, name))
        ]
        for space, module in namespaces().items()
    }
    for space, paths in _RETURNED.items():
        for path in paths:
            module, _, name = path.rpartition(".")
            thing = getattr(importlib.import_module(module), name)
            found[space].append(Entry(space, name, thing, path))
    homes: dict[int, Entry] = {}
    for entry in (entry for listed in found.values() for entry in listed):
        known = homes.get(id(entry.thing))
        if known is None or _closeness(entry) > _closeness(known):
            homes[id(entry.thing)] = entry
    for entry in (entry for listed in found.values() for entry in listed):
        entry.home = homes[id(entry.thing)]
    return found


def _closeness(entry: Entry) -> tuple[bool, bool, bool]:
    """Return how near a name is to what it names: in its module, under its own name, deep."""
    within = f"{entry.source_module}.".startswith(f"{entry.space}.")
    own_name = getattr(entry.thing, "__name__", "") == entry.name
    return within and entry.space != "cornu", own_name, entry.space != "cornu"
