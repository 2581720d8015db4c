#define _POSIX_C_SOURCE 200809L
#include "base/deadline.h"

/* About 30 years: longer waits are as good as this, and the sum stays in range. */
#define LONGEST_NS (UINT64_C(1000000000) * 1000000000)

#if defined(__APPLE__)
#define CONDITION_CLOCK CLOCK_REALTIME
#else
#define CONDITION_CLOCK CLOCK_MONOTONIC
#endif

void cornu_condition_init(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
#if !defined(__APPLE__)
    pthread_condattr_setclock(&attributes, CONDITION_CLOCK);
#endif
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

struct timespec cornu_deadline(uint64_t timeout_ns) {
    if (timeout_ns > LONGEST_NS) timeout_ns = LONGEST_NS;
    struct timespec moment;
    clock_gettime(CONDITION_CLOCK, &moment);
    moment.tv_sec += (time_t)(timeout_ns / 1000000000u);
    moment.tv_nsec += (long)(timeout_ns % 1000000000u);
    if (moment.tv_nsec >= 1000000000) {
        moment.tv_sec++;
        moment.tv_nsec -= 1000000000;
    }
    return moment;
}
