/* Steps that look at each weight as a whole. */
#ifndef CORNU_NET_WHOLE_UPDATE_H
#define CORNU_NET_WHOLE_UPDATE_H

#include "cornu.h"
#include "kernels/whole.h"
#include "net/exclusion.h"
#include "net/optimizer.h"
#include "net/plan.h"
#include "net/task.h"

/* A step of one weight. */
typedef struct cornu_whole_step {
    cornu_task *task;
    const cornu_whole_kernels *whole;
    const cornu_update *update;
    const cornu_shape *shape;
    size_t count;
    void *weights, *gradient; /* of which the second is spent */
    void *slots[CORNU_MAX_SLOTS];
    void *room;  /* for Muon, cornu_whole_room elements */
    double rate; /* weights = weights - rate gradient, at the end */
    double kept; /* Adafactor's */
} cornu_whole_step;

/* For options whose steps are such: one of every weight of the plan that is not frozen; as
 * cornu_optimizer_descend, but the gradient is spent. */
cornu_status cornu_whole_descend(const cornu_optimizer *optimizer, const cornu_exclusion *exclusion,
                                 const cornu_plan *plan, cornu_task *task,
                                 const cornu_update *update, void *gradient);
/* The caller's own step of all these weights, which have decayed. CORNU_ERROR_MEMORY,
 * CORNU_INTERRUPTED. */
cornu_status cornu_foreign_descend(const cornu_plan *plan, cornu_task *task,
                                   const cornu_update *update, const void *gradient);
/* Makes of the gradient of a matrix, momentum added, what has its singular vectors and singular
 * values near 1, by Newton and Schulz's iteration; the step's rate is set. */
cornu_status cornu_whole_orthogonalize(cornu_whole_step *step);
/* Elements that this needs beside, for the weights of a table; false: more than memory holds. */
bool cornu_whole_room(const cornu_optimizer_options *options, const cornu_table *table,
                      size_t *count);

#endif
