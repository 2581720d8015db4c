/* Seconds on the two clocks that the programs of this room measure with. */
#ifndef CORNU_BENCHMARKS_CLOCKS_H
#define CORNU_BENCHMARKS_CLOCKS_H

#include <time.h>

static inline double seconds_on(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* The calling thread's own time: what else runs on the machine is not in it. */
static inline double thread_seconds(void) {
    return seconds_on(CLOCK_THREAD_CPUTIME_ID);
}

static inline double wall_seconds(void) {
    return seconds_on(CLOCK_MONOTONIC);
}

#endif
