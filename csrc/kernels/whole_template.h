/* Steps that look at a weight as a whole: Keras's formulas in its order (keras.optimizers, 3.15),
 * in REAL, sums in double. See whole.h. */

#include "kernels/real_template.h"

INLINE REAL zero_if_subnormal(REAL x) {
    return absolute(x) < REAL_MINIMUM ? 0 : x;
}

static void decay(size_t count, double decay_, double rate_, void *weights_) {
    REAL *weights = weights_;
    const REAL share = (REAL)decay_, rate = (REAL)rate_;
    for (size_t i = 0; i < count; i++) {
        weights[i] -= weights[i] * share * rate;
    }
}

static REAL power_left(double beta, uint64_t iteration) {
    return 1 - (REAL)cornu_whole_power((double)(REAL)beta, iteration);
}

static void lamb(const cornu_update *update, size_t count, void *gradient_, void *m_, void *v_) {
    REAL *restrict gradient = gradient_, *restrict m = m_, *restrict v = v_;
    const cornu_optimizer_options *options = update->options;
    const REAL gain_1 = (REAL)(1.0 - options->beta_1), gain_2 = (REAL)(1.0 - options->beta_2);
    const REAL left_1 = power_left(options->beta_1, update->iteration);
    const REAL left_2 = power_left(options->beta_2, update->iteration);
    const REAL epsilon = (REAL)options->epsilon;
    for (size_t i = 0; i < count; i++) {
        m[i] = zero_if_subnormal(m[i] + (gradient[i] - m[i]) * gain_1);
        v[i] = zero_if_subnormal(v[i] + (gradient[i] * gradient[i] - v[i]) * gain_2);
        gradient[i] = m[i] / left_1 / (square_root(v[i] / left_2) + epsilon);
    }
}

static void schedule_free(const cornu_update *update, size_t count, void *weights_,
                          const void *gradient_, void *z_, void *v_) {
    REAL *restrict weights = weights_, *restrict z = z_, *restrict v = v_;
    const REAL *restrict gradient = gradient_;
    const cornu_optimizer_options *options = update->options;
    const double step = (double)update->iteration, warmup = options->warmup_steps;
    const REAL warmed = step < warmup ? (REAL)(step / warmup) : 1;
    const REAL rate = (REAL)update->learning_rate * warmed;
    const REAL beta_1 = (REAL)options->beta_1, rest_1 = 1 - beta_1;
    const REAL gain_2 = 1 - (REAL)options->beta_2;
    const REAL left_2 = power_left(options->beta_2, update->iteration);
    const REAL epsilon = (REAL)options->epsilon;
    const REAL share = 1 / (REAL)step, others = 1 - share;
    for (size_t i = 0; i < count; i++) {
        v[i] = zero_if_subnormal(v[i] + (gradient[i] * gradient[i] - v[i]) * gain_2);
        const REAL mean = (weights[i] - rest_1 * z[i]) / beta_1;
        z[i] -= rate * gradient[i] / (square_root(v[i] / left_2) + epsilon);
        weights[i] = rest_1 * z[i] + beta_1 * (others * mean + share * z[i]);
    }
}

INLINE REAL mixed(double kept, REAL mean, double fresh) {
    const REAL share = (REAL)kept;
    return share * mean + (1 - share) * (REAL)fresh;
}

INLINE double square_and(REAL x, REAL epsilon) {
    return (double)(x * x + epsilon);
}

static void row_means(const cornu_update *update, double kept, size_t rows, size_t columns,
                      const void *gradient_, void *means_) {
    const REAL *gradient = gradient_;
    REAL *means = means_;
    const REAL epsilon = (REAL)update->options->epsilon_1;
    for (size_t i = 0; i < rows; i++, gradient += columns) {
        double lanes[DOUBLE_LANES] = {0}, sum = 0;
        size_t j = 0;
        for (; j + DOUBLE_LANES <= columns; j += DOUBLE_LANES) {
            for (size_t lane = 0; lane < DOUBLE_LANES; lane++) {
                lanes[lane] += square_and(gradient[j + lane], epsilon);
            }
        }
        for (size_t lane = 0; j + lane < columns; lane++) {
            lanes[lane] += square_and(gradient[j + lane], epsilon);
        }
        for (size_t lane = 0; lane < DOUBLE_LANES; lane++) {
            sum += lanes[lane];
        }
        means[i] = mixed(kept, means[i], sum / (double)columns);
    }
}

