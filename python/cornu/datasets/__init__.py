"""Data sets: one that comes with cornu, and some of Keras's, which are fetched."""

from cornu.datasets import boston_housing as boston_housing
from cornu.datasets import california_housing as california_housing
from cornu.datasets import cifar10 as cifar10
from cornu.datasets import cifar100 as cifar100
from cornu.datasets import digits as digits
from cornu.datasets import fashion_mnist as fashion_mnist
from cornu.datasets import imdb as imdb
from cornu.datasets import mnist as mnist
from cornu.datasets import reuters as reuters
from cornu.utils.absent_names import absent_name as _absent_name

__all__ = [
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "digits",
    "fashion_mnist",
    "imdb",
    "mnist",
    "reuters",
]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
