/* Losses that are a mean over the row's elements: squared and absolute error, binary cross-entropy,
 * and those of loss_terms_template.h.
 *
 * Terms are in REAL, as Keras's are; a row's sum is in double. Source: Keras 3.15, keras.losses. A
 * NaN gives NaN. */

/* Keras's backend.epsilon(): probabilities are clipped to [epsilon, 1 - epsilon]. */
#define PROBABILITY_LOWEST ((REAL)1e-7)
#define PROBABILITY_HIGHEST ((REAL)(1.0 - 1e-7))

/* Label smoothing: a target counts as keep * target + spread. What a loss of one parameter has for
 * it. And what its targets weigh: weight + slope * target. */
typedef struct loss_targets {
    REAL keep, spread, parameter, weight, slope;
} loss_targets;

INLINE REAL smoothed(REAL target, loss_targets targets) {
    return multiply_add(target, targets.keep, targets.spread);
}

INLINE REAL clip_probability(REAL p) {
    return clamp(p, PROBABILITY_LOWEST, PROBABILITY_HIGHEST);
}

/* The derivative of the clipping: 0 outside, a half on the border as jax has it. */
INLINE REAL clip_slope(REAL p) {
    REAL outside = p == PROBABILITY_LOWEST || p == PROBABILITY_HIGHEST ? R(0.5) : 0;
    return p > PROBABILITY_LOWEST && p < PROBABILITY_HIGHEST ? 1 : outside;
}

typedef REAL loss_term(REAL target, REAL prediction, loss_targets targets);

INLINE REAL squared_error(REAL target, REAL prediction, loss_targets targets) {
    (void)targets;
    REAL difference = target - prediction;
    return difference * difference;
}

INLINE REAL absolute_error(REAL target, REAL prediction, loss_targets targets) {
    (void)targets;
    return absolute(target - prediction);
}

INLINE REAL binary_crossentropy(REAL target, REAL prediction, loss_targets targets) {
    REAL t = smoothed(target, targets), p = clip_probability(prediction);
    return negated(multiply_add(t, real_log(p), (1 - t) * real_log(1 - p)));
}

/* log(1 + e^x) - t x, without overflow. */
INLINE REAL binary_crossentropy_of_logit(REAL target, REAL prediction, loss_targets targets) {
    REAL t = smoothed(target, targets);
    REAL positive = prediction < 0 ? 0 : prediction;
    return multiply_add(negated(t), prediction, positive) +
           real_log1p(real_exp(-absolute(prediction)));
}

/* Derivatives of one term by its prediction. */

INLINE REAL squared_error_derivative(REAL target, REAL prediction, loss_targets targets) {
    (void)targets;
    return 2 * (prediction - target);
}

/* 0 where they are equal. */
INLINE REAL absolute_error_derivative(REAL target, REAL prediction, loss_targets targets) {
    (void)targets;
    REAL difference = prediction - target;
    return difference > 0 ? 1 : difference < 0 ? -1 : difference;
}

INLINE REAL binary_crossentropy_derivative(REAL target, REAL prediction, loss_targets targets) {
    REAL t = smoothed(target, targets), p = clip_probability(prediction);
    return clip_slope(prediction) * ((1 - t) / (1 - p) - t / p);
}

/* (1 - t) sigmoid(x) - t sigmoid(-x), small where it should be. */
INLINE REAL binary_crossentropy_of_logit_derivative(REAL target, REAL prediction,
                                                    loss_targets targets) {
    REAL t = smoothed(target, targets);
    REAL e = real_exp(-absolute(prediction));
    REAL small = e / (1 + e), large = 1 / (1 + e);
    return (1 - t) * (prediction < 0 ? small : large) - t * (prediction < 0 ? large : small);
}

/* The same from sigmoid(x). */
INLINE REAL binary_crossentropy_of_sigmoid_derivative(REAL target, REAL probability,
                                                      loss_targets targets) {
    return probability - smoothed(target, targets);
}

INLINE void scaled_derivatives(loss_term *derivative, loss_targets targets, size_t rows,
                               size_t columns, const REAL *target, const REAL *prediction,
                               const double *row_scales, REAL *dprediction) {
    for (size_t row = 0; row < rows; row++) {
        const REAL scale = (REAL)(row_scales[row] / (double)columns);
        INDEPENDENT
        for (size_t i = row * columns; i < (row + 1) * columns; i++) {
            dprediction[i] = scale * derivative(target[i], prediction[i], targets);
        }
    }
}
