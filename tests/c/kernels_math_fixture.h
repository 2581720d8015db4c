/* Holds the elementary functions of csrc/kernels/math_template.h to their errors. The including
 * program chooses REAL (real_f32.h or real_f64.h) and says what reference and samples it uses:
 * REFERENCE (a type with more digits than REAL), REFERENCE_OF(name) (libm's function in that type),
 * SAMPLE_COUNT and SAMPLE(index) (the bits of sample number `index`).
 *
 * The templates are compiled into the test itself, at the portable level with libm's fused
 * multiply-add; that all levels give the same bits is test_kernels_levels.c's part. */

#include "check.h"
#include "kernels/real_template.h"

#include "kernels/math_template.h"

/* Where the reference has no digits to spare (long double is double), its own error counts too. */
static const double reference_error =
    (REFERENCE)1 + (REFERENCE)0.25 *
                       (REAL_IS_DOUBLE ? (REFERENCE)DBL_EPSILON : (REFERENCE)FLT_EPSILON) ==
            1
        ? 1
        : 0;

typedef REAL real_function(REAL x);
typedef REFERENCE reference_function(REFERENCE x);

static double unit(REFERENCE value) {
    int exponent;
    frexp((double)value, &exponent);
    int lowest = 2 - (int)REAL_BIAS - REAL_FRACTION_BITS;
    exponent -= REAL_FRACTION_BITS + 1;
    return ldexp(1.0, exponent > lowest ? exponent : lowest);
}

/* The error of `came` in units in the last place; 0 for equal infinities and for two NaN, infinity
 * for one of them. */
static double error_in_units(REAL came, REFERENCE expected) {
    REAL rounded = (REAL)expected;
    if (came == rounded || (came != came && expected != expected)) return 0;
    if (came != came || expected != expected || absolute(came) > REAL_MAXIMUM ||
        absolute(rounded) > REAL_MAXIMUM) {
        return (double)INFINITY;
    }
    REFERENCE error = (REFERENCE)came - expected;
    return (double)(error < 0 ? -error : error) / unit(expected);
}

/* Samples within [lowest, highest], in groups so that the function's loop vectorises as it does in
 * the kernels. */
static inline __attribute__((always_inline)) void check_error(const char *name,
                                                              real_function *function,
                                                              reference_function *reference,
                                                              double lowest, double highest,
                                                              double bound) {
    enum { GROUP = 256 };
    double worst = 0;
    REAL worst_x = 0, x[GROUP], y[GROUP];
    uint64_t tested = 0;
    for (uint64_t index = 0; index < SAMPLE_COUNT; index += GROUP) {
        for (size_t i = 0; i < GROUP; i++) x[i] = real_of(SAMPLE(index + i));
        for (size_t i = 0; i < GROUP; i++) y[i] = function(x[i]);
        for (size_t i = 0; i < GROUP; i++) {
            if (!((double)x[i] >= lowest && (double)x[i] <= highest)) continue;
            tested++;
            double error = error_in_units(y[i], reference((REFERENCE)x[i]));
            if (error > worst) {
                worst = error;
                worst_x = x[i];
            }
        }
    }
    check_that(tested > SAMPLE_COUNT / 200, __FILE__, __LINE__, "%s: only %" PRIu64 " samples",
               name, tested);
    check_that(worst <= bound + reference_error, __FILE__, __LINE__,
               "%s is off by %.3f units at %a, allowed are %g", name, worst, (double)worst_x,
               bound);
}

/* The functions that libm has not. */

static REFERENCE reference_sigmoid(REFERENCE x) {
    return 1 / (1 + REFERENCE_OF(exp)(-x));
}

static REFERENCE reference_softplus(REFERENCE x) {
    return x > 100 ? x : REFERENCE_OF(log1p)(REFERENCE_OF(exp)(x));
}

static const REFERENCE root_of_half = (REFERENCE)0.707106781186547524400844362104849039L;

static REFERENCE reference_cdf(REFERENCE x) {
    return REFERENCE_OF(erfc)(-x * root_of_half) / 2;
}

