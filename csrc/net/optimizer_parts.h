/* The parts of an optimizer that divides weights among others, which take the steps. */
#ifndef CORNU_NET_OPTIMIZER_PARTS_H
#define CORNU_NET_OPTIMIZER_PARTS_H

#include "net/hold.h"
#include "net/optimizer.h"

/* Set once; needs the optimizer's lock, as the parts' own state needs theirs. */
struct cornu_parts {
    size_t count;
    cornu_optimizer **optimizers;
    uint64_t *bound; /* the table that each was bound to last here */
    size_t span_count;
    cornu_span **spans;
    size_t *owners; /* the number of the optimizer that moves each */
    /* For a step: weights of one optimizer, their gradients, and these side by side. */
    cornu_span **chosen;
    const void **gradients;
    size_t room_nbytes;
    void *room;
};

void cornu_parts_free(cornu_parts *parts);
/* The optimizer that keeps what there is of a weight: a part, or `optimizer` itself. */
const cornu_optimizer *cornu_optimizer_of_span(const cornu_optimizer *optimizer,
                                               const cornu_span *span);
/* A hold of the locks of a plan, and of an optimizer and its parts; NULL: of none. They are not
 * taken yet. CORNU_ERROR_MEMORY. */
cornu_status cornu_hold_collect(cornu_hold *hold, const cornu_plan *plan,
                                const cornu_optimizer *optimizer, cornu_error *error);
/* Room for steps of the weights of a table, in each part and for the gradients. As
 * cornu_optimizer_bind. */
cornu_status cornu_parts_bind(cornu_parts *parts, const cornu_table *table, cornu_dtype dtype,
                              cornu_error *error);
/* Whether no part was bound to a table of others' since: another model may have trained with it. */
bool cornu_parts_are_bound(const cornu_parts *parts);
/* The step of every weight of the plan that is not frozen and has an optimizer; a part none of
 * whose weights there are takes none. Nothing must poll. */
cornu_status cornu_parts_descend(cornu_parts *parts, const cornu_exclusion *exclusion,
                                 const cornu_plan *plan, cornu_task *task, const void *gradient);

#endif
