/* float64: 400,000 numbers of every exponent, against libm in long double. */
#include <math.h>

#include "kernels/table_includes.h"

#define ISA_HAS_FMA 1

#include "kernels/real_f64.h"

/* Half are any bits at all; half have exponents from 2^-12 to 2^11, where the functions do most of
 * what they do. */
static uint64_t sample_bits(uint64_t index) {
    uint64_t bits = (index + 1) * UINT64_C(0x9E3779B97F4A7C15);
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    bits ^= bits >> 31;
    if (index % 2 == 0) return bits;
    uint64_t exponent = UINT64_C(1023) - 12 + (bits >> 52) % 24;
    return (bits & ~(UINT64_C(0x7ff) << 52)) | exponent << 52;
}

#define REFERENCE long double
#define REFERENCE_OF(name) name##l
#define SAMPLE_COUNT UINT64_C(400128)
#define SAMPLE(index) sample_bits(index)

#include "kernels_math_fixture.h"
