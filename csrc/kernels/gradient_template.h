/* What stands between a gradient and its step. */

/* Squares and sums are doubles, whatever REAL is: the square of a float32 is exact and can't
 * overflow. Element i belongs to lane i mod DOUBLE_LANES. */
static double sum_of_squares(size_t count, const void *x_) {
    const REAL *x = x_;
    double lanes[DOUBLE_LANES] = {0};
    size_t i = 0;
    for (; i + DOUBLE_LANES <= count; i += DOUBLE_LANES) {
        for (size_t lane = 0; lane < DOUBLE_LANES; lane++) {
            const double value = (double)x[i + lane];
            lanes[lane] += value * value;
        }
    }
    for (size_t lane = 0; i + lane < count; lane++) {
        const double value = (double)x[i + lane];
        lanes[lane] += value * value;
    }
    for (size_t half = DOUBLE_LANES / 2; half > 0; half /= 2) {
        for (size_t lane = 0; lane < half; lane++) {
            lanes[lane] += lanes[lane + half];
        }
    }
    return lanes[0];
}

static void fill(size_t count, double value, void *x_) {
    REAL *x = x_;
    for (size_t i = 0; i < count; i++) {
        x[i] = (REAL)value;
    }
}

static void add(size_t count, const void *x_, void *y_) {
    const REAL *x = x_;
    REAL *y = y_;
    INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        y[i] += x[i];
    }
}

static void follow(size_t count, double momentum_, const void *x_, void *average_) {
    const REAL *x = x_;
    REAL *average = average_;
    const REAL momentum = (REAL)momentum_, rest = 1 - momentum;
    if (momentum == 0) {
        memcpy(average, x, count * sizeof(REAL));
        return;
    }
    INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        average[i] = multiply_add(momentum, average[i], rest * x[i]);
    }
}

static void scale(size_t count, double factor, void *x_) {
    REAL *x = x_;
    for (size_t i = 0; i < count; i++) {
        x[i] *= (REAL)factor;
    }
}

static void clip(size_t count, double most, void *x_) {
    REAL *x = x_;
    const REAL highest = (REAL)most;
    for (size_t i = 0; i < count; i++) {
        x[i] = clamp(x[i], -highest, highest);
    }
}
