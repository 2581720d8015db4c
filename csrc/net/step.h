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
    bool is_weighted;              /* rows have weights of the caller's */
    void *output;                  /* where the last output is to go; NULL: into the workspace */
    const void *result;            /* set by forward: where it is */
    cornu_loss_terms *terms;       /* filled by the loss, for its derivative too */
    /* Where to describe a loss that is not finite; the step is left then. NULL: nobody asks. */
    cornu_bad_loss *bad;
    const cornu_own *own; /* whom to ask; may be NULL where nothing in the plan is the caller's */
    double penalty;       /* where there are targets: set by forward to that of the outputs, and
                             what layers of the caller's own add to the loss; then with that of the
                             weights */
    /* Whose of these was the first not to be finite: the place of a layer, and whether it added
     * that itself. Set with it. */
    size_t blamed;
    bool adds_bad;
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

/* All return CORNU_OK or what the task's work was stopped by; CORNU_BAD_LOSS: see `bad`. */
cornu_status cornu_step_forward(cornu_step *step);
/* The batch's loss from workspace->target and row_weights, penalties apart; leaves row_scales for
 * backward. CORNU_BAD_LOSS: it is not finite, or not with the penalties so far. */
cornu_status cornu_step_loss(cornu_step *step, const cornu_objective *objective, double *loss);
/* Adds that loss and the metrics, which backward leaves alone, to means. */
cornu_status cornu_step_add_results(const cornu_step *step, const cornu_objective *objective,
                                    double loss, cornu_mean *means);
/* The derivative of that loss by what it is taken of (logits, where use.joined), into `to`. */
cornu_status cornu_step_loss_derivative(cornu_step *step, const cornu_objective *objective,
                                        void *to);
/* The penalties of all weights that are trained: to step->penalty and, where a gradient was made,
 * to that of the weights. CORNU_BAD_LOSS: `loss` is not finite with them. */
cornu_status cornu_step_penalize(cornu_step *step, double loss);
/* The gradient of every trainable span, into workspace->gradient (with `descending` it is spent
 * there). */
cornu_status cornu_step_backward(cornu_step *step, const cornu_objective *objective);
/* The same from dy, the derivatives by the output (rows x its elements), and those by the batch,
 * into `dx`; for a workspace with use.traced. */
cornu_status cornu_step_pull_back(cornu_step *step, const void *dy, void *dx);

/* Of the caller's own loss: the batch's and, with backward, its derivatives by the output, into
 * `gradient`; the first row whose own is not finite, if known (CORNU_NO_ROW); and of the caller's
 * own metric. */
cornu_status cornu_step_foreign_loss(const cornu_step *step, const cornu_loss *loss, double *total,
                                     void *gradient);
cornu_status cornu_step_foreign_bad_row(const cornu_step *step, const cornu_loss *loss,
                                        size_t *row);
cornu_status cornu_step_foreign_metric(const cornu_step *step, const cornu_metric *metric,
                                       cornu_mean *mean);

/* The state that layers move themselves, to and from the workspace: a step that is abandoned leaves
 * none of it. */
void cornu_step_save_state(const cornu_step *step);
/* Of a plan, one span after the other. */
void cornu_step_copy_state(const cornu_plan *plan, void *to);
void cornu_step_restore_state(const cornu_step *step);

#endif
