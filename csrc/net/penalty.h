/* Regularizers and constraints at work: what they add to the loss and to a gradient, and what they
 * make of a weight. */
#ifndef CORNU_NET_PENALTY_H
#define CORNU_NET_PENALTY_H

#include <stdbool.h>
#include <stddef.h>

#include "cornu.h"
#include "net/plan.h"
#include "net/task.h"

/* A regularizer and what it is for. */
typedef struct cornu_penalty {
    const cornu_regularizer *regularizer;
    size_t layer, weight;     /* as in cornu_own_call */
    const cornu_shape *shape; /* of the weight, or of a row of an output */
    size_t rows;              /* of an output, by which all is divided; 1 of a weight */
    const void *x;
    void *gradient; /* added to; NULL: not wanted */
    double scale;   /* what the derivative, not the value, is multiplied by: that of the loss */
    void *room;     /* of cornu_penalty_room elements */
} cornu_penalty;

/* Elements that a regularizer of a weight (rows 1) or an output needs room for; false: more than
 * memory can hold. */
bool cornu_penalty_room(const cornu_regularizer *regularizer, const cornu_shape *shape, size_t rows,
                        bool is_output, size_t *count);
/* Adds the value to *total (NULL: not wanted). CORNU_OK or what the work was stopped by. */
cornu_status cornu_penalize(cornu_task *task, const cornu_own *own, const cornu_penalty *penalty,
                            double *total);

/* The penalties of all weights that are trained: values, and their share of the flat gradient
 * (NULL: not wanted). */
cornu_status cornu_penalize_weights(const cornu_plan *plan, cornu_task *task, const cornu_own *own,
                                    double scale, void *gradient, void *room, double *total);
/* Puts the weights that are trained under their constraints. The step is taken: nobody is polled.
 * CORNU_INTERRUPTED: the caller's own asked to stop. */
cornu_status cornu_constrain_weights(const cornu_plan *plan, cornu_task *task, const cornu_own *own,
                                     void *room);

#endif
