/* Regularizers and constraints against their formulas in long double; and on every level, at odd
 * sizes, with awkward numbers and wherever a call is split the same bits. */
#include "kernels_fixture.h"

typedef long double wide;

enum { COUNT = 1021 };

static void check_close(cornu_dtype dtype, double came, wide expected, wide terms, const char *what,
                        size_t at) {
    const double digits = dtype == CORNU_FLOAT32 ? 0x1p-22 : 0x1p-51;
    check_that(fabsl((wide)came - expected) <= (wide)digits * terms, __FILE__, __LINE__,
               "%s, %s: element %zu is %.17g, expected %.17g", what, cornu_dtype_name(dtype), at,
               came, (double)expected);
}

static void check_penalties(const cornu_kernels *kernels) {
    const cornu_dtype dtype = kernels->dtype;
    void *x = new_reals(dtype, COUNT), *gradient = new_reals(dtype, COUNT);
    void *before = new_reals(dtype, COUNT);
    for (size_t count = 0; count <= COUNT; count += count < 67 ? 1 : 318) {
        fill_between(dtype, x, count, 1 + count, -2, 2);
        fill_between(dtype, before, count, 2 + count, -1, 1);
        if (count > 3) real_set(dtype, x, 3, 0.0);
        memcpy(gradient, before, count * real_nbytes(dtype));
        double sums[2] = {-1, -1};
        kernels->penalize(count, 0.25, 0.375, x, gradient, sums);
        wide sizes = 0, squares = 0;
        for (size_t i = 0; i < count; i++) {
            const wide value = (wide)real_get(dtype, x, i);
            const wide sign = value > 0 ? 1 : value < 0 ? -1 : 0;
            sizes += fabsl(value);
            squares += value * value;
            check_close(dtype, real_get(dtype, gradient, i),
                        (wide)real_get(dtype, before, i) + 0.25L * sign + 0.75L * value, 4,
                        "penalize", i);
        }
        check_close(CORNU_FLOAT64, sums[0], sizes, 1 + 4 * sizes, "sum of sizes", count);
        check_close(CORNU_FLOAT64, sums[1], squares, 1 + 4 * squares, "sum of squares", count);
        /* Without sums, and with a factor of 0, which leaves a gradient's bits alone. */
        memcpy(gradient, before, count * real_nbytes(dtype));
        kernels->penalize(count, 0.0, 0.0, x, gradient, NULL);
        CHECK_SAME_REALS(dtype, gradient, before, count, "no penalty");
    }
    cornu_memory_free(x);
    cornu_memory_free(gradient);
    cornu_memory_free(before);
}

static void check_signs(const cornu_kernels *kernels) {
    enum { SIDE = 19 };
    const cornu_dtype dtype = kernels->dtype;
    void *products = new_reals(dtype, SIDE * SIDE);
    fill_between(dtype, products, SIDE * SIDE, 3, -1, 1);
    wide expected = 0;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        if (i % (SIDE + 1) != 0) expected += fabsl((wide)real_get(dtype, products, i));
    }
    double total = kernels->take_signs(7, SIDE, 0, 0.5, products);
    total += kernels->take_signs(SIDE - 7, SIDE, 7, 0.5, real_at(dtype, products, 7 * SIDE));
    check_close(CORNU_FLOAT64, total, expected, 4 * expected, "sum of products", 0);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        const double came = real_get(dtype, products, i);
        CHECK(i % (SIDE + 1) == 0 ? came == 0 : came == 0.5 || came == -0.5);
    }
    cornu_memory_free(products);
}

static wide constrained(const cornu_constraint *constraint, wide value, wide norm) {
    const wide least = (wide)constraint->least, most = (wide)constraint->most;
    const wide rate = (wide)constraint->rate;
    if (constraint->kind == CORNU_NOT_NEGATIVE) return value > 0 ? value : 0;
    if (constraint->kind == CORNU_UNIT_NORM) return value / (1e-7L + norm);
    const wide wanted = norm < least ? least : norm > most ? most : norm;
    return value * ((rate * wanted + (1 - rate) * norm) / (1e-7L + norm));
}

