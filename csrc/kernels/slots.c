#include "kernels/kernels.h"

size_t cornu_optimizer_slot_count(const cornu_optimizer_options *options) {
    if (options->kind == CORNU_ADAM) return options->amsgrad ? 3 : 2;
    return options->momentum != 0.0 ? 1 : 0;
}

bool cornu_optimizer_is_plain(const cornu_optimizer_options *options) {
    return options->kind == CORNU_SGD && options->momentum == 0.0;
}
