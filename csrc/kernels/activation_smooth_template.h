/* Activations made of exponentials, logarithms and roots: forward and derivative of one element.
 * See activation_piecewise_template.h for what holds of all. Where a factor x meets a gate that is
 * 0 at -infinity, the product is the limit -0 (Keras on jax: NaN). */

/* For x * gate(x): any x below has gate 0, and is no infinity after this. */
INLINE REAL bounded_below(REAL x) {
    return x < R(-1024.0) ? R(-1024.0) : x;
}

INLINE REAL bounded(REAL x) {
    return clamp(x, R(-1024.0), R(1024.0));
}

/* first: alpha */
INLINE REAL elu(REAL x, activation_parameters p) {
    REAL negative = p.first * real_expm1(x > 0 ? 0 : x);
    return x > 0 ? x : negative;
}

/* For a positive alpha. */
INLINE REAL elu_derivative_y(REAL y, activation_parameters p) {
    return y > 0 ? 1 : y + p.first;
}

INLINE REAL elu_derivative_x(REAL x, activation_parameters p) {
    REAL negative = p.first * real_exp(x > 0 ? 0 : x);
    return x > 0 ? 1 : negative;
}

/* Klambauer et al., "Self-Normalizing Neural Networks", 2017. */
#define SELU_ALPHA R(1.6732632423543772)
#define SELU_SCALE R(1.0507009873554805)

INLINE REAL selu(REAL x, activation_parameters p) {
    p.first = SELU_ALPHA;
    return SELU_SCALE * elu(x, p);
}

INLINE REAL selu_derivative_y(REAL y, activation_parameters p) {
    UNUSED_PARAMETERS;
    return y > 0 ? SELU_SCALE : y + SELU_SCALE * SELU_ALPHA;
}

/* first: alpha */
INLINE REAL celu(REAL x, activation_parameters p) {
    REAL positive = x <= 0 ? 0 : x;
    return multiply_add(p.first, real_expm1((x > 0 ? 0 : x) / p.first), positive);
}

/* For a positive alpha. */
INLINE REAL celu_derivative_y(REAL y, activation_parameters p) {
    return y > 0 ? 1 : y / p.first + 1;
}

INLINE REAL celu_derivative_x(REAL x, activation_parameters p) {
    return real_exp((x > 0 ? 0 : x) / p.first);
}

INLINE REAL gelu(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    REAL density;
    return bounded_below(x) * normal_cdf(x, &density);
}

INLINE REAL gelu_derivative_x(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    REAL density;
    REAL cdf = normal_cdf(x, &density);
    return multiply_add(bounded(x), density, cdf);
}

/* 0.5 (1 + tanh(z)) is sigmoid(2 z); this is 2 z. Hendrycks and Gimpel, "Gaussian Error Linear
 * Units", 2016. */
#define GELU_TANH_SCALE R(1.5957691216057307118)
#define GELU_TANH_CUBE R(0.044715)

INLINE REAL gelu_tanh_argument(REAL x) {
    return GELU_TANH_SCALE * multiply_add(GELU_TANH_CUBE * x * x, x, x);
}

INLINE REAL gelu_tanh(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    return bounded_below(x) * real_sigmoid(gelu_tanh_argument(x));
}

INLINE REAL gelu_tanh_derivative_x(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    REAL b = bounded(x);
    REAL argument = gelu_tanh_argument(b);
    REAL gate = real_sigmoid(argument);
    REAL slope = GELU_TANH_SCALE * multiply_add(3 * GELU_TANH_CUBE * b, b, 1);
    return multiply_add(b * slope, gate * real_sigmoid(negated(argument)), gate);
}

INLINE REAL silu(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    return bounded_below(x) * real_sigmoid(x);
}

INLINE REAL silu_derivative_x(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    REAL e = real_exp(-absolute(x));
    REAL small = e / (1 + e), large = 1 / (1 + e);
    REAL gate = x < 0 ? small : large, closed = x < 0 ? large : small;
    return gate * multiply_add(bounded(x), closed, 1);
}

