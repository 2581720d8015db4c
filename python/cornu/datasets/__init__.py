"""Small data sets that come with cornu."""

from cornu.datasets import digits as digits
