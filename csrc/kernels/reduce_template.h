/* Sums and maxima along a row, over a fixed number of lanes (real_template.h), sums of columns,
 * and loops over one row's elements. */

/* The largest element, -infinity for none; NaN is passed over. */
static REAL row_maximum(size_t count, const REAL *x) {
    REAL lanes[LANES];
    for (size_t lane = 0; lane < LANES; lane++) {
        lanes[lane] = -real_of(REAL_INFINITY_BITS);
    }
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            lanes[lane] = x[i + lane] > lanes[lane] ? x[i + lane] : lanes[lane];
        }
    }
    for (size_t lane = 0; i + lane < count; lane++) {
        lanes[lane] = x[i + lane] > lanes[lane] ? x[i + lane] : lanes[lane];
    }
    REAL maximum = lanes[0];
    for (size_t lane = 1; lane < LANES; lane++) {
        maximum = lanes[lane] > maximum ? lanes[lane] : maximum;
    }
    return maximum;
}

INLINE REAL add_lanes(REAL *lanes) {
    for (size_t half = LANES / 2; half > 0; half /= 2) {
        for (size_t lane = 0; lane < half; lane++) {
            lanes[lane] += lanes[lane + half];
        }
    }
    return lanes[0];
}

static REAL row_sum(size_t count, const REAL *x) {
    REAL lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            lanes[lane] += x[i + lane];
        }
    }
    for (size_t lane = 0; i + lane < count; lane++) {
        lanes[lane] += x[i + lane];
    }
    return add_lanes(lanes);
}

static REAL row_dot(size_t count, const REAL *a, const REAL *b) {
    REAL lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            lanes[lane] = multiply_add(a[i + lane], b[i + lane], lanes[lane]);
        }
    }
    for (size_t lane = 0; i + lane < count; lane++) {
        lanes[lane] = multiply_add(a[i + lane], b[i + lane], lanes[lane]);
    }
    return add_lanes(lanes);
}

/* A sum in double that may be added to piece by piece: every piece but the last is a multiple of
 * DOUBLE_LANES long. */
INLINE void add_to_double_lanes(size_t count, const REAL *x, double *lanes) {
    size_t i = 0;
    for (; i + DOUBLE_LANES <= count; i += DOUBLE_LANES) {
        for (size_t lane = 0; lane < DOUBLE_LANES; lane++) {
            lanes[lane] += (double)x[i + lane];
        }
    }
    for (size_t lane = 0; i + lane < count; lane++) {
        lanes[lane] += (double)x[i + lane];
    }
}

INLINE double add_double_lanes(double *lanes) {
    for (size_t half = DOUBLE_LANES / 2; half > 0; half /= 2) {
        for (size_t lane = 0; lane < half; lane++) {
            lanes[lane] += lanes[lane + half];
        }
    }
    return lanes[0];
}

/* Columns side by side, each a chain down the rows of a block from zero, block sums added in order:
 * what a product with a column of ones gives. */
static void column_sums(size_t rows, size_t columns, const void *x_, void *sums_, bool accumulate) {
    enum { GROUP = 256 / sizeof(REAL), FEW = 8 };
    const REAL *x = x_;
    REAL *sums = sums_;
    if (rows - 1 < FEW && columns <= FEW) {
        for (size_t j = 0; j < columns; j++) {
            REAL sum = 0;
            for (size_t i = 0; i < rows; i++) {
                sum += x[i * columns + j];
            }
            sums[j] = accumulate ? sums[j] + sum : sum;
        }
        return;
    }
    for (size_t column = 0; column < columns; column += GROUP) {
        size_t width = columns - column < GROUP ? columns - column : GROUP;
        for (size_t row = 0; row < rows; row += CORNU_SUM_BLOCK) {
            size_t end = rows - row < CORNU_SUM_BLOCK ? rows : row + CORNU_SUM_BLOCK;
            REAL block[GROUP] = {0};
            for (size_t i = row; i < end; i++) {
                for (size_t j = 0; j < width; j++) {
                    block[j] += x[i * columns + column + j];
                }
            }
            bool first = row == 0 && !accumulate;
            for (size_t j = 0; j < width; j++) {
                sums[column + j] = first ? block[j] : sums[column + j] + block[j];
            }
        }
        if (rows == 0 && !accumulate) {
            memset(sums + column, 0, width * sizeof(REAL));
        }
    }
}

static size_t find_nonfinite(size_t count, const void *x_) {
    enum { GROUP = 256 };
    const REAL *x = x_;
    for (size_t begin = 0; begin < count; begin += GROUP) {
        size_t end = count - begin < GROUP ? count : begin + GROUP;
        REAL_BITS found = 0;
        for (size_t i = begin; i < end; i++) {
            found |= (bits_of(x[i]) & REAL_INFINITY_BITS) == REAL_INFINITY_BITS;
        }
        if (found) {
            size_t i = begin;
            while ((bits_of(x[i]) & REAL_INFINITY_BITS) != REAL_INFINITY_BITS) {
                i++;
            }
            return i;
        }
    }
    return count;
}
