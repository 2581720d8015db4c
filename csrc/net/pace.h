/* Whether several threads are faster than one here and now.
 *
 * On a machine that has other work, a thread that holds a tile may lose its processor for
 * milliseconds, in which all the others wait, and two threads may find themselves taking turns on
 * one. So now and then a few steps are taken the other way, and the way that takes less time is
 * kept. No bit depends on it. */
#ifndef CORNU_NET_PACE_H
#define CORNU_NET_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* All zero at first. */
typedef struct cornu_pace {
    bool alone;        /* the way under way: one thread, or as many as may be */
    unsigned step;     /* taken this way */
    double mean_ns[2]; /* of a step with several threads, and alone; 0: not known yet */
    uint64_t begin_ns;
} cornu_pace;

/* Before a step; whether it is to be taken with one thread. */
bool cornu_pace_begin(cornu_pace *pace);
/* After it, if it was a step as all the others. */
void cornu_pace_end(cornu_pace *pace);

#endif
