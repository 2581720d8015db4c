/* Activations: values and derivatives against their published formulas in long double, kinks as
 * Keras on jax has them, extremes, names. One level only: that all give the same bits is
 * test_kernels_levels.c's part. */
#include "kernels_fixture.h"

typedef long double wide;
typedef wide formula(wide x, const double *p);

static wide sigmoid_of(wide x) {
    return 1 / (1 + expl(-x));
}

static wide softplus_of(wide x) {
    return x > 0 ? x + log1pl(expl(-x)) : log1pl(expl(x));
}

static wide linear(wide x, const double *p) {
    (void)p;
    return x;
}

static wide relu(wide x, const double *p) {
    wide value = x > (wide)p[2] ? x : 0;
    if (isfinite(p[1])) value = fminl(fmaxl(value, 0), (wide)p[1]);
    return value - (wide)p[0] * fmaxl((wide)p[2] - x, 0);
}

static wide relu6(wide x, const double *p) {
    (void)p;
    return fminl(fmaxl(x, 0), 6);
}

static wide leaky_relu(wide x, const double *p) {
    return x < 0 ? (wide)p[0] * x : x;
}

static wide elu(wide x, const double *p) {
    return x > 0 ? x : (wide)p[0] * expm1l(x);
}

static wide selu(wide x, const double *p) {
    (void)p;
    return 1.0507009873554804934193349852946L *
           (x > 0 ? x : 1.6732632423543772848170429916717L * expm1l(x));
}

static wide celu(wide x, const double *p) {
    return fmaxl(x, 0) + (wide)p[0] * expm1l(fminl(x, 0) / (wide)p[0]);
}

static wide gelu(wide x, const double *p) {
    (void)p;
    return x * erfcl(-x / sqrtl(2)) / 2;
}

static wide gelu_tanh(wide x, const double *p) {
    (void)p;
    return x * sigmoid_of(2 * sqrtl(2 / 3.14159265358979323846264338327950288L) *
                          (x + 0.044715L * x * x * x));
}

static wide silu(wide x, const double *p) {
    (void)p;
    return x * sigmoid_of(x);
}

static wide sigmoid(wide x, const double *p) {
    (void)p;
    return sigmoid_of(x);
}

static wide hard_sigmoid(wide x, const double *p) {
    return relu6(x + 3, p) / 6;
}

static wide hard_silu(wide x, const double *p) {
    return x * hard_sigmoid(x, p);
}

static wide hyperbolic_tangent(wide x, const double *p) {
    (void)p;
    return tanhl(x);
}

static wide hard_tanh(wide x, const double *p) {
    (void)p;
    return fminl(fmaxl(x, -1), 1);
}

static wide tanh_shrink(wide x, const double *p) {
    (void)p;
    return x - tanhl(x);
}

static wide softplus(wide x, const double *p) {
    (void)p;
    return softplus_of(x);
}

static wide softsign(wide x, const double *p) {
    (void)p;
    return x / (1 + fabsl(x));
}

static wide soft_shrink(wide x, const double *p) {
    wide t = (wide)p[0];
    return x > t ? x - t : x < -t ? x + t : 0;
}

static wide hard_shrink(wide x, const double *p) {
    return fabsl(x) > (wide)p[0] ? x : 0;
}

static wide squareplus(wide x, const double *p) {
    return (x + sqrtl(x * x + (wide)p[0])) / 2;
}

static wide sparse_plus(wide x, const double *p) {
    (void)p;
    return x <= -1 ? 0 : x >= 1 ? x : (x + 1) * (x + 1) / 4;
}

static wide sparse_sigmoid(wide x, const double *p) {
    (void)p;
    return fminl(fmaxl((x + 1) / 2, 0), 1);
}

static wide threshold(wide x, const double *p) {
    return x > (wide)p[0] ? x : (wide)p[1];
}

static wide log_sigmoid(wide x, const double *p) {
    (void)p;
    return -softplus_of(-x);
}

static wide exponential(wide x, const double *p) {
    (void)p;
    return expl(x);
}

static wide mish(wide x, const double *p) {
    (void)p;
    return x * tanhl(softplus_of(x));
}