static REFERENCE reference_density(REFERENCE x) {
    return REFERENCE_OF(exp)(-x * x / 2) * (REFERENCE)0.398942280401432677939946059934381868L;
}

INLINE REAL cdf_alone(REAL x) {
    REAL density;
    return normal_cdf(x, &density);
}

INLINE REAL density_alone(REAL x) {
    REAL density;
    normal_cdf(x, &density);
    return density;
}

static void check_errors(void) {
    const double infinity = (double)INFINITY;
    check_error("exp", real_exp, REFERENCE_OF(exp), -infinity, infinity, 1);
    check_error("expm1", real_expm1, REFERENCE_OF(expm1), -infinity, infinity, 2);
    check_error("log", real_log, REFERENCE_OF(log), -infinity, infinity, 1);
    check_error("log1p", real_log1p, REFERENCE_OF(log1p), -infinity, infinity, 1);
    check_error("tanh", real_tanh, REFERENCE_OF(tanh), -infinity, infinity, 2);
    check_error("erf", real_erf, REFERENCE_OF(erf), -infinity, infinity, 1.5);
    check_error("sigmoid", real_sigmoid, reference_sigmoid, -infinity, infinity, 2);
    check_error("softplus", real_softplus, reference_softplus, -infinity, infinity, 2);
    check_error("normal cdf", cdf_alone, reference_cdf, -infinity, infinity, 5);
    check_error("normal density", density_alone, reference_density, -infinity, infinity, 4);
}

/* exact: bits, so that -0 is told from 0. */
static void check_value(const char *name, REAL came, double expected) {
    REAL wanted = (REAL)expected;
    bool same = came != came ? wanted != wanted : bits_of(came) == bits_of(wanted);
    check_that(same, __FILE__, __LINE__, "%s is %a, expected %a", name, (double)came, expected);
}

static void check_edges(void) {
    const REAL infinity = real_of(REAL_INFINITY_BITS), nan = infinity - infinity;
    const REAL subnormal = real_of(1);
    check_value("exp(0)", real_exp(0), 1);
    check_value("exp(-0)", real_exp(-(REAL)0), 1);
    check_value("exp(inf)", real_exp(infinity), (double)infinity);
    check_value("exp(-inf)", real_exp(-infinity), 0);
    check_value("exp(max)", real_exp(REAL_MAXIMUM), (double)infinity);
    check_value("exp(-max)", real_exp(-REAL_MAXIMUM), 0);
    check_value("exp(subnormal)", real_exp(subnormal), 1);
    check_value("expm1(-0)", real_expm1(-(REAL)0), -0.0);
    check_value("expm1(subnormal)", real_expm1(subnormal), (double)subnormal);
    check_value("expm1(-subnormal)", real_expm1(-subnormal), -(double)subnormal);
    check_value("expm1(-inf)", real_expm1(-infinity), -1);
    check_value("expm1(inf)", real_expm1(infinity), (double)infinity);
    check_value("log(1)", real_log(1), 0);
    check_value("log(0)", real_log(0), -(double)infinity);
    check_value("log(-0)", real_log(-(REAL)0), -(double)infinity);
    check_value("log(inf)", real_log(infinity), (double)infinity);
    check_value("log(-1)", real_log(-1), (double)nan);
    check_value("log(-inf)", real_log(-infinity), (double)nan);
    check_value("log1p(-0)", real_log1p(-(REAL)0), -0.0);
    check_value("log1p(subnormal)", real_log1p(subnormal), (double)subnormal);
    check_value("log1p(-1)", real_log1p(-1), -(double)infinity);
    check_value("log1p(-2)", real_log1p(-2), (double)nan);
    check_value("log1p(inf)", real_log1p(infinity), (double)infinity);
    check_value("tanh(-0)", real_tanh(-(REAL)0), -0.0);
    check_value("tanh(subnormal)", real_tanh(subnormal), (double)subnormal);
    check_value("tanh(inf)", real_tanh(infinity), 1);
    check_value("tanh(-inf)", real_tanh(-infinity), -1);
    check_value("tanh(-1000)", real_tanh(-1000), -1);
    check_value("erf(-0)", real_erf(-(REAL)0), -0.0);
    check_value("erf(inf)", real_erf(infinity), 1);
    check_value("erf(-inf)", real_erf(-infinity), -1);
    check_value("sigmoid(0)", real_sigmoid(0), 0.5);
    check_value("sigmoid(inf)", real_sigmoid(infinity), 1);
    check_value("sigmoid(-inf)", real_sigmoid(-infinity), 0);
    check_value("softplus(-inf)", real_softplus(-infinity), 0);
    check_value("softplus(1000)", real_softplus(1000), 1000);
    check_value("cdf(0)", cdf_alone(0), 0.5);
    check_value("cdf(-inf)", cdf_alone(-infinity), 0);
    check_value("cdf(inf)", cdf_alone(infinity), 1);
    real_function *const functions[] = {real_exp,  real_expm1,   real_log,     real_log1p,
                                        real_tanh, real_erf,     real_sigmoid, real_softplus,
                                        cdf_alone, density_alone};
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        check_value("a function of NaN", functions[i](nan), (double)nan);
    }
}

