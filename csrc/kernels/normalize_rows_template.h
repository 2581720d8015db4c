/* Normalization of a matrix's rows, and PReLU. */

INLINE REAL inverse_of_row(cornu_row_norm norm, size_t columns, REAL epsilon, REAL square) {
    if (norm == CORNU_UNIT_ROWS) {
        const REAL inverse = 1 / square_root(square);
        return inverse < 1 / epsilon ? inverse : 1 / epsilon;
    }
    return 1 / square_root(square / (REAL)columns + epsilon);
}

static void normalize_rows(cornu_row_norm norm, double epsilon_, size_t rows, size_t columns,
                           const void *x_, void *y_, void *inverses_) {
    const REAL *x = x_;
    REAL *y = y_, *inverses = inverses_;
    const REAL epsilon = (REAL)epsilon_;
    for (size_t i = 0; i < rows; i++) {
        const REAL mean = norm == CORNU_CENTERED_ROWS ? row_sum(columns, x) / (REAL)columns : 0;
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            y[j] = x[j] - mean;
        }
        const REAL inverse = inverse_of_row(norm, columns, epsilon, row_dot(columns, y, y));
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            y[j] *= inverse;
        }
        inverses[i] = inverse;
        x += columns;
        y += columns;
    }
}

static void normalize_rows_backward(cornu_row_norm norm, double epsilon_, size_t rows,
                                    size_t columns, const void *y_, const void *inverses_,
                                    const void *scales_, const void *dy_, void *dx_) {
    const REAL *y = y_, *inverses = inverses_, *scales = scales_, *dy = dy_;
    REAL *dx = dx_;
    const REAL bound = 1 / (REAL)epsilon_;
    const REAL count = norm == CORNU_UNIT_ROWS ? 1 : (REAL)columns;
    for (size_t i = 0; i < rows; i++) {
        const REAL inverse = inverses[i];
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            dx[j] = dy[j] * scales[j];
        }
        const REAL shift = norm == CORNU_CENTERED_ROWS ? row_sum(columns, dx) / count : 0;
        /* At its bound a unit row's factor is a constant. */
        const bool is_constant = norm == CORNU_UNIT_ROWS && !(inverse < bound);
        const REAL slope = is_constant ? 0 : row_dot(columns, dx, y) / count;
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            dx[j] = multiply_add(-slope, y[j], dx[j] - shift) * inverse;
        }
        y += columns;
        dy += columns;
        dx += columns;
    }
}

static void rescale(size_t rows, size_t columns, const void *x_, const void *scales_,
                    const void *shifts_, void *y_) {
    const REAL *x = x_, *scales = scales_, *shifts = shifts_;
    REAL *y = y_;
    for (size_t i = 0; i < rows; i++) {
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            const REAL product = x[j] * scales[j];
            y[j] = product + shifts[j];
        }
        x += columns;
        y += columns;
    }
}

static void prelu(size_t rows, size_t columns, const void *x_, const void *slopes_,
                  const void *factors_, void *y_) {
    const REAL *x = x_, *slopes = slopes_, *factors = factors_;
    REAL *y = y_;
    for (size_t i = 0; i < rows; i++) {
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            const REAL factor = factors[j];
            const REAL shrunk = slopes[j] * factor;
            /* relu(x) - slope relu(-x): the derivative at 0 is 0. A NaN stays one. */
            const REAL below = x[j] < 0 ? shrunk : factor;
            y[j] = x[j] == 0 ? 0 : below;
        }
        x += columns;
        factors += columns;
        y += columns;
    }
}

/* In the order of column_sums: of dy x where x is not positive. */
static void prelu_sums(size_t rows, size_t columns, const void *x_, const void *dy_, void *sums_,
                       bool accumulate) {
    const REAL *x = x_, *dy = dy_;
    REAL *sums = sums_;
    REAL block[NORMALIZED_COLUMNS];
    if (rows == 0 && !accumulate) {
        memset(sums, 0, columns * sizeof(REAL));
    }
    for (size_t row = 0; row < rows; row += CORNU_SUM_BLOCK) {
        const size_t end = rows - row < CORNU_SUM_BLOCK ? rows : row + CORNU_SUM_BLOCK;
        const bool first = row == 0 && !accumulate;
        for (size_t column = 0; column < columns; column += NORMALIZED_COLUMNS) {
            const size_t left = columns - column;
            const size_t width = left < NORMALIZED_COLUMNS ? left : NORMALIZED_COLUMNS;
            for (size_t j = 0; j < width; j++) {
                block[j] = 0;
            }
            for (size_t i = row; i < end; i++) {
                const REAL *at = x + i * columns + column, *by = dy + i * columns + column;
                INDEPENDENT
                for (size_t j = 0; j < width; j++) {
                    block[j] = multiply_add(at[j] <= 0 ? at[j] : 0, by[j], block[j]);
                }
            }
            for (size_t j = 0; j < width; j++) {
                sums[column + j] = first ? block[j] : sums[column + j] + block[j];
            }
        }
    }
}
