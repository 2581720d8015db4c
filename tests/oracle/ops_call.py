"""How a call of an operation is written down.

An argument `F(...)` is an array of the float type in question; `I(...)` one of int32, `B(...)` one
of bools. Everything else is passed as it is.
"""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class F:
    """Numbers that become an array of the float type."""

    numbers: object


@dataclass(frozen=True)
class Call:
    """A call of an operation.

    `smooth` says whether the derivative with respect to each `F` is checked: it is not where there
    is a kink, or nothing to derive.
    """

    name: str
    arguments: tuple
    options: dict = field(default_factory=dict)
    smooth: bool = True

    @property
    def has_floats(self):
        """Whether there is an `F` among the arguments."""
        given = [*self.arguments, *self.options.values()]
        given += [one for some in given if isinstance(some, list) for one in some]
        return any(isinstance(one, F) for one in given)

    def inputs(self, dtype):
        """The arguments and options, with arrays of this float type."""

        def given(one):
            if isinstance(one, F):
                return np.array(one.numbers, dtype)
            return [given(x) for x in one] if isinstance(one, list) else one

        options = {name: given(one) for name, one in self.options.items()}
        return [given(one) for one in self.arguments], options


def I(numbers):  # noqa: E743, N802
    return np.array(numbers, "int32")


def B(numbers):  # noqa: N802
    return np.array(numbers, bool)


def smooth(name, *arguments, **options):
    return Call(name, arguments, options)


def rough(name, *arguments, **options):
    return Call(name, arguments, options, smooth=False)
