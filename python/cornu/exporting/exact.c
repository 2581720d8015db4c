/* cornu's own elementary functions (csrc/kernels/math_template.h), the same bits on every machine:
 * within 2 units in the last place, but for normal_cdf, within 5. */

/* a b + c, rounded once. */
static REAL multiply_add(REAL a, REAL b, REAL c) {
    return LIBM(fma)(a, b, c);
}

static REAL_BITS bits_of(REAL x) {
    REAL_BITS bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static REAL real_of(REAL_BITS bits) {
    REAL x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* -x. For what a multiply_add gives, in place of the operator, which gcc 12 folds into it. */
static REAL negated(REAL x) {
    return real_of(bits_of(x) ^ REAL_SIGN_BIT);
}

/* |magnitude| with the sign of `sign`. */
static REAL with_sign(REAL magnitude, REAL sign) {
    return real_of((bits_of(magnitude) & ~REAL_SIGN_BIT) | (bits_of(sign) & REAL_SIGN_BIT));
}

/* 2^n for a normal result; n in two's complement. */
static REAL power_of_two(REAL_BITS n) {
    return real_of((n + REAL_BIAS) << REAL_FRACTION_BITS);
}

/* Coefficients, lowest power first. */
static REAL polynomial(const REAL *coefficients, size_t count, REAL x) {
    REAL sum = coefficients[count - 1];
    for (size_t i = 1; i < count; i++) {
        sum = multiply_add(sum, x, coefficients[count - 1 - i]);
    }
    return sum;
}

#define POLYNOMIAL(table, x) polynomial(table, sizeof(table) / sizeof((table)[0]), x)

static const REAL exp_coefficients[] = {EXP_COEFFICIENTS};

static const REAL log_coefficients[] = {LOG_COEFFICIENTS};

static const REAL erfcx_coefficients[] = {ERFCX_COEFFICIENTS};

/* e^x = 2^*exponent * (1 + result), |x| no larger than EXP_LOWEST and EXP_HIGHEST allow; exponent
 * in two's complement. */
static REAL reduced_expm1(REAL x, REAL_BITS *exponent) {
    REAL shifted = multiply_add(x, LOG2_E, ROUNDER);
    REAL k = shifted - ROUNDER;
    REAL r = multiply_add(k, -LN2_HIGH, x);
    r = multiply_add(k, -LN2_LOW, r);
    *exponent = bits_of(shifted) - bits_of(ROUNDER);
    return multiply_add(r * r, POLYNOMIAL(exp_coefficients, r), r);
}

static REAL real_exp(REAL x) {
    REAL_BITS k;
    REAL value = 1 + reduced_expm1(clamp(x, EXP_LOWEST, EXP_HIGHEST), &k);
    /* In two factors: 2^k itself may be infinite or subnormal. A subnormal result is rounded by the
     * last product only. */
    REAL_BITS half = ((k + 4096) >> 1) - 2048;
    return value * power_of_two(half) * power_of_two(k - half);
}

static REAL real_expm1(REAL x) {
    REAL_BITS k;
    REAL value = reduced_expm1(clamp(x, EXPM1_LOWEST, EXP_HIGHEST), &k);
    /* Half of the result, so that the largest exponent stays finite. */
    REAL scale = power_of_two(k - 1);
    value = 2 * multiply_add(scale, value, scale - R(0.5));
    return FABS(x) < TINY ? x : value;
}

/* x = 2^*exponent * (1 + result), 1 + result in [sqrt(1/2), sqrt(2)), for positive finite x. */
static REAL split_exponent(REAL x, REAL *exponent) {
    const REAL grow = power_of_two(REAL_FRACTION_BITS + 1);
    REAL normal = x < REAL_MINIMUM ? x * grow : x;
    REAL_BITS bits = bits_of(normal);
    /* The bias keeps the shifted number positive. */
    REAL_BITS offset = bits - SQRT_HALF_BITS + (REAL_BIAS << REAL_FRACTION_BITS);
    REAL_BITS biased = offset >> REAL_FRACTION_BITS;
    REAL k = real_of(bits_of(ROUNDER) + biased) - (ROUNDER + (REAL)REAL_BIAS);
    *exponent = x < REAL_MINIMUM ? k - (REAL_FRACTION_BITS + 1) : k;
    return real_of(bits - ((biased - REAL_BIAS) << REAL_FRACTION_BITS)) - 1;
}

/* exponent * log(2) + log(1 + f) + correction: with s = f / (2 + f), log(1 + f) = 2 s + s^3 P(s^2),
 * rearranged around f - f^2 / 2, which is nearly the whole. */
static REAL assemble_log(REAL exponent, REAL f, REAL correction) {
    REAL s = f / (2 + f);
    REAL z = s * s;
    REAL half_square = R(0.5) * f * f;
    REAL rest = multiply_add(s, multiply_add(z, POLYNOMIAL(log_coefficients, z), half_square),
                             multiply_add(exponent, LN2_LOW, correction));
    return multiply_add(exponent, LN2_HIGH, f - (half_square - rest));
}

/* What log gives outside of the positive finite numbers. */
static REAL log_edges(REAL x, REAL value) {
    const REAL infinity = real_of(REAL_INFINITY_BITS);
    value = x > 0 ? value : x == 0 ? -infinity : infinity - infinity;
    return x == infinity ? infinity : value;
}

static REAL real_log(REAL x) {
    REAL k;
    REAL f = split_exponent(x, &k);
    return log_edges(x, assemble_log(k, f, 0));
}

static REAL real_log1p(REAL x) {
    REAL u = 1 + x, k;
    REAL f = split_exponent(u, &k);
    /* What rounding took from 1 + x, as a correction to log(u). Without a power of two to take out,
     * f is x itself. */
    REAL lost = (x < 1 ? x - (u - 1) : 1 - (u - x)) / u;
    REAL value = assemble_log(k, k == 0 ? x : f, k == 0 ? 0 : lost);
    value = FABS(x) < TINY ? x : value;
    return log_edges(u, value);
}

/* numerator / (large + small), |large| >= |small|, all finite: within 0.6 of the exact quotient,
 * since what rounding took from the sum and the quotient is put back. */
static REAL divide_by_sum(REAL numerator, REAL large, REAL small) {
    REAL sum = large + small, lost = small - (sum - large);
    REAL inverse = 1 / sum;
    REAL quotient = numerator * inverse;
    REAL left = multiply_add(-quotient, lost, multiply_add(-quotient, sum, numerator));
    return multiply_add(left, inverse, quotient);
}

static REAL real_tanh(REAL x) {
    /* From 20 on it is 1. */
    REAL a = FABS(x);
    REAL t = real_expm1(2 * (a > 20 ? 20 : a));
    /* t / (t + 2) loses nothing for small x, 1 - 2 / (t + 2) nothing for large. */
    const int large = t > 2;
    REAL quotient = divide_by_sum(large ? 2 : t, large ? t : 2, large ? 2 : t);
    return with_sign(large ? 1 - quotient : quotient, x);
}

/* 1 / (1 + e^-x), with its full precision where it is small. */
static REAL real_sigmoid(REAL x) {
    REAL e = real_exp(-FABS(x));
    return divide_by_sum(x < 0 ? e : 1, 1, e);
}

/* e^(a^2) erfc(a) for a >= 0 (beyond ERFCX_HIGHEST, what it is there). */
static REAL scaled_erfc(REAL a) {
    a = a > ERFCX_HIGHEST ? ERFCX_HIGHEST : a;
    REAL inverse = 1 / (a + 3);
    REAL t = (a - 3) * inverse;
    /* t is off by up to 4 units, and for small a the polynomial would pass that on: (a - 3) - t (a
     * + 3), exactly, mends it. */
    REAL left = multiply_add(negated(t), a, multiply_add(-3, t + 1, a));
    t = multiply_add(left, inverse, t);
    return divide_by_sum(POLYNOMIAL(erfcx_coefficients, t), a < R(0.5) ? 1 : 2 * a,
                         a < R(0.5) ? 2 * a : 1);
}

/* e^(-scale a^2), scale a power of two. The square's rounding error, up to a^2 units of the result,
 * is put right. */
static REAL exp_of_square(REAL a, REAL scale) {
    REAL square = a * a;
    REAL error = multiply_add(a, a, -square);
    REAL e = real_exp(negated(scale * square));
    return multiply_add(e, negated(scale * error), e);
}

/* The normal distribution's Phi(x), with its full precision in both tails. */
static REAL normal_cdf(REAL x) {
    /* The bound keeps the square finite; both are 0 there. */
    REAL a = FABS(x);
    a = a > 64 ? 64 : a;
    REAL e = exp_of_square(a, R(0.5));
    REAL tail = R(0.5) * e * scaled_erfc(a * R(0.70710678118654752440));
    return x < 0 ? tail : 1 - tail;
}

/* base^exponent for a base from 0 to 1 and a whole exponent, by squaring a sum of two numbers. */
static double whole_power(double base, REAL exponent) {
    double high = 1, low = 0, square = base, square_low = 0;
    for (uint64_t left = (uint64_t)exponent; left > 0 && high > 0; left >>= 1) {
        double product = high * square;
        if (left & 1) {
            low = fma(high, square, -product) + (high * square_low + low * square);
            high = product;
        }
        product = square * square;
        square_low = fma(square, square, -product) + 2 * (square * square_low);
        square = product;
    }
    return high + low;
}

/* The gradient of a kernel of few units, from so many products that element i of was added to lane
 * i mod LANES; what is left of the last lanes counts as 0. */
static void gather_lanes(size_t size, size_t count, const REAL *lanes, REAL *gradients) {
    for (size_t i = 0; i < size; i++) {
        REAL sums[LANES];
        for (size_t lane = 0; lane < LANES; lane++) {
            sums[lane] = lanes[lane * size + i];
            sums[lane] += count % LANES > 0 && lane >= count % LANES ? 0 : R(-0.0);
        }
        gradients[i] = add_lanes(sums);
    }
}
