/* The tables that this build has. */
#ifndef CORNU_KERNELS_LEVELS_H
#define CORNU_KERNELS_LEVELS_H

#include "kernels/kernels.h"

extern const cornu_kernels cornu_kernels_portable_f32, cornu_kernels_portable_f64;
#if defined(__x86_64__)
extern const cornu_kernels cornu_kernels_avx2_f32, cornu_kernels_avx2_f64;
extern const cornu_kernels cornu_kernels_avx512_f32, cornu_kernels_avx512_f64;
#elif defined(__aarch64__)
extern const cornu_kernels cornu_kernels_neon_f32, cornu_kernels_neon_f64;
#endif

#endif
