/* Terms of regression and hinge losses, and their derivatives, one element each: what
 * loss_element_template.h takes the mean of. Where two branches of a loss meet the derivative is
 * their mean, as jax has it; that of an absolute value at 0 is 0. Source: Keras 3.15,
 * keras.losses. */

/* Keras's backend.epsilon(). */
#define LOSS_EPSILON ((REAL)1e-7)

/* The derivative of larger(x, bound) by x. */
INLINE REAL slope_above(REAL x, REAL bound) {
    return x > bound ? 1 : x == bound ? R(0.5) : x < bound ? 0 : x;
}

/* -1, 0, 1; NaN for NaN. */
INLINE REAL sign_of(REAL x) {
    return x > 0 ? 1 : x < 0 ? -1 : x;
}

INLINE REAL at_least(REAL x, REAL bound) {
    return x < bound ? bound : x;
}

INLINE REAL percentage_error(REAL target, REAL prediction, loss_targets targets) {
    (void)targets;
    return 100 * absolute((target - prediction) / at_least(absolute(target), LOSS_EPSILON));
}

INLINE REAL percentage_error_derivative(REAL target, REAL prediction, loss_targets targets) {
    (void)targets;
    return 100 * sign_of(prediction - target) / at_least(absolute(target), LOSS_EPSILON);
}

INLINE REAL difference_of_logs(REAL target, REAL prediction) {
    return real_log(at_least(prediction, LOSS_EPSILON) + 1) -
           real_log(at_least(target, LOSS_EPSILON) + 1);
}

INLINE REAL squared_logarithmic_error(REAL target, REAL prediction, loss_targets targets) {
    (void)targets;
    REAL difference = difference_of_logs(target, prediction);
    return difference * difference;
}

INLINE REAL squared_logarithmic_error_derivative(REAL target, REAL prediction,
                                                 loss_targets targets) {
    (void)targets;
    return slope_above(prediction, LOSS_EPSILON) * 2 * difference_of_logs(target, prediction) /
           (at_least(prediction, LOSS_EPSILON) + 1);
}

/* The parameter is delta. */
INLINE REAL huber(REAL target, REAL prediction, loss_targets targets) {
    REAL delta = targets.parameter, error = prediction - target, size = absolute(error);
    REAL square = R(0.5) * (error * error);
    REAL line = multiply_add(delta, size, R(-0.5) * (delta * delta));
    return size <= delta ? square : line;
}

INLINE REAL huber_derivative(REAL target, REAL prediction, loss_targets targets) {
    REAL delta = targets.parameter, error = prediction - target;
    return absolute(error) <= delta ? error : delta * sign_of(error);
}

/* log(cosh(error)). Near 0, where |x| + log(1 + e^(-2|x|)) - log(2) would lose every digit, it is
 * log(1 + sinh(x)^2) / 2. */
INLINE REAL log_cosh(REAL target, REAL prediction, loss_targets targets) {
    (void)targets;
    REAL size = absolute(prediction - target);
    REAL grown = real_expm1(2 * (size > 1 ? 1 : size));
    REAL near = R(0.5) * real_log1p(grown * grown / (4 * (1 + grown)));
    REAL far = size + (real_log1p(real_exp(-2 * size)) - R(0.69314718055994530942));
    return size < 1 ? near : far;
}

INLINE REAL log_cosh_derivative(REAL target, REAL prediction, loss_targets targets) {
    (void)targets;
    return real_tanh(prediction - target);
}

INLINE REAL poisson(REAL target, REAL prediction, loss_targets targets) {
    (void)targets;
    return multiply_add(negated(target), real_log(prediction + LOSS_EPSILON), prediction);
}

INLINE REAL poisson_derivative(REAL target, REAL prediction, loss_targets targets) {
    (void)targets;
    return 1 - target / (prediction + LOSS_EPSILON);
}

/* 1 - target * prediction, of targets -1 and 1; 0 and 1 become those by `targets`. */
INLINE REAL margin_error(REAL target, REAL prediction, loss_targets targets) {
    return multiply_add(negated(smoothed(target, targets)), prediction, 1);
}

INLINE REAL hinge(REAL target, REAL prediction, loss_targets targets) {
    return at_least(margin_error(target, prediction, targets), 0);
}

INLINE REAL hinge_derivative(REAL target, REAL prediction, loss_targets targets) {
    return negated(smoothed(target, targets)) *
           slope_above(margin_error(target, prediction, targets), 0);
}

INLINE REAL squared_hinge(REAL target, REAL prediction, loss_targets targets) {
    REAL error = hinge(target, prediction, targets);
    return error * error;
}

INLINE REAL squared_hinge_derivative(REAL target, REAL prediction, loss_targets targets) {
    return -2 * smoothed(target, targets) * hinge(target, prediction, targets);
}
