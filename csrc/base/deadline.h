/* Waiting on a condition for so long at most. */
#ifndef CORNU_BASE_DEADLINE_H
#define CORNU_BASE_DEADLINE_H

#include <stdint.h>
#include <time.h>

/* The moment timeout_ns from now on the clock that pthread_cond_timedwait uses by default (the wall
 * clock: macOS has no other; a jump of it makes one wait shorter or longer). */
struct timespec cornu_deadline(uint64_t timeout_ns);

#endif
