/* Whether what an optimizer is made with can be. */
#include "base/status.h"
#include "net/optimizer.h"

/* A number of the options and what it must be. `below`: less than `high`. */
typedef struct bound {
    const char *name;
    double value, low, high;
    bool below;
} bound;

#define LARGEST 1e300
#define LEAST 1e-300

static cornu_status check_bounds(size_t count, const bound *bounds, cornu_error *error) {
    for (size_t i = 0; i < count; i++) {
        const bound *one = &bounds[i];
        if (one->value >= one->low &&
            (one->below ? one->value < one->high : one->value <= one->high))
            continue;
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`%s` must be a number from %g to %s%g. Received: %g", one->name,
                               one->low, one->below ? "below " : "", one->high, one->value);
    }
    return CORNU_OK;
}

static bool has_betas(const cornu_optimizer_options *options) {
    return options->kind == CORNU_ADAM || options->kind == CORNU_ADAMAX ||
           options->kind == CORNU_NADAM || options->kind == CORNU_LAMB ||
           options->kind == CORNU_MUON || options->kind == CORNU_SCHEDULE_FREE_ADAM;
}

/* Only what the kind uses is looked at. */
static cornu_status check_kind(const cornu_optimizer_options *options, cornu_error *error) {
    const bound momentum = {"momentum", options->momentum, 0, 1, false};
    const bound rho = {"rho", options->rho, 0, 1, true};
    const bound epsilon = {"epsilon", options->epsilon, 0, LARGEST, false};
    const bound beta_1 = {"beta_1", options->beta_1, 0, 1, true};
    const bound beta_2 = {"beta_2", options->beta_2, 0, 1, true};
    const bound start = {"initial_accumulator_value", options->initial_accumulator_value, 0,
                         LARGEST, false};
    switch ((int)options->kind) {
        case CORNU_SGD:
            return check_bounds(1, &momentum, error);
        case CORNU_RMSPROP:
            return check_bounds(3, (bound[]){rho, momentum, epsilon}, error);
        case CORNU_ADADELTA:
            return check_bounds(2, (bound[]){rho, epsilon}, error);
        case CORNU_ADAGRAD:
            return check_bounds(2, (bound[]){start, epsilon}, error);
        case CORNU_FTRL:
            return check_bounds(
                6,
                (bound[]){start,
                          {"learning_rate_power", options->learning_rate_power, -LARGEST, 0, false},
                          {"l1", options->l1, 0, LARGEST, false},
                          {"l2", options->l2, 0, LARGEST, false},
                          {"l2_shrinkage", options->l2_shrinkage, 0, LARGEST, false},
                          {"beta", options->beta, 0, LARGEST, false}},
                error);
        case CORNU_FOREIGN_OPTIMIZER:
            if (options->foreign.step) return CORNU_OK;
            return cornu_error_set(error, CORNU_ERROR_VALUE,
                                   "An optimizer of one's own must have a step.");
        case CORNU_ADAFACTOR:
            return check_bounds(
                4,
                (bound[]){{"beta_2_decay", options->beta_2_decay, -LARGEST, 0, false},
                          {"epsilon_1", options->epsilon_1, 0, LARGEST, false},
                          {"epsilon_2", options->epsilon_2, 0, LARGEST, false},
                          {"clip_threshold", options->clip_threshold, LEAST, LARGEST, false}},
                error);
        case CORNU_MUON:
            return check_bounds(
                10,
                (bound[]){beta_1,
                          beta_2,
                          epsilon,
                          momentum,
                          {"muon_a", options->muon_a, -LARGEST, LARGEST, false},
                          {"muon_b", options->muon_b, -LARGEST, LARGEST, false},
                          {"muon_c", options->muon_c, -LARGEST, LARGEST, false},
                          {"rms_rate", options->muon_rms_rate, -LARGEST, LARGEST, false},
                          {"adam_lr_ratio", options->adam_lr_ratio, 0, LARGEST, false},
                          {"adam_weight_decay", options->adam_weight_decay, 0, LARGEST, false}},
                error);
        case CORNU_SCHEDULE_FREE_ADAM:
            return check_bounds(
                4,
                (bound[]){{"beta_1", options->beta_1, LEAST, 1, true},
                          beta_2,
                          epsilon,
                          {"warmup_steps", options->warmup_steps, 0, LARGEST, false}},
                error);
        case CORNU_LION:
            return check_bounds(2,
                                (bound[]){{"beta_1", options->beta_1, 0, 1, false},
                                          {"beta_2", options->beta_2, 0, 1, false}},
                                error);
        default:
            return check_bounds(3, (bound[]){beta_1, beta_2, epsilon}, error);
    }
}

static cornu_status check_clipping(const cornu_optimizer_options *options, cornu_error *error) {
    const double most[] = {options->clipnorm, options->clipvalue, options->global_clipnorm};
    size_t given = 0;
    for (size_t i = 0; i < 3; i++) {
        if (!(most[i] >= 0.0)) {
            return cornu_error_set(error, CORNU_ERROR_VALUE,
                                   "`clipnorm`, `clipvalue` and `global_clipnorm` must be numbers "
                                   "from 0 on. Received: %g",
                                   most[i]);
        }
        given += most[i] > 0.0;
    }
    if (given <= 1) return CORNU_OK;
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. "
                           "Received: clipnorm=%g, clipvalue=%g, global_clipnorm=%g",
                           most[0], most[1], most[2]);
}

cornu_status cornu_optimizer_check(const cornu_optimizer_options *options, cornu_error *error) {
    if ((unsigned)options->kind >= CORNU_OPTIMIZER_COUNT)
        return cornu_error_set(error, CORNU_ERROR_VALUE, "There is no such optimizer.");
    cornu_status status = check_kind(options, error);
    if (status == CORNU_OK) {
        const double factor = options->loss_scale_factor;
        status = check_bounds(4,
                              (bound[]){{"decay", options->decay, 0, LARGEST, false},
                                        {"weight_decay", options->weight_decay, 0, LARGEST, false},
                                        {"ema_momentum", options->ema_momentum, 0, 1, false},
                                        {"loss_scale_factor", factor, 0, LARGEST, false}},
                              error);
    }
    return status == CORNU_OK ? check_clipping(options, error) : status;
}

cornu_status cornu_optimizer_check_dtype(const cornu_optimizer_options *options, cornu_dtype dtype,
                                         cornu_error *error) {
    if (!has_betas(options) || dtype != CORNU_FLOAT32) return CORNU_OK;
    if ((float)options->beta_1 < 1.0F && (float)options->beta_2 < 1.0F) return CORNU_OK;
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "`beta_1` and `beta_2` must be below 1 in the model's dtype, float32. "
                           "Received: %.17g and %.17g",
                           options->beta_1, options->beta_2);
}
