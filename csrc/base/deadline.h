/* Waiting on a condition for so long at most. */
#ifndef CORNU_BASE_DEADLINE_H
#define CORNU_BASE_DEADLINE_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* A condition whose waits end by a clock that nobody sets (macOS has only the wall clock for them:
 * a jump of it makes one wait shorter or longer). */
void cornu_condition_init(pthread_cond_t *condition);

/* The moment timeout_ns from now on that clock, for pthread_cond_timedwait. */
struct timespec cornu_deadline(uint64_t timeout_ns);

#endif
