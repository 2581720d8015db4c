/* Powers of a fraction with whole exponents, the same on every machine. */
#ifndef CORNU_KERNELS_WHOLE_POWER_H
#define CORNU_KERNELS_WHOLE_POWER_H

#include <stdint.h>

/* base^exponent by repeated squaring of an unevaluated sum of two doubles: squaring one double
 * alone would lose about `exponent` units in the last place. libm's pow is not the same everywhere.
 * For 0 <= base <= 1. */
static inline double cornu_whole_power(double base, uint64_t exponent) {
    double high = 1, low = 0, square = base, square_low = 0;
    for (; exponent > 0 && high > 0; exponent >>= 1) {
        if (exponent & 1) {
            double product = high * square;
            low = __builtin_fma(high, square, -product) + (high * square_low + low * square);
            high = product;
        }
        double product = square * square;
        square_low = __builtin_fma(square, square, -product) + 2 * (square * square_low);
        square = product;
    }
    return high + low;
}

#endif
