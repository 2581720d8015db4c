/* Arrays of float32 or float64 for the tests of csrc/kernels, and comparisons of them. */
#ifndef CORNU_TESTS_KERNELS_FIXTURE_H
#define CORNU_TESTS_KERNELS_FIXTURE_H

#include <stdlib.h>

#include "base/memory.h"
#include "check.h"
#include "kernels/kernels.h"

/* <math.h>'s are floats. */
#define INFINITE ((double)INFINITY)
#define NOT_A_NUMBER ((double)NAN)

static inline size_t real_nbytes(cornu_dtype dtype) {
    return cornu_dtype_nbytes(dtype);
}

/* Owner: the caller; zeroed. */
static inline void *new_reals(cornu_dtype dtype, size_t count) {
    void *reals = cornu_memory_allocate_zeroed(count * real_nbytes(dtype));
    if (!CHECK(reals != NULL)) exit(1);
    return reals;
}

static inline void *real_at(cornu_dtype dtype, const void *reals, size_t index) {
    return (char *)(uintptr_t)reals + index * real_nbytes(dtype);
}

static inline double real_get(cornu_dtype dtype, const void *reals, size_t index) {
    return dtype == CORNU_FLOAT32 ? (double)((const float *)reals)[index]
                                  : ((const double *)reals)[index];
}

static inline void real_set(cornu_dtype dtype, void *reals, size_t index, double value) {
    if (dtype == CORNU_FLOAT32) {
        ((float *)reals)[index] = (float)value;
    } else {
        ((double *)reals)[index] = value;
    }
}

/* A small generator of the tests' own, so that they don't test the library's with itself
 * (Marsaglia, "Xorshift RNGs", 2003). */
static inline uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* In [low, high). */
static inline double random_between(uint64_t *state, double low, double high) {
    return low + (high - low) * (double)(next_random(state) >> 11) * 0x1p-53;
}

static inline void fill_between(cornu_dtype dtype, void *reals, size_t count, uint64_t seed,
                                double low, double high) {
    uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
    for (size_t i = 0; i < count; i++) {
        real_set(dtype, reals, i, random_between(&state, low, high));
    }
}

/* Numbers that arithmetic trips over, in both types. */
static const double awkward_numbers[] = {
    0.0,      -0.0,     1.0,       -1.0,      0.5,       -0.5,       3.0,          -3.0,   6.0,
    2.0,      -2.0,     1000.0,    -1000.0,   88.7,      -88.7,      89.0,         -103.9, -104.5,
    709.7,    -745.0,   -746.5,    1e-3,      -1e-3,     1e-8,       -1e-8,        1e-30,  -1e-30,
    0x1p-126, 0x1p-149, -0x1p-149, 0x1p-1022, 0x1p-1074, -0x1p-1074, 0x1p-140,     3e38,   -3e38,
    1e19,     -1e19,    1e300,     -1e300,    INFINITE,  -INFINITE,  NOT_A_NUMBER, 20.0,   -20.0,
};

enum { AWKWARD_COUNT = sizeof awkward_numbers / sizeof awkward_numbers[0] };

/* Half of them uniform in (-4, 4), a quarter of any exponent, a quarter awkward; `finite` leaves
 * out NaN and infinities. */
static inline void fill_awkward(cornu_dtype dtype, void *reals, size_t count, uint64_t seed,
                                bool finite) {
    uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
    for (size_t i = 0; i < count; i++) {
        double value = random_between(&state, -4.0, 4.0);
        switch (next_random(&state) >> 62) {
            case 0:
                value = ldexp(value, (int)(next_random(&state) % 300) - 150);
                break;
            case 1:
                value = awkward_numbers[(next_random(&state) >> 20) % AWKWARD_COUNT];
                break;
            default:
                break;
        }
        real_set(dtype, reals, i, value);
        if (finite && !isfinite(real_get(dtype, reals, i))) real_set(dtype, reals, i, 0.75);
    }
}

/* The index of the first element of which one is NaN and the other not, or the bits differ; or
 * count. */
static inline size_t first_difference(cornu_dtype dtype, const void *a, const void *b,
                                      size_t count) {
    for (size_t i = 0; i < count; i++) {
        const void *x = real_at(dtype, a, i), *y = real_at(dtype, b, i);
        if (memcmp(x, y, real_nbytes(dtype)) == 0) continue;
        if (isnan(real_get(dtype, a, i)) && isnan(real_get(dtype, b, i))) continue;
        return i;
    }
    return count;
}

/* The same bits, NaN being the same as NaN. */
static inline bool check_same_reals(cornu_dtype dtype, const void *came, const void *expected,
                                    size_t count, const char *file, int line, const char *name) {
    size_t at = first_difference(dtype, came, expected, count);
    if (at == count) return check_that(true, file, line, "%s", name);
    return check_that(false, file, line, "%s: %s, element %zu of %zu is %a, expected %a", name,
                      cornu_dtype_name(dtype), at, count, real_get(dtype, came, at),
                      real_get(dtype, expected, at));
}

#define CHECK_SAME_REALS(dtype, came, expected, count, name) \
    check_same_reals((dtype), (came), (expected), (count), __FILE__, __LINE__, (name))

static inline double largest(double a, double b) {
    return a > b ? a : b;
}

/* How far apart neighbours of `value` are in the type. */
static inline double unit_in_last_place(cornu_dtype dtype, double value) {
    int digits = dtype == CORNU_FLOAT32 ? 24 : 53, lowest = dtype == CORNU_FLOAT32 ? -149 : -1074;
    int exponent;
    frexp(value, &exponent);
    return ldexp(1.0, exponent - digits > lowest ? exponent - digits : lowest);
}

static const cornu_dtype real_dtypes[] = {CORNU_FLOAT32, CORNU_FLOAT64};

#endif
