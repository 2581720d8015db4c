/* One batch through a plan: forward, loss, backward. Needs the plan's locks. */
#ifndef CORNU_NET_STEP_H
#define CORNU_NET_STEP_H

#include <stdbool.h>
#include <stddef.h>

#include "cornu.h"
#include "net/objective.h"
#include "net/optimizer.h"
#include "net/plan.h"
#include "net/task.h"
#include "net/workspace.h"

/* What the loss is taken of. */
typedef struct cornu_loss_terms {
    cornu_loss loss;
    size_t rows, columns, target_columns;
    size_t per_row;            /* rows of the loss for one of the batch */
    size_t per_weight;         /* rows of the loss for one sample weight */
    const void *prediction;    /* logits when joined */
    const void *probabilities; /* when joined: the output, which the loss writes */
    const bool *mask;          /* which rows of the output count; NULL: all */
    const bool *counted;       /* which of them have a part in the loss, likewise */
} cornu_loss_terms;

typedef struct cornu_step {
    const cornu_plan *plan;
    cornu_workspace *workspace;
    cornu_task *task;
    size_t rows;
    const void *x;                 /* the batch: rows x the input's elements */
    const cornu_shape *target_row; /* of the targets; NULL: there are none */
    const cornu_shape *weight_row; /* of the caller's sample weights; NULL: there are none */
    void *output;                  /* where the last output is to go; NULL: into the workspace */
    const void *result;            /* set by forward: where it is */
    cornu_loss_terms *terms;       /* filled by the loss, for its derivative too */
    /* Where to describe a loss that is not finite; the step is left then. NULL: nobody asks. */
    cornu_bad_loss *bad;
    const cornu_own *own; /* whom to ask; may be NULL where nothing in the plan is the caller's */
    double penalty;       /* set by forward where there are targets: of the outputs, and what layers
                             of the caller's own add to the loss */
    /* Where backward takes the step of each weight as well, which it then can't be stopped in: see
     * cornu_plan.descends. NULL: it only makes the gradient. */
    const cornu_optimizer *descending;
    const cornu_exclusion *exclusion; /* with it: what is not decayed; NULL: nothing */
    double loss_scale;                /* what the derivative is multiplied by; 0: nothing */
    cornu_update *update;             /* with it; filled by backward */
} cornu_step;

/* What link `index` reads: the nearest output before it that is no alias, or the batch. */
static inline const void *cornu_step_input(const cornu_step *step, size_t index) {
    while (index-- > 0) {
        if (!step->workspace->slices[index].alias) return step->workspace->slices[index].y;
    }
    return step->x;
}

static inline bool cornu_step_makes_gradient(const cornu_step *step) {
    return step->workspace->use.backward && step->plan->first_trained < step->plan->count;
}

/* All three return CORNU_OK or what the task's work was stopped by. */
cornu_status cornu_step_forward(cornu_step *step);
/* The batch's loss from workspace->target and row_weights; leaves row_scales for backward. Adds
 * loss and metrics to means (NULL: not wanted). CORNU_BAD_LOSS: see `bad`; nothing was added. */
cornu_status cornu_step_loss(cornu_step *step, const cornu_objective *objective, cornu_mean *means,
                             double *loss);
/* The derivative of that loss by what it is taken of (logits, where use.joined), into `to`. */
cornu_status cornu_step_loss_derivative(cornu_step *step, const cornu_objective *objective,
                                        void *to);
/* The penalties of outputs and weights: to the sum of the loss in means (NULL: not wanted) and
 * *loss; and where a gradient was made, to that of the weights. */
cornu_status cornu_step_penalize(cornu_step *step, cornu_mean *means, double *loss);
/* The gradient of every trainable span, into workspace->gradient (with `descending` it is spent
 * there). */
cornu_status cornu_step_backward(cornu_step *step, const cornu_objective *objective);
/* The same from dy, the derivatives by the output (rows x its elements), and those by the batch,
 * into `dx`; for a workspace with use.traced. */
cornu_status cornu_step_pull_back(cornu_step *step, const void *dy, void *dx);

/* Of the caller's own loss: the batch's and, with backward, its derivatives by the output, into
 * `gradient`; and of the caller's own metric. */
cornu_status cornu_step_foreign_loss(const cornu_step *step, const cornu_loss *loss, double *total,
                                     void *gradient);
cornu_status cornu_step_foreign_metric(const cornu_step *step, const cornu_metric *metric,
                                       cornu_mean *mean);

/* The state that layers move themselves, to and from the workspace: a step that is abandoned leaves
 * none of it. */
void cornu_step_save_state(const cornu_step *step);
/* Of a plan, one span after the other. */
void cornu_step_copy_state(const cornu_plan *plan, void *to);
void cornu_step_restore_state(const cornu_step *step);

#endif
