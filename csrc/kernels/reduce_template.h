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

enum { SUM_VECTORS = 4 /* columns' sums side by side, that many vectors of them */ };

/* Of up to SUM_VECTORS vectors of columns, the last of them in part. */
INLINE void sums_of_vectors(size_t vectors, size_t last, size_t rows, size_t stride, const REAL *x,
                            REAL *sums, bool accumulate) {
    for (size_t row = 0; row < rows; row += CORNU_SUM_BLOCK) {
        const size_t end = rows - row < CORNU_SUM_BLOCK ? rows : row + CORNU_SUM_BLOCK;
        vec block[SUM_VECTORS];
        UNROLL
        for (size_t v = 0; v < vectors; v++) {
            block[v] = vec_zero();
        }
        for (size_t i = row; i < end; i++) {
            UNROLL
            for (size_t v = 0; v + 1 < vectors; v++) {
                block[v] = vec_add(block[v], vec_load(x + v * VEC_WIDTH));
            }
            block[vectors - 1] =
                vec_add(block[vectors - 1], vec_load_part(x + (vectors - 1) * VEC_WIDTH, last));
            x += stride;
        }
        UNROLL
        for (size_t v = 0; v < vectors; v++) {
            const size_t width = v + 1 < vectors ? VEC_WIDTH : last;
            REAL *to = sums + v * VEC_WIDTH;
            const bool first = row == 0 && !accumulate;
            vec_store_part(to, first ? block[v] : vec_add(vec_load_part(to, width), block[v]),
                           width);
        }
    }
}

/* Columns side by side, each a chain down the rows of a block from zero, block sums added in order:
 * what a product with a column of ones gives. */
static void column_sums(size_t rows, size_t columns, const void *x_, void *sums_, bool accumulate) {
    const REAL *x = x_;
    REAL *sums = sums_;
    if (rows == 0) {
        if (!accumulate) {
            memset(sums, 0, columns * sizeof(REAL));
        }
        return;
    }
    for (size_t column = 0; column < columns; column += SUM_VECTORS * VEC_WIDTH) {
        const size_t left = columns - column;
        const size_t width = left < SUM_VECTORS * VEC_WIDTH ? left : SUM_VECTORS * VEC_WIDTH;
        const size_t vectors = (width + VEC_WIDTH - 1) / VEC_WIDTH;
        const size_t last = width - (vectors - 1) * VEC_WIDTH;
        const REAL *at = x + column;
        REAL *to = sums + column;
        if (vectors == 1) {
            sums_of_vectors(1, last, rows, columns, at, to, accumulate);
        } else if (vectors == 2) {
            sums_of_vectors(2, last, rows, columns, at, to, accumulate);
        } else if (vectors == 3) {
            sums_of_vectors(3, last, rows, columns, at, to, accumulate);
        } else {
            sums_of_vectors(4, last, rows, columns, at, to, accumulate);
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
