#include "kernels/kernels.h"
#include "kernels/whole_power.h"

size_t cornu_optimizer_slot_count(const cornu_optimizer_options *options) {
    const size_t momentum = options->momentum != 0.0 ? 1 : 0;
    switch ((int)options->kind) {
        case CORNU_ADAM:
            return options->amsgrad ? 3 : 2;
        case CORNU_RMSPROP:
            return 1 + momentum + (options->centered ? 1 : 0);
        case CORNU_ADAFACTOR:
            return 3;
        case CORNU_ADADELTA:
        case CORNU_ADAMAX:
        case CORNU_NADAM:
        case CORNU_FTRL:
        case CORNU_LAMB:
        case CORNU_MUON:
        case CORNU_SCHEDULE_FREE_ADAM:
            return 2;
        case CORNU_ADAGRAD:
        case CORNU_LION:
            return 1;
        default:
            return momentum;
    }
}

double cornu_optimizer_slot_start(const cornu_optimizer_options *options, size_t index) {
    const bool adds_up = options->kind == CORNU_ADAGRAD || options->kind == CORNU_FTRL;
    return adds_up && index == 0 ? options->initial_accumulator_value : 0.0;
}

bool cornu_optimizer_slot_follows(const cornu_optimizer_options *options, size_t index) {
    return options->kind == CORNU_SCHEDULE_FREE_ADAM && index == 0;
}

bool cornu_optimizer_is_whole(const cornu_optimizer_options *options) {
    return options->kind == CORNU_LAMB || options->kind == CORNU_ADAFACTOR ||
           options->kind == CORNU_MUON || options->kind == CORNU_SCHEDULE_FREE_ADAM ||
           options->kind == CORNU_FOREIGN_OPTIMIZER || options->kind == CORNU_MULTI_OPTIMIZER;
}

double cornu_nadam_share(const cornu_optimizer_options *options, uint64_t iteration) {
    return options->beta_1 * (1.0 - 0.5 * cornu_whole_power(0.96, iteration));
}

bool cornu_optimizer_is_plain(const cornu_optimizer_options *options) {
    return options->kind == CORNU_SGD && options->momentum == 0.0 && options->weight_decay == 0.0;
}

bool cornu_optimizer_is_direct(const cornu_optimizer_options *options) {
    return !cornu_optimizer_is_whole(options) && options->clipnorm == 0.0 &&
           options->clipvalue == 0.0 && options->global_clipnorm == 0.0 && !options->use_ema &&
           options->gradient_accumulation_steps == 0 && options->loss_scale_factor == 0.0;
}
