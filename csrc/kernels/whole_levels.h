/* The tables of whole.h that this build has. */
#ifndef CORNU_KERNELS_WHOLE_LEVELS_H
#define CORNU_KERNELS_WHOLE_LEVELS_H

#include "kernels/whole.h"

extern const cornu_whole_kernels cornu_whole_f32, cornu_whole_f64;

#endif
