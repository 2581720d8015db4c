"""Random numbers, the same on every machine for the same seed."""

from cornu.random.draws import normal as normal
from cornu.random.draws import truncated_normal as truncated_normal
from cornu.random.draws import uniform as uniform
from cornu.random.more_draws import beta as beta
from cornu.random.more_draws import binomial as binomial
from cornu.random.more_draws import categorical as categorical
from cornu.random.more_draws import dropout as dropout
from cornu.random.more_draws import gamma as gamma
from cornu.random.more_draws import randint as randint
from cornu.random.more_draws import shuffle as shuffle
from cornu.random.seed_generator import SeedGenerator as SeedGenerator
from cornu.random.seed_generator import make_default_seed as make_default_seed
from cornu.utils.absent_names import absent_name as _absent_name

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
