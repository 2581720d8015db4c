/* A model: a plan, an objective, and the lock that all work on them takes. */
#ifndef CORNU_NET_MODEL_H
#define CORNU_NET_MODEL_H

#include <stdatomic.h>

#include "base/guard.h"
#include "base/lock.h"
#include "cornu.h"
#include "net/exclusion.h"
#include "net/objective.h"
#include "net/plan.h"
#include "net/workspace.h"

/* Workspaces kept for the next call, and the largest that is: a bigger one costs little beside its
 * work. */
#define CORNU_MODEL_SPARES 8
#define CORNU_MODEL_SPARE_NBYTES ((size_t)4 << 20)

struct cornu_model {
    cornu_guard guard; /* of the fields below, but for the atomic ones */
    atomic_size_t references;
    atomic_bool trainable;
    char name[CORNU_NAME_NBYTES];
    cornu_lock *lock; /* of the weights, by way of the plan's locks */
    cornu_plan *plan;
    cornu_objective *objective;
    cornu_exclusion *exclusion;                  /* NULL: none */
    const void *trainer;                         /* the run that trains it; NULL: none */
    _Atomic(const void *) trainer_thread;        /* which made that run, or advanced it last */
    bool forked;                                 /* that thread was left behind by a fork */
    bool changing;                               /* its layers are being replaced */
    cornu_workspace *spares[CORNU_MODEL_SPARES]; /* made for `plan` */
};

/* References to what a call works with, taken together; a stale plan is made anew first. `trainer`
 * (NULL: none) is marked as training the model: CORNU_ERROR_STATE when another is at it. */
cornu_status cornu_model_snap(cornu_model *model, const void *trainer, cornu_plan **plan,
                              cornu_objective **objective, cornu_error *error);
/* What training does not decay, retained; NULL: nothing. */
cornu_exclusion *cornu_model_exclusion(cornu_model *model);
/* Says that the calling thread goes on with the training. */
void cornu_model_take_training(cornu_model *model);
void cornu_model_end_training(cornu_model *model, const void *trainer);
/* A workspace from the spares, or a new one; and back. */
cornu_status cornu_model_take_workspace(cornu_model *model, const cornu_plan *plan,
                                        const cornu_workspace_use *use, size_t capacity,
                                        cornu_workspace **workspace, cornu_error *error);
/* One of the spares or NULL; needs the guard, and `use` for the model's plan. */
cornu_workspace *cornu_model_take_spare_guarded(cornu_model *model, const cornu_workspace_use *use,
                                                size_t capacity);
void cornu_model_give_workspace(cornu_model *model, const cornu_plan *plan,
                                cornu_workspace *workspace);
/* Makes the results that a user reads those of `means`, if `objective` is still the model's. */
void cornu_model_publish(cornu_model *model, const cornu_objective *objective,
                         const cornu_mean *means);
/* And reads them. */
void cornu_model_recall(cornu_model *model, const cornu_objective *objective, cornu_mean *means);

#endif
