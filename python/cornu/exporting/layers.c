/* What an exported network is computed by: cornu takes those parts that one needs, with REAL as its
 * float type. Parts are divided by empty lines. Sums go in cornu's order (csrc/kernels). */

/* Rows of numbers by a matrix, whose depth is summed in blocks, each a chain from zero. bias may be
 * NULL. */
static void dense(size_t rows, size_t inputs, size_t units, size_t block, const REAL *kernel,
                  const REAL *bias, const REAL *x, REAL *y) {
    for (size_t i = 0; i < rows; i++) {
        for (size_t first = 0; first < units; first += STRIP) {
            const size_t width = units - first < STRIP ? units - first : STRIP;
            for (size_t begin = 0; begin == 0 || begin < inputs; begin += block) {
                const size_t end = inputs - begin < block ? inputs : begin + block;
                REAL sums[STRIP] = {0};
                for (size_t k = begin; k < end; k++) {
                    for (size_t j = 0; j < width; j++) {
                        sums[j] = multiply_add(x[k], kernel[k * units + first + j], sums[j]);
                    }
                }
                for (size_t j = 0; j < width; j++) {
                    y[first + j] = begin == 0 ? sums[j] : y[first + j] + sums[j];
                }
            }
            for (size_t j = 0; bias && j < width; j++) {
                y[first + j] += bias[first + j];
            }
        }
        x += inputs;
        y += units;
    }
}

/* The same for a few units, with each block's sum spread over lanes. */
static void dense_few_units(size_t rows, size_t inputs, size_t units, size_t block,
                            const REAL *kernel, const REAL *bias, const REAL *x, REAL *y) {
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < units; j++) {
            for (size_t begin = 0; begin < inputs; begin += block) {
                const size_t end = inputs - begin < block ? inputs : begin + block;
                REAL lanes[LANES] = {0};
                REAL sum;
                for (size_t k = begin; k < end; k += LANES) {
                    for (size_t lane = 0; lane < LANES; lane++) {
                        const int there = k + lane < end;
                        const REAL weight = there ? kernel[(k + lane) * units + j] : 0;
                        lanes[lane] = multiply_add(there ? x[k + lane] : 0, weight, lanes[lane]);
                    }
                }
                sum = add_lanes(lanes);
                y[j] = begin == 0 ? sum : y[j] + sum;
            }
            y[j] = bias ? y[j] + bias[j] : y[j];
        }
        x += inputs;
        y += units;
    }
}

/* y = (x - mean) scale + shift, one of each a column; NULL: 0. y may be x. */
static void normalize_columns(size_t rows, size_t columns, const REAL *means, const REAL *scales,
                              const REAL *shifts, const REAL *x, REAL *y) {
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++) {
            const REAL centered = x[j] - (means ? means[j] : 0);
            y[j] = multiply_add(centered, scales ? scales[j] : 1, shifts ? shifts[j] : 0);
        }
        x += columns;
        y += columns;
    }
}

/* y = (x - mean) / deviation of each row; y may be x. */
static void center_rows(size_t rows, size_t columns, REAL epsilon, const REAL *x, REAL *y) {
    for (size_t i = 0; i < rows; i++) {
        const REAL mean = row_sum(columns, x) / (REAL)columns;
        REAL inverse;
        for (size_t j = 0; j < columns; j++) {
            y[j] = x[j] - mean;
        }
        inverse = 1 / SQRT(row_dot(columns, y, y) / (REAL)columns + epsilon);
        for (size_t j = 0; j < columns; j++) {
            y[j] *= inverse;
        }
        x += columns;
        y += columns;
    }
}

/* y = x / root mean square of each row; y may be x. */
static void rms_rows(size_t rows, size_t columns, REAL epsilon, const REAL *x, REAL *y) {
    for (size_t i = 0; i < rows; i++) {
        const REAL inverse = 1 / SQRT(row_dot(columns, x, x) / (REAL)columns + epsilon);
        for (size_t j = 0; j < columns; j++) {
            y[j] = x[j] * inverse;
        }
        x += columns;
        y += columns;
    }
}

/* y = x / length of each row, which is at least `least`; y may be x. */
static void unit_rows(size_t rows, size_t columns, REAL least, const REAL *x, REAL *y) {
    for (size_t i = 0; i < rows; i++) {
        REAL inverse = 1 / SQRT(row_dot(columns, x, x));
        inverse = inverse < 1 / least ? inverse : 1 / least;
        for (size_t j = 0; j < columns; j++) {
            y[j] = x[j] * inverse;
        }
        x += columns;
        y += columns;
    }
}

/* y = x scale + shift, one of each a column; y may be x. */
static void rescale(size_t rows, size_t columns, const REAL *scales, const REAL *shifts,
                    const REAL *x, REAL *y) {
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++) {
            const REAL product = x[j] * scales[j];
            y[j] = product + shifts[j];
        }
        x += columns;
        y += columns;
    }
}

