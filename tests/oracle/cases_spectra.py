"""Fourier transforms, of all of a signal and of windows of it."""

from .cases_ops import group_case
from .spectra_calls import SPECTRA

CASES = [group_case("spectra", SPECTRA)]
