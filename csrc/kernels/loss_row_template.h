/* Losses of a row as a whole that take no part in a softmax: Kullback-Leibler divergence,
 * categorical hinge, cosine similarity. Sums are in double. Source: Keras 3.15, keras.losses. */

typedef REAL row_term(REAL target, REAL prediction);

INLINE double sum_of_terms(row_term *term, size_t columns, const REAL *target,
                           const REAL *prediction) {
    enum { GROUP = 256 };
    REAL terms[GROUP];
    double lanes[DOUBLE_LANES] = {0};
    for (size_t begin = 0; begin < columns; begin += GROUP) {
        const size_t count = columns - begin < GROUP ? columns - begin : GROUP;
        for (size_t j = 0; j < count; j++) {
            terms[j] = term(target[begin + j], prediction[begin + j]);
        }
        add_to_double_lanes(count, terms, lanes);
    }
    return add_double_lanes(lanes);
}

INLINE REAL product_term(REAL target, REAL prediction) {
    return target * prediction;
}

INLINE REAL clip_share(REAL p) {
    return clamp(p, LOSS_EPSILON, 1);
}

INLINE REAL divergence_term(REAL target, REAL prediction) {
    REAL t = clip_share(target);
    return t * real_log(t / clip_share(prediction));
}

static void divergence_backward(size_t columns, const REAL *target, const REAL *prediction,
                                REAL scale, REAL *dprediction) {
    INDEPENDENT
    for (size_t j = 0; j < columns; j++) {
        REAL p = prediction[j];
        REAL slope = slope_above(p, LOSS_EPSILON) * (1 - slope_above(p, 1));
        dprediction[j] = negated(scale * slope) * (clip_share(target[j]) / clip_share(p));
    }
}

/* The largest prediction of a class that is not the target; a NaN is one. */
static REAL largest_of_others(size_t columns, const REAL *target, const REAL *prediction) {
    REAL largest = (1 - target[0]) * prediction[0];
    for (size_t j = 1; j < columns; j++) {
        REAL value = (1 - target[j]) * prediction[j];
        largest = value <= largest || largest != largest ? largest : value;
    }
    return largest;
}

static double categorical_hinge_of_row(size_t columns, const REAL *target, const REAL *prediction) {
    double own = sum_of_terms(product_term, columns, target, prediction);
    double error = (double)largest_of_others(columns, target, prediction) - own + 1.0;
    return error < 0.0 ? 0.0 : error;
}

/* The largest that there are several of share its derivative. */
static void categorical_hinge_backward(size_t columns, const REAL *target, const REAL *prediction,
                                       REAL scale, REAL *dprediction) {
    double own = sum_of_terms(product_term, columns, target, prediction);
    const REAL largest = largest_of_others(columns, target, prediction);
    const REAL error = (REAL)((double)largest - own + 1.0);
    size_t found = 0;
    for (size_t j = 0; j < columns; j++) {
        found += (1 - target[j]) * prediction[j] == largest;
    }
    const REAL slope = scale * slope_above(error, 0), share = slope / (REAL)(found ? found : 1);
    for (size_t j = 0; j < columns; j++) {
        REAL other = 1 - target[j];
        REAL d = other * prediction[j] == largest ? share * other : 0;
        dprediction[j] = multiply_add(negated(slope), target[j], d);
    }
}

/* 1 / length, at most 1 / epsilon. */
static double inverse_length(size_t columns, const REAL *x) {
    double square = sum_of_terms(product_term, columns, x, x);
    double inverse = 1.0 / __builtin_sqrt(square);
    return inverse > 1e7 ? 1e7 : inverse;
}

static double cosine_of_row(size_t columns, const REAL *target, const REAL *prediction) {
    return sum_of_terms(product_term, columns, target, prediction) *
           inverse_length(columns, target) * inverse_length(columns, prediction);
}

/* With t and p of length 1: d = -scale (t - p (t . p)) / |prediction|; of what is too short to have
 * a direction -scale t / epsilon. */
static void cosine_backward(size_t columns, const REAL *target, const REAL *prediction,
                            double scale, REAL *dprediction) {
    const double inverse = inverse_length(columns, prediction);
    const double toward = -scale * inverse * inverse_length(columns, target);
    const double cosine = cosine_of_row(columns, target, prediction);
    const double back = inverse < 1e7 ? scale * inverse * inverse * cosine : 0.0;
    const REAL by_target = (REAL)toward, by_prediction = (REAL)back;
    INDEPENDENT
    for (size_t j = 0; j < columns; j++) {
        dprediction[j] = multiply_add(by_target, target[j], by_prediction * prediction[j]);
    }
}

/* The pinball loss at each column's quantile. */
static double quantile_of_row(const double *quantiles, size_t columns, const REAL *target,
                              const REAL *prediction) {
    enum { GROUP = 256 };
    REAL terms[GROUP];
    double lanes[DOUBLE_LANES] = {0};
    for (size_t begin = 0; begin < columns; begin += GROUP) {
        const size_t count = columns - begin < GROUP ? columns - begin : GROUP;
        for (size_t j = 0; j < count; j++) {
            const REAL quantile = (REAL)quantiles[begin + j];
            const REAL error = target[begin + j] - prediction[begin + j];
            terms[j] = error * (error < 0 ? quantile - 1 : quantile);
        }
        add_to_double_lanes(count, terms, lanes);
    }
    return add_double_lanes(lanes) / (double)columns;
}

static void quantile_backward(const double *quantiles, size_t columns, const REAL *target,
                              const REAL *prediction, double scale, REAL *dprediction) {
    const REAL each = (REAL)(scale / (double)columns);
    INDEPENDENT
    for (size_t j = 0; j < columns; j++) {
        dprediction[j] = each * (slope_above(prediction[j] - target[j], 0) - (REAL)quantiles[j]);
    }
}