/* `count` neighbouring numbers from `start` on: the function never goes down. */
static void check_never_falls(const char *name, real_function *function, double start,
                              size_t count) {
    REAL x = (REAL)start, last = function(x);
    for (size_t i = 0; i < count; i++) {
        x = x < 0 ? real_of(bits_of(x) - 1) : real_of(bits_of(x) + 1);
        REAL next = function(x);
        if (!check_that(next >= last, __FILE__, __LINE__, "%s falls at %a", name, (double)x))
            return;
        last = next;
    }
}

/* Where results run into a bound: zero, the subnormals, infinity, one. */
static void check_ends(void) {
    const double top = REAL_IS_DOUBLE ? 709.78271289338 : 88.7226,
                 bottom = REAL_IS_DOUBLE ? -745.1 : -103.9;
    check_never_falls("exp", real_exp, top, 4000);
    check_never_falls("exp", real_exp, bottom, 4000);
    check_never_falls("exp", real_exp, REAL_IS_DOUBLE ? -708.396418532264 : -87.3365, 4000);
    check_never_falls("expm1", real_expm1, REAL_IS_DOUBLE ? -37.5 : -17.4, 4000);
    check_never_falls("tanh", real_tanh, REAL_IS_DOUBLE ? 19.06 : 9.01, 4000);
    check_never_falls("tanh", real_tanh, 0, 4000);
    check_never_falls("erf", real_erf, REAL_IS_DOUBLE ? 5.86 : 3.83, 4000);
    check_never_falls("log", real_log, 0, 4000);
    check_never_falls("log", real_log, (double)REAL_MINIMUM * 0.9999, 4000);
    check_never_falls("sigmoid", real_sigmoid, bottom, 4000);
}

/* sin and cos of 2 pi u, absolute, in units at 1. */
static void check_turns(void) {
    const REFERENCE turn = (REFERENCE)6.283185307179586476925286766559005768L;
    double worst = 0;
    for (uint64_t i = 0; i < 200000; i++) {
        REAL u = (REAL)((double)i / 199999.0), sine, cosine;
        sin_cos_turn(u, &sine, &cosine);
        double errors[] = {
            fabs((double)((REFERENCE)sine - REFERENCE_OF(sin)(turn * (REFERENCE)u))),
            fabs((double)((REFERENCE)cosine - REFERENCE_OF(cos)(turn * (REFERENCE)u)))};
        for (size_t j = 0; j < 2; j++) worst = errors[j] > worst ? errors[j] : worst;
    }
    check_that(worst <= 2 * (REAL_IS_DOUBLE ? DBL_EPSILON : (double)FLT_EPSILON), __FILE__,
               __LINE__, "sin and cos of a turn are off by %g", worst);
}

int main(void) {
    check_errors();
    check_edges();
    check_ends();
    check_turns();
    return check_report();
}
