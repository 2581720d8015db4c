"""Seeds: where random numbers come from."""

from __future__ import annotations

import itertools
import random as python_random
from collections.abc import Callable
from typing import Any

from cornu.utils.errors import shown
from cornu.utils.naming import unique_name
from cornu.utils.number import as_integer

# Python's own generator hands out default seeds, as Keras has it, so `random.seed` is enough to
# repeat a run.
_LARGEST_DEFAULT = 1_000_000_000
# Initializers and cornu.random draw from streams from here on, layers and shuffles from those
# below: with one seed for both, weights and dropout masks still have nothing to do with each other.
_FIRST_STREAM = 1 << 62
_SEED_MASK = (1 << 64) - 1


def make_default_seed() -> int:
    """Return a seed for whatever was given none, drawn from Python's `random`.

    Returns:
        An integer from 1 to 1,000,000,000.

    Example:

    >>> import random
    >>> from cornu.random import make_default_seed
    >>> random.seed(1)
    >>> first = make_default_seed()
    >>> random.seed(1)
    >>> first == make_default_seed()
    True

    Source: Keras's function of this name, keras/src/random/seed_generator.py
    """
    return python_random.randint(1, _LARGEST_DEFAULT)


def make_revocable_seed() -> tuple[int, Callable[[], None]]:
    """Return a default seed, and what undoes the draw as long as it was the last one.

    Example:

    >>> from cornu.random.seed_generator import make_default_seed, make_revocable_seed
    >>> seed, revoke = make_revocable_seed()
    >>> revoke()
    >>> seed == make_default_seed()
    True
    """
    before = python_random.getstate()
    seed = make_default_seed()

    def revoke() -> None:
        now = python_random.getstate()
        python_random.setstate(before)
        make_default_seed()
        python_random.setstate(before if python_random.getstate() == now else now)

    return seed, revoke


def check_seed(seed: Any) -> int:
    """Return a seed as an integer.

    Raises:
        ValueError: it is a bool or no integer.
    """
    number = as_integer(seed)
    if number is None:
        raise ValueError(
            "`seed` must be an integer, a SeedGenerator or None. "
            f"Received: seed={shown(seed)} (of type {type(seed).__name__})"
        )
    return number


class SeedGenerator:
    """A seed that gives other random numbers at each use.

    An integer seed gives the same numbers every time. Of a generator that a layer or a model has as
    an attribute, files that `save` writes, copies and pickles of it keep how often it was used.

    Args:
        seed: An integer; None: one from `make_default_seed`.
        name: A name; None: `seed_generator`, `seed_generator_1`, ...

    Raises:
        ValueError: `seed` is no integer.

    Example:

    >>> import cornu
    >>> generator = cornu.random.SeedGenerator(42)
    >>> first = cornu.random.normal((2,), seed=generator)
    >>> bool((first == cornu.random.normal((2,), seed=generator)).all())
    False

    Source: https://keras.io/api/random/seed_generator/
    """

    _count: int
    _uses: itertools.count[int]

    def __init__(self, seed: int | None = None, name: str | None = None) -> None:
        self.name = name or unique_name(type(self).__name__)
        self._initial_seed = seed
        self._seed = make_default_seed() if seed is None else check_seed(seed)
        self._go_on(0, self._seed)

    def next(self) -> tuple[int, int]:
        """Return the seed and the number of uses before this one."""
        count = next(self._uses)
        # What a count of itertools has come to only `next` tells.
        self._count = count + 1
        return self._seed, count

    def _place(self) -> tuple[int, int]:
        """Return the number of uses, and the seed as the core has it."""
        return self._count, self._seed & _SEED_MASK

    def _go_on(self, count: int, seed: int) -> None:
        """Go on behind so many uses of a seed."""
        self._count, self._seed = count, seed
        self._uses = itertools.count(count)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_uses"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._go_on(self._count, self._seed)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a generator again, at its start."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """Make a generator from what `get_config` returned."""
        return cls(**config)


_global_generator: SeedGenerator | None = None


def reset_global_generator() -> None:
    """Forget the generator of the calls that are given no seed; the next of them makes another."""
    global _global_generator
    _global_generator = None


def draw_stream(seed: int | SeedGenerator | None) -> tuple[int, int]:
    """Return the core's (seed, stream) for one array of random numbers.

    Args:
        seed: An integer, for the same numbers each time; a generator, for other ones each time;
            None: a generator that the whole process shares.

    Raises:
        ValueError: it is something else.
    """
    global _global_generator
    if seed is None:
        if _global_generator is None:
            _global_generator = SeedGenerator(name="global_seed_generator")
        seed = _global_generator
    number, count = seed.next() if isinstance(seed, SeedGenerator) else (check_seed(seed), 0)
    # A file may say that there were any number of uses.
    return number & _SEED_MASK, _FIRST_STREAM + count & _SEED_MASK