static const struct {
    cornu_activation activation;
    formula *expected;
} elementwise[] = {
    {{CORNU_LINEAR, {0}}, linear},
    {{CORNU_RELU, {0, INFINITE, 0}}, relu},
    {{CORNU_RELU, {0.1, INFINITE, 0}}, relu},
    {{CORNU_RELU, {-0.1, INFINITE, 0}}, relu},
    {{CORNU_RELU, {0, 2.5, 0}}, relu},
    {{CORNU_RELU, {0.3, 2.5, 1}}, relu},
    {{CORNU_RELU, {0, INFINITE, -1.25}}, relu},
    {{CORNU_RELU6, {0}}, relu6},
    {{CORNU_LEAKY_RELU, {0.2}}, leaky_relu},
    {{CORNU_LEAKY_RELU, {0}}, leaky_relu},
    {{CORNU_ELU, {1}}, elu},
    {{CORNU_ELU, {-0.5}}, elu},
    {{CORNU_SELU, {0}}, selu},
    {{CORNU_CELU, {1}}, celu},
    {{CORNU_CELU, {-2}}, celu},
    {{CORNU_GELU, {0}}, gelu},
    {{CORNU_GELU_TANH, {0}}, gelu_tanh},
    {{CORNU_SILU, {0}}, silu},
    {{CORNU_SIGMOID, {0}}, sigmoid},
    {{CORNU_HARD_SIGMOID, {0}}, hard_sigmoid},
    {{CORNU_HARD_SILU, {0}}, hard_silu},
    {{CORNU_TANH, {0}}, hyperbolic_tangent},
    {{CORNU_HARD_TANH, {0}}, hard_tanh},
    {{CORNU_TANH_SHRINK, {0}}, tanh_shrink},
    {{CORNU_SOFTPLUS, {0}}, softplus},
    {{CORNU_SOFTSIGN, {0}}, softsign},
    {{CORNU_SOFT_SHRINK, {0.5}}, soft_shrink},
    {{CORNU_HARD_SHRINK, {0.5}}, hard_shrink},
    {{CORNU_HARD_SHRINK, {-0.5}}, hard_shrink},
    {{CORNU_SQUAREPLUS, {4}}, squareplus},
    {{CORNU_SQUAREPLUS, {0.25}}, squareplus},
    {{CORNU_SPARSE_PLUS, {0}}, sparse_plus},
    {{CORNU_SPARSE_SIGMOID, {0}}, sparse_sigmoid},
    {{CORNU_THRESHOLD, {0.75, -2}}, threshold},
    {{CORNU_LOG_SIGMOID, {0}}, log_sigmoid},
    {{CORNU_EXPONENTIAL, {0}}, exponential},
    {{CORNU_MISH, {0}}, mish},
};

enum { ELEMENTWISE_COUNT = sizeof elementwise / sizeof elementwise[0], POINTS = 1201 };

/* How many units of its last place a value may be off: the exponent of gelu_tanh's gate is a cubic
 * of x, whose own rounding, in units of the exponent, all reaches the value. */
static double units_allowed(cornu_activation_kind kind, double x) {
    double exponent = 1.6 * fabs(x) + 0.072 * fabs(x * x * x);
    return kind == CORNU_GELU_TANH ? 8 + 2 * exponent : 8;
}

static void check_point(cornu_dtype dtype, cornu_activation activation, double x, double came,
                        wide expected, bool relative) {
    double size = fabs((double)expected);
    double tolerance = units_allowed(activation.kind, x) *
                       unit_in_last_place(dtype, relative ? size : largest(size, 1));
    check_that(fabs(came - (double)expected) <= tolerance, __FILE__, __LINE__,
               "%s %s(%g; %g, %g, %g) is %.17g, expected %.17g", cornu_dtype_name(dtype),
               cornu_activation_name(activation.kind), x, activation.parameters[0],
               activation.parameters[1], activation.parameters[2], came, (double)expected);
}

/* Values keep their digits however small they are; these subtract, and don't. */
static bool is_a_difference(cornu_activation_kind kind) {
    return kind == CORNU_TANH_SHRINK || kind == CORNU_RELU || kind == CORNU_SOFT_SHRINK ||
           kind == CORNU_HARD_SIGMOID || kind == CORNU_HARD_SILU || kind == CORNU_SPARSE_PLUS ||
           kind == CORNU_SPARSE_SIGMOID || kind == CORNU_CELU;
}

