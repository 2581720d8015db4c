#include "kernels/whole_levels.h"

const cornu_whole_kernels *cornu_whole_kernels_for(cornu_dtype dtype) {
    return dtype == CORNU_FLOAT32   ? &cornu_whole_f32
           : dtype == CORNU_FLOAT64 ? &cornu_whole_f64
                                    : NULL;
}

double cornu_adafactor_kept(const cornu_optimizer_options *options, uint64_t iteration) {
    return 1.0 - 1.0 / cornu_power((double)iteration, -options->beta_2_decay);
}
