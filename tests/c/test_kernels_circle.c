/* The circle loss of a row: against long double and differences of it, the same bits at every
 * level, rows without likes or unlikes, and NaN. */
#include "kernels_fixture.h"

typedef long double wide;

enum { COUNT = 37, ROW = 5 };

static const double numbers[] = {0.3, 1.0};
static const cornu_loss loss = {
    .kind = CORNU_CIRCLE, .parameter = 6.0, .values = numbers, .value_count = 2};

static wide expected(const wide *similarities, const int32_t *labels) {
    wide alike = 0, unlike = 0;
    for (size_t j = 0; j < COUNT; j++) {
        const wide distance = fmaxl(1 - similarities[j], 0);
        const wide gamma = (wide)loss.parameter, margin = (wide)numbers[0];
        if (labels[j] != labels[ROW]) {
            unlike += expl(gamma * fmaxl(1 + margin - distance, 0) * (1 - margin - distance));
        } else if (j != ROW) {
            alike += expl(-gamma * fmaxl(margin + distance, 0) * (margin - distance));
        }
    }
    return log1pl(expl(logl(alike) + logl(unlike)));
}

static void check_dtype(cornu_dtype dtype) {
    const double tolerance = dtype == CORNU_FLOAT32 ? 2e-5 : 1e-8;
    int32_t labels[COUNT];
    wide exact[COUNT];
    void *first = new_reals(dtype, COUNT), *pairs = new_reals(dtype, COUNT);
    void *given = new_reals(dtype, COUNT), *room = new_reals(dtype, 2 * COUNT);
    fill_between(dtype, given, COUNT, 3, -1.0, 1.1);
    for (size_t j = 0; j < COUNT; j++) {
        labels[j] = (int32_t)(j % 3) * 1000000007 - 1000000007;
        exact[j] = (wide)real_get(dtype, given, j);
    }
    const cornu_kernels *kernels = cornu_kernels_level(0, dtype);
    memcpy(first, given, COUNT * real_nbytes(dtype));
    const double found =
        cornu_circle_row(kernels, &loss, ROW, labels[ROW], COUNT, labels, first, room);
    CHECK_NEAR(found, (double)expected(exact, labels), tolerance);
    for (size_t j = 0; j < COUNT; j++) {
        const wide step = 1e-6L, x = exact[j];
        exact[j] = x + step;
        wide slope = expected(exact, labels);
        exact[j] = x - step;
        slope = (slope - expected(exact, labels)) / (2 * step);
        exact[j] = x;
        CHECK_NEAR(real_get(dtype, first, j), (double)slope, tolerance);
    }
    for (size_t level = 1; (kernels = cornu_kernels_level(level, dtype)) != NULL; level++) {
        memcpy(pairs, given, COUNT * real_nbytes(dtype));
        CHECK_SAME_F64(
            cornu_circle_row(kernels, &loss, ROW, labels[ROW], COUNT, labels, pairs, room), found);
        CHECK_BYTES(pairs, first, COUNT * real_nbytes(dtype));
    }
    /* Nothing like it, nothing unlike it, and a NaN. */
    kernels = cornu_kernels_for(dtype);
    const int32_t alone = 7;
    int32_t same[COUNT];
    for (size_t j = 0; j < COUNT; j++) same[j] = alone;
    const int32_t *const cases[] = {labels, same};
    for (size_t i = 0; i < 2; i++) {
        memcpy(pairs, given, COUNT * real_nbytes(dtype));
        CHECK_SAME_F64(cornu_circle_row(kernels, &loss, ROW, alone, COUNT, cases[i], pairs, room),
                       0.0);
        for (size_t j = 0; j < COUNT; j++) CHECK(real_get(dtype, pairs, j) == 0.0);
    }
    memcpy(pairs, given, COUNT * real_nbytes(dtype));
    real_set(dtype, pairs, 2, NOT_A_NUMBER);
    CHECK(isnan(cornu_circle_row(kernels, &loss, ROW, labels[ROW], COUNT, labels, pairs, room)));
    cornu_memory_free(first);
    cornu_memory_free(pairs);
    cornu_memory_free(given);
    cornu_memory_free(room);
}

int main(void) {
    check_dtype(CORNU_FLOAT32);
    check_dtype(CORNU_FLOAT64);
    return check_report();
}
