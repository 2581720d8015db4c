#include "net/pace.h"

#include "base/clock.h"

/* Steps taken the other way to see, the first of which counts for nothing: its threads may have
 * slept. Between two trials there are at least so many of the better way, which bounds what trials
 * cost to some percent. */
#define TRIAL_STEPS 4
#define STEADY_STEPS 124
/* A mean forgets what is older than some steps. */
#define WEIGHT 0.125
/* A step that is so many times as long as usual, because something else ran meanwhile, counts as
 * that. */
#define MOST_TIMES 4.0

bool cornu_pace_begin(cornu_pace *pace) {
    pace->begin_ns = cornu_clock_ns();
    return pace->alone;
}

/* The way under way is the slower one, as far as is known; ways not tried yet are to be tried. */
static bool is_slower(const cornu_pace *pace) {
    const double here = pace->mean_ns[pace->alone], there = pace->mean_ns[!pace->alone];
    return there == 0.0 || here > there;
}

void cornu_pace_end(cornu_pace *pace) {
    double ns = (double)(cornu_clock_ns() - pace->begin_ns);
    double *mean = &pace->mean_ns[pace->alone];
    pace->step++;
    if (pace->step == 2) {
        *mean = ns; /* what was before is long ago */
    } else if (pace->step > 2 && pace->step <= TRIAL_STEPS) {
        /* The best of a trial: a fit that has just begun finds its memory in no cache. */
        if (ns < *mean) *mean = ns;
    } else if (pace->step > TRIAL_STEPS) {
        if (ns > MOST_TIMES * *mean) ns = MOST_TIMES * *mean;
        *mean += (ns - *mean) * WEIGHT;
    }
    const unsigned stay = is_slower(pace) ? TRIAL_STEPS : STEADY_STEPS;
    if (pace->step < stay) return;
    pace->alone = !pace->alone;
    pace->step = 0;
}