static void column_means(const cornu_update *update, double kept, size_t rows, size_t columns,
                         size_t stride, const void *gradient_, void *means_) {
    enum { WIDTH = 64 };
    const REAL *gradient = gradient_;
    REAL *means = means_;
    const REAL epsilon = (REAL)update->options->epsilon_1;
    for (size_t column = 0; column < columns; column += WIDTH) {
        const size_t width = columns - column < WIDTH ? columns - column : WIDTH;
        double sums[WIDTH] = {0};
        for (size_t i = 0; i < rows; i++) {
            const REAL *at = gradient + i * stride + column;
            for (size_t j = 0; j < width; j++) {
                sums[j] += square_and(at[j], epsilon);
            }
        }
        for (size_t j = 0; j < width; j++) {
            means[column + j] = mixed(kept, means[column + j], sums[j] / (double)rows);
        }
    }
}

static double sum(size_t count, const void *x_) {
    const REAL *x = x_;
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        total += (double)x[i];
    }
    return total;
}

static void divide_row(size_t columns, const void *row_mean, double mean, const void *column_means_,
                       void *v_, void *gradient_) {
    const REAL *restrict means = column_means_;
    REAL *restrict v = v_, *restrict gradient = gradient_;
    const REAL share = *(const REAL *)row_mean / (REAL)mean;
    for (size_t j = 0; j < columns; j++) {
        v[j] = share * means[j];
        gradient[j] /= square_root(v[j]);
    }
}

static void divide_vector(const cornu_update *update, double kept, size_t count, void *v_,
                          void *gradient_) {
    REAL *restrict v = v_, *restrict gradient = gradient_;
    const REAL epsilon = (REAL)update->options->epsilon_1;
    const REAL share = (REAL)kept, rest = 1 - share;
    for (size_t i = 0; i < count; i++) {
        v[i] = share * v[i] + rest * (gradient[i] * gradient[i] + epsilon);
        gradient[i] /= square_root(v[i]);
    }
}

static void gather_momentum(const cornu_update *update, size_t count, void *m_, void *gradient_) {
    REAL *restrict m = m_, *restrict gradient = gradient_;
    const REAL momentum = (REAL)update->options->momentum;
    const REAL change = (REAL)(update->options->momentum - 1.0);
    /* Of the gradient, 1 or none stands beside m. */
    const REAL beside = update->options->nesterov ? 1 : 0;
    const REAL share = update->options->nesterov ? momentum : 1;
    for (size_t i = 0; i < count; i++) {
        m[i] = zero_if_subnormal(m[i] + (gradient[i] + m[i] * change));
        gradient[i] = beside * gradient[i] + share * m[i];
    }
}

static void combine(size_t count, double a_, const void *x_, double b_, void *y_) {
    const REAL *restrict x = x_;
    REAL *restrict y = y_;
    const REAL a = (REAL)a_, b = (REAL)b_;
    for (size_t i = 0; i < count; i++) {
        y[i] = a * x[i] + b * y[i];
    }
}

#define WHOLE_PASTE(suffix) cornu_whole_##suffix
#define WHOLE_NAME(suffix) WHOLE_PASTE(suffix)

const cornu_whole_kernels WHOLE_NAME(REAL_SUFFIX) = {
    .decay = decay,
    .lamb = lamb,
    .schedule_free = schedule_free,
    .row_means = row_means,
    .column_means = column_means,
    .sum = sum,
    .divide_row = divide_row,
    .divide_vector = divide_vector,
    .gather_momentum = gather_momentum,
    .combine = combine,
};
