/* Optimizer steps against Keras's formulas in long double, over many steps. */
#include <float.h>

#include "kernels_fixture.h"

typedef long double wide;

enum { COUNT = 67, STEPS = 300 };

typedef struct state {
    wide weight, m, v, v_hat;
} state;

/* Keras takes the powers of beta as the weights' type holds it. */
static wide held(cornu_dtype dtype, double beta) {
    return dtype == CORNU_FLOAT32 ? (wide)(float)beta : (wide)beta;
}

static wide share(const cornu_optimizer_options *o, uint64_t iteration) {
    return (wide)o->beta_1 * (1 - powl(0.96L, (wide)iteration) / 2);
}

/* The kinds that are neither gradient descent nor Adam. */
static void expected_other(const cornu_optimizer_options *o, cornu_dtype dtype, wide lr,
                           uint64_t iteration, wide product, wide gradient, state *s) {
    const wide epsilon = (wide)o->epsilon, rho = (wide)o->rho, square = gradient * gradient;
    const wide beta_1 = (wide)o->beta_1, beta_2 = (wide)o->beta_2;
    if (o->kind == CORNU_ADAGRAD) {
        s->v += square;
        s->weight -= lr * gradient / sqrtl(s->v + epsilon);
    } else if (o->kind == CORNU_ADADELTA) {
        s->v = rho * s->v + (1 - rho) * square;
        const wide taken = sqrtl(s->m + epsilon) / sqrtl(s->v + epsilon) * gradient;
        s->m = rho * s->m + (1 - rho) * taken * taken;
        s->weight -= lr * taken;
    } else if (o->kind == CORNU_ADAMAX) {
        s->m = beta_1 * s->m + (1 - beta_1) * gradient;
        s->v = fmaxl(beta_2 * s->v, fabsl(gradient));
        const wide left = 1 - powl(held(dtype, o->beta_1), (wide)iteration);
        s->weight -= lr * s->m / left / (s->v + epsilon);
    } else if (o->kind == CORNU_NADAM) {
        const wide ahead = share(o, iteration + 1);
        s->m = beta_1 * s->m + (1 - beta_1) * gradient;
        s->v = beta_2 * s->v + (1 - beta_2) * square;
        const wide mean = ahead * s->m / (1 - product * ahead) +
                          (1 - share(o, iteration)) * gradient / (1 - product);
        const wide left = 1 - powl(held(dtype, o->beta_2), (wide)iteration);
        s->weight -= lr * mean / (sqrtl(s->v / left) + epsilon);
    } else if (o->kind == CORNU_FTRL) {
        const wide power = (wide)-o->learning_rate_power, l1 = (wide)o->l1;
        const wide before = powl(s->v, power), after = powl(s->v + square, power);
        s->v += square;
        s->m +=
            gradient + 2 * (wide)o->l2_shrinkage * s->weight - (after - before) / lr * s->weight;
        const wide divisor = after / lr + 2 * (wide)o->l2 + (wide)o->beta / lr;
        s->weight = (fminl(fmaxl(s->m, -l1), l1) - s->m) / divisor;
    } else {
        const wide mean = beta_1 * s->m + (1 - beta_1) * gradient;
        s->weight -= mean == 0 ? 0 : copysignl(lr, mean);
        s->m = beta_2 * s->m + (1 - beta_2) * gradient;
    }
}

static void expected_step(const cornu_optimizer_options *o, cornu_dtype dtype, double rate,
                          uint64_t iteration, wide product, wide gradient, state *s) {
    wide lr = (wide)rate;
    s->weight -= s->weight * (wide)o->weight_decay * lr;
    if (o->kind == CORNU_SGD) {
        if (o->momentum == 0) {
            s->weight -= lr * gradient;
            return;
        }
        wide momentum = (wide)o->momentum;
        s->m = momentum * s->m - lr * gradient;
        s->weight += o->nesterov ? momentum * s->m - lr * gradient : s->m;
        return;
    }
    if (o->kind == CORNU_RMSPROP) {
        s->v = (wide)o->rho * s->v + (wide)(1.0 - o->rho) * gradient * gradient;
        s->v_hat = (wide)o->rho * s->v_hat + (wide)(1.0 - o->rho) * gradient;
        wide variance = o->centered ? s->v - s->v_hat * s->v_hat : s->v;
        wide increment = lr * gradient / sqrtl(variance + (wide)o->epsilon);
        s->m = (wide)o->momentum * s->m + increment;
        s->weight -= s->m;
        return;
    }
    if (o->kind != CORNU_ADAM) {
        expected_other(o, dtype, lr, iteration, product, gradient, s);
        return;
    }
    wide beta_1 = held(dtype, o->beta_1), beta_2 = held(dtype, o->beta_2);
    wide alpha =
        lr * sqrtl(1 - powl(beta_2, (wide)iteration)) / (1 - powl(beta_1, (wide)iteration));
    s->m += (gradient - s->m) * (wide)(1.0 - o->beta_1);
    s->v += (gradient * gradient - s->v) * (wide)(1.0 - o->beta_2);
    s->v_hat = fmaxl(s->v_hat, s->v);
    s->weight -= s->m * alpha / (sqrtl(o->amsgrad ? s->v_hat : s->v) + (wide)o->epsilon);
}

