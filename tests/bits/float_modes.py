"""Another rounding mode, and subnormal numbers flushed to zero, for the calling thread.

Set through C's fenv, whose struct is glibc's: on other systems, and other processors, there is only
the mode that every program starts with.
"""

import contextlib
import ctypes
import platform
import sys

# FE_TONEAREST and the others of <fenv.h>.
_MODES = {
    "x86_64": {"nearest": 0, "downward": 0x400, "upward": 0x800, "zero": 0xC00},
    "aarch64": {"nearest": 0, "upward": 0x400000, "downward": 0x800000, "zero": 0xC00000},
}
# The word of fenv_t that has it, and the bits: flush to zero, and denormals are zero.
_FLUSH = {"x86_64": (7, 0x8040), "aarch64": (0, 1 << 24)}
ROUNDINGS = ("nearest", "upward", "downward", "zero")
SUPPORTED = sys.platform == "linux" and platform.machine() in _MODES and platform.libc_ver()[0]


@contextlib.contextmanager
def float_mode(flush, rounding):
    """Sets the mode; puts back what was there."""
    if not flush and rounding == "nearest":
        yield
        return
    libm, machine = ctypes.CDLL("libm.so.6"), platform.machine()
    before, changed = (ctypes.c_uint32 * 16)(), (ctypes.c_uint32 * 16)()
    libm.fegetenv(before)
    assert libm.fesetround(_MODES[machine][rounding]) == 0
    libm.fegetenv(changed)
    word, bits = _FLUSH[machine]
    changed[word] |= bits if flush else 0
    libm.fesetenv(changed)
    try:
        check(flush, rounding)
        yield
        # The core puts it back.
        check(flush, rounding)
    finally:
        libm.fesetenv(before)


def check(flush, rounding):
    """Fails unless the mode is in force."""
    smallest, one, bit = 2.0**-1022, 1.0, 2.0**-60
    assert (smallest * 0.5 == 0.0) == flush
    assert (one + bit > one) == (rounding == "upward")
    assert (one - bit < one) == (rounding in ("downward", "zero"))