INLINE REAL sigmoid(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    return real_sigmoid(x);
}

INLINE REAL sigmoid_derivative_y(REAL y, activation_parameters p) {
    UNUSED_PARAMETERS;
    return y * (1 - y);
}

INLINE REAL hyperbolic_tangent(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    return real_tanh(x);
}

INLINE REAL tanh_derivative_y(REAL y, activation_parameters p) {
    UNUSED_PARAMETERS;
    return multiply_add(-y, y, 1);
}

/* As Keras, the plain difference: for small x it has tanh's absolute error, not a small relative
 * one. */
INLINE REAL tanh_shrink(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    return x - real_tanh(x);
}

INLINE REAL tanh_shrink_derivative_x(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    REAL t = real_tanh(x);
    return t * t;
}

INLINE REAL softplus(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    return real_softplus(x);
}

/* sigmoid(x) = 1 - e^-y */
INLINE REAL softplus_derivative_y(REAL y, activation_parameters p) {
    UNUSED_PARAMETERS;
    return negated(real_expm1(-y));
}

INLINE REAL log_sigmoid(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    return negated(real_softplus(-x));
}

/* sigmoid(-x) = 1 - e^y */
INLINE REAL log_sigmoid_derivative_y(REAL y, activation_parameters p) {
    UNUSED_PARAMETERS;
    return negated(real_expm1(y));
}

/* The limits +-1 at the infinities (Keras on jax: NaN). */
INLINE REAL softsign(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    REAL b = clamp(x, -REAL_MAXIMUM, REAL_MAXIMUM);
    return b / (absolute(b) + 1);
}

INLINE REAL softsign_derivative_x(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    REAL share = 1 / (absolute(x) + 1);
    return share * share;
}

/* sqrt(x^2 + b), |x| where the square would overflow. */
INLINE REAL squareplus_root(REAL x, REAL b) {
    REAL large = power_of_two(REAL_BIAS / 2);
    REAL a = absolute(x);
    REAL root = square_root(multiply_add(x, x, b));
    return a < large ? root : a;
}

/* first: b. For negative x, (x + root) / 2 without its cancellation. */
INLINE REAL squareplus(REAL x, activation_parameters p) {
    REAL root = squareplus_root(x, p.first);
    REAL far = R(0.5) * p.first / (root - x);
    return x < 0 ? far : multiply_add(R(0.5), x, R(0.5) * root);
}

INLINE REAL squareplus_derivative_x(REAL x, activation_parameters p) {
    REAL root = squareplus_root(x, p.first);
    REAL y = squareplus(x, p);
    REAL ratio = (root == 0 ? R(0.5) : y) / (root == 0 ? 1 : root);
    return root == real_of(REAL_INFINITY_BITS) && x > 0 ? 1 : ratio;
}

INLINE REAL exponential(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    return real_exp(x);
}

INLINE REAL exponential_derivative_y(REAL y, activation_parameters p) {
    UNUSED_PARAMETERS;
    return y;
}

/* tanh(softplus(x)) = n / (n + d); with e = e^-|x|, n = 1 + 2 e and d = 2 e^2 for positive x, n = e
 * (e + 2) and d = 2 for negative. Misra, "Mish: A Self Regularized Non-Monotonic Activation
 * Function", 2019. */
INLINE REAL mish_gate(REAL x, REAL e, REAL *complement) {
    REAL n = x < 0 ? e * (e + 2) : multiply_add(2, e, 1);
    REAL d = x < 0 ? 2 : 2 * e * e;
    REAL gate = n / (n + d);
    *complement = d / (n + d);
    return gate;
}

INLINE REAL mish(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    REAL complement;
    return bounded_below(x) * mish_gate(x, real_exp(-absolute(x)), &complement);
}

INLINE REAL mish_derivative_x(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    REAL complement, e = real_exp(-absolute(x));
    REAL gate = mish_gate(x, e, &complement);
    REAL sigmoid_x = (x < 0 ? e : 1) / (1 + e);
    return multiply_add(bounded(x) * sigmoid_x, complement * (1 + gate), gate);
}
