/* Adam's steps: see update_template.h. */

/* A moment whose gradient stays zero, that of a unit that is shut, would decay to a subnormal
 * number and stay one, with which processors are slow. */
INLINE REAL no_subnormal(REAL x) {
    return absolute(x) < REAL_MINIMUM ? 0 : x;
}

typedef struct adam_step {
    REAL alpha, gain_1, gain_2, epsilon; /* gain: 1 - beta */
} adam_step;

static adam_step adam_step_of(const cornu_update *update) {
    const cornu_optimizer_options *options = update->options;
    /* The powers are of beta as REAL holds it, as in Keras. */
    REAL power_1 = (REAL)cornu_whole_power((double)(REAL)options->beta_1, update->iteration);
    REAL power_2 = (REAL)cornu_whole_power((double)(REAL)options->beta_2, update->iteration);
    adam_step step = {
        .alpha = (REAL)update->learning_rate * square_root(1 - power_2) / (1 - power_1),
        .gain_1 = (REAL)(1.0 - options->beta_1),
        .gain_2 = (REAL)(1.0 - options->beta_2),
        .epsilon = (REAL)options->epsilon,
    };
    return step;
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

static void update_adam_row(const cornu_optimizer_options *options, adam_step step, size_t count,
                            REAL *weights, const REAL *gradient, REAL *const slots[]) {
    if (options->amsgrad) {
        update_amsgrad(step, count, weights, gradient, slots[0], slots[1], slots[2]);
    } else {
        update_adam(step, count, weights, gradient, slots[0], slots[1]);
    }
}
