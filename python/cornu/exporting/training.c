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

/* dx = the derivatives by what a kernel was multiplied with. */
static void dense_backward(size_t rows, size_t inputs, size_t units, const REAL *kernel,
                           const REAL *dy, REAL *dx) {
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; k < inputs; k++) {
            REAL sum = 0;
            for (size_t j = 0; j < units; j++) {
                sum = multiply_add(dy[j], kernel[k * units + j], sum);
            }
            dx[k] = sum;
        }
        dy += units;
        dx += inputs;
    }
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
    return 1 - y * y;
}

static REAL softplus_slope(REAL y) {
    return -real_expm1(-y);
}

static REAL exponential_slope(REAL y) {
    return y;
}

/* The mean of squared differences, and its derivatives times `scale`. */
static REAL mean_squared_error(size_t count, const REAL *z, const REAL *y, REAL scale, REAL *dz) {
    REAL sum = 0;
    for (size_t j = 0; j < count; j++) {
        const REAL error = z[j] - y[j];
        sum = multiply_add(error, error, sum);
        dz[j] = scale * 2 * error / (REAL)count;
    }
    return sum / (REAL)count;
}

/* The mean of cross-entropies of sigmoid(z). */
static REAL binary_crossentropy(size_t count, const REAL *z, const REAL *y, REAL scale, REAL *dz) {
    REAL sum = 0;
    for (size_t j = 0; j < count; j++) {
        const REAL left = (z[j] < 0 ? 0 : z[j]) - z[j] * y[j];
        sum += left + real_log1p(real_exp(-FABS(z[j])));
        dz[j] = scale * (real_sigmoid(z[j]) - y[j]) / (REAL)count;
    }
    return sum / (REAL)count;
}

/* The cross-entropy of softmax(z) with probabilities. */
static REAL categorical_crossentropy(size_t count, const REAL *z, const REAL *y, REAL scale,
                                     REAL *dz) {
    const REAL maximum = row_maximum(count, z);
    REAL sum = 0, whole = 0, loss = 0;
    for (size_t j = 0; j < count; j++) {
        dz[j] = real_exp(z[j] - maximum);
        sum += dz[j];
        whole += y[j];
    }
    for (size_t j = 0; j < count; j++) {
        loss += y[j] * (real_log(sum) - (z[j] - maximum));
        dz[j] = scale * (dz[j] / sum * whole - y[j]);
    }
    return loss;
}

/* The same with a class's number, from 0 to count - 1, in y[0]. */
static REAL sparse_categorical_crossentropy(size_t count, const REAL *z, const REAL *y, REAL scale,
                                            REAL *dz) {
    const REAL maximum = row_maximum(count, z);
    REAL sum = 0, loss = 0;
    for (size_t j = 0; j < count; j++) {
        dz[j] = real_exp(z[j] - maximum);
        sum += dz[j];
    }
    for (size_t j = 0; j < count; j++) {
        const int is_it = (REAL)j == y[0];
        loss += is_it ? real_log(sum) - (z[j] - maximum) : 0;
        dz[j] = scale * (dz[j] / sum - (REAL)is_it);
    }
    return loss;
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

/* `step` counts from 1; gains are 1 - beta; m and v are the moments. */
static void adam_step(size_t count, REAL step, REAL rate, REAL beta_1, REAL beta_2, REAL gain_1,
                      REAL gain_2, REAL epsilon, const REAL *gradients, REAL *m, REAL *v,
                      REAL *weights) {
    const REAL power_1 = (REAL)pow((double)beta_1, (double)step);
    const REAL power_2 = (REAL)pow((double)beta_2, (double)step);
    const REAL alpha = rate * SQRT(1 - power_2) / (1 - power_1);
    for (size_t i = 0; i < count; i++) {
        const REAL g = gradients[i];
        m[i] = multiply_add(g - m[i], gain_1, m[i]);
        v[i] = multiply_add(multiply_add(g, g, -v[i]), gain_2, v[i]);
        weights[i] -= m[i] * alpha / (SQRT(v[i]) + epsilon);
    }
}
