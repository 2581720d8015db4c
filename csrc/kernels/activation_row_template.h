/* Activations along a whole row: softmax, log_softmax, sparsemax, glu.
 *
 * A row with a NaN or +infinity in it is NaN throughout (softmax, log_softmax, sparsemax);
 * -infinity counts as probability 0 unless the whole row is -infinity. */

/* y = e^(x - maximum of its row), the exponentials in one sweep over many rows at once; and the
 * maxima (NULL: not wanted). */
static void exponentials_of_rows(size_t rows, size_t columns, const REAL *x, REAL *y,
                                 REAL *maxima) {
    for (size_t i = 0; i < rows; i++) {
        const REAL maximum = row_maximum(columns, x + i * columns);
        if (maxima) {
            maxima[i] = maximum;
        }
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            y[i * columns + j] = x[i * columns + j] - maximum;
        }
    }
    INDEPENDENT
    for (size_t j = 0; j < rows * columns; j++) {
        y[j] = real_exp(y[j]);
    }
}

/* Of a few rows, with what they were made of: a row's maximum and the sum of its exponentials
 * (NULL: not wanted). */
static void wide_softmax(size_t rows, size_t columns, const REAL *x, REAL *y, REAL *maxima,
                         REAL *sums) {
    exponentials_of_rows(rows, columns, x, y, maxima);
    for (size_t i = 0; i < rows; i++) {
        REAL *row = y + i * columns;
        const REAL sum = row_sum(columns, row);
        if (sums) {
            sums[i] = sum;
        }
        for (size_t j = 0; j < columns; j++) {
            row[j] /= sum;
        }
    }
}

static void softmax_forward(size_t rows, size_t columns, const REAL *x, REAL *y) {
    if (columns <= NARROW_COLUMNS) {
        for (size_t i = 0; i < rows; i += LANES) {
            const size_t count = rows - i < LANES ? rows - i : LANES;
            REAL maxima[LANES], sums[LANES];
            narrow_softmax(count, columns, x + i * columns, maxima, sums, y + i * columns);
        }
        return;
    }
    /* Groups of rows that stay in the first-level cache between the sweeps. */
    const size_t group = columns < 2048 ? 2048 / columns : 1;
    for (size_t i = 0; i < rows; i += group) {
        const size_t count = rows - i < group ? rows - i : group;
        wide_softmax(count, columns, x + i * columns, y + i * columns, NULL, NULL);
    }
}

/* dx = y (dy - y . dy) */
static void softmax_backward(size_t rows, size_t columns, const REAL *y, const REAL *dy, REAL *dx) {
    for (size_t i = 0; i < rows * columns; i += columns) {
        const REAL dot = row_dot(columns, y + i, dy + i);
        INDEPENDENT
        for (size_t j = i; j < i + columns; j++) {
            dx[j] = y[j] * (dy[j] - dot);
        }
    }
}

/* The sum of e^(x - maximum) over a row, without a place for the terms. */
static REAL sum_of_exponentials(size_t columns, const REAL *x, REAL maximum) {
    REAL lanes[LANES] = {0};
    REAL terms[16 * LANES];
    for (size_t begin = 0; begin < columns; begin += 16 * LANES) {
        size_t count = columns - begin < 16 * LANES ? columns - begin : 16 * LANES;
        for (size_t j = 0; j < count; j++) {
            terms[j] = real_exp(x[begin + j] - maximum);
        }
        for (size_t j = count; j % LANES != 0; j++) {
            terms[j] = 0;
        }
        for (size_t j = 0; j < count; j += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                lanes[lane] += terms[j + lane];
            }
        }
    }
    return add_lanes(lanes);
}

static void log_softmax_forward(size_t rows, size_t columns, const REAL *x, REAL *y) {
    for (size_t i = 0; i < rows * columns; i += columns) {
        const REAL maximum = row_maximum(columns, x + i);
        const REAL log_sum = real_log(sum_of_exponentials(columns, x + i, maximum));
        INDEPENDENT
        for (size_t j = i; j < i + columns; j++) {
            y[j] = (x[j] - maximum) - log_sum;
        }
    }
}

/* dx = dy - e^y sum(dy) */
static void log_softmax_backward(size_t rows, size_t columns, const REAL *y, const REAL *dy,
                                 REAL *dx) {
    for (size_t i = 0; i < rows * columns; i += columns) {
        const REAL sum = row_sum(columns, dy + i);
        INDEPENDENT
        for (size_t j = i; j < i + columns; j++) {
            dx[j] = multiply_add(negated(real_exp(y[j])), sum, dy[j]);
        }
    }
}

