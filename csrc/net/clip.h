/* Clipping: between a gradient and its step. */
#ifndef CORNU_NET_CLIP_H
#define CORNU_NET_CLIP_H

#include "cornu.h"
#include "net/plan.h"
#include "net/task.h"

/* Clips the flat gradient in place, as the options say; frozen weights don't count. CORNU_OK or
 * what the task's work was stopped by, the gradient being written in part. */
cornu_status cornu_clip_gradient(const cornu_plan *plan, cornu_task *task,
                                 const cornu_optimizer_options *options, void *gradient);

/* Adds the squares of elements to *total, in an order that depends on their count only. CORNU_OK or
 * what the task's work was stopped by. */
cornu_status cornu_add_squares(cornu_task *task, size_t count, const void *x, double *total);

#endif
