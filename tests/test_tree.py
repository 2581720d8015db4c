"""Nested structures, as Keras's tree has them: breaks when a leaf, a type or an order departs."""

from collections import namedtuple

import pytest

from cornu import tree

Pair = namedtuple("Pair", "first second")
STRUCTURE = {"b": [1, (2, None)], "a": Pair(3, {"z": 4, "y": 5})}


def test_leaves_are_in_the_order_of_sorted_keys():
    assert tree.flatten(STRUCTURE) == [3, 5, 4, 1, 2, None]
    assert tree.flatten(7) == [7]
    assert tree.flatten([]) == []
    assert tree.pack_sequence_as(STRUCTURE, range(6)) == {
        "a": Pair(0, {"y": 1, "z": 2}),
        "b": [3, (4, 5)],
    }
    assert list(tree.pack_sequence_as(STRUCTURE, range(6))) == ["b", "a"]


def test_functions_of_leaves():
    found = tree.map_structure(lambda x: x and x * 2, STRUCTURE)
    assert found == {"b": [2, (4, None)], "a": Pair(6, {"z": 8, "y": 10})}
    assert type(found["a"]) is Pair
    assert tree.map_structure(lambda x: x + 1, [1, None], none_is_leaf=False) == [2, None]
    assert tree.map_structure_up_to([0, 0], lambda x, y: (x, y), [1, [2]], ["a", "b"]) == [
        (1, "a"),
        ([2], "b"),
    ]
    assert tree.traverse(lambda x: x * 2 if isinstance(x, int) else None, [1, [2]]) == [2, [4]]
    assert tree.traverse(lambda x: tuple(x) if isinstance(x, list) else None, [1, [2]], False) == (
        1,
        (2,),
    )


def test_structures_that_are_not_alike_are_refused():
    tree.assert_same_structure(STRUCTURE, tree.map_structure(str, STRUCTURE))
    for other in ([1], (1, 2), [1, [2]], {"a": 1}):
        with pytest.raises(ValueError, match="must be alike but for their leaves"):
            tree.assert_same_structure([1, 2], other)
        with pytest.raises(ValueError, match="must be alike but for their leaves"):
            tree.map_structure(max, [1, 2], other)
    with pytest.raises(ValueError, match="must have leaves at the same paths"):
        tree.assert_same_paths([1, 2], [1, [2]])
    with pytest.raises(ValueError, match="as many leaves as the structure, 2"):
        tree.pack_sequence_as([1, 2], [1])
    with pytest.raises(ValueError, match="must be like `shallow_structure`"):
        tree.map_structure_up_to([0, 0], len, [1])
    with pytest.raises(TypeError, match="`func` must be a function"):
        tree.map_structure(1, [1])
