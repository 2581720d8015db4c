/* Regularizers' values and derivatives, and constraints: Keras's formulas (keras.regularizers and
 * keras.constraints, 3.15). */

/* As lanes of a sum: element i belongs to lane i mod DOUBLE_LANES, of which the last row is short.
 */
INLINE void add_magnitudes(size_t count, const REAL *x, double *sizes, double *squares) {
    size_t i = 0;
    for (; i + DOUBLE_LANES <= count; i += DOUBLE_LANES) {
        for (size_t lane = 0; lane < DOUBLE_LANES; lane++) {
            const double value = (double)x[i + lane];
            sizes[lane] += value < 0 ? -value : value;
            squares[lane] += value * value;
        }
    }
    for (size_t lane = 0; i + lane < count; lane++) {
        const double value = (double)x[i + lane];
        sizes[lane] += value < 0 ? -value : value;
        squares[lane] += value * value;
    }
}

static void penalize(size_t count, double l1, double l2, const void *x_, void *gradient_,
                     double sums[2]) {
    const REAL *x = x_;
    REAL *gradient = gradient_;
    if (gradient) {
        const REAL slope = (REAL)(2 * l2), step = (REAL)l1;
        if (l1 != 0) {
            INDEPENDENT
            for (size_t i = 0; i < count; i++) {
                gradient[i] = multiply_add(step, sign_of(x[i]), gradient[i]);
            }
        }
        INDEPENDENT
        for (size_t i = 0; i < count; i++) {
            gradient[i] = multiply_add(slope, x[i], gradient[i]);
        }
    }
    if (sums) {
        double sizes[DOUBLE_LANES] = {0}, squares[DOUBLE_LANES] = {0};
        add_magnitudes(count, x, sizes, squares);
        sums[0] = add_double_lanes(sizes);
        sums[1] = add_double_lanes(squares);
    }
}

static double take_signs(size_t rows, size_t columns, size_t diagonal, double factor_,
                         void *products_) {
    REAL *products = products_;
    const REAL factor = (REAL)factor_;
    double total = 0;
    for (size_t i = 0; i < rows; i++) {
        double sizes[DOUBLE_LANES] = {0}, squares[DOUBLE_LANES] = {0};
        products[diagonal + i] = 0;
        add_magnitudes(columns, products, sizes, squares);
        total += add_double_lanes(sizes);
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            products[j] = factor * sign_of(products[j]);
        }
        products += columns;
    }
    return total;
}

/* What a weight of this norm is multiplied by, or for a unit norm divided by. */
INLINE REAL constraint_factor(const cornu_constraint *constraint, REAL norm) {
    const REAL epsilon = (REAL)1e-7;
    if (constraint->kind == CORNU_UNIT_NORM) {
        return epsilon + norm;
    }
    const REAL least = (REAL)constraint->least, most = (REAL)constraint->most;
    const REAL rate = (REAL)constraint->rate, kept = (REAL)(1 - constraint->rate);
    const REAL raised = norm < least ? least : norm;
    const REAL wanted = raised > most ? most : raised;
    const REAL desired = rate == 1 ? wanted : multiply_add(rate, wanted, kept * norm);
    return desired / (epsilon + norm);
}

/* The squares of up to NORMALIZED_COLUMNS columns, each a chain down the rows of a block from zero,
 * block sums added in order. */
INLINE void squares_of_columns(size_t rows, size_t width, size_t stride, const REAL *x,
                               REAL *sums) {
    REAL block[NORMALIZED_COLUMNS];
    for (size_t j = 0; j < width; j++) {
        sums[j] = 0;
    }
    for (size_t row = 0; row < rows; row += CORNU_SUM_BLOCK) {
        const size_t end = rows - row < CORNU_SUM_BLOCK ? rows : row + CORNU_SUM_BLOCK;
        for (size_t j = 0; j < width; j++) {
            block[j] = 0;
        }
        for (size_t i = row; i < end; i++) {
            const REAL *at = x + i * stride;
            INDEPENDENT
            for (size_t j = 0; j < width; j++) {
                block[j] = multiply_add(at[j], at[j], block[j]);
            }
        }
        for (size_t j = 0; j < width; j++) {
            sums[j] += block[j];
        }
    }
}

static void constrain(const cornu_constraint *constraint, size_t rows, size_t columns,
                      size_t stride, void *x_) {
    REAL *x = x_;
    if (constraint->kind == CORNU_NOT_NEGATIVE) {
        for (size_t i = 0; i < rows; i++) {
            INDEPENDENT
            for (size_t j = 0; j < columns; j++) {
                x[i * stride + j] = x[i * stride + j] <= 0 ? 0 : x[i * stride + j];
            }
        }
        return;
    }
    for (size_t column = 0; column < columns; column += NORMALIZED_COLUMNS) {
        const size_t left = columns - column;
        const size_t width = left < NORMALIZED_COLUMNS ? left : NORMALIZED_COLUMNS;
        REAL factors[NORMALIZED_COLUMNS];
        squares_of_columns(rows, width, stride, x + column, factors);
        for (size_t j = 0; j < width; j++) {
            factors[j] = constraint_factor(constraint, square_root(factors[j]));
        }
        for (size_t i = 0; i < rows; i++) {
            REAL *at = x + i * stride + column;
            if (constraint->kind == CORNU_UNIT_NORM) {
                INDEPENDENT
                for (size_t j = 0; j < width; j++) {
                    at[j] = at[j] / factors[j];
                }
            } else {
                INDEPENDENT
                for (size_t j = 0; j < width; j++) {
                    at[j] = at[j] * factors[j];
                }
            }
        }
    }
}
