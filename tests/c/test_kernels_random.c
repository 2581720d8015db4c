/* Random numbers: each a function of its index alone, within its bounds, and of the distribution
 * that its name says. */
#include "base/random.h"
#include "kernels_fixture.h"

typedef void fill_function(size_t, uint64_t, uint64_t, uint64_t, double, double, void *);

enum { MANY = 400000, BINS = 64 };

static double normal_below(double z) {
    return 0.5 * erfc(-z * sqrt(0.5));
}

static double uniform_below(double z) {
    return z < 0 ? 0 : z > 1 ? 1 : z;
}

static double truncated_below(double z) {
    double lowest = normal_below(-2), whole = 1 - 2 * lowest;
    return z < -2 ? 0 : z > 2 ? 1 : (normal_below(z) - lowest) / whole;
}

/* Chi squared over equally likely bins (found through the distribution), and neighbours'
 * correlation. With 63 degrees of freedom and a fixed seed, 120 is exceeded once in 100,000 times
 * if the law is right. */
static void check_distribution(const char *name, cornu_dtype dtype, const void *values,
                               double location, double scale, double (*below)(double)) {
    size_t counts[BINS] = {0};
    double product = 0, last = 0;
    for (size_t i = 0; i < MANY; i++) {
        double z = (real_get(dtype, values, i) - location) / scale;
        double share = below(z);
        size_t bin = (size_t)(share * BINS);
        counts[bin < BINS ? bin : BINS - 1]++;
        if (i > 0) product += (share - 0.5) * (last - 0.5);
        last = share;
    }
    double chi = 0;
    for (size_t bin = 0; bin < BINS; bin++) {
        double difference = (double)counts[bin] - (double)MANY / BINS;
        chi += difference * difference / ((double)MANY / BINS);
    }
    check_that(chi < 120, __FILE__, __LINE__, "%s %s: chi squared is %g", cornu_dtype_name(dtype),
               name, chi);
    /* Of independent shares the sum has deviation sqrt(MANY) / 12. */
    CHECK_NEAR(product, 0, 4.5 * sqrt(MANY) / 12);
}

static void check_distributions(void) {
    for (size_t t = 0; t < 2; t++) {
        cornu_dtype dtype = real_dtypes[t];
        const cornu_kernels *kernels = cornu_kernels_for(dtype);
        void *values = new_reals(dtype, MANY);
        kernels->fill_uniform(MANY, 11, 1, 0, -2, 3, values);
        check_distribution("uniform", dtype, values, -2, 5, uniform_below);
        kernels->fill_normal(MANY, 12, 1, 0, 0.5, 2, values);
        check_distribution("normal", dtype, values, 0.5, 2, normal_below);
        size_t far = 0;
        for (size_t i = 0; i < MANY; i++) far += fabs(real_get(dtype, values, i) - 0.5) > 8;
        /* 6.33e-5 of a normal distribution is beyond four deviations: 25 of these. */
        CHECK(far >= 8 && far <= 50);
        kernels->fill_truncated_normal(MANY, 13, 1, 0, 0, 1, values);
        check_distribution("truncated normal", dtype, values, 0, 1, truncated_below);
        double outermost = 0;
        for (size_t i = 0; i < MANY; i++)
            outermost = largest(outermost, fabs(real_get(dtype, values, i)));
        CHECK(outermost <= 2 && outermost > 1.999);
        cornu_memory_free(values);
    }
}

/* Element i alone is element i of any run; other seeds, streams and places differ. */
static void check_indexing(void) {
    for (size_t t = 0; t < 2; t++) {
        cornu_dtype dtype = real_dtypes[t];
        const cornu_kernels *kernels = cornu_kernels_for(dtype);
        fill_function *const fills[] = {kernels->fill_uniform, kernels->fill_normal,
                                        kernels->fill_truncated_normal};
        enum { LENGTH = 700 };
        void *run = new_reals(dtype, LENGTH), *other = new_reals(dtype, LENGTH);
        for (size_t f = 0; f < 3; f++) {
            const uint64_t first = UINT64_C(0xfffffff1);
            fills[f](LENGTH, 3, 4, first, 0, 1, run);
            for (size_t i = 0; i < LENGTH; i += 13) {
                fills[f](1, 3, 4, first + i, 0, 1, other);
                CHECK_SAME_REALS(dtype, other, real_at(dtype, run, i), 1, "one element");
            }
            fills[f](LENGTH, 4, 4, first, 0, 1, other);
            CHECK_SIZE(first_difference(dtype, run, other, LENGTH), 0);
            fills[f](LENGTH, 3, 5, first, 0, 1, other);
            CHECK_SIZE(first_difference(dtype, run, other, LENGTH), 0);
            fills[f](LENGTH, 3, 4, first + 2, 0, 1, other);
            CHECK_SIZE(first_difference(dtype, run, other, LENGTH), 0);
            fills[f](0, 3, 4, first, 0, 1, NULL);
            /* Location and scale. */
            fills[f](LENGTH, 3, 4, first, 10, f == 0 ? 14 : 4, other);
            for (size_t i = 0; i < LENGTH; i++) {
                CHECK_NEAR(real_get(dtype, other, i), 10 + 4 * real_get(dtype, run, i), 2e-6);
            }
        }
        cornu_memory_free(run);
        cornu_memory_free(other);
    }
}