/* The sum and number of the elements whose distance below the maximum is less than `depth`; the sum
 * is of the distances. */
static double sparsemax_support(size_t columns, const REAL *x, double maximum, double depth,
                                size_t *support) {
    double lanes[DOUBLE_LANES] = {0};
    size_t counts[DOUBLE_LANES] = {0};
    for (size_t j = 0; j < columns; j += DOUBLE_LANES) {
        size_t width = columns - j < DOUBLE_LANES ? columns - j : DOUBLE_LANES;
        for (size_t lane = 0; lane < width; lane++) {
            double distance = maximum - (double)x[j + lane];
            bool inside = distance < depth;
            lanes[lane] += inside ? distance : 0;
            counts[lane] += inside;
        }
    }
    *support = 0;
    for (size_t lane = 0; lane < DOUBLE_LANES; lane++) {
        *support += counts[lane];
    }
    return add_double_lanes(lanes);
}

/* y = max(x - tau, 0) with tau such that they sum to 1 (Martins and Astudillo, "From Softmax to
 * Sparsemax", 2016). In place of sorting, the support is shrunk until it no longer changes
 * (Michelot, "A finite algorithm for finding the projection of a point onto the canonical simplex
 * of R^n", J. Optimization Theory and Applications 50, 1986): it needs no memory and a few sweeps.
 * depth is maximum - tau: with the support's k distances d, the sum of (depth - d) is 1. At first
 * it is 1, its largest possible value.
 *
 * Keras 3.15's own sparsemax adds up all partial sums of the sorted row where the last one is
 * meant, and differs wherever the support has more than one element; this is the published
 * function. */
static void sparsemax_forward(size_t rows, size_t columns, const REAL *x, REAL *y) {
    const REAL infinity = real_of(REAL_INFINITY_BITS);
    for (size_t i = 0; i < rows * columns; i += columns) {
        const double maximum = (double)row_maximum(columns, x + i);
        double depth = 1;
        for (size_t last = columns + 1;;) {
            size_t support;
            double sum = sparsemax_support(columns, x + i, maximum, depth, &support);
            if (support == 0 || support >= last) {
                break;
            }
            last = support;
            depth = (1 + sum) / (double)support;
        }
        REAL_BITS tainted = 0;
        for (size_t j = i; j < i + columns; j++) {
            tainted |= x[j] < infinity ? 0 : 1;
        }
        depth = tainted ? (double)(infinity - infinity) : depth;
        INDEPENDENT
        for (size_t j = i; j < i + columns; j++) {
            double value = depth - (maximum - (double)x[j]);
            y[j] = (REAL)(value <= 0 ? 0 : value);
        }
    }
}

/* dx = dy - mean of dy over the support on the support, else 0 */
static void sparsemax_backward(size_t rows, size_t columns, const REAL *y, const REAL *dy,
                               REAL *dx) {
    for (size_t i = 0; i < rows * columns; i += columns) {
        double lanes[DOUBLE_LANES] = {0};
        size_t support = 0;
        for (size_t j = 0; j < columns; j++) {
            bool inside = y[i + j] > 0;
            lanes[j % DOUBLE_LANES] += inside ? (double)dy[i + j] : 0;
            support += inside;
        }
        const REAL mean = (REAL)(add_double_lanes(lanes) / (double)(support > 0 ? support : 1));
        INDEPENDENT
        for (size_t j = i; j < i + columns; j++) {
            dx[j] = y[j] > 0 ? dy[j] - mean : 0;
        }
    }
}

/* y = a sigmoid(b), x = (a, b) */
static void glu_forward(size_t rows, size_t columns, const REAL *x, REAL *y) {
    const size_t half = columns / 2;
    for (size_t i = 0; i < rows; i++) {
        const REAL *a = x + i * columns, *b = a + half;
        for (size_t j = 0; j < half; j++) {
            y[i * half + j] = a[j] * real_sigmoid(b[j]);
        }
    }
}

static void glu_backward(size_t rows, size_t columns, const REAL *x, const REAL *dy, REAL *dx) {
    const size_t half = columns / 2;
    for (size_t i = 0; i < rows; i++) {
        const REAL *a = x + i * columns, *b = a + half;
        REAL *da = dx + i * columns, *db = da + half;
        INDEPENDENT
        for (size_t j = 0; j < half; j++) {
            const REAL gate = real_sigmoid(b[j]), slope = dy[i * half + j];
            da[j] = slope * gate;
            db[j] = slope * a[j] * (gate * real_sigmoid(-b[j]));
        }
    }
}
