/* Optimizers: options, learning rate, step count, and the slots parallel to a plan's table. */
#ifndef CORNU_NET_OPTIMIZER_H
#define CORNU_NET_OPTIMIZER_H

#include <stdatomic.h>

#include "base/lock.h"
#include "cornu.h"
#include "kernels/kernels.h"
#include "net/exclusion.h"
#include "net/plan.h"
#include "net/task.h"

/* What an optimizer keeps for each weight: `count` flat vectors parallel to a table, first those of
 * its own step, then the average of the weights and the gradients' sum, where there are such; then
 * room for a step's products, where it makes any. The
 * table has first the entries of the one that it is bound to, at their offsets there, then those of
 * weights that were trained before and still exist. */
typedef struct cornu_slots {
    size_t count, moving_count; /* all; those of the step */
    cornu_table *table;         /* NULL before the first training */
    cornu_dtype dtype;
    unsigned char *memory;
} cornu_slots;

/* What gives the learning rate. Never changed, and kept with those that were set before it as long
 * as the optimizer is there, so that a step can read it without a lock. */
typedef struct cornu_schedule {
    struct cornu_schedule *before;
    cornu_schedule_kind kind;
    size_t count; /* 0: the caller gives it */
    double numbers[];
} cornu_schedule;

typedef struct cornu_parts cornu_parts;

struct cornu_optimizer {
    atomic_size_t references;
    cornu_optimizer_options options;
    _Atomic double learning_rate;
    atomic_uint_fast64_t iterations;
    _Atomic(cornu_schedule *) schedule; /* NULL: none */
    double product;                     /* Nadam's; needs the lock */
    cornu_lock *lock;                   /* held by every run that trains with it */
    cornu_slots slots;
    cornu_plan *applied; /* of the weights that it was built for or applied to last; NULL: none */
    _Atomic(cornu_parts *) parts; /* which take its steps, set once; NULL: it has none */
    uint64_t bound_id;            /* of the table that it is bound to; 0: none */
    size_t bound_count;           /* how many entries are of that table */
    uint64_t bind_count; /* how often it was bound to a table with other weights than the last */
};

/* Whether the options can be; CORNU_ERROR_VALUE names the first that can't. */
cornu_status cornu_optimizer_check(const cornu_optimizer_options *options, cornu_error *error);
/* Whether they can be for weights of this type: a beta that float32 rounds to 1 would divide by
 * zero. CORNU_ERROR_VALUE. */
cornu_status cornu_optimizer_check_dtype(const cornu_optimizer_options *options, cornu_dtype dtype,
                                         cornu_error *error);

/* Makes the slots parallel to `table`: those of spans that it had before are kept, new ones
 * are as they begin. Needs the lock. CORNU_ERROR_STATE when it has trained other spans and none of
 * these; CORNU_ERROR_MEMORY, CORNU_ERROR_OVERFLOW. */
cornu_status cornu_optimizer_bind(cornu_optimizer *optimizer, const cornu_table *table,
                                  cornu_dtype dtype, cornu_error *error);
/* The same of weights, each once, which are those of `applied` then. */
cornu_status cornu_optimizer_bind_spans(cornu_optimizer *optimizer, size_t span_count,
                                        cornu_span *const *spans, cornu_error *error);
/* A step of the weights of `applied` by their gradients, with room for these side by side, as their
 * table has them. Needs the lock. */
cornu_status cornu_optimizer_step(cornu_optimizer *optimizer, const cornu_exclusion *exclusion,
                                  const void *const *gradients, void *room, cornu_task *task);
/* Slot `index` of a span, as long as the span; NULL when there is none of it. */
void *cornu_slots_at(const cornu_slots *slots, const cornu_span *span, size_t index);
/* Element `offset` of flat vector `index`. */
void *cornu_slot_at(const cornu_slots *slots, size_t index, size_t offset);
/* How many vectors the options ask for, and which is the average and which the sum, where there is
 * one. */
static inline size_t cornu_average_index(const cornu_optimizer_options *options) {
    return cornu_optimizer_slot_count(options);
}
static inline size_t cornu_sum_index(const cornu_optimizer_options *options) {
    return cornu_average_index(options) + options->use_ema;
}
static inline size_t cornu_optimizer_vector_count(const cornu_optimizer_options *options) {
    return cornu_sum_index(options) + (options->gradient_accumulation_steps > 0);
}
/* Whether a vector begins as the weights themselves. */
static inline bool cornu_vector_follows(const cornu_optimizer_options *options, size_t index) {
    return cornu_optimizer_slot_follows(options, index) ||
           (options->use_ema && index == cornu_average_index(options));
}
/* Updates made: the iterations, but with accumulation only each so many of them makes one. */
uint64_t cornu_optimizer_updates(const cornu_optimizer *optimizer);
/* The learning rate of the next step, by the schedule where there is one. */
double cornu_optimizer_scheduled_rate(const cornu_optimizer *optimizer);
/* Whether the caller gives the learning rate of each step. */
bool cornu_optimizer_asks(const cornu_optimizer *optimizer);
/* Frees what cornu_optimizer_set_schedule made. */
void cornu_optimizer_free_schedules(cornu_optimizer *optimizer);
/* A step begins: what is the same for all weights. */
cornu_update cornu_optimizer_begin(const cornu_optimizer *optimizer);
/* The step of one entry of the table that the optimizer is bound to. */
cornu_descent cornu_optimizer_descent(const cornu_optimizer *optimizer,
                                      const cornu_exclusion *exclusion,
                                      const struct cornu_table_entry *entry,
                                      const cornu_update *update);
/* The step on every range of the plan that is not frozen, from the flat gradient. It must be
 * finished, so the task must have no poll. */
cornu_status cornu_optimizer_descend(const cornu_optimizer *optimizer,
                                     const cornu_exclusion *exclusion, const cornu_plan *plan,
                                     cornu_task *task, const cornu_update *update,
                                     const void *gradient);
/* The step is taken, and counted. */
void cornu_optimizer_end(cornu_optimizer *optimizer, const cornu_update *update);

#endif
