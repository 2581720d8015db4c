/* Included before any target is chosen, so that nothing of these headers is compiled for it. */
#ifndef CORNU_KERNELS_TABLE_INCLUDES_H
#define CORNU_KERNELS_TABLE_INCLUDES_H

#if defined(__FAST_MATH__)
#error "cornu's results must not depend on the compiler's mood: build without -ffast-math."
#endif

#include <float.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/random.h"
#include "kernels/kernels.h"
#include "kernels/levels.h"

#endif
