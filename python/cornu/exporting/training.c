/* What an exported network is trained by; see layers.c. */

/* Adds the gradients of a kernel and of a bias (NULL: there is none). */
static void dense_gradients(size_t rows, size_t inputs, size_t units, const REAL *x, const REAL *dy,
                            REAL *kernel, REAL *bias) {
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; k < inputs; k++) {
            for (size_t j = 0; j < units; j++) {
                kernel[k * units + j] = multiply_add(x[k], dy[j], kernel[k * units + j]);
            }
        }
        for (size_t j = 0; bias && j < units; j++) {
            bias[j] += dy[j];
        }
        x += inputs;
        dy += units;
    }
}

/* dx = the derivatives by what a kernel was multiplied with, summed in blocks of the units. */
static void dense_backward(size_t rows, size_t inputs, size_t units, size_t block,
                           const REAL *kernel, const REAL *dy, REAL *dx) {
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; k < inputs; k++) {
            for (size_t begin = 0; begin < units; begin += block) {
                const size_t end = units - begin < block ? units : begin + block;
                REAL sum = 0;
                for (size_t j = begin; j < end; j++) {
                    sum = multiply_add(dy[j], kernel[k * units + j], sum);
                }
                dx[k] = begin == 0 ? sum : dx[k] + sum;
            }
        }
        dy += units;
        dx += inputs;
    }
}

/* The same for a few inputs, with each block's sum spread over lanes. */
static void dense_backward_few_inputs(size_t rows, size_t inputs, size_t units, size_t block,
                                      const REAL *kernel, const REAL *dy, REAL *dx) {
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; k < inputs; k++) {
            for (size_t begin = 0; begin < units; begin += block) {
                const size_t count = units - begin < block ? units - begin : block;
                const REAL sum = row_dot(count, dy + begin, kernel + k * units + begin);
                dx[k] = begin == 0 ? sum : dx[k] + sum;
            }
        }
        dy += units;
        dx += inputs;
    }
}

/* Where the slope is 0, no NaN and no infinity gets through. */
static REAL gated(REAL dy, REAL slope) {
    return slope == 0 ? 0 : dy * slope;
}

static REAL relu_slope(REAL y) {
    return y > 0 ? 1 : 0;
}

static REAL relu6_slope(REAL y) {
    return y > 0 && y < 6 ? 1 : 0;
}

static REAL leaky_relu_slope(REAL y, REAL slope) {
    return y >= 0 ? 1 : slope;
}

static REAL elu_slope(REAL y, REAL alpha) {
    return y > 0 ? 1 : y + alpha;
}

static REAL selu_slope(REAL y) {
    return y > 0 ? R(1.0507009873554805) : y + R(1.0507009873554805) * R(1.6732632423543772);
}

static REAL hard_sigmoid_slope(REAL y) {
    return y > 0 && y < 1 ? R(1.0) / 6 : 0;
}

static REAL sigmoid_slope(REAL y) {
    return y * (1 - y);
}

static REAL tanh_slope(REAL y) {
    return multiply_add(-y, y, 1);
}

static REAL softplus_slope(REAL y) {
    return -real_expm1(-y);
}

static REAL exponential_slope(REAL y) {
    return y;
}

/* The mean of squared differences, and its derivatives times `scale`. */
static double mean_squared_error(size_t count, const REAL *z, const REAL *y, double scale,
                                 REAL *dz) {
    const REAL share = (REAL)(scale / (double)count);
    double lanes[DOUBLE_LANES] = {0};
    for (size_t j = 0; j < count; j++) {
        const REAL error = z[j] - y[j];
        const REAL square = error * error;
        lanes[j % DOUBLE_LANES] += (double)square;
        dz[j] = share * (2 * error);
    }
    return add_double_lanes(lanes) / (double)count;
}

/* The cross-entropy of sigmoid(z): log(1 + e^z) - y z, without overflow. */
static REAL logit_crossentropy(REAL z, REAL y) {
    return multiply_add(-y, z, z < 0 ? 0 : z) + real_log1p(real_exp(-FABS(z)));
}

/* The mean of cross-entropies of sigmoid(z). */
static double binary_crossentropy(size_t count, const REAL *z, const REAL *y, double scale,
                                  REAL *dz) {
    const REAL share = (REAL)(scale / (double)count);
    double lanes[DOUBLE_LANES] = {0};
    for (size_t j = 0; j < count; j++) {
        lanes[j % DOUBLE_LANES] += (double)logit_crossentropy(z[j], y[j]);
        dz[j] = share * (real_sigmoid(z[j]) - y[j]);
    }
    return add_double_lanes(lanes) / (double)count;
}