static void check_optimizer(cornu_dtype dtype, cornu_optimizer_options options, uint64_t first) {
    const cornu_kernels *kernels = cornu_kernels_for(dtype);
    void *weights = new_reals(dtype, COUNT), *gradient = new_reals(dtype, COUNT),
         *slots[CORNU_MAX_SLOTS];
    for (size_t i = 0; i < CORNU_MAX_SLOTS; i++) slots[i] = new_reals(dtype, COUNT);
    kernels->fill(COUNT, cornu_optimizer_slot_start(&options, 0), slots[0]);
    fill_between(dtype, weights, COUNT, 1, -1, 1);
    state states[COUNT] = {{0}};
    for (size_t i = 0; i < COUNT; i++) {
        states[i].weight = (wide)real_get(dtype, weights, i);
        states[i].v = (wide)cornu_optimizer_slot_start(&options, 0);
    }
    double product = 1;
    const double digits = dtype == CORNU_FLOAT32 ? 2e-5 : 2e-14;
    for (uint64_t step = 0; step < STEPS; step++) {
        fill_between(dtype, gradient, COUNT, 100 + step, step % 50 == 7 ? -20 : -1, 1);
        double rate = step < STEPS / 2 ? 0.01 : 0.002;
        product *= cornu_nadam_share(&options, first + step);
        cornu_update update = {&options, rate, first + step, options.weight_decay, product};
        kernels->update(&update, 1, COUNT, weights, COUNT, gradient, COUNT, slots);
        for (size_t i = 0; i < COUNT; i++) {
            expected_step(&options, dtype, rate, first + step, (wide)product,
                          (wide)real_get(dtype, gradient, i), &states[i]);
            double expected = (double)states[i].weight;
            check_that(
                fabs(real_get(dtype, weights, i) - expected) <= digits * largest(1, fabs(expected)),
                __FILE__, __LINE__,
                "%s: weight %zu after step %d of optimizer %d is %.17g, expected %.17g",
                cornu_dtype_name(dtype), i, (int)step, (int)options.kind,
                real_get(dtype, weights, i), expected);
        }
    }
    cornu_memory_free(weights);
    cornu_memory_free(gradient);
    for (size_t i = 0; i < CORNU_MAX_SLOTS; i++) cornu_memory_free(slots[i]);
}

/* One step of one weight at iteration t shows alpha: with epsilon 0 and fresh slots, w moves by
 * alpha * g0 / sqrt(h0), g0 and h0 the gains. */
static void check_powers(void) {
    static const uint64_t iterations[] = {
        1, 2, 3, 10, 1000, 12345, 1000000, UINT64_C(1) << 40, UINT64_MAX};
    static const double betas[][2] = {{0.9, 0.999}, {0.999, 0.9999999}, {0.5, 0.25}, {0, 0}};
    const cornu_kernels *kernels = cornu_kernels_for(CORNU_FLOAT64);
    for (size_t b = 0; b < sizeof betas / sizeof betas[0]; b++) {
        cornu_optimizer_options options = {
            .kind = CORNU_ADAM, .beta_1 = betas[b][0], .beta_2 = betas[b][1]};
        for (size_t i = 0; i < sizeof iterations / sizeof iterations[0]; i++) {
            double weight = 0, gradient = 1, m = 0, v = 0, v_hat = 0;
            void *slots[] = {&m, &v, &v_hat};
            cornu_update update = {&options, 1, iterations[i], 0, 1};
            kernels->update(&update, 1, 1, &weight, 1, &gradient, 1, slots);
            /* The powers are rounded before they are taken from 1: what that costs may show, no
             * more. */
            wide power_1 = powl((wide)options.beta_1, (wide)iterations[i]);
            wide power_2 = powl((wide)options.beta_2, (wide)iterations[i]);
            double expected =
                (double)(-sqrtl(1 - power_2) / (1 - power_1) * (wide)m / sqrtl((wide)v));
            double lost = (double)(power_1 / (1 - power_1) + power_2 / (1 - power_2)) * 0x1p-53;
            CHECK_NEAR(weight, expected, (8e-16 + 1.01 * lost) * fabs(expected));
        }
    }
}

