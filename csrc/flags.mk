# Compiler flags, one list a line: read by csrc/Makefile and by setup.py, so that both build the same code.

# -ffp-contract=off: a fused multiply-add stands where the source says so and nowhere else (the same bits everywhere).
# -fno-fast-math: what somebody's CFLAGS ask for would change results.
# -fno-math-errno and -fno-trapping-math let loops vectorise; neither changes a result.
# -fno-asynchronous-unwind-tables: C has no exceptions to unwind for, and the tables are 2% of the wheel.
FLAGS = -std=c11 -O3 -fno-fast-math -ffp-contract=off -fno-math-errno -fno-trapping-math -fno-asynchronous-unwind-tables -fvisibility=hidden -pthread

# After those, for kernels/*_f64.c where the compiler is gcc, and for kernels/portable_*.c. Copies of loops for their cases
# are most of a level, and all levels together three fifths of the wheel: float64, which fewer use, gives up 2% of its speed
# for a twentieth of it; without AVX2, which few processors lack, -Os is as fast as -O2 and smaller by a sixth.
GCC_F64_FLAGS = -O2 -fvect-cost-model=dynamic
PORTABLE_FLAGS = -Os

# After those, for ext/*.c, where no time is spent.
EXT_FLAGS = -Os

# After those, for net/*.c: the loops over numbers are the kernels', and a step takes the same time; 15 KB of the wheel.
NET_FLAGS = -O2

WARNINGS = -Wall -Wextra -Wshadow -Wundef -Wconversion -Wdouble-promotion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings -Wimplicit-fallthrough -Werror

# -fno-wrapv: some Pythons ask for wrapping integers, which would hide signed overflow from the sanitizer.
SANITIZE_FLAGS = -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all -fno-wrapv -UNDEBUG

# Counters are updated by every thread of the pool. Without -O1 the suite would take an hour.
COVERAGE_FLAGS = -O1 -g --coverage -fprofile-update=atomic -UNDEBUG
