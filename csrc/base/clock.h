/* Monotonic time. */
#ifndef CORNU_BASE_CLOCK_H
#define CORNU_BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds since some fixed moment. */
uint64_t cornu_clock_ns(void);

#endif
