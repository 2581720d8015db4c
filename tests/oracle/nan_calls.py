"""Calls of reductions that leave NaN out, and of `rearrange`."""

import numpy as np

from .ops_call import F, I, rough, smooth

GAPS = F([[1.0, np.nan, 3.0, -0.5], [0.5, 2.0, np.nan, 1.5]])
FULL = F([[1.0, -2.0, 3.0], [0.5, 2.0, 0.7]])
EMPTY = F([[np.nan, np.nan], [1.0, 2.0]])
WHOLE = I([[1, 5], [2, 3]])
_REDUCED = "nansum nanprod nanmean nanvar nanstd nanmax nanmin nanmedian"
NAN = [
    *(rough(name, GAPS, axis=1) for name in _REDUCED.split()),
    *(rough(name, GAPS, keepdims=True) for name in _REDUCED.split()),
    *(rough(name, EMPTY, axis=1) for name in _REDUCED.split()),
    *(rough(name, WHOLE, axis=0) for name in _REDUCED.split()),
    *(smooth(name, FULL, axis=0) for name in _REDUCED.split()[:-1]),
    *(rough(name, GAPS, axis=1) for name in ("nanargmax", "nanargmin")),
    *(rough(name, EMPTY, axis=1) for name in ("nanargmax", "nanargmin")),
    *(rough(name, GAPS, axis=1) for name in ("nancumsum", "nancumprod")),
    *(smooth(name, FULL) for name in ("nancumsum", "nancumprod")),
    rough("nanquantile", GAPS, 0.3, axis=1),
    rough("nanpercentile", GAPS, 30.0),
]

CUBE = F(np.arange(24.0).reshape(2, 3, 4).tolist())
REARRANGED = [
    smooth("rearrange", CUBE, "a b c -> c a b"),
    smooth("rearrange", CUBE, "a b c -> (c a) b"),
    smooth("rearrange", CUBE, "a b (c d) -> b (a d) c", d=2),
]