/* The same for a network without the sigmoid: its derivatives are small where they should be. */
static double binary_crossentropy_of_logits(size_t count, const REAL *z, const REAL *y,
                                            double scale, REAL *dz) {
    const REAL share = (REAL)(scale / (double)count);
    double lanes[DOUBLE_LANES] = {0};
    for (size_t j = 0; j < count; j++) {
        const REAL e = real_exp(-FABS(z[j]));
        const REAL smaller = e / (1 + e);
        const REAL larger = 1 / (1 + e);
        const REAL off = (1 - y[j]) * (z[j] < 0 ? smaller : larger);
        const REAL on = y[j] * (z[j] < 0 ? larger : smaller);
        lanes[j % DOUBLE_LANES] += (double)logit_crossentropy(z[j], y[j]);
        dz[j] = share * (off - on);
    }
    return add_double_lanes(lanes) / (double)count;
}

/* The cross-entropy of softmax(z) with probabilities. */
static double categorical_crossentropy(size_t count, const REAL *z, const REAL *y, double scale,
                                       REAL *dz) {
    const REAL maximum = row_maximum(count, z), whole = row_sum(count, y);
    const REAL sum = exponentials(count, z, maximum, dz);
    const REAL log_sum = real_log(sum);
    double lanes[DOUBLE_LANES] = {0};
    for (size_t j = 0; j < count; j++) {
        const REAL term = y[j] * ((z[j] - maximum) - log_sum);
        lanes[j % DOUBLE_LANES] += y[j] == 0 ? 0 : (double)term;
        dz[j] = (REAL)scale * multiply_add(dz[j] / sum, whole, -y[j]);
    }
    return -add_double_lanes(lanes);
}

/* The same with a class's number, from 0 to count - 1, in y[0]. */
static double sparse_categorical_crossentropy(size_t count, const REAL *z, const REAL *y,
                                              double scale, REAL *dz) {
    const REAL maximum = row_maximum(count, z);
    const REAL sum = exponentials(count, z, maximum, dz);
    const REAL log_sum = real_log(sum);
    REAL loss = 0;
    for (size_t j = 0; j < count; j++) {
        const REAL share = dz[j] / sum;
        const int is_it = (REAL)j == y[0];
        loss = is_it ? log_sum - (z[j] - maximum) : loss;
        dz[j] = (REAL)scale * (is_it ? share - 1 : share);
    }
    return (double)loss;
}

static void decay_weights(size_t count, REAL decay, REAL rate, REAL *weights) {
    for (size_t i = 0; i < count; i++) {
        weights[i] = multiply_add(-(weights[i] * decay), rate, weights[i]);
    }
}

static void sgd_step(size_t count, REAL rate, const REAL *gradients, REAL *weights) {
    for (size_t i = 0; i < count; i++) {
        weights[i] = multiply_add(-rate, gradients[i], weights[i]);
    }
}

static void momentum_step(size_t count, REAL rate, REAL momentum, int nesterov,
                          const REAL *gradients, REAL *velocity, REAL *weights) {
    for (size_t i = 0; i < count; i++) {
        const REAL step = rate * gradients[i];
        velocity[i] = multiply_add(velocity[i], momentum, -step);
        weights[i] += nesterov ? multiply_add(velocity[i], momentum, -step) : velocity[i];
    }
}

/* A moment whose gradient stays 0 doesn't become a subnormal number, which would be slow. */
static REAL no_subnormal(REAL x) {
    return FABS(x) < REAL_MINIMUM ? 0 : x;
}

/* `step` counts from 1; gains are 1 - beta; m and v are the moments. */
static void adam_step(size_t count, REAL step, REAL rate, REAL beta_1, REAL beta_2, REAL gain_1,
                      REAL gain_2, REAL epsilon, const REAL *gradients, REAL *m, REAL *v,
                      REAL *weights) {
    const REAL power_1 = (REAL)whole_power((double)beta_1, step);
    const REAL power_2 = (REAL)whole_power((double)beta_2, step);
    const REAL alpha = rate * SQRT(1 - power_2) / (1 - power_1);
    for (size_t i = 0; i < count; i++) {
        const REAL g = gradients[i];
        m[i] = no_subnormal(multiply_add(g - m[i], gain_1, m[i]));
        v[i] = no_subnormal(multiply_add(multiply_add(g, g, -v[i]), gain_2, v[i]));
        weights[i] -= m[i] * alpha / (SQRT(v[i]) + epsilon);
    }
}
