/* Activations along a row: softmax, log_softmax, sparsemax, glu, against long double, and against
 * differences. */
#include "kernels_fixture.h"

typedef long double wide;

static const size_t widths[] = {1, 2, 3, 7, 10, 16, 31, 64, 257, 1000, 3001};
enum { WIDTH_COUNT = sizeof widths / sizeof widths[0], WIDEST = 3001, ROWS = 3 };

static void expect_softmax(size_t columns, const wide *x, wide *y, bool logarithm) {
    wide maximum = x[0], sum = 0;
    for (size_t j = 1; j < columns; j++) maximum = x[j] > maximum ? x[j] : maximum;
    for (size_t j = 0; j < columns; j++) sum += expl(x[j] - maximum);
    for (size_t j = 0; j < columns; j++) {
        y[j] = logarithm ? x[j] - maximum - logl(sum) : expl(x[j] - maximum) / sum;
    }
}

static int descending(const void *a, const void *b) {
    wide x = *(const wide *)a, y = *(const wide *)b;
    return (x < y) - (x > y);
}

/* By sorting, as published: the largest k with 1 + k z_k > z_1 + ... + z_k. */
static void expect_sparsemax(size_t columns, const wide *x, wide *y) {
    wide *z = new_reals(CORNU_FLOAT64, 2 * columns), sum = 0, tau = 0;
    memcpy(z, x, columns * sizeof(wide));
    qsort(z, columns, sizeof(wide), descending);
    for (size_t k = 0; k < columns; k++) {
        if (!(1 + (wide)(k + 1) * z[k] > sum + z[k])) break;
        sum += z[k];
        tau = (sum - 1) / (wide)(k + 1);
    }
    for (size_t j = 0; j < columns; j++) y[j] = x[j] > tau ? x[j] - tau : 0;
    cornu_memory_free(z);
}

static void expect_row(cornu_activation_kind kind, size_t columns, const wide *x, wide *y) {
    switch (kind) {
        case CORNU_SOFTMAX:
            expect_softmax(columns, x, y, false);
            break;
        case CORNU_LOG_SOFTMAX:
            expect_softmax(columns, x, y, true);
            break;
        case CORNU_SPARSEMAX:
            expect_sparsemax(columns, x, y);
            break;
        default:
            for (size_t j = 0; j < columns / 2; j++) y[j] = x[j] / (1 + expl(-x[columns / 2 + j]));
            break;
    }
}

/* sum of dy f(x + step e_j) - dy f(x - step e_j), over 2 step: what dx_j should be. */
static double expected_slope(cornu_activation_kind kind, size_t columns, wide *x, const wide *dy,
                             size_t j) {
    size_t outputs = kind == CORNU_GLU ? columns / 2 : columns;
    wide *high = new_reals(CORNU_FLOAT64, 2 * columns),
         *low = new_reals(CORNU_FLOAT64, 2 * columns);
    const wide step = 1e-6L, at = x[j];
    x[j] = at + step;
    expect_row(kind, columns, x, high);
    x[j] = at - step;
    expect_row(kind, columns, x, low);
    x[j] = at;
    wide sum = 0;
    for (size_t k = 0; k < outputs; k++) sum += dy[k] * (high[k] - low[k]);
    cornu_memory_free(high);
    cornu_memory_free(low);
    return (double)(sum / (2 * step));
}

static void check_row(cornu_dtype dtype, cornu_activation_kind kind, size_t columns, const void *x,
                      const void *y, const void *dy, const void *dx) {
    size_t outputs = kind == CORNU_GLU ? columns / 2 : columns;
    wide *wide_x = new_reals(CORNU_FLOAT64, 2 * WIDEST),
         *wide_y = new_reals(CORNU_FLOAT64, 2 * WIDEST);
    wide *wide_dy = new_reals(CORNU_FLOAT64, 2 * WIDEST);
    for (size_t j = 0; j < columns; j++) wide_x[j] = (wide)real_get(dtype, x, j);
    for (size_t j = 0; j < outputs; j++) wide_dy[j] = (wide)real_get(dtype, dy, j);
    expect_row(kind, columns, wide_x, wide_y);
    const double epsilon = dtype == CORNU_FLOAT32 ? 0x1p-23 : 0x1p-52;
    double sum = 0;
    for (size_t j = 0; j < outputs; j++) {
        double expected = (double)wide_y[j], came = real_get(dtype, y, j);
        /* softmax keeps its digits however small a probability; the others subtract numbers as
         * large as x. */
        double size = kind == CORNU_SOFTMAX ? fabs(expected) : largest(fabs(expected), 4);
        check_that(fabs(came - expected) <= 12 * epsilon * size, __FILE__, __LINE__,
                   "%s %s of %zu: y[%zu] is %.17g, expected %.17g", cornu_dtype_name(dtype),
                   cornu_activation_name(kind), columns, j, came, expected);
        sum += came;
    }
    if (kind == CORNU_SOFTMAX || kind == CORNU_SPARSEMAX) CHECK_NEAR(sum, 1, 16 * epsilon);
    for (size_t j = 0; j < columns; j += columns / 8 + 1) {
        double expected = expected_slope(kind, columns, wide_x, wide_dy, j);
        double scale = kind == CORNU_LOG_SOFTMAX ? (double)columns : 1;
        CHECK_NEAR(real_get(dtype, dx, j), expected,
                   (dtype == CORNU_FLOAT32 ? 3e-6 : 1e-9) * scale);
    }
    void *blocks[] = {wide_x, wide_y, wide_dy};
    for (size_t i = 0; i < 3; i++) cornu_memory_free(blocks[i]);
}

