/* Optimizers: options, learning rate, step count, and the slots parallel to a plan's table. */
#ifndef CORNU_NET_OPTIMIZER_H
#define CORNU_NET_OPTIMIZER_H

#include <stdatomic.h>

#include "base/lock.h"
#include "cornu.h"
#include "kernels/kernels.h"
#include "net/plan.h"

struct cornu_optimizer {
    atomic_size_t references;
    cornu_optimizer_options options;
    _Atomic double learning_rate;
    atomic_uint_fast64_t iterations;
    cornu_lock *lock; /* held by every run that trains with it */
    size_t slot_count;
    cornu_table *table; /* what the slots are parallel to; NULL before the first training */
    cornu_dtype dtype;
    unsigned char *slots; /* slot_count flat vectors of table->flat_count */
};

/* Makes the slots parallel to `table`: those of spans that it had before are kept, new ones are
 * zero. Needs the lock. CORNU_ERROR_STATE when it has trained other spans and none of these;
 * CORNU_ERROR_MEMORY. */
cornu_status cornu_optimizer_bind(cornu_optimizer *optimizer, cornu_table *table, cornu_dtype dtype,
                                  cornu_error *error);
/* Bytes of all slots. */
size_t cornu_optimizer_slots_nbytes(const cornu_optimizer *optimizer);
/* One step on every range of the plan that is not frozen, from the flat gradient. */
cornu_status cornu_optimizer_step(cornu_optimizer *optimizer, const cornu_plan *plan,
                                  cornu_task *task, const void *gradient);

#endif