/* Never the upper end, however near it is. */
static void check_uniform_bounds(void) {
    const double bounds[][2] = {{0, 1},           {1, 1 + 0x1p-23}, {-1 - 0x1p-23, -1},
                                {-3e38, 3e38},    {0, 0x1p-149},    {-0x1p-149, 0},
                                {0x1p-3, 0x1p-2}, {-1e-30, 1e30},   {5, 5}};
    for (size_t t = 0; t < 2; t++) {
        cornu_dtype dtype = real_dtypes[t];
        enum { LENGTH = 5000 };
        void *values = new_reals(dtype, LENGTH);
        for (size_t b = 0; b < sizeof bounds / sizeof bounds[0]; b++) {
            double low = bounds[b][0], high = bounds[b][1], least = INFINITE, most = -INFINITE;
            cornu_kernels_for(dtype)->fill_uniform(LENGTH, 5, 1, 0, low, high, values);
            for (size_t i = 0; i < LENGTH; i++) {
                double value = real_get(dtype, values, i);
                least = value < least ? value : least;
                most = value > most ? value : most;
            }
            check_that(least >= low && (most < high || low == high), __FILE__, __LINE__,
                       "uniform in [%g, %g) went from %a to %a", low, high, least, most);
        }
        cornu_memory_free(values);
    }
}

/* Every level draws base/random.h's words, from wherever it begins, up to wherever it ends. */
static void check_words(void) {
    enum { MOST = 300, BEYOND = 8 };
    /* Within a block, past a group of blocks, and where a block's number gets a second word. */
    const uint64_t firsts[] = {0,         1, 2, 3, 4, 5, 127, 128, 1023, (UINT64_C(1) << 34) - 9,
                               1ULL << 40};
    const size_t counts[] = {0,  1,  2,   3,   4,   5,   31,  32,  33,  63,
                             64, 65, 127, 128, 129, 132, 255, 257, MOST};
    const uint64_t seed = UINT64_C(0xa4093822299f31d0), stream = UINT64_C(0x13198a2e03707344);
    uint32_t words[MOST + BEYOND], expected[MOST + BEYOND];
    const cornu_kernels *kernels;
    for (size_t t = 0; t < 2; t++) {
        for (size_t l = 0; (kernels = cornu_kernels_level(l, real_dtypes[t])); l++) {
            for (size_t f = 0; f < sizeof firsts / sizeof *firsts; f++) {
                for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
                    memset(words, 0xab, sizeof words);
                    memset(expected, 0xab, sizeof expected);
                    kernels->random_words(seed, stream, firsts[f], counts[c], words);
                    cornu_random_words(seed, stream, firsts[f], counts[c], expected);
                    CHECK_BYTES(words, expected, sizeof words);
                }
            }
        }
    }
}

static void check_dropout(void) {
    enum { LENGTH = 100003 };
    for (size_t t = 0; t < 2; t++) {
        cornu_dtype dtype = real_dtypes[t];
        const cornu_kernels *kernels = cornu_kernels_for(dtype);
        void *x = new_reals(dtype, LENGTH), *y = new_reals(dtype, LENGTH);
        uint32_t *words = new_reals(CORNU_FLOAT32, LENGTH);
        fill_between(dtype, x, LENGTH, 1, 1, 2);
        const double rates[] = {0, 0.25, 0.5, 1};
        for (size_t r = 0; r < 4; r++) {
            cornu_dropout dropout = {rates[r], 77, 6};
            kernels->dropout(&dropout, 9, 1, LENGTH, x, y);
            cornu_random_words(77, 6, 9, LENGTH, words);
            size_t kept = 0, wrong = 0;
            for (size_t i = 0; i < LENGTH; i++) {
                double value = real_get(dtype, y, i);
                bool keeps = (double)words[i] >= rates[r] * 0x1p32;
                double expected = keeps ? real_get(dtype, x, i) / (1 - rates[r]) : 0;
                wrong += fabs(value - expected) > 1e-6;
                kept += value != 0;
            }
            CHECK_SIZE(wrong, 0);
            CHECK_NEAR((double)kept / LENGTH, 1 - rates[r],
                       rates[r] == 0 || rates[r] == 1 ? 0 : 0.008);
        }
        /* One word for all. */
        cornu_dropout half = {0.5, 78, 6};
        for (uint64_t row = 0; row < 40; row++) {
            kernels->dropout(&half, row, 0, 600, x, y);
            cornu_random_words(78, 6, row, 1, words);
            size_t kept = 0;
            for (size_t i = 0; i < 600; i++)
                kept += real_get(dtype, y, i) == 2 * real_get(dtype, x, i);
            CHECK_SIZE(kept, words[0] >= UINT32_C(0x80000000) ? 600 : 0);
        }
        /* What is dropped is 0, whatever it was. */
        cornu_dropout all = {1, 1, 1};
        real_set(dtype, x, 0, NOT_A_NUMBER);
        real_set(dtype, x, 1, INFINITE);
        kernels->dropout(&all, 0, 1, 2, x, y);
        CHECK_SAME_F64(real_get(dtype, y, 0), 0);
        CHECK_SAME_F64(real_get(dtype, y, 1), 0);
        void *blocks[] = {x, y, words};
        for (size_t i = 0; i < 3; i++) cornu_memory_free(blocks[i]);
    }
}

int main(void) {
    check_distributions();
    check_indexing();
    check_uniform_bounds();
    check_words();
    check_dropout();
    return check_report();
}