static void check_constraint(const cornu_kernels *kernels, const cornu_constraint *constraint,
                             size_t rows, size_t columns) {
    const cornu_dtype dtype = kernels->dtype;
    const size_t count = rows * columns, middle = columns / 3;
    void *x = new_reals(dtype, count + 1), *before = new_reals(dtype, count + 1);
    void *parts = new_reals(dtype, count + 1);
    fill_between(dtype, before, count, rows + columns, -1, 1);
    for (size_t i = 0; columns > 2 && i < rows; i++) real_set(dtype, before, i * columns + 2, 0);
    memcpy(x, before, count * real_nbytes(dtype));
    memcpy(parts, before, count * real_nbytes(dtype));
    kernels->constrain(constraint, rows, columns, columns, x);
    for (size_t j = 0; j < columns; j++) {
        wide squares = 0;
        for (size_t i = 0; i < rows; i++) {
            const wide value = (wide)real_get(dtype, before, i * columns + j);
            squares += value * value;
        }
        for (size_t i = 0; i < rows; i++) {
            const wide value = (wide)real_get(dtype, before, i * columns + j);
            check_close(dtype, real_get(dtype, x, i * columns + j),
                        constrained(constraint, value, sqrtl(squares)),
                        4 * (fabsl(value) + 1) * (1 + (wide)rows / 64), "constrain", i);
        }
    }
    kernels->constrain(constraint, rows, middle, columns, parts);
    kernels->constrain(constraint, rows, columns - middle, columns, real_at(dtype, parts, middle));
    CHECK_SAME_REALS(dtype, parts, x, count, "constrained in parts");
    cornu_memory_free(x);
    cornu_memory_free(before);
    cornu_memory_free(parts);
}

static const cornu_constraint kinds[] = {
    {.kind = CORNU_NOT_NEGATIVE},
    {.kind = CORNU_NORM_BETWEEN, .most = 0.75, .rate = 1},
    {.kind = CORNU_NORM_BETWEEN, .least = 3, .most = 4, .rate = 0.25},
    {.kind = CORNU_UNIT_NORM},
};

static void check_constraints(const cornu_kernels *kernels) {
    static const size_t sides[] = {1, 2, 7, 8, 17, 63, 65, 130};
    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
        for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
            check_constraint(kernels, &kinds[kind], 5, sides[i]);
            check_constraint(kernels, &kinds[kind], sides[i] * 4, 3);
        }
        kernels->constrain(&kinds[kind], 0, 0, 0, NULL);
    }
}

/* NaN and infinities among the numbers, from one element past an aligned address. */
static void compare_with(const cornu_kernels *kernels, const cornu_kernels *other) {
    const cornu_dtype dtype = kernels->dtype;
    void *x = new_reals(dtype, COUNT + 1), *came = new_reals(dtype, COUNT + 1);
    void *expected = new_reals(dtype, COUNT + 1);
    const size_t nbytes = (COUNT + 1) * real_nbytes(dtype);
    void *from = real_at(dtype, x, 1);
    for (uint64_t seed = 0; seed < 6; seed++) {
        double sums[2], other_sums[2];
        fill_awkward(dtype, x, COUNT + 1, seed, seed % 2 == 0);
        memset(came, 0, nbytes);
        memset(expected, 0, nbytes);
        kernels->penalize(COUNT, 0.3, 0.7, from, came, sums);
        other->penalize(COUNT, 0.3, 0.7, from, expected, other_sums);
        CHECK_SAME_REALS(dtype, came, expected, COUNT, "penalize");
        CHECK_SAME_REALS(CORNU_FLOAT64, sums, other_sums, 2, "sums");
        memcpy(came, x, nbytes);
        memcpy(expected, x, nbytes);
        sums[0] = kernels->take_signs(30, 34, 2, 0.3, came);
        other_sums[0] = other->take_signs(30, 34, 2, 0.3, expected);
        CHECK_SAME_REALS(dtype, came, expected, COUNT, "take_signs");
        CHECK_SAME_REALS(CORNU_FLOAT64, sums, other_sums, 1, "sum of signs");
        for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
            memcpy(came, x, nbytes);
            memcpy(expected, x, nbytes);
            kernels->constrain(&kinds[kind], 300, 3, 3, real_at(dtype, came, 1));
            other->constrain(&kinds[kind], 300, 3, 3, real_at(dtype, expected, 1));
            CHECK_SAME_REALS(dtype, came, expected, COUNT, "constrain");
        }
    }
    cornu_memory_free(x);
    cornu_memory_free(came);
    cornu_memory_free(expected);
}

int main(void) {
    for (size_t t = 0; t < 2; t++) {
        const cornu_kernels *best = cornu_kernels_level(0, real_dtypes[t]);
        for (size_t level = 0; cornu_kernels_level(level, real_dtypes[t]); level++) {
            const cornu_kernels *kernels = cornu_kernels_level(level, real_dtypes[t]);
            check_penalties(kernels);
            check_signs(kernels);
            check_constraints(kernels);
            compare_with(best, kernels);
        }
    }
    return check_report();
}
