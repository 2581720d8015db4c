/* Rows too narrow to fill a vector: LANES of them side by side, one a lane, so that what is done
 * along each of them is done for all at once. The order of sums is that of reduce_template.h. */

enum { NARROW_COLUMNS = 32 /* at most */ };

typedef struct narrow_rows {
    size_t rows, columns; /* rows <= LANES */
    REAL at[NARROW_COLUMNS][LANES];
} narrow_rows;

static void narrow_load(size_t rows, size_t columns, const REAL *x, narrow_rows *narrow) {
    narrow->rows = rows;
    narrow->columns = columns;
    if (rows < LANES) {
        memset(narrow->at, 0, columns * sizeof narrow->at[0]);
    }
    pack_columns(columns, rows, LANES, x, (ptrdiff_t)columns, narrow->at[0]);
}

static void narrow_store(const narrow_rows *narrow, REAL *x) {
    pack_columns(narrow->rows, narrow->columns, narrow->columns, narrow->at[0], LANES, x);
}

/* As row_maximum. */
static void narrow_maxima(const narrow_rows *narrow, REAL *maxima) {
    for (size_t lane = 0; lane < LANES; lane += VEC_WIDTH) {
        vec largest = vec_all(-real_of(REAL_INFINITY_BITS));
        for (size_t j = 0; j < narrow->columns; j++) {
            largest = vec_larger(vec_load(narrow->at[j] + lane), largest);
        }
        vec_store(maxima + lane, largest);
    }
}

/* As row_sum. */
static void narrow_sums(const narrow_rows *narrow, REAL *sums) {
    REAL lanes[LANES][LANES];
    for (size_t j = 0; j < LANES; j++) {
        for (size_t lane = 0; lane < LANES; lane++) {
            lanes[j][lane] = j < narrow->columns ? narrow->at[j][lane] : 0;
        }
    }
    for (size_t j = LANES; j < narrow->columns; j++) {
        for (size_t lane = 0; lane < LANES; lane++) {
            lanes[j % LANES][lane] += narrow->at[j][lane];
        }
    }
    for (size_t half = LANES / 2; half > 0; half /= 2) {
        for (size_t j = 0; j < half; j++) {
            for (size_t lane = 0; lane < LANES; lane++) {
                lanes[j][lane] += lanes[j + half][lane];
            }
        }
    }
    memcpy(sums, lanes[0], sizeof lanes[0]);
}

/* e^(x - maximum) in place of x. */
static void narrow_exponentials(narrow_rows *narrow, const REAL *maxima) {
    for (size_t j = 0; j < narrow->columns; j++) {
        for (size_t lane = 0; lane < LANES; lane++) {
            narrow->at[j][lane] = real_exp(narrow->at[j][lane] - maxima[lane]);
        }
    }
}

/* The maximum, the sum of e^(x - maximum), and their quotients, which are softmax (y NULL: not
 * wanted). */
static void narrow_softmax(size_t rows, size_t columns, const REAL *x, REAL *maxima, REAL *sums,
                           REAL *y) {
    narrow_rows narrow;
    narrow_load(rows, columns, x, &narrow);
    narrow_maxima(&narrow, maxima);
    narrow_exponentials(&narrow, maxima);
    narrow_sums(&narrow, sums);
    if (!y) {
        return;
    }
    for (size_t j = 0; j < columns; j++) {
        for (size_t lane = 0; lane < LANES; lane++) {
            narrow.at[j][lane] /= sums[lane];
        }
    }
    narrow_store(&narrow, y);
}

/* The first of the largest of each row; columns where there is a NaN among them. */
static void narrow_argmax(size_t rows, size_t columns, const REAL *x, REAL_BITS *indices) {
    narrow_rows narrow;
    REAL maxima[LANES];
    narrow_load(rows, columns, x, &narrow);
    narrow_maxima(&narrow, maxima);
    const vec none = vec_all((REAL)columns), zero = vec_zero();
    for (size_t lane = 0; lane < LANES; lane += VEC_WIDTH) {
        const vec maximum = vec_load(maxima + lane);
        vec found = none, nan = zero;
        for (size_t j = columns; j-- > 0;) {
            const vec value = vec_load(narrow.at[j] + lane);
            found = vec_where_equal(value, maximum, vec_all((REAL)j), found);
            nan = vec_where_equal(value, value, nan, none);
        }
        vec_store(maxima + lane, vec_where_equal(nan, zero, found, none));
    }
    for (size_t lane = 0; lane < rows; lane++) {
        indices[lane] = (REAL_BITS)maxima[lane];
    }
}
