/* Included before any target is chosen, so that nothing of these headers is compiled for it. */
#ifndef CORNU_KERNELS_TABLE_INCLUDES_H
#define CORNU_KERNELS_TABLE_INCLUDES_H

#include <float.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/random.h"
#include "kernels/kernels.h"
#include "kernels/levels.h"
#include "kernels/whole_power.h"

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__NO_SIGNED_ZEROS__) || \
    __FINITE_MATH_ONLY__
#error "cornu's results must not depend on the compiler's mood: build without -ffast-math's parts."
#endif
#if FLT_EVAL_METHOD != 0
#error "Intermediate results must be rounded to their type: build with -msse2 -mfpmath=sse."
#endif

#endif
