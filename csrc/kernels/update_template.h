/* Optimizer steps on a vector of weights: Keras's formulas in its order (keras.optimizers.SGD and
 * Adam, 3.15), in REAL, each multiply-add fused. */

static void update_sgd(REAL rate, size_t count, REAL *restrict weights,
                       const REAL *restrict gradient) {
    for (size_t i = 0; i < count; i++) {
        weights[i] = multiply_add(-rate, gradient[i], weights[i]);
    }
}

static void update_momentum(REAL rate, REAL momentum, bool nesterov, size_t count,
                            REAL *restrict weights, const REAL *restrict gradient,
                            REAL *restrict velocity) {
    if (nesterov) {
        for (size_t i = 0; i < count; i++) {
            const REAL step = rate * gradient[i];
            velocity[i] = multiply_add(velocity[i], momentum, -step);
            weights[i] += multiply_add(velocity[i], momentum, -step);
        }
        return;
    }
    for (size_t i = 0; i < count; i++) {
        velocity[i] = multiply_add(velocity[i], momentum, -(rate * gradient[i]));
        weights[i] += velocity[i];
    }
}

/* base^exponent by repeated squaring of an unevaluated sum of two doubles: squaring one double
 * alone would lose about `exponent` units in the last place. libm's pow is not the same everywhere.
 * For 0 <= base <= 1. */
static double whole_power(double base, uint64_t exponent) {
    double high = 1, low = 0, square = base, square_low = 0;
    for (; exponent > 0 && high > 0; exponent >>= 1) {
        if (exponent & 1) {
            double product = high * square;
            low = __builtin_fma(high, square, -product) + (high * square_low + low * square);
            high = product;
        }
        double product = square * square;
        square_low = __builtin_fma(square, square, -product) + 2 * (square * square_low);
        square = product;
    }
    return high + low;
}

typedef struct adam_step {
    REAL alpha, gain_1, gain_2, epsilon; /* gain: 1 - beta */
} adam_step;

static adam_step adam_step_of(const cornu_update *update) {
    const cornu_optimizer_options *options = update->options;
    /* The powers are of beta as REAL holds it, as in Keras. */
    REAL power_1 = (REAL)whole_power((double)(REAL)options->beta_1, update->iteration);
    REAL power_2 = (REAL)whole_power((double)(REAL)options->beta_2, update->iteration);
    adam_step step = {
        .alpha = (REAL)update->learning_rate * square_root(1 - power_2) / (1 - power_1),
        .gain_1 = (REAL)(1.0 - options->beta_1),
        .gain_2 = (REAL)(1.0 - options->beta_2),
        .epsilon = (REAL)options->epsilon,
    };
    return step;
}

/* A moment whose gradient stays zero, that of a unit that is shut, would decay to a subnormal
 * number and stay one, with which processors are slow. */
INLINE REAL no_subnormal(REAL x) {
    return absolute(x) < REAL_MINIMUM ? 0 : x;
}

INLINE REAL adam_moments(adam_step step, REAL gradient, REAL *m, REAL *v) {
    *m = no_subnormal(multiply_add(gradient - *m, step.gain_1, *m));
    *v = no_subnormal(multiply_add(multiply_add(gradient, gradient, -*v), step.gain_2, *v));
    return *v;
}

static void update_adam(adam_step step, size_t count, REAL *restrict weights,
                        const REAL *restrict gradient, REAL *restrict m, REAL *restrict v) {
    for (size_t i = 0; i < count; i++) {
        REAL scale = adam_moments(step, gradient[i], &m[i], &v[i]);
        weights[i] -= m[i] * step.alpha / (square_root(scale) + step.epsilon);
    }
}

static void update_amsgrad(adam_step step, size_t count, REAL *restrict weights,
                           const REAL *restrict gradient, REAL *restrict m, REAL *restrict v,
                           REAL *restrict v_hat) {
    for (size_t i = 0; i < count; i++) {
        REAL scale = adam_moments(step, gradient[i], &m[i], &v[i]);
        scale = v_hat[i] > scale ? v_hat[i] : scale;
        v_hat[i] = scale;
        weights[i] -= m[i] * step.alpha / (square_root(scale) + step.epsilon);
    }
}

/* What is the same for all rows. */
typedef struct update_constants {
    const cornu_optimizer_options *options;
    REAL rate;
    adam_step adam;
} update_constants;

static void update_row(const update_constants *constants, size_t count, REAL *weights,
                       const REAL *gradient, REAL *const slots[]) {
    const cornu_optimizer_options *options = constants->options;
    if (options->kind == CORNU_ADAM) {
        if (options->amsgrad) {
            update_amsgrad(constants->adam, count, weights, gradient, slots[0], slots[1], slots[2]);
        } else {
            update_adam(constants->adam, count, weights, gradient, slots[0], slots[1]);
        }
    } else if (options->momentum != 0) {
        update_momentum(constants->rate, (REAL)options->momentum, options->nesterov, count, weights,
                        gradient, slots[0]);
    } else {
        update_sgd(constants->rate, count, weights, gradient);
    }
}

static void update(const cornu_update *update, size_t rows, size_t columns, void *weights_,
                   size_t stride, const void *gradient_, size_t gradient_stride,
                   void *const slots[]) {
    REAL *weights = weights_;
    const REAL *gradient = gradient_;
    const size_t slot_count = cornu_optimizer_slot_count(update->options);
    REAL *at[CORNU_MAX_SLOTS] = {NULL};
    for (size_t slot = 0; slot < slot_count; slot++) {
        at[slot] = slots[slot];
    }
    update_constants constants = {.options = update->options, .rate = (REAL)update->learning_rate};
    if (update->options->kind == CORNU_ADAM) {
        constants.adam = adam_step_of(update);
    }
    if (stride == columns && gradient_stride == columns) {
        columns *= rows;
        rows = 1;
    }
    for (size_t i = 0; i < rows; i++) {
        update_row(&constants, columns, weights, gradient, at);
        weights += stride;
        gradient += gradient_stride;
        for (size_t slot = 0; slot < slot_count; slot++) {
            at[slot] += stride;
        }
    }
}