static void check_elementwise(cornu_dtype dtype, cornu_activation activation, formula *expected) {
    const cornu_kernels *kernels = cornu_kernels_for(dtype);
    void *x = new_reals(dtype, POINTS), *y = new_reals(dtype, POINTS);
    void *dy = new_reals(dtype, POINTS), *dx = new_reals(dtype, POINTS);
    /* -9.0123 to 9.0123 and beyond, on no kink; float32's own numbers. */
    for (size_t i = 0; i < POINTS; i++) {
        real_set(dtype, x, i, ((double)i - 600.03) * (i % 7 == 0 ? 0.04 : 0.015));
        real_set(dtype, dy, i, i % 2 == 0 ? 1 : -2);
    }
    kernels->activation_forward(&activation, 1, POINTS, x, y);
    kernels->activation_backward(&activation, 1, POINTS,
                                 cornu_activation_needs_input(&activation) ? x : NULL, y, dy, dx);
    const char *name = cornu_activation_name(activation.kind);
    for (size_t i = 0; i < POINTS; i++) {
        double at = real_get(dtype, x, i);
        const wide step = 1e-5L;
        wide p = (expected((wide)at + step, activation.parameters) -
                  expected((wide)at - step, activation.parameters));
        wide value = expected((wide)at, activation.parameters);
        check_point(dtype, activation, at, real_get(dtype, y, i), value,
                    !is_a_difference(activation.kind));
        /* The quotient of differences is good to about 1e-10: what digits a float64 derivative has
         * below that is not seen here. */
        double slope = (double)(p / (2 * step)),
               came = real_get(dtype, dx, i) / real_get(dtype, dy, i);
        double tolerance = dtype == CORNU_FLOAT32 ? 2e-6 : 1e-9;
        check_that(fabs(came - slope) <= tolerance * largest(1, fabs(slope)), __FILE__, __LINE__,
                   "%s derivative of %s at %g is %.17g, expected %.12g", cornu_dtype_name(dtype),
                   name, at, came, slope);
    }
    void *blocks[] = {x, y, dy, dx};
    for (size_t i = 0; i < 4; i++) cornu_memory_free(blocks[i]);
}

static void one_element(cornu_dtype dtype, cornu_activation activation, double x, double *y,
                        double *slope) {
    const cornu_kernels *kernels = cornu_kernels_for(dtype);
    double memory[4];
    real_set(dtype, &memory[0], 0, x);
    real_set(dtype, &memory[2], 0, 1);
    kernels->activation_forward(&activation, 1, 1, &memory[0], &memory[1]);
    kernels->activation_backward(&activation, 1, 1, &memory[0], &memory[1], &memory[2], &memory[3]);
    *y = real_get(dtype, &memory[1], 0);
    *slope = real_get(dtype, &memory[3], 0);
}

/* Values and derivatives where a formula has a corner, an infinity or a NaN: kind, parameters, x,
 * y, dy/dx. A derivative of NaN here is not looked at. */
