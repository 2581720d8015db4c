"""Where in its data a training is."""

from __future__ import annotations

from typing import NamedTuple


class DataPlace(NamedTuple):
    """How far a fit has come in its data, for one that goes on from there.

    Attributes:
        seed: What the order of rows or batches follows from; 0: they are taken as they lie.
        epoch: The epoch that comes next; 0: there was no fit.
        number: The pass that the next batch is of, where passes are counted apart from epochs.
        batch: The next batch of it.
    """

    seed: int = 0
    epoch: int = 0
    number: int = 0
    batch: int = 0


NO_PLACE = DataPlace()
