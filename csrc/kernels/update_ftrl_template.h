/* Follow-the-regularized-leader: see update_template.h. */

typedef struct ftrl_step {
    REAL rate, power, l1, twice_l2, shrinkage;
} ftrl_step;

static ftrl_step ftrl_step_of(const cornu_update *update) {
    const cornu_optimizer_options *options = update->options;
    const REAL rate = (REAL)update->learning_rate;
    const REAL l2 = (REAL)options->l2 + (REAL)options->beta / (2 * rate);
    return (ftrl_step){.rate = rate,
                       .power = (REAL)-options->learning_rate_power,
                       .l1 = (REAL)options->l1,
                       .twice_l2 = 2 * l2,
                       .shrinkage = (REAL)(2 * options->l2_shrinkage)};
}

/* sum^power, sum and power not negative. */
INLINE REAL ftrl_power(REAL power, bool is_root, REAL sum) {
    if (is_root) {
        return square_root(sum);
    }
    return power == 0 ? 1 : real_exp(power * real_log(sum));
}

INLINE void update_ftrl_by(ftrl_step step, bool is_root, size_t count, REAL *restrict weights,
                           const REAL *restrict gradient, REAL *restrict sum,
                           REAL *restrict linear) {
    for (size_t i = 0; i < count; i++) {
        const REAL before = ftrl_power(step.power, is_root, sum[i]);
        sum[i] = multiply_add(gradient[i], gradient[i], sum[i]);
        const REAL after = ftrl_power(step.power, is_root, sum[i]);
        const REAL shrinking = multiply_add(step.shrinkage, weights[i], gradient[i]);
        linear[i] += multiply_add(-((after - before) / step.rate), weights[i], shrinking);
        weights[i] =
            (clamp(linear[i], -step.l1, step.l1) - linear[i]) / (after / step.rate + step.twice_l2);
    }
}

static void update_ftrl(ftrl_step step, size_t count, REAL *weights, const REAL *gradient,
                        REAL *sum, REAL *linear) {
    if (step.power == R(0.5)) {
        update_ftrl_by(step, true, count, weights, gradient, sum, linear);
    } else {
        update_ftrl_by(step, false, count, weights, gradient, sum, linear);
    }
}
