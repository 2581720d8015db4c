/* Masks: which rows of a matrix count, and columns' sums over those that do. */

static void mask_rows(size_t rows, size_t columns, double value_, const void *x_, void *y_,
                      bool *mask) {
    const REAL *x = x_, value = (REAL)value_;
    REAL *y = y_;
    for (size_t i = 0; i < rows; i++) {
        unsigned differ = 0;
        for (size_t j = 0; j < columns; j++) {
            differ |= x[j] != value;
        }
        mask[i] = differ != 0;
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            y[j] = differ ? x[j] : 0;
        }
        x += columns;
        y += columns;
    }
}

static void keep_rows(size_t rows, size_t columns, const bool *mask, const void *x_, void *y_) {
    const REAL *x = x_;
    REAL *y = y_;
    for (size_t i = 0; i < rows; i++) {
        const bool kept = mask[i];
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            y[j] = kept ? x[j] : 0;
        }
        x += columns;
        y += columns;
    }
}

static void spread_mask(size_t rows, size_t columns, const bool *mask, void *weights_) {
    REAL *weights = weights_;
    for (size_t i = 0; i < rows; i++) {
        const REAL weight = mask[i] ? 1 : 0;
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            weights[j] = weight;
        }
        weights += columns;
    }
}

static void fill_masked(size_t rows, size_t columns, const void *weights_, const void *x_,
                        const void *fills_, void *y_) {
    const REAL *weights = weights_, *x = x_, *fills = fills_;
    REAL *y = y_;
    for (size_t i = 0; i < rows; i++) {
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            const REAL fill = fills ? fills[j] : 0;
            y[j] = weights[j] != 0 ? x[j] : fill;
        }
        weights += columns;
        x += columns;
        y += columns;
    }
}

static void masked_means(size_t count, double epsilon_, const void *counts_, void *sums_) {
    const REAL *counts = counts_, epsilon = (REAL)epsilon_;
    REAL *sums = sums_;
    INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        sums[i] /= counts[i] + epsilon;
    }
}

/* With n + epsilon for the number of rows that count, as mean and variance were divided by, and so
 * t = mean epsilon / (n + epsilon), what is left of the sum of (x - mean) over n + epsilon. The
 * shift has t, by which the variance depends on the mean. */
static void masked_slopes(size_t count, double epsilon_, const void *counts_, const void *means_,
                          const void *inverses_, const void *scales_, const void *sums_,
                          void *centered_, void *slopes_, void *shifts_) {
    const REAL *counts = counts_, *means = means_, *inverses = inverses_, *scales = scales_;
    const REAL *sums = sums_, epsilon = (REAL)epsilon_;
    REAL *centered = centered_, *slopes = slopes_, *shifts = shifts_;
    INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        const REAL n = counts[i] + epsilon;
        const REAL gradient = centered[i] * inverses[i];
        const REAL left = means[i] * epsilon / n;
        const REAL slope = negated(scales[i] * inverses[i] * gradient / n);
        centered[i] = gradient;
        slopes[i] = slope;
        shifts[i] = multiply_add(negated(slope), left, negated(scales[i] * sums[i] / n));
    }
}

static void masked_columns_backward(size_t rows, size_t columns, const void *weights_,
                                    const void *x_, const void *means_, const void *scales_,
                                    const void *slopes_, const void *shifts_, const void *dy_,
                                    void *dx_) {
    const REAL *weights = weights_, *x = x_, *means = means_, *scales = scales_;
    const REAL *slopes = slopes_, *shifts = shifts_, *dy = dy_;
    REAL *dx = dx_;
    for (size_t i = 0; i < rows; i++) {
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            const REAL through = multiply_add(x[j] - means[j], slopes[j], shifts[j]);
            dx[j] = multiply_add(scales[j], dy[j], weights[j] != 0 ? through : 0);
        }
        weights += columns;
        x += columns;
        dy += columns;
        dx += columns;
    }
}