/* Moments whose gradient is zero end at zero, and are normal numbers until then. */
static void check_shut(cornu_dtype dtype) {
    const double least = dtype == CORNU_FLOAT32 ? (double)FLT_MIN : DBL_MIN;
    const cornu_optimizer_options options = {
        .kind = CORNU_ADAM, .beta_1 = 0.9, .beta_2 = 0.9, .epsilon = 1e-7};
    const cornu_kernels *kernels = cornu_kernels_for(dtype);
    double room[4] = {0};
    void *weight = &room[0], *gradient = &room[1], *slots[] = {&room[2], &room[3], NULL};
    real_set(dtype, slots[0], 0, -16 * least);
    real_set(dtype, slots[1], 0, 16 * least);
    for (uint64_t step = 1; step <= 100; step++) {
        const cornu_update update = {&options, 0.001, step, 0, 1};
        kernels->update(&update, 1, 1, weight, 1, gradient, 1, slots);
        for (size_t slot = 0; slot < 2; slot++) {
            const double moment = fabs(real_get(dtype, slots[slot], 0));
            CHECK(moment == 0 || moment >= least);
            CHECK(step > 1 || moment > 0);
            CHECK(step < 100 || moment == 0);
        }
    }
}

int main(void) {
    for (size_t t = 0; t < 2; t++) {
        cornu_dtype dtype = real_dtypes[t];
        check_shut(dtype);
        check_optimizer(dtype, (cornu_optimizer_options){.kind = CORNU_SGD}, 1);
        check_optimizer(dtype, (cornu_optimizer_options){.kind = CORNU_SGD, .momentum = 0.9}, 1);
        check_optimizer(
            dtype, (cornu_optimizer_options){.kind = CORNU_SGD, .momentum = 0.5, .nesterov = true},
            1);
        cornu_optimizer_options adam = {
            .kind = CORNU_ADAM, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7};
        check_optimizer(dtype, adam, 1);
        check_optimizer(dtype, adam, 5000);
        adam.amsgrad = true;
        adam.beta_2 = 0.9;
        check_optimizer(dtype, adam, 1);
        adam.weight_decay = 0.3;
        check_optimizer(dtype, adam, 1);
        check_optimizer(dtype, (cornu_optimizer_options){.kind = CORNU_SGD, .weight_decay = 2}, 1);
        for (int way = 0; way < 4; way++) {
            check_optimizer(dtype,
                            (cornu_optimizer_options){.kind = CORNU_RMSPROP,
                                                      .rho = 0.9,
                                                      .epsilon = 1e-3,
                                                      .momentum = way & 1 ? 0.8 : 0,
                                                      .centered = way & 2},
                            1);
        }
    }
    static const cornu_optimizer_options others[] = {
        {.kind = CORNU_ADAGRAD, .initial_accumulator_value = 0.1, .epsilon = 1e-7},
        {.kind = CORNU_ADADELTA, .rho = 0.9, .epsilon = 1e-3, .weight_decay = 0.1},
        {.kind = CORNU_ADAMAX, .beta_1 = 0.9, .beta_2 = 0.99, .epsilon = 1e-7},
        {.kind = CORNU_NADAM, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7},
        {.kind = CORNU_FTRL,
         .initial_accumulator_value = 0.1,
         .learning_rate_power = -0.5,
         .l1 = 0.01,
         .l2 = 0.1,
         .l2_shrinkage = 0.1,
         .beta = 0.2},
        {.kind = CORNU_FTRL, .initial_accumulator_value = 0.1, .learning_rate_power = -0.8},
        {.kind = CORNU_FTRL, .learning_rate_power = -1},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        check_optimizer(CORNU_FLOAT32, others[i], 1);
        check_optimizer(CORNU_FLOAT64, others[i], 1);
    }
    /* Where rounding decides a sign it decides the step: one type alone. */
    check_optimizer(CORNU_FLOAT64,
                    (cornu_optimizer_options){.kind = CORNU_LION, .beta_1 = 0.9, .beta_2 = 0.99},
                    1);
    check_powers();
    return check_report();
}
