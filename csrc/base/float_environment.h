/* The rounding mode and the treatment of subnormals that every computation here assumes. */
#ifndef CORNU_BASE_FLOAT_ENVIRONMENT_H
#define CORNU_BASE_FLOAT_ENVIRONMENT_H

#include <stdint.h>

typedef struct cornu_float_environment {
    uint64_t saved;
} cornu_float_environment;

/* Sets round-to-nearest-even, gradual underflow (no flush to zero, no denormals-are-zero) and all
 * exceptions masked, on the calling thread; what was there goes into *saved. On processors other
 * than x86-64 and arm64, round-to-nearest only: C has no more. */
void cornu_float_environment_enter(cornu_float_environment *saved);
/* Restores what enter saved, the caller's exception flags included. */
void cornu_float_environment_leave(const cornu_float_environment *saved);

#endif