static void check_rows(cornu_dtype dtype, cornu_activation_kind kind, size_t columns,
                       double spread) {
    const cornu_kernels *kernels = cornu_kernels_for(dtype);
    const cornu_activation activation = {kind, {0}};
    size_t outputs = columns, count = ROWS * columns;
    if (!cornu_activation_columns(kind, columns, &outputs)) return;
    void *x = new_reals(dtype, count), *y = new_reals(dtype, count);
    void *dy = new_reals(dtype, count), *dx = new_reals(dtype, count);
    fill_between(dtype, x, count, columns, -spread, spread);
    fill_between(dtype, dy, count, columns + 1, -1, 1);
    kernels->activation_forward(&activation, ROWS, columns, x, y);
    kernels->activation_backward(&activation, ROWS, columns,
                                 cornu_activation_needs_input(&activation) ? x : NULL, y, dy, dx);
    for (size_t i = 0; i < ROWS; i++) {
        check_row(dtype, kind, columns, real_at(dtype, x, i * columns),
                  real_at(dtype, y, i * outputs), real_at(dtype, dy, i * outputs),
                  real_at(dtype, dx, i * columns));
    }
    void *blocks[] = {x, y, dy, dx};
    for (size_t i = 0; i < 4; i++) cornu_memory_free(blocks[i]);
}

static void forward_row(cornu_dtype dtype, cornu_activation_kind kind, size_t columns,
                        const double *x, double *y) {
    const cornu_activation activation = {kind, {0}};
    double memory[8];
    for (size_t j = 0; j < columns; j++) real_set(dtype, memory, j, x[j]);
    cornu_kernels_for(dtype)->activation_forward(&activation, 1, columns, memory, memory);
    for (size_t j = 0; j < columns; j++) y[j] = real_get(dtype, memory, j);
}

static void check_extremes(void) {
    for (size_t t = 0; t < 2; t++) {
        cornu_dtype dtype = real_dtypes[t];
        const double far[] = {1000, -1000, 999}, open[] = {-INFINITE, 0, 0}, tie[] = {5, 5, 5, 5};
        double y[4];
        forward_row(dtype, CORNU_SOFTMAX, 3, far, y);
        CHECK_NEAR(y[0], 1 / (1 + exp(-1.0)), 1e-7);
        CHECK_SAME_F64(y[1], 0);
        forward_row(dtype, CORNU_LOG_SOFTMAX, 3, far, y);
        CHECK_NEAR(y[1], -2000 - log1p(exp(-1.0)), 1e-3);
        forward_row(dtype, CORNU_SPARSEMAX, 3, far, y);
        CHECK_SAME_F64(y[0], 1);
        CHECK_SAME_F64(y[1], 0);
        CHECK_SAME_F64(y[2], 0);
        forward_row(dtype, CORNU_SOFTMAX, 3, open, y);
        CHECK_SAME_F64(y[0], 0);
        CHECK_SAME_F64(y[1], 0.5);
        forward_row(dtype, CORNU_LOG_SOFTMAX, 3, open, y);
        CHECK_SAME_F64(y[0], -INFINITE);
        forward_row(dtype, CORNU_SPARSEMAX, 3, open, y);
        CHECK_SAME_F64(y[0], 0);
        CHECK_SAME_F64(y[2], 0.5);
        for (int kind = CORNU_SOFTMAX; kind <= CORNU_SPARSEMAX; kind++) {
            if (kind == CORNU_LOG_SOFTMAX) continue;
            forward_row(dtype, (cornu_activation_kind)kind, 4, tie, y);
            for (size_t j = 0; j < 4; j++) CHECK_SAME_F64(y[j], 0.25);
        }
        const double tainted[][3] = {
            {NOT_A_NUMBER, 1, 2}, {1, INFINITE, 2}, {-INFINITE, -INFINITE, -INFINITE}};
        for (int kind = CORNU_SOFTMAX; kind <= CORNU_SPARSEMAX; kind++) {
            for (size_t i = 0; i < 3; i++) {
                forward_row(dtype, (cornu_activation_kind)kind, 3, tainted[i], y);
                for (size_t j = 0; j < 3; j++) CHECK(isnan(y[j]));
            }
        }
    }
}

int main(void) {
    for (size_t t = 0; t < 2; t++) {
        for (int kind = CORNU_SOFTMAX; kind <= CORNU_GLU; kind++) {
            for (size_t w = 0; w < WIDTH_COUNT; w++) {
                check_rows(real_dtypes[t], (cornu_activation_kind)kind, widths[w], 0.2);
                check_rows(real_dtypes[t], (cornu_activation_kind)kind, widths[w], 4);
            }
        }
    }
    check_extremes();
    return check_report();
}
