/* Cross-entropies with powers in them: focal ones, in which what is right already counts little,
 * and the generalized one. Source: Keras 3.15, keras.losses. */

/* x^exponent, as C's pow has it. Within a few units times the exponent. */
INLINE REAL power(REAL x, REAL exponent) {
    if (exponent == 2) {
        return x * x;
    }
    if (exponent == 1 || exponent == 0) {
        return exponent == 1 ? x : 1;
    }
    REAL value = real_exp(exponent * real_log(absolute(x)));
    /* Of a negative x only whole powers are numbers. */
    const int32_t whole = (int32_t)clamp(exponent, R(-1e6), R(1e6));
    const bool odd = (whole & 1) != 0, is_whole = (REAL)whole == exponent;
    REAL below = !is_whole ? real_log(x) : odd ? negated(value) : value;
    return x < 0 ? below : value;
}

/* exponent x^(exponent - 1): the derivative, 0 for an exponent of 0 at x = 0 too. */
INLINE REAL power_slope(REAL x, REAL exponent) {
    return exponent == 0 ? 0 : exponent * power(x, exponent - 1);
}

/* How far a probability is from its target: 1 - (t p + (1 - t) (1 - p)). */
INLINE REAL missed(REAL t, REAL p) {
    return 1 - multiply_add(t, p, (1 - t) * (1 - p));
}

/* The parameter is gamma. */
INLINE REAL binary_focal(REAL target, REAL prediction, loss_targets targets) {
    REAL t = smoothed(target, targets);
    REAL focus = power(missed(t, prediction), targets.parameter);
    return multiply_add(targets.slope, t, targets.weight) *
           (focus * binary_crossentropy(target, prediction, targets));
}

INLINE REAL binary_focal_derivative(REAL target, REAL prediction, loss_targets targets) {
    REAL t = smoothed(target, targets), miss = missed(t, prediction);
    REAL entropy = binary_crossentropy(target, prediction, targets);
    REAL by_focus = (1 - 2 * t) * (power_slope(miss, targets.parameter) * entropy);
    REAL slope = binary_crossentropy_derivative(target, prediction, targets);
    REAL whole = multiply_add(power(miss, targets.parameter), slope, by_focus);
    return multiply_add(targets.slope, t, targets.weight) * whole;
}

INLINE REAL binary_focal_of_logit(REAL target, REAL prediction, loss_targets targets) {
    return binary_focal(target, real_sigmoid(prediction), targets);
}

INLINE REAL binary_focal_of_logit_derivative(REAL target, REAL prediction, loss_targets targets) {
    REAL p = real_sigmoid(prediction);
    return p * (1 - p) * binary_focal_derivative(target, p, targets);
}

INLINE REAL alpha_of(const cornu_loss *loss, size_t column) {
    return (REAL)loss->values[loss->value_count == 1 ? 0 : column];
}

/* A row's probabilities: softmax of logits, or what they are, by what it is divided by. */
typedef struct focal_row {
    bool from_logits;
    REAL maximum, whole;
} focal_row;

INLINE focal_row focal_row_of(const cornu_loss *loss, size_t columns, const REAL *prediction) {
    if (!loss->from_logits) {
        return (focal_row){false, 0, row_sum(columns, prediction)};
    }
    const REAL maximum = row_maximum(columns, prediction);
    return (focal_row){true, maximum, sum_of_exponentials(columns, prediction, maximum)};
}

INLINE REAL focal_probability(focal_row row, REAL prediction) {
    return (row.from_logits ? real_exp(prediction - row.maximum) : prediction) / row.whole;
}

INLINE double focal_sum(const cornu_loss *loss, loss_targets targets, focal_row row, size_t columns,
                        const REAL *target, const REAL *prediction) {
    enum { GROUP = 256 };
    REAL terms[GROUP];
    double lanes[DOUBLE_LANES] = {0};
    for (size_t begin = 0; begin < columns; begin += GROUP) {
        const size_t count = columns - begin < GROUP ? columns - begin : GROUP;
        for (size_t j = 0; j < count; j++) {
            const REAL t = smoothed(target[begin + j], targets);
            const REAL p = clip_probability(focal_probability(row, prediction[begin + j]));
            const REAL focus = alpha_of(loss, begin + j) * power(1 - p, targets.parameter);
            terms[j] = t == 0 ? 0 : focus * (t * real_log(p));
        }
        add_to_double_lanes(count, terms, lanes);
    }
    return -add_double_lanes(lanes);
}

static double focal_of_row(const cornu_loss *loss, loss_targets targets, size_t columns,
                           const REAL *target, const REAL *prediction) {
    const focal_row row = focal_row_of(loss, columns, prediction);
    return row.from_logits ? focal_sum(loss, targets, row, columns, target, prediction)
                           : focal_sum(loss, targets, row, columns, target, prediction);
}

/* The derivative by a normalised, clipped probability. */
INLINE REAL focal_slope(REAL t, REAL p, REAL gamma) {
    REAL q = clip_probability(p);
    REAL by_focus = power_slope(1 - q, gamma) * real_log(q);
    return clip_slope(p) * t * (by_focus - power(1 - q, gamma) / q);
}

/* With g the derivative by p: dq = scale (g - g . p) / sum(q), or of logits scale p (g - g . p). */
static void focal_backward(const cornu_loss *loss, loss_targets targets, size_t columns,
                           const REAL *target, const REAL *prediction, REAL scale,
                           REAL *dprediction) {
    const focal_row row = focal_row_of(loss, columns, prediction);
    REAL lanes[LANES] = {0};
    for (size_t j = 0; j < columns; j++) {
        const REAL p = focal_probability(row, prediction[j]);
        const REAL t = smoothed(target[j], targets);
        const REAL g = alpha_of(loss, j) * focal_slope(t, p, targets.parameter);
        dprediction[j] = g;
        lanes[j % LANES] = multiply_add(g, p, lanes[j % LANES]);
    }
    const REAL dot = add_lanes(lanes);
    for (size_t j = 0; j < columns; j++) {
        const REAL step = row.from_logits ? focal_probability(row, prediction[j]) : 1 / row.whole;
        dprediction[j] = scale * step * (dprediction[j] - dot);
    }
}

/* Of the probability of the row's class; the parameter is q. */
static double generalized_of_row(loss_targets targets, REAL p) {
    return (double)((1 - power(p, targets.parameter)) / targets.parameter);
}

/* A probability of 0 has no derivative; behind a softmax, which alone comes so low, nothing would
 * be left of it. */
static void generalized_backward(loss_targets targets, size_t columns, size_t id,
                                 const REAL *prediction, REAL scale, REAL *dprediction) {
    const REAL p = prediction[id];
    memset(dprediction, 0, columns * sizeof(REAL));
    dprediction[id] = p == 0 ? 0 : negated(scale * power(p, targets.parameter - 1));
}
