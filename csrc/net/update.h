/* From a gradient to other weights: everything that stands between, and comes after. */
#ifndef CORNU_NET_UPDATE_H
#define CORNU_NET_UPDATE_H

#include "cornu.h"
#include "net/exclusion.h"
#include "net/optimizer.h"
#include "net/plan.h"
#include "net/task.h"

/* Makes of the flat gradient what the step is to be taken with, in place: by the loss's scale, with
 * what was added up before, clipped. Nothing else is changed, so the step can still be abandoned.
 * CORNU_OK or what the task's work was stopped by. The optimizer is bound to the plan's table. */
cornu_status cornu_update_prepare(const cornu_optimizer *optimizer, const cornu_plan *plan,
                                  cornu_task *task, void *gradient);
/* Takes the step, or adds to the sum where it is not due, moves the averages, and counts. The
 * gradient may be spent. Nobody is polled. CORNU_OK, or CORNU_ERROR_FORKED as with any work. */
cornu_status cornu_update_take(cornu_optimizer *optimizer, const cornu_exclusion *exclusion,
                               const cornu_plan *plan, cornu_task *task, void *gradient);

#endif
