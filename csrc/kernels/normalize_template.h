/* Normalization of a matrix's columns. Vectors are one number a column. */

enum { NORMALIZED_COLUMNS = 64 /* whose sums are made side by side */ };

/* Of a block of rows, each column's a chain from zero. */
INLINE void centered_block(size_t rows, size_t width, size_t stride, const REAL *x,
                           const REAL *means, const REAL *factors, REAL *block) {
    for (size_t j = 0; j < width; j++) {
        block[j] = 0;
    }
    for (size_t i = 0; i < rows; i++) {
        const REAL *row = x + i * stride;
        if (factors) {
            const REAL *factor = factors + i * stride;
            INDEPENDENT
            for (size_t j = 0; j < width; j++) {
                block[j] = multiply_add(row[j] - means[j], factor[j], block[j]);
            }
        } else {
            INDEPENDENT
            for (size_t j = 0; j < width; j++) {
                const REAL centered = row[j] - means[j];
                block[j] = multiply_add(centered, centered, block[j]);
            }
        }
    }
}

/* In the order of column_sums. */
static void centered_sums(size_t rows, size_t columns, const void *x_, const void *means_,
                          const void *factors_, void *sums_, bool accumulate) {
    const REAL *x = x_, *means = means_, *factors = factors_;
    REAL *sums = sums_;
    REAL block[NORMALIZED_COLUMNS];
    if (rows == 0 && !accumulate) {
        memset(sums, 0, columns * sizeof(REAL));
    }
    for (size_t row = 0; row < rows; row += CORNU_SUM_BLOCK) {
        const size_t count = rows - row < CORNU_SUM_BLOCK ? rows - row : CORNU_SUM_BLOCK;
        const bool first = row == 0 && !accumulate;
        for (size_t column = 0; column < columns; column += NORMALIZED_COLUMNS) {
            const size_t left = columns - column;
            const size_t width = left < NORMALIZED_COLUMNS ? left : NORMALIZED_COLUMNS;
            const size_t place = row * columns + column;
            centered_block(count, width, columns, x + place, means + column,
                           factors ? factors + place : NULL, block);
            for (size_t j = 0; j < width; j++) {
                sums[column + j] = first ? block[j] : sums[column + j] + block[j];
            }
        }
    }
}

static void normalize_columns(size_t rows, size_t columns, const void *x_, const void *means_,
                              const void *scales_, const void *shifts_, void *y_) {
    const REAL *x = x_, *means = means_, *scales = scales_, *shifts = shifts_;
    REAL *y = y_;
    for (size_t i = 0; i < rows; i++) {
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            y[j] = multiply_add(x[j] - means[j], scales[j], shifts[j]);
        }
        x += columns;
        y += columns;
    }
}

static void normalize_columns_backward(size_t rows, size_t columns, const void *x_,
                                       const void *means_, const void *scales_, const void *slopes_,
                                       const void *shifts_, const void *dy_, void *dx_) {
    const REAL *x = x_, *means = means_, *scales = scales_, *slopes = slopes_, *shifts = shifts_;
    const REAL *dy = dy_;
    REAL *dx = dx_;
    for (size_t i = 0; i < rows; i++) {
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            const REAL constant = multiply_add(scales[j], dy[j], shifts[j]);
            dx[j] = multiply_add(x[j] - means[j], slopes[j], constant);
        }
        x += columns;
        dy += columns;
        dx += columns;
    }
}

static void divide_all(size_t count, double divisor_, void *x_) {
    REAL *x = x_;
    const REAL divisor = (REAL)divisor_;
    INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        x[i] /= divisor;
    }
}

static void move_average(size_t count, double momentum_, const void *x_, void *average_) {
    const REAL *x = x_;
    REAL *average = average_;
    const REAL momentum = (REAL)momentum_, rest = (REAL)(1.0 - momentum_);
    INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        average[i] = multiply_add(average[i], momentum, x[i] * rest);
    }
}

static void normalizing_scales(size_t count, double epsilon_, const void *variances_,
                               const void *gammas_, void *inverses_, void *scales_) {
    const REAL *variances = variances_, *gammas = gammas_;
    REAL *inverses = inverses_, *scales = scales_;
    const REAL epsilon = (REAL)epsilon_;
    INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        inverses[i] = 1 / square_root(variances[i] + epsilon);
    }
    for (size_t i = 0; i < count; i++) {
        scales[i] = gammas ? inverses[i] * gammas[i] : inverses[i];
    }
}

static void deviation_scales(size_t count, double floor_, bool divides, const void *variances_,
                             void *scales_) {
    const REAL *variances = variances_, floor = (REAL)floor_;
    REAL *scales = scales_;
    INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        const REAL deviation = square_root(variances[i]);
        /* A NaN stays one. */
        const REAL scale = deviation < floor ? floor : deviation;
        scales[i] = divides ? 1 / scale : scale;
    }
}

/* With n rows, s the sum of dy and c that of dy (x - mean): dx = scale (dy - s / n - (x - mean)
 * inverse^2 c / n). */
static void normalizing_slopes(size_t count, size_t rows, const void *inverses_,
                               const void *scales_, const void *sums_, void *centered_,
                               void *slopes_, void *shifts_) {
    const REAL *inverses = inverses_, *scales = scales_, *sums = sums_;
    REAL *centered = centered_, *slopes = slopes_, *shifts = shifts_;
    const REAL n = (REAL)rows;
    INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        const REAL gradient = centered[i] * inverses[i];
        centered[i] = gradient;
        slopes[i] = negated(scales[i] * inverses[i] * gradient / n);
        shifts[i] = negated(scales[i] * sums[i] / n);
    }
}