static void check_corners(void) {
    static const struct {
        cornu_activation activation;
        double x, y, slope;
    } corners[] = {
        {{CORNU_RELU, {0, INFINITE, 0}}, 0, 0, 0},
        {{CORNU_RELU, {0, INFINITE, 0}}, -0.0, 0, 0},
        {{CORNU_RELU, {0, INFINITE, 0}}, INFINITE, INFINITE, 1},
        {{CORNU_RELU, {0, INFINITE, 0}}, -INFINITE, 0, 0},
        {{CORNU_RELU, {0.25, INFINITE, 0}}, 0, 0, 1},
        {{CORNU_RELU, {0.25, 5, 0}}, 0, 0, 0},
        {{CORNU_RELU, {0, 5, 0}}, 5, 5, 0.5},
        {{CORNU_RELU, {0, 6, 0}}, 6, 6, 0},
        {{CORNU_RELU, {0, INFINITE, 1}}, 1, 0, 0},
        {{CORNU_RELU, {0.5, INFINITE, 1}}, 1, 0, 0},
        {{CORNU_RELU, {0, 0.5, -1}}, 0, 0, 0.5},
        {{CORNU_RELU6, {0}}, 0, 0, 0},
        {{CORNU_RELU6, {0}}, 6, 6, 0},
        {{CORNU_LEAKY_RELU, {0.25}}, 0, 0, 1},
        {{CORNU_LEAKY_RELU, {0.25}}, -0.0, -0.0, 1},
        {{CORNU_LEAKY_RELU, {0}}, 0, 0, 1},
        {{CORNU_ELU, {2}}, 0, 0, 2},
        {{CORNU_ELU, {2}}, -INFINITE, -2, 0},
        {{CORNU_CELU, {2}}, 0, 0, 1},
        {{CORNU_SELU, {0}}, 1000, 1000 * 1.0507009873554805, 1.0507009873554805},
        {{CORNU_HARD_SIGMOID, {0}}, -3, 0, 0},
        {{CORNU_HARD_SIGMOID, {0}}, 3, 1, 0},
        {{CORNU_HARD_SILU, {0}}, 3, 3, 1},
        {{CORNU_HARD_SILU, {0}}, -3, -0.0, 0},
        {{CORNU_HARD_SILU, {0}}, -INFINITE, -0.0, 0},
        {{CORNU_HARD_TANH, {0}}, 1, 1, 1},
        {{CORNU_HARD_TANH, {0}}, -1, -1, 1},
        {{CORNU_SOFT_SHRINK, {0.5}}, 0.5, 0, 0},
        {{CORNU_HARD_SHRINK, {0.5}}, -0.5, 0, 0},
        {{CORNU_SPARSE_PLUS, {0}}, -1, 0, 0},
        {{CORNU_SPARSE_PLUS, {0}}, 1, 1, 1},
        {{CORNU_SPARSE_SIGMOID, {0}}, 1, 1, 0.25},
        {{CORNU_SPARSE_SIGMOID, {0}}, -1, 0, 0.25},
        {{CORNU_THRESHOLD, {1, 20}}, 1, 20, 0},
        {{CORNU_SIGMOID, {0}}, 1000, 1, 0},
        {{CORNU_SIGMOID, {0}}, -1000, 0, 0},
        {{CORNU_TANH, {0}}, 1000, 1, 0},
        {{CORNU_SOFTPLUS, {0}}, 1000, 1000, 1},
        {{CORNU_SOFTPLUS, {0}}, -1000, 0, 0},
        {{CORNU_LOG_SIGMOID, {0}}, -1000, -1000, 1},
        {{CORNU_LOG_SIGMOID, {0}}, 1000, -0.0, 0},
        {{CORNU_SILU, {0}}, 1000, 1000, 1},
        {{CORNU_SILU, {0}}, -1000, -0.0, 0},
        {{CORNU_SILU, {0}}, -INFINITE, -0.0, 0},
        {{CORNU_GELU, {0}}, 1000, 1000, 1},
        {{CORNU_GELU, {0}}, -INFINITE, -0.0, 0},
        {{CORNU_GELU_TANH, {0}}, 1e30, 1e30, 1},
        {{CORNU_GELU_TANH, {0}}, -1e30, -0.0, 0},
        {{CORNU_MISH, {0}}, 1000, 1000, 1},
        {{CORNU_MISH, {0}}, -INFINITE, -0.0, 0},
        {{CORNU_SQUAREPLUS, {4}}, 1e25, 1e25, 1},
        {{CORNU_SQUAREPLUS, {4}}, -INFINITE, 0, 0},
        {{CORNU_SQUAREPLUS, {0}}, 0, 0, 0.5},
        {{CORNU_SOFTSIGN, {0}}, INFINITE, 1, 0},
        {{CORNU_SOFTSIGN, {0}}, -0.0, -0.0, 1},
        {{CORNU_EXPONENTIAL, {0}}, -1000, 0, 0},
        {{CORNU_EXPONENTIAL, {0}}, 1000, INFINITE, INFINITE},
        {{CORNU_TANH_SHRINK, {0}}, -1000, -999, 1},
    };
    for (size_t i = 0; i < sizeof corners / sizeof corners[0]; i++) {
        for (size_t t = 0; t < 2; t++) {
            double y, slope, digits = real_dtypes[t] == CORNU_FLOAT32 ? 1e-7 : 0;
            one_element(real_dtypes[t], corners[i].activation, corners[i].x, &y, &slope);
            const char *name = cornu_activation_name(corners[i].activation.kind);
            bool right = y == corners[i].y || fabs(y - corners[i].y) <= digits * fabs(y);
            check_that(right && signbit(y) == signbit(corners[i].y), __FILE__, __LINE__,
                       "%s (corner %zu) at %g is %g, expected %g", name, i, corners[i].x, y,
                       corners[i].y);
            check_that(
                slope == corners[i].slope || fabs(slope - corners[i].slope) <= digits * fabs(slope),
                __FILE__, __LINE__, "derivative of %s (corner %zu) at %g is %g, expected %g", name,
                i, corners[i].x, slope, corners[i].slope);
        }
    }
}

/* NaN goes through everything, with every parameter set. */
static void check_nan(void) {
    for (size_t i = 0; i < ELEMENTWISE_COUNT; i++) {
        for (size_t t = 0; t < 2; t++) {
            double y, slope;
            one_element(real_dtypes[t], elementwise[i].activation, NOT_A_NUMBER, &y, &slope);
            check_that(isnan(y), __FILE__, __LINE__, "%s of NaN is %g",
                       cornu_activation_name(elementwise[i].activation.kind), y);
        }
    }
}

int main(void) {
    for (size_t t = 0; t < 2; t++) {
        for (size_t i = 0; i < ELEMENTWISE_COUNT; i++) {
            check_elementwise(real_dtypes[t], elementwise[i].activation, elementwise[i].expected);
        }
    }
    check_corners();
    check_nan();
    return check_report();
}
