#include "kernels/kernels.h"

size_t cornu_optimizer_slot_count(const cornu_optimizer_options *options) {
    const size_t momentum = options->momentum != 0.0 ? 1 : 0;
    switch ((int)options->kind) {
        case CORNU_ADAM:
            return options->amsgrad ? 3 : 2;
        case CORNU_RMSPROP:
            return 1 + momentum + (options->centered ? 1 : 0);
        default:
            return momentum;
    }
}

bool cornu_optimizer_is_plain(const cornu_optimizer_options *options) {
    return options->kind == CORNU_SGD && options->momentum == 0.0 && options->weight_decay == 0.0;
}

bool cornu_optimizer_is_direct(const cornu_optimizer_options *options) {
    return options->clipnorm == 0.0 && options->clipvalue == 0.0 && options->global_clipnorm == 0.0;
}
