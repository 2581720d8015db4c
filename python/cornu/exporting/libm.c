/* Elementary functions by the C library, where the network need not have cornu's bits. */

static REAL multiply_add(REAL a, REAL b, REAL c) {
    return a * b + c;
}

static REAL real_exp(REAL x) {
    return LIBM(exp)(x);
}

static REAL real_expm1(REAL x) {
    return LIBM(expm1)(x);
}

static REAL real_log(REAL x) {
    return LIBM(log)(x);
}

static REAL real_log1p(REAL x) {
    return LIBM(log1p)(x);
}

static REAL real_tanh(REAL x) {
    return LIBM(tanh)(x);
}

static REAL real_sigmoid(REAL x) {
    const REAL e = real_exp(-FABS(x));
    return (x < 0 ? e : 1) / (1 + e);
}

/* The chance that a normal variable is below x. */
static REAL normal_cdf(REAL x) {
    return R(0.5) * LIBM(erfc)(R(-0.70710678118654752440) * x);
}

static double whole_power(double base, REAL exponent) {
    return pow(base, (double)exponent);
}
