/* Sums and maxima along a row; see layers.c. */

/* Units of a row that are summed side by side. */
#define STRIP 16

/* A sum in double is spread over so many, whatever REAL is. */
#define DOUBLE_LANES 8

static REAL add_lanes(REAL *lanes) {
    for (size_t half = LANES / 2; half > 0; half /= 2) {
        for (size_t lane = 0; lane < half; lane++) {
            lanes[lane] += lanes[lane + half];
        }
    }
    return lanes[0];
}

static double add_double_lanes(double *lanes) {
    for (size_t half = DOUBLE_LANES / 2; half > 0; half /= 2) {
        for (size_t lane = 0; lane < half; lane++) {
            lanes[lane] += lanes[lane + half];
        }
    }
    return lanes[0];
}

static REAL row_sum(size_t count, const REAL *x) {
    REAL lanes[LANES] = {0};
    for (size_t i = 0; i < count; i++) {
        lanes[i % LANES] += x[i];
    }
    return add_lanes(lanes);
}

/* The largest number; a NaN is passed over. */
static REAL row_maximum(size_t count, const REAL *x) {
    REAL maximum = -(REAL)INFINITY;
    for (size_t i = 0; i < count; i++) {
        maximum = x[i] > maximum ? x[i] : maximum;
    }
    return maximum;
}

static REAL clamp(REAL x, REAL lowest, REAL highest) {
    x = x < lowest ? lowest : x;
    return x > highest ? highest : x;
}