/* y = x where it is positive, else x slope, one a column; y may be x. */
static void prelu(size_t rows, size_t columns, const REAL *slopes, const REAL *x, REAL *y) {
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++) {
            const REAL below = x[j] < 0 ? slopes[j] * x[j] : x[j];
            y[j] = x[j] == 0 ? 0 : below;
        }
        x += columns;
        y += columns;
    }
}

/* Rows that are `value` throughout become 0; y may be x. */
static void mask_rows(size_t rows, size_t columns, REAL value, const REAL *x, REAL *y) {
    for (size_t i = 0; i < rows; i++) {
        int differs = 0;
        for (size_t j = 0; j < columns; j++) {
            differs |= x[j] != value;
        }
        for (size_t j = 0; j < columns; j++) {
            y[j] = differs ? x[j] : 0;
        }
        x += columns;
        y += columns;
    }
}

/* Axes in another order: y's sizes, and how far apart x has each's elements; up to 9 axes. */
static void permute(size_t rank, const size_t *sizes, const size_t *strides, const REAL *x,
                    REAL *y) {
    size_t place[9] = {0};
    size_t from = 0, count = 1;
    for (size_t axis = 0; axis < rank; axis++) {
        count *= sizes[axis];
    }
    for (size_t i = 0; i < count; i++) {
        size_t axis = rank;
        y[i] = x[from];
        while (axis-- > 0) {
            from += strides[axis];
            if (++place[axis] < sizes[axis]) {
                break;
            }
            from -= strides[axis] * sizes[axis];
            place[axis] = 0;
        }
    }
}

/* y = x, `times` times. */
static void repeat(size_t times, size_t count, const REAL *x, REAL *y) {
    for (size_t i = 0; i < times; i++) {
        memcpy(y + i * count, x, count * sizeof(REAL));
    }
}

/* y = e^(x - maximum); their sum. y may be x. */
static REAL exponentials(size_t count, const REAL *x, REAL maximum, REAL *y) {
    for (size_t j = 0; j < count; j++) {
        y[j] = real_exp(x[j] - maximum);
    }
    return row_sum(count, y);
}

/* y = e^x of each row, divided by their sum; y may be x. */
static void softmax(size_t rows, size_t columns, const REAL *x, REAL *y) {
    for (size_t i = 0; i < rows; i++) {
        const REAL sum = exponentials(columns, x, row_maximum(columns, x), y);
        for (size_t j = 0; j < columns; j++) {
            y[j] /= sum;
        }
        x += columns;
        y += columns;
    }
}

/* The logarithm of that; y may be x. */
static void log_softmax(size_t rows, size_t columns, const REAL *x, REAL *y) {
    for (size_t i = 0; i < rows; i++) {
        const REAL maximum = row_maximum(columns, x);
        REAL lanes[LANES] = {0};
        REAL log_sum;
        for (size_t j = 0; j < columns; j++) {
            lanes[j % LANES] += real_exp(x[j] - maximum);
        }
        log_sum = real_log(add_lanes(lanes));
        for (size_t j = 0; j < columns; j++) {
            y[j] = (x[j] - maximum) - log_sum;
        }
        x += columns;
        y += columns;
    }
}

/* Of the numbers that lie less than `depth` below the maximum: how many there are, and the sum of
 * how far they lie below. */
static size_t sparsemax_support(size_t columns, const REAL *x, double maximum, double depth,
                                double *sum) {
    double lanes[DOUBLE_LANES] = {0};
    size_t support = 0;
    for (size_t j = 0; j < columns; j++) {
        const double distance = maximum - (double)x[j];
        if (distance < depth) {
            lanes[j % DOUBLE_LANES] += distance;
            support++;
        }
    }
    *sum = add_double_lanes(lanes);
    return support;
}

/* y = max(x - tau, 0) with tau such that a row sums to 1 (Martins and Astudillo, 2016), found as by
 * Michelot, 1986; y may be x. */
static void sparsemax(size_t rows, size_t columns, const REAL *x, REAL *y) {
    for (size_t i = 0; i < rows; i++) {
        const double maximum = (double)row_maximum(columns, x);
        double depth = 1;
        for (size_t last = columns + 1;;) {
            double sum;
            const size_t support = sparsemax_support(columns, x, maximum, depth, &sum);
            if (support == 0 || support >= last) {
                break;
            }
            last = support;
            depth = (1 + sum) / (double)support;
        }
        for (size_t j = 0; j < columns; j++) {
            depth = x[j] < (REAL)INFINITY ? depth : (double)NAN;
        }
        for (size_t j = 0; j < columns; j++) {
            const double value = depth - (maximum - (double)x[j]);
            y[j] = (REAL)(value <= 0 ? 0 : value);
        }
        x += columns;
        y += columns;
    }
}

/* y = a sigmoid(b) for rows (a, b). */
static void glu(size_t rows, size_t columns, const REAL *x, REAL *y) {
    const size_t half = columns / 2;
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < half; j++) {
            y[j] = x[j] * real_sigmoid(x[half + j]);
        }
        x += columns;
        y += half;
    }
}
