/* A snapshot: weights, state, optimizer slots and step count, to go back to when bad data is found
 * on the way. */
#ifndef CORNU_NET_SNAPSHOT_H
#define CORNU_NET_SNAPSHOT_H

#include "cornu.h"
#include "net/optimizer.h"
#include "net/plan.h"

typedef struct cornu_snapshot cornu_snapshot;

/* Needs the plan's locks and the optimizer's, which is bound to the plan's table.
 * CORNU_ERROR_MEMORY, or what the task's poll says. */
cornu_status cornu_snapshot_new(const cornu_plan *plan, const cornu_optimizer *optimizer,
                                cornu_task *task, cornu_snapshot **snapshot, cornu_error *error);
/* Puts everything back. Needs the same locks. */
void cornu_snapshot_restore(const cornu_snapshot *snapshot, const cornu_plan *plan,
                            cornu_optimizer *optimizer);
void cornu_snapshot_free(cornu_snapshot *snapshot);

#endif
