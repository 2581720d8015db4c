/* Activations of one number; see layers.c. */

static REAL row_dot(size_t count, const REAL *a, const REAL *b) {
    REAL lanes[LANES] = {0};
    for (size_t i = 0; i < count; i++) {
        lanes[i % LANES] = multiply_add(a[i], b[i], lanes[i % LANES]);
    }
    return add_lanes(lanes);
}

/* For x gate(x): any x below has gate 0, and is no infinity after this. */
static REAL bounded_below(REAL x) {
    return x < R(-1024.0) ? R(-1024.0) : x;
}

static REAL relu(REAL x) {
    return x <= 0 ? 0 : x;
}

static REAL leaky_relu(REAL x, REAL slope) {
    return x < 0 ? slope * x : x;
}

static REAL relu_with_slope(REAL x, REAL slope, REAL largest, REAL threshold) {
    REAL value = x <= threshold ? 0 : x;
    REAL below = threshold - x;
    if (largest < (REAL)INFINITY) {
        value = value < 0 ? 0 : value;
        value = value > largest ? largest : value;
    }
    below = below > 0 ? below : 0;
    return slope == 0 ? value : multiply_add(-slope, below, value);
}

static REAL relu6(REAL x) {
    x = x <= 0 ? 0 : x;
    return x > 6 ? 6 : x;
}

static REAL hard_sigmoid(REAL x) {
    return relu6(x + 3) / 6;
}

static REAL hard_silu(REAL x) {
    const REAL bounded = x < -4 ? -4 : x;
    return bounded * hard_sigmoid(x);
}

static REAL hard_tanh(REAL x) {
    return clamp(x, -1, 1);
}

static REAL soft_shrink(REAL x, REAL threshold) {
    const REAL inside = x == x ? 0 : x;
    return x > threshold ? x - threshold : x < -threshold ? x + threshold : inside;
}

static REAL hard_shrink(REAL x, REAL threshold) {
    return FABS(x) <= threshold ? 0 : x;
}

static REAL sparse_plus(REAL x) {
    const REAL raised = x + 1;
    const REAL middle = raised * raised * R(0.25);
    return x <= -1 ? 0 : x >= 1 ? x : middle;
}

static REAL sparse_sigmoid(REAL x) {
    return R(0.5) * clamp(x + 1, 0, 2);
}

static REAL above_threshold(REAL x, REAL threshold, REAL other) {
    return x <= threshold ? other : x;
}

static REAL elu(REAL x, REAL alpha) {
    const REAL negative = alpha * real_expm1(x > 0 ? 0 : x);
    return x > 0 ? x : negative;
}

static REAL selu(REAL x) {
    return R(1.0507009873554805) * elu(x, R(1.6732632423543772));
}

static REAL celu(REAL x, REAL alpha) {
    const REAL positive = x <= 0 ? 0 : x;
    return multiply_add(alpha, real_expm1((x > 0 ? 0 : x) / alpha), positive);
}

static REAL gelu(REAL x) {
    return bounded_below(x) * normal_cdf(x);
}

static REAL gelu_tanh(REAL x) {
    const REAL cubic = multiply_add(R(0.044715) * x * x, x, x);
    return bounded_below(x) * real_sigmoid(R(1.5957691216057307118) * cubic);
}

static REAL silu(REAL x) {
    return bounded_below(x) * real_sigmoid(x);
}

static REAL tanh_shrink(REAL x) {
    return x - real_tanh(x);
}

static REAL real_softplus(REAL x) {
    return (x < 0 ? 0 : x) + real_log1p(real_exp(-FABS(x)));
}

static REAL log_sigmoid(REAL x) {
    return -real_softplus(-x);
}

static REAL softsign(REAL x) {
    const REAL bounded = clamp(x, -REAL_MAXIMUM, REAL_MAXIMUM);
    return bounded / (FABS(bounded) + 1);
}

static REAL squareplus(REAL x, REAL b) {
    const REAL size = FABS(x);
    const REAL root = size < LARGE ? SQRT(multiply_add(x, x, b)) : size;
    const REAL far = R(0.5) * b / (root - x);
    return x < 0 ? far : multiply_add(R(0.5), x, R(0.5) * root);
}

static REAL mish(REAL x) {
    const REAL e = real_exp(-FABS(x));
    const REAL n = x < 0 ? e * (e + 2) : multiply_add(2, e, 1);
    const REAL d = x < 0 ? 2 : 2 * e * e;
    return bounded_below(x) * (n / (n + d));
}
