"""Nested structures: lists, tuples, named tuples and dictionaries, one within another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.errors import shown as _shown

__all__ = [
    "assert_same_paths",
    "assert_same_structure",
    "flatten",
    "flatten_with_path",
    "is_nested",
    "lists_to_tuples",
    "map_shape_structure",
    "map_structure",
    "map_structure_up_to",
    "pack_sequence_as",
    "traverse",
]


def is_nested(structure: Any) -> bool:
    """Tell whether something is a list, a tuple or a dictionary.

    Args:
        structure: Anything.

    Returns:
        A bool.

    Example:

    >>> import cornu
    >>> cornu.tree.is_nested([1]), cornu.tree.is_nested("text")
    (True, False)

    Source: Keras's function of this name, keras/src/tree/tree_api.py
    """
    return isinstance(structure, list | tuple | Mapping)


def flatten(structure: Any) -> list[Any]:
    """Return the leaves of a structure, in order; a dictionary's in the order of its sorted keys.

    Args:
        structure: A structure, or a leaf; None is one.

    Returns:
        A list.

    Example:

    >>> import cornu
    >>> cornu.tree.flatten({"b": [1, 2], "a": 3})
    [3, 1, 2]

    Source: Keras's function of this name, keras/src/tree/tree_api.py
    """
    return [leaf for _, leaf in flatten_with_path(structure)]


def flatten_with_path(structure: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """Return the leaves of a structure, each with the keys and indices that lead to it.

    Args:
        structure: A structure, or a leaf.

    Returns:
        A list of pairs: a tuple, and the leaf.

    Example:

    >>> import cornu
    >>> cornu.tree.flatten_with_path({"b": [1, 2], "a": 3})
    [(('a',), 3), (('b', 0), 1), (('b', 1), 2)]

    Source: Keras's function of this name, keras/src/tree/tree_api.py
    """
    if not is_nested(structure):
        return [((), structure)]
    return [
        ((key, *path), leaf)
        for key, part in _parts_of(structure)
        for path, leaf in flatten_with_path(part)
    ]


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """Call a function with each leaf, or with the leaves at one place of several structures.

    Args:
        func: A function of as many arguments as there are structures.
        *structures: One or more, alike but for the leaves.
        none_is_leaf: Whether it is called with a None too; False: a None stays.

    Returns:
        A structure of what it returned.

    Raises:
        ValueError: the structures are not alike, or there are none.
        TypeError: `func` is no function.

    Example:

    >>> import cornu
    >>> cornu.tree.map_structure(lambda x, y: x + y, {"a": [1, 2]}, {"a": [10, 20]})
    {'a': [11, 22]}

    Source: Keras's function of this name, keras/src/tree/tree_api.py
    """
    _check_function(func)
    if not structures:
        raise ValueError("map_structure takes one structure or more. Received: none")
    for other in structures[1:]:
        assert_same_structure(structures[0], other)

    def call(*leaves: Any) -> Any:
        if not none_is_leaf and leaves[0] is None:
            return None
        return func(*leaves)

    columns = zip(*map(flatten, structures), strict=True)
    return pack_sequence_as(structures[0], [call(*leaves) for leaves in columns])


def map_structure_up_to(shallow_structure: Any, func: Callable[..., Any], *structures: Any) -> Any:
    """Call a function with what stands at the places of a structure's leaves in other ones.

    Args:
        shallow_structure: A structure.
        func: A function of as many arguments as there are structures.
        *structures: Structures that are like it as far as it goes.

    Returns:
        A structure like it, of what the function returned.

    Raises:
        ValueError: a structure is not like it.
        TypeError: `func` is no function.

    Example:

    >>> import cornu
    >>> cornu.tree.map_structure_up_to([0, 0], len, [[1, 2], [3]])
    [2, 1]

    Source: Keras's function of this name, keras/src/tree/tree_api.py
    """
    _check_function(func)
    columns = zip(*(_flatten_up_to(shallow_structure, one) for one in structures), strict=True)
    return pack_sequence_as(shallow_structure, [func(*parts) for parts in columns])


def map_shape_structure(func: Callable[[Any], Any], structure: Any) -> Any:
    """Call a function with each shape of a structure: lists and tuples of integers and None.

    Args:
        func: A function of a shape.
        structure: A structure of shapes.

    Returns:
        A structure of what it returned.

    Raises:
        TypeError: `func` is no function.

    Example:

    >>> import cornu
    >>> cornu.tree.map_shape_structure(len, {"a": (None, 3), "b": (2,)})
    {'a': 2, 'b': 1}

    Source: Keras's function of this name, keras/src/tree/tree_api.py
    """
    _check_function(func)
    if isinstance(structure, list | tuple) and all(
        isinstance(size, int | None) for size in structure
    ):
        return func(structure)
    if not is_nested(structure):
        return func(structure)
    return _like(structure, [map_shape_structure(func, part) for _, part in _parts_of(structure)])


def pack_sequence_as(structure: Any, flat_sequence: Iterable[Any]) -> Any:
    """Put leaves into a structure's places, in the order of `flatten`.

    Args:
        structure: A structure, whose own leaves don't count.
        flat_sequence: As many leaves as it has.

    Returns:
        A new structure.

    Raises:
        ValueError: there are more or fewer.

    Example:

    >>> import cornu
    >>> cornu.tree.pack_sequence_as({"b": [0, 0], "a": 0}, [1, 2, 3])
    {'b': [2, 3], 'a': 1}

    Source: Keras's function of this name, keras/src/tree/tree_api.py
    """
    leaves = list(flat_sequence)
    count = len(flatten(structure))
    if len(leaves) != count:
        raise ValueError(
            f"`flat_sequence` must have as many leaves as the structure, {count}. "
            f"Received: {len(leaves)}"
        )
    remaining = iter(leaves)

    def packed(part: Any) -> Any:
        if not is_nested(part):
            return next(remaining)
        return _like(part, [packed(one) for _, one in _parts_of(part)])

    return packed(structure)


def assert_same_structure(a: Any, b: Any, check_types: Any = None) -> None:
    """Raise an error unless two structures are alike but for their leaves.

    Args:
        a: A structure.
        b: Another one.
        check_types: Keras's older argument: None or True. Types count.

    Raises:
        ValueError: they are not.

    Example:

    >>> import cornu
    >>> cornu.tree.assert_same_structure({"a": [1]}, {"a": [2]})

    Source: Keras's function of this name, keras/src/tree/tree_api.py
    """
    if check_types not in (None, True):
        raise ValueError(
            f"`check_types` must be None or True. Received: check_types={_shown(check_types)}"
        )
    if _skeleton(a) != _skeleton(b):
        raise ValueError(
            "`a` and `b` must be alike but for their leaves. "
            f"Received: a={_shown(a)}, b={_shown(b)}"
        )


def assert_same_paths(a: Any, b: Any) -> None:
    """Raise an error unless the same keys and indices lead to the leaves of two structures.

    Args:
        a: A structure.
        b: Another one, whose lists may be tuples.

    Raises:
        ValueError: they don't.

    Example:

    >>> import cornu
    >>> cornu.tree.assert_same_paths([0, (1, 2)], (3, [4, 5]))

    Source: Keras's function of this name, keras/src/tree/tree_api.py
    """
    first, second = ({path for path, _ in flatten_with_path(one)} for one in (a, b))
    if first != second:
        raise ValueError(
            "`a` and `b` must have leaves at the same paths. "
            f"Received: {_shown(sorted(first ^ second, key=str))} in one of them only"
        )


def lists_to_tuples(structure: Any) -> Any:
    """Return a structure with tuples in place of its lists.

    Args:
        structure: A structure.

    Returns:
        A new structure.

    Example:

    >>> import cornu
    >>> cornu.tree.lists_to_tuples({"a": [1, [2]]})
    {'a': (1, (2,))}

    Source: Keras's function of this name, keras/src/tree/tree_api.py
    """
    if not is_nested(structure):
        return structure
    parts = [lists_to_tuples(part) for _, part in _parts_of(structure)]
    return tuple(parts) if isinstance(structure, list) else _like(structure, parts)


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """Call a function with every part of a structure, the whole and the leaves among them.

    Args:
        func: A function of a part that returns what is put in its place, or None to leave it.
        structure: A structure.
        top_down: Whether the whole comes before its parts; what is replaced is not gone into then.

    Returns:
        A new structure.

    Raises:
        TypeError: `func` is no function.

    Example:

    >>> import cornu
    >>> cornu.tree.traverse(lambda part: "three" if part == 3 else None, [1, [3]])
    [1, ['three']]

    Source: Keras's function of this name, keras/src/tree/tree_api.py
    """
    _check_function(func)
    if top_down:
        found = func(structure)
        if found is not None:
            return found
    if is_nested(structure):
        parts = [traverse(func, part, top_down) for _, part in _parts_of(structure)]
        structure = _like(structure, parts)
    if top_down:
        return structure
    found = func(structure)
    return structure if found is None else found


def _check_function(func: Any) -> None:
    if not callable(func):
        raise TypeError(f"`func` must be a function. Received: func={_shown(func)}")


def _parts_of(structure: Any) -> list[tuple[Any, Any]]:
    if isinstance(structure, Mapping):
        try:
            return [(key, structure[key]) for key in sorted(structure)]
        except TypeError:  # keys of several types
            return list(structure.items())
    return list(enumerate(structure))


def _like(structure: Any, parts: list[Any]) -> Any:
    """A structure of its type, of parts in the order of `_parts_of`."""
    if isinstance(structure, Mapping):
        found = dict(zip((key for key, _ in _parts_of(structure)), parts, strict=True))
        return type(structure)({key: found[key] for key in structure})  # type: ignore[call-arg]
    if hasattr(structure, "_fields"):
        return type(structure)(*parts)
    return type(structure)(parts)


def _skeleton(structure: Any) -> Any:
    if not is_nested(structure):
        return None
    return type(structure), [(key, _skeleton(part)) for key, part in _parts_of(structure)]


def _flatten_up_to(shallow: Any, structure: Any) -> list[Any]:
    if not is_nested(shallow):
        return [structure]
    own, others = _parts_of(shallow), _parts_of(structure) if is_nested(structure) else []
    if [key for key, _ in own] != [key for key, _ in others]:
        raise ValueError(
            f"structures must be like `shallow_structure`. Received: {_shown(structure)}"
        )
    return [
        leaf
        for (_, part), (_, other) in zip(own, others, strict=True)
        for leaf in _flatten_up_to(part, other)
    ]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
