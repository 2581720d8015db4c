/* Learning rates by the step. In double on every machine, without libm, whatever the model's type.
 */
#include "kernels/table_includes.h"

#include "kernels/target_portable.h"

#include "kernels/real_f64.h"

#include "kernels/real_template.h"

#include "kernels/math_template.h"

/* Restarts of a cosine that are found one by one. */
#define MOST_SUMMED 1000.0

static double whole_part(double x) {
    return __builtin_floor(x);
}

double cornu_power(double base, double exponent) {
    if (exponent == 0.0 || base == 1.0) return 1.0;
    if (exponent == 1.0) return base;
    if (base == 0.0) return 0.0;
    return real_exp(exponent * real_log(base));
}

/* From 1 at 0 to 0 at 1. */
static double cosine_fall(double fraction) {
    double sine, cosine;
    sin_cos_turn(0.5 * fraction, &sine, &cosine);
    return 0.5 * (1.0 + cosine);
}

static double exponential(const double *n, double step) {
    const double p = step / n[1];
    return n[0] * cornu_power(n[2], n[3] != 0.0 ? whole_part(p) : p);
}

static double inverse_time(const double *n, double step) {
    const double p = step / n[1];
    return n[0] / (1.0 + n[2] * (n[3] != 0.0 ? whole_part(p) : p));
}

static double polynomial_decay(const double *n, double step) {
    double steps = n[1];
    if (n[4] == 0.0) {
        step = step < steps ? step : steps;
    } else if (step > 0.0) {
        steps *= __builtin_ceil(step / steps);
    }
    /* Rounded, a multiple of the steps may be a little less than the step. */
    const double left = 1.0 - step / steps;
    return (n[0] - n[2]) * cornu_power(left > 0.0 ? left : 0.0, n[3]) + n[2];
}

static double cosine(const double *n, double step) {
    double from = n[0];
    if (n[5] != 0.0) {
        if (step < n[4]) return (n[3] - n[0]) * (step / n[4]) + n[0];
        from = n[3];
        step -= n[4];
    }
    step = step < n[1] ? step : n[1];
    return from * ((1.0 - n[2]) * cosine_fall(step / n[1]) + n[2]);
}

static double cosine_restarts(const double *n, double step) {
    const double longer = n[2], growth = longer - 1.0;
    double begin = 0.0, length = n[1], height = 1.0, restarts = 0.0;
    if (growth > 0.0) restarts = real_log(1.0 + step / length * growth) / real_log(longer);
    if (growth == 0.0) {
        restarts = whole_part(step / length);
        begin = restarts * length;
        height = cornu_power(n[3], restarts);
    } else if (restarts > MOST_SUMMED) {
        restarts = whole_part(restarts);
        const double times = cornu_power(longer, restarts);
        begin = length * (times - 1.0) / growth;
        length *= times;
        height = cornu_power(n[3], restarts);
    } else {
        /* Sums are exact where a logarithm would be a restart off. */
        while (step >= begin + length) {
            begin += length;
            length *= longer;
            height *= n[3];
        }
    }
    const double fall = height * cosine_fall((step - begin) / length);
    return n[0] * ((1.0 - n[4]) * fall + n[4]);
}

static double piecewise(size_t count, const double *n, double step) {
    const size_t boundaries = count / 2;
    size_t i = 0;
    while (i < boundaries && step > n[i]) i++;
    return n[boundaries + i];
}

static bool fits(cornu_schedule_kind kind, size_t count) {
    static const size_t counts[CORNU_SCHEDULE_COUNT] = {
        [CORNU_EXPONENTIAL_DECAY] = 4,     [CORNU_INVERSE_TIME_DECAY] = 4,
        [CORNU_POLYNOMIAL_DECAY] = 5,      [CORNU_COSINE_DECAY] = 6,
        [CORNU_COSINE_DECAY_RESTARTS] = 5,
    };
    if ((unsigned)kind >= CORNU_SCHEDULE_COUNT) return false;
    return kind == CORNU_PIECEWISE_CONSTANT_DECAY ? count % 2 == 1 : count == counts[kind];
}

cornu_status cornu_schedule_rate(cornu_schedule_kind kind, size_t count, const double *numbers,
                                 double step, double *rate) {
    if (!fits(kind, count)) return CORNU_ERROR_VALUE;
    switch ((int)kind) {
        case CORNU_EXPONENTIAL_DECAY:
            *rate = exponential(numbers, step);
            break;
        case CORNU_INVERSE_TIME_DECAY:
            *rate = inverse_time(numbers, step);
            break;
        case CORNU_POLYNOMIAL_DECAY:
            *rate = polynomial_decay(numbers, step);
            break;
        case CORNU_COSINE_DECAY:
            *rate = cosine(numbers, step);
            break;
        case CORNU_COSINE_DECAY_RESTARTS:
            *rate = cosine_restarts(numbers, step);
            break;
        default:
            *rate = piecewise(count, numbers, step);
            break;
    }
    return CORNU_OK;
}
