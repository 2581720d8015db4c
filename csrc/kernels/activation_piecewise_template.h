/* Activations made of straight (and one parabolic) pieces: forward and derivative of one element.
 *
 * Conventions, here and in the other activation templates. A NaN gives NaN, also where Keras on jax
 * compares it away (relu with a threshold, the shrinks, threshold). relu(-0) is +0; linear,
 * leaky_relu, elu, selu, hard_tanh, tanh, softsign keep -0. At a kink the derivative is what Keras
 * on jax gives: 0 for relu and relu6, 1 for leaky_relu and hard_tanh, and half where jax clips (the
 * maximum of relu, both ends of sparse_sigmoid). The derivative at NaN is whatever the comparisons
 * say. An element's derivative is taken from y where that is enough (cornu_activation_needs_input),
 * else from x.
 *
 * Source: Keras 3.15, keras.activations, on jax.nn. */

typedef struct activation_parameters {
    REAL first, second, third; /* cornu_activation's, in its order */
} activation_parameters;

#define UNUSED_PARAMETERS (void)p

INLINE REAL relu(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    return x <= 0 ? 0 : x;
}

INLINE REAL relu_derivative_y(REAL y, activation_parameters p) {
    UNUSED_PARAMETERS;
    return y > 0 ? 1 : 0;
}

/* first: negative_slope */
INLINE REAL leaky_relu(REAL x, activation_parameters p) {
    return x < 0 ? p.first * x : x;
}

INLINE REAL leaky_relu_derivative_x(REAL x, activation_parameters p) {
    return x >= 0 ? 1 : p.first;
}

/* For a positive slope: y has x's sign, unless a negative y underflowed to -0, which counts as 0
 * here. */
INLINE REAL leaky_relu_derivative_y(REAL y, activation_parameters p) {
    return leaky_relu_derivative_x(y, p);
}

/* relu with a threshold or a maximum. first: negative_slope; second: max_value; third: threshold */
INLINE REAL general_relu(REAL x, activation_parameters p) {
    REAL value = x <= p.third ? 0 : x;
    if (p.second < real_of(REAL_INFINITY_BITS)) {
        value = value < 0 ? 0 : value;
        value = value > p.second ? p.second : value;
    }
    REAL below = p.third - x;
    below = below > 0 ? below : 0;
    return p.first == 0 ? value : multiply_add(-p.first, below, value);
}

INLINE REAL general_relu_derivative_x(REAL x, activation_parameters p) {
    REAL value = x <= p.third ? 0 : x;
    REAL slope = x > p.third ? 1 : 0;
    if (p.second == 6 && p.third == 0) {
        /* Keras's relu6, which has no half. */
        slope = value < 6 ? slope : 0;
    } else if (p.second < real_of(REAL_INFINITY_BITS)) {
        slope *= value > 0 ? 1 : value == 0 ? R(0.5) : 0;
        value = value < 0 ? 0 : value;
        slope *= value < p.second ? 1 : value == p.second ? R(0.5) : 0;
    }
    return p.third - x > 0 ? slope + p.first : slope;
}

INLINE REAL relu6(REAL x, activation_parameters p) {
    x = relu(x, p);
    return x > 6 ? 6 : x;
}

INLINE REAL relu6_derivative_y(REAL y, activation_parameters p) {
    UNUSED_PARAMETERS;
    return y > 0 && y < 6 ? 1 : 0;
}

INLINE REAL hard_sigmoid(REAL x, activation_parameters p) {
    return relu6(x + 3, p) / 6;
}

INLINE REAL hard_sigmoid_derivative_y(REAL y, activation_parameters p) {
    UNUSED_PARAMETERS;
    return y > 0 && y < 1 ? R(1.0) / 6 : 0;
}

/* -infinity gives the limit, -0 (Keras on jax: NaN). */
INLINE REAL hard_silu(REAL x, activation_parameters p) {
    REAL bounded = x < -4 ? -4 : x;
    return bounded * hard_sigmoid(x, p);
}

INLINE REAL hard_silu_derivative_x(REAL x, activation_parameters p) {
    REAL gate = hard_sigmoid(x, p);
    return x + 3 > 0 && x + 3 < 6 ? gate + x / 6 : gate;
}

INLINE REAL hard_tanh(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    return clamp(x, -1, 1);
}

INLINE REAL hard_tanh_derivative_x(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    return absolute(x) > 1 ? 0 : (REAL)1;
}

/* first: threshold */
INLINE REAL soft_shrink(REAL x, activation_parameters p) {
    REAL inside = x == x ? 0 : x;
    return x > p.first ? x - p.first : x < -p.first ? x + p.first : inside;
}

INLINE REAL soft_shrink_derivative_y(REAL y, activation_parameters p) {
    UNUSED_PARAMETERS;
    return y == 0 ? 0 : 1;
}

/* first: threshold */
INLINE REAL hard_shrink(REAL x, activation_parameters p) {
    return absolute(x) <= p.first ? 0 : x;
}

INLINE REAL hard_shrink_derivative_x(REAL x, activation_parameters p) {
    return absolute(x) > p.first ? 1 : 0;
}

/* For a threshold that is not negative. */
INLINE REAL hard_shrink_derivative_y(REAL y, activation_parameters p) {
    UNUSED_PARAMETERS;
    return y == 0 ? 0 : 1;
}

INLINE REAL sparse_plus(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    REAL raised = x + 1;
    REAL middle = raised * raised * R(0.25);
    return x <= -1 ? 0 : x >= 1 ? x : middle;
}

INLINE REAL sparse_plus_derivative_x(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    REAL middle = (x + 1) * R(0.5);
    return x <= -1 ? 0 : x >= 1 ? 1 : middle;
}

INLINE REAL sparse_sigmoid(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    return R(0.5) * clamp(x + 1, 0, 2);
}

INLINE REAL sparse_sigmoid_derivative_x(REAL x, activation_parameters p) {
    UNUSED_PARAMETERS;
    REAL raised = x + 1;
    return raised > 0 && raised < 2 ? R(0.5) : raised == 0 || raised == 2 ? R(0.25) : 0;
}

/* first: threshold; second: value */
INLINE REAL threshold(REAL x, activation_parameters p) {
    return x <= p.first ? p.second : x;
}

INLINE REAL threshold_derivative_x(REAL x, activation_parameters p) {
    return x > p.first ? 1 : 0;
}
