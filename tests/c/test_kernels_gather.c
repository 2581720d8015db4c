/* Gathering: every dtype, both byte orders, any stride and alignment, against the compiler's own
 * conversions; and the search for what is not finite. */
#include "kernels_fixture.h"

enum { COUNT = 37, ROOM = 4096 };

/* Value number i of a dtype, written in native order to `bytes`; what it should become. */
static double put_value(cornu_dtype source, size_t i, unsigned char *bytes) {
    uint64_t state = (i + 1) * UINT64_C(0x9E3779B97F4A7C15), bits = next_random(&state);
    /* The ends of each integer's range, then anything. */
    if (i < 4)
        bits = i == 0 ? 0 : i == 1 ? UINT64_MAX : i == 2 ? UINT64_C(1) << 63 : UINT64_MAX >> 1;
#define PUT(type, value)                 \
    do {                                 \
        type put = (type)(value);        \
        memcpy(bytes, &put, sizeof put); \
        return (double)put;              \
    } while (0)
    switch (source) {
        case CORNU_BOOL:
            bytes[0] = (unsigned char)bits;
            return bytes[0] != 0 ? 1 : 0;
        case CORNU_INT8:
            PUT(int8_t, bits >> 56);
        case CORNU_UINT8:
            PUT(uint8_t, bits >> 56);
        case CORNU_INT16:
            PUT(int16_t, bits >> 48);
        case CORNU_UINT16:
            PUT(uint16_t, bits >> 48);
        case CORNU_INT32:
            PUT(int32_t, bits >> 32);
        case CORNU_UINT32:
            PUT(uint32_t, bits >> 32);
        case CORNU_INT64:
            PUT(int64_t, bits);
        case CORNU_UINT64:
            PUT(uint64_t, bits);
        case CORNU_FLOAT32:
            PUT(float, ldexp((double)bits, (int)(i % 40) - 90));
        default:
            PUT(double, ldexp((double)bits, (int)(i % 400) - 260));
    }
#undef PUT
}

/* 64-bit integers become float32 in one rounding, not by way of double. */
static double expected_value(cornu_dtype dtype, cornu_dtype source, const unsigned char *bytes,
                             double value) {
    int64_t whole;
    uint64_t natural;
    memcpy(&whole, bytes, sizeof whole);
    memcpy(&natural, bytes, sizeof natural);
    if (dtype == CORNU_FLOAT32 && source == CORNU_INT64) return (double)(float)whole;
    if (dtype == CORNU_FLOAT32 && source == CORNU_UINT64) return (double)(float)natural;
    return value;
}

static void check_gather(cornu_dtype dtype, cornu_dtype source, bool swapped, ptrdiff_t stride,
                         size_t offset) {
    unsigned char memory[ROOM] = {0}, value[8] = {0};
    size_t nbytes = cornu_dtype_nbytes(source);
    void *expected = new_reals(dtype, COUNT), *came = new_reals(dtype, COUNT + 1);
    unsigned char *first = memory + offset + (stride < 0 ? (COUNT - 1) * (size_t)-stride : 0);
    for (size_t i = 0; i < COUNT; i++) {
        double number = put_value(source, i, value);
        unsigned char *at = first + (ptrdiff_t)i * stride;
        for (size_t b = 0; b < nbytes; b++) at[b] = value[swapped ? nbytes - 1 - b : b];
        real_set(dtype, expected, stride == 0 ? 0 : i,
                 expected_value(dtype, source, value, number));
    }
    for (size_t i = 1; stride == 0 && i < COUNT; i++) {
        memcpy(real_at(dtype, expected, i), expected, real_nbytes(dtype));
    }
    char name[100];
    for (size_t level = 0; cornu_kernels_level(level, dtype); level++) {
        const cornu_kernels *kernels = cornu_kernels_level(level, dtype);
        real_set(dtype, came, COUNT, 77);
        kernels->gather[source][swapped](COUNT, first, stride, came);
        snprintf(name, sizeof name, "%s%s, stride %d, offset %zu, %s", cornu_dtype_name(source),
                 swapped ? " swapped" : "", (int)stride, offset, kernels->isa);
        CHECK_SAME_REALS(dtype, came, expected, COUNT, name);
        CHECK_SAME_F64(real_get(dtype, came, COUNT), 77);
    }
    cornu_memory_free(expected);
    cornu_memory_free(came);
}

static double value_of_half(uint16_t half) {
    int exponent = half >> 10 & 31;
    double fraction = half & 1023, sign = half >> 15 ? -1 : 1;
    if (exponent == 31) return fraction != 0 ? NOT_A_NUMBER : sign * INFINITE;
    return sign * (exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25));
}

/* All 65,536 of them. */
static void check_halves(void) {
    static uint16_t halves[65536];
    for (size_t t = 0; t < 2; t++) {
        cornu_dtype dtype = real_dtypes[t];
        void *expected = new_reals(dtype, 65536), *came = new_reals(dtype, 65536);
        for (int swapped = 0; swapped < 2; swapped++) {
            for (size_t i = 0; i < 65536; i++) {
                halves[i] = (uint16_t)(swapped ? i << 8 | i >> 8 : i);
                real_set(dtype, expected, i, value_of_half((uint16_t)i));
            }
            for (size_t level = 0; cornu_kernels_level(level, dtype); level++) {
                cornu_kernels_level(level, dtype)
                    ->gather[CORNU_FLOAT16][swapped](65536, halves, 2, came);
                CHECK_SAME_REALS(dtype, came, expected, 65536, "float16");
            }
        }
        cornu_memory_free(expected);
        cornu_memory_free(came);
    }
}

static void check_nonfinite(void) {
    static const size_t lengths[] = {0, 1, 15, 255, 256, 257, 1000};
    const double bad[] = {NOT_A_NUMBER, INFINITE, -INFINITE};
    for (size_t way = 0; way < 2 * sizeof lengths / sizeof lengths[0]; way++) {
        cornu_dtype dtype = real_dtypes[way % 2];
        const cornu_kernels *kernels = cornu_kernels_for(dtype);
        size_t length = lengths[way / 2];
        void *x = new_reals(dtype, length + 1);
        fill_awkward(dtype, x, length, way, true);
        real_set(dtype, x, length, NOT_A_NUMBER);
        CHECK_SIZE(kernels->find_nonfinite(length, x), length);
        for (size_t at = length; at-- > 0;) {
            real_set(dtype, x, at, bad[at % 3]);
            CHECK_SIZE(kernels->find_nonfinite(length, x), at);
        }
        cornu_memory_free(x);
    }
}

int main(void) {
    for (size_t t = 0; t < 2; t++) {
        for (int source = 0; source < CORNU_DTYPE_COUNT; source++) {
            if (source == CORNU_FLOAT16) continue;
            ptrdiff_t nbytes = (ptrdiff_t)cornu_dtype_nbytes((cornu_dtype)source);
            const ptrdiff_t strides[] = {nbytes, -nbytes, 0, 3 * nbytes, -2 * nbytes - 1, 64};
            for (size_t way = 0; way < 24; way++) {
                check_gather(real_dtypes[t], (cornu_dtype)source, way % 2 == 1, strides[way / 4],
                             way / 2 % 2 * 3);
            }
        }
    }
    check_halves();
    check_nonfinite();
    return check_report();
}
