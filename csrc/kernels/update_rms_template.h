/* Steps divided by the root of a running mean of squares: see update_template.h. */

typedef struct rmsprop_step {
    REAL rate, rho, gain, epsilon, momentum; /* gain: 1 - rho */
} rmsprop_step;

static rmsprop_step rmsprop_step_of(const cornu_update *update) {
    const cornu_optimizer_options *options = update->options;
    return (rmsprop_step){.rate = (REAL)update->learning_rate,
                          .rho = (REAL)options->rho,
                          .gain = (REAL)(1.0 - options->rho),
                          .epsilon = (REAL)options->epsilon,
                          .momentum = (REAL)options->momentum};
}

/* rho * mean + (1 - rho) * x */
INLINE REAL running_mean(rmsprop_step step, REAL mean, REAL x) {
    return no_subnormal(multiply_add(step.rho, mean, step.gain * x));
}

/* What is taken from a weight, before momentum. */
INLINE REAL rmsprop_increment(rmsprop_step step, REAL gradient, REAL *square) {
    *square = running_mean(step, *square, gradient * gradient);
    return step.rate * gradient / square_root(*square + step.epsilon);
}

INLINE REAL centered_increment(rmsprop_step step, REAL gradient, REAL *square, REAL *mean) {
    *square = running_mean(step, *square, gradient * gradient);
    *mean = running_mean(step, *mean, gradient);
    REAL variance = multiply_add(-*mean, *mean, *square);
    return step.rate * gradient / square_root(variance + step.epsilon);
}

static void update_rmsprop(rmsprop_step step, size_t count, REAL *restrict weights,
                           const REAL *restrict gradient, REAL *restrict square) {
    for (size_t i = 0; i < count; i++) {
        weights[i] -= rmsprop_increment(step, gradient[i], &square[i]);
    }
}

static void update_rmsprop_momentum(rmsprop_step step, size_t count, REAL *restrict weights,
                                    const REAL *restrict gradient, REAL *restrict square,
                                    REAL *restrict velocity) {
    for (size_t i = 0; i < count; i++) {
        const REAL increment = rmsprop_increment(step, gradient[i], &square[i]);
        velocity[i] = multiply_add(step.momentum, velocity[i], increment);
        weights[i] -= velocity[i];
    }
}

static void update_centered(rmsprop_step step, size_t count, REAL *restrict weights,
                            const REAL *restrict gradient, REAL *restrict square,
                            REAL *restrict mean) {
    for (size_t i = 0; i < count; i++) {
        weights[i] -= centered_increment(step, gradient[i], &square[i], &mean[i]);
    }
}

static void update_centered_momentum(rmsprop_step step, size_t count, REAL *restrict weights,
                                     const REAL *restrict gradient, REAL *restrict square,
                                     REAL *restrict velocity, REAL *restrict mean) {
    for (size_t i = 0; i < count; i++) {
        const REAL increment = centered_increment(step, gradient[i], &square[i], &mean[i]);
        velocity[i] = multiply_add(step.momentum, velocity[i], increment);
        weights[i] -= velocity[i];
    }
}

static void update_rmsprop_row(const cornu_optimizer_options *options, rmsprop_step step,
                               size_t count, REAL *weights, const REAL *gradient,
                               REAL *const slots[]) {
    if (options->momentum != 0 && options->centered) {
        update_centered_momentum(step, count, weights, gradient, slots[0], slots[1], slots[2]);
    } else if (options->momentum != 0) {
        update_rmsprop_momentum(step, count, weights, gradient, slots[0], slots[1]);
    } else if (options->centered) {
        update_centered(step, count, weights, gradient, slots[0], slots[1]);
    } else {
        update_rmsprop(step, count, weights, gradient, slots[0]);
    }
}
