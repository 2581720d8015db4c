/* Relatives of Adam: Adamax, Nadam and Lion. See update_template.h. */

typedef struct adamax_step {
    REAL rate, gain, beta_2, left, epsilon; /* left: 1 - beta_1^t */
} adamax_step;

static adamax_step adamax_step_of(const cornu_update *update) {
    const cornu_optimizer_options *options = update->options;
    const double power = cornu_whole_power((double)(REAL)options->beta_1, update->iteration);
    return (adamax_step){.rate = (REAL)update->learning_rate,
                         .gain = (REAL)(1.0 - options->beta_1),
                         .beta_2 = (REAL)options->beta_2,
                         .left = 1 - (REAL)power,
                         .epsilon = (REAL)options->epsilon};
}

static void update_adamax(adamax_step step, size_t count, REAL *restrict weights,
                          const REAL *restrict gradient, REAL *restrict m, REAL *restrict u) {
    for (size_t i = 0; i < count; i++) {
        m[i] = no_subnormal(multiply_add(gradient[i] - m[i], step.gain, m[i]));
        const REAL decayed = step.beta_2 * u[i], size = absolute(gradient[i]);
        u[i] = no_subnormal(decayed > size ? decayed : size);
        weights[i] -= step.rate * m[i] / (step.left * (u[i] + step.epsilon));
    }
}

/* A step is of `ahead` m / `left_ahead` + `share` g / `left_now`, over the root of v / `left`. */
typedef struct nadam_step {
    REAL rate, gain_1, gain_2, epsilon, ahead, left_ahead, share, left_now, left;
} nadam_step;

static nadam_step nadam_step_of(const cornu_update *update) {
    const cornu_optimizer_options *options = update->options;
    const REAL beta_1 = (REAL)options->beta_1, beta_2 = (REAL)options->beta_2;
    const REAL now = (REAL)cornu_nadam_share(options, update->iteration);
    const REAL ahead = (REAL)cornu_nadam_share(options, update->iteration + 1);
    const REAL product = (REAL)update->product;
    const double power = cornu_whole_power((double)beta_2, update->iteration);
    return (nadam_step){.rate = (REAL)update->learning_rate,
                        .gain_1 = 1 - beta_1,
                        .gain_2 = 1 - beta_2,
                        .epsilon = (REAL)options->epsilon,
                        .ahead = ahead,
                        .left_ahead = 1 - product * ahead,
                        .share = 1 - now,
                        .left_now = 1 - product,
                        .left = 1 - (REAL)power};
}

static void update_nadam(nadam_step step, size_t count, REAL *restrict weights,
                         const REAL *restrict gradient, REAL *restrict m, REAL *restrict v) {
    for (size_t i = 0; i < count; i++) {
        const REAL square = multiply_add(gradient[i], gradient[i], -v[i]);
        m[i] = no_subnormal(multiply_add(gradient[i] - m[i], step.gain_1, m[i]));
        v[i] = no_subnormal(multiply_add(square, step.gain_2, v[i]));
        const REAL mean =
            step.ahead * m[i] / step.left_ahead + step.share * gradient[i] / step.left_now;
        weights[i] -= mean * step.rate / (square_root(v[i] / step.left) + step.epsilon);
    }
}

typedef struct lion_step {
    REAL rate, beta_1, beta_2, gain_1, gain_2;
} lion_step;

static lion_step lion_step_of(const cornu_update *update) {
    const REAL beta_1 = (REAL)update->options->beta_1, beta_2 = (REAL)update->options->beta_2;
    return (lion_step){.rate = (REAL)update->learning_rate,
                       .beta_1 = beta_1,
                       .beta_2 = beta_2,
                       .gain_1 = 1 - beta_1,
                       .gain_2 = 1 - beta_2};
}

/* Only the sign of the mean counts: 0 moves nothing, and NaN is not hidden. */
static void update_lion(lion_step step, size_t count, REAL *restrict weights,
                        const REAL *restrict gradient, REAL *restrict m) {
    for (size_t i = 0; i < count; i++) {
        const REAL mean = multiply_add(m[i], step.beta_1, gradient[i] * step.gain_1);
        const REAL moved = mean == mean ? with_sign(step.rate, mean) : mean;
        weights[i] -= mean == 0 ? 0 : moved;
        m[i] = no_subnormal(multiply_add(m[i], step.beta_2, gradient[i] * step.gain_2));
    }
}
