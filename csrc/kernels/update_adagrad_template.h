/* Steps that shrink as squares add up, or whose length follows what was taken before: see
 * update_template.h. */

typedef struct adagrad_step {
    REAL rate, epsilon;
} adagrad_step;

static adagrad_step adagrad_step_of(const cornu_update *update) {
    return (adagrad_step){.rate = (REAL)update->learning_rate,
                          .epsilon = (REAL)update->options->epsilon};
}

static void update_adagrad(adagrad_step step, size_t count, REAL *restrict weights,
                           const REAL *restrict gradient, REAL *restrict sum) {
    for (size_t i = 0; i < count; i++) {
        sum[i] = multiply_add(gradient[i], gradient[i], sum[i]);
        weights[i] -= step.rate * gradient[i] / square_root(sum[i] + step.epsilon);
    }
}

/* `square` of the gradient, `delta` of the steps, both running means of squares. */
static void update_adadelta(rmsprop_step step, size_t count, REAL *restrict weights,
                            const REAL *restrict gradient, REAL *restrict square,
                            REAL *restrict delta) {
    for (size_t i = 0; i < count; i++) {
        square[i] = running_mean(step, square[i], gradient[i] * gradient[i]);
        const REAL taken = square_root(delta[i] + step.epsilon) * gradient[i] /
                           square_root(square[i] + step.epsilon);
        delta[i] = running_mean(step, delta[i], taken * taken);
        weights[i] = multiply_add(-step.rate, taken, weights[i]);
    }
}
