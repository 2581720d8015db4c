/* A model: a plan, an objective, and the lock that all work on them takes. */
#ifndef CORNU_NET_MODEL_H
#define CORNU_NET_MODEL_H

#include <stdatomic.h>

#include "base/lock.h"
#include "cornu.h"
#include "net/objective.h"
#include "net/plan.h"
#include "net/workspace.h"

/* Workspaces kept for the next call, and the largest that is: a bigger one costs little beside its
 * work. */
#define CORNU_MODEL_SPARES 8
#define CORNU_MODEL_SPARE_NBYTES ((size_t)4 << 20)

struct cornu_model {
    atomic_size_t references;
    char name[CORNU_LAYER_NAME];
    cornu_lock *lock;  /* of the weights, by way of the plan's locks */
    cornu_lock *guard; /* of the fields below; held for moments only, never while working */
    cornu_plan *plan;
    cornu_objective *objective;
    const void *trainer;                         /* the run that trains it; NULL: none */
    uint64_t trainer_fork;                       /* cornu_fork_generation() when it began */
    cornu_workspace *spares[CORNU_MODEL_SPARES]; /* made for `plan` */
    struct cornu_hold *holds;                    /* who has the locks by cornu_model_lock */
};

/* The guard. It is held for moments only, so waiting for it needs no way out; what it fails with is
 * CORNU_ERROR_FORKED. */
cornu_status cornu_model_enter(cornu_model *model, cornu_error *error);
void cornu_model_leave(cornu_model *model);

/* References to what a call works with, taken together; a stale plan is made anew first. */
cornu_status cornu_model_snap(cornu_model *model, cornu_plan **plan, cornu_objective **objective,
                              cornu_error *error);
/* Marks the model as trained by `trainer`. CORNU_ERROR_STATE when another is at it. */
cornu_status cornu_model_begin_training(cornu_model *model, const void *trainer,
                                        cornu_error *error);
void cornu_model_end_training(cornu_model *model, const void *trainer);
/* A workspace from the spares, or a new one; and back. */
cornu_status cornu_model_take_workspace(cornu_model *model, const cornu_plan *plan,
                                        const cornu_workspace_use *use, size_t capacity,
                                        cornu_workspace **workspace, cornu_error *error);
void cornu_model_give_workspace(cornu_model *model, const cornu_plan *plan,
                                cornu_workspace *workspace);
/* Makes the results that a user reads those of `means`, if `objective` is still the model's. */
void cornu_model_publish(cornu_model *model, const cornu_objective *objective,
                         const cornu_mean *means);

/* Takes all of a list of locks, in its order, within timeout_ns for each; all or none. */
cornu_status cornu_locks_take(cornu_lock *const *locks, size_t count, bool exclusive,
                              uint64_t timeout_ns);
void cornu_locks_drop(cornu_lock *const *locks, size_t count);
cornu_status cornu_forked_error(cornu_error *error);

#endif
