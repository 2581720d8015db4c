/* Predictions of a few rows: what a run does, without what a run needs for being long. */
#include <string.h>

#include "base/float_environment.h"
#include "net/hold.h"
#include "net/model.h"
#include "net/shape.h"
#include "net/step.h"

/* Multiply-adds that are done at once: a few microseconds, or a quarter of a millisecond on the
 * slowest machine. */
#define MOST_WORK 1e5
/* Locks for which there is room on the stack. */
#define MOST_LOCKS 4

static const cornu_workspace_use predicting = {0};

/* References to the plan and to a workspace of the model's spares, in one go. */
static cornu_status snap_spare(cornu_model *model, size_t rows, cornu_plan **plan,
                               cornu_workspace **workspace) {
    cornu_guard_enter(&model->guard);
    cornu_plan *found = model->plan;
    const bool usable = found && !cornu_plan_is_stale(found, cornu_model_trainable(model)) &&
                        found->lock_count <= MOST_LOCKS && !found->calls_out &&
                        found->row_work * (double)rows <= MOST_WORK;
    if (usable) {
        cornu_plan_retain(found);
        *workspace = cornu_model_take_spare_guarded(model, &predicting, rows);
    }
    cornu_guard_leave(&model->guard);
    if (!usable) return CORNU_BUSY;
    *plan = found;
    if (*workspace) return CORNU_OK;
    cornu_status status = cornu_workspace_new(found, &predicting, rows, workspace, NULL);
    if (status != CORNU_OK) cornu_plan_release(found);
    return status;
}

static void run_forward(const cornu_plan *plan, cornu_workspace *workspace, size_t rows,
                        const void *x, void *output) {
    cornu_float_environment environment;
    cornu_float_environment_enter(&environment);
    cornu_task task = {.kernels = cornu_kernels_for(plan->dtype),
                       .scratch = workspace->scratch,
                       .scratch_stride = workspace->scratch_stride,
                       .thread_limit = 1};
    cornu_step step = {.plan = plan,
                       .workspace = workspace,
                       .task = &task,
                       .rows = rows,
                       .x = x,
                       .output = output};
    /* With nobody to ask nothing stops it. */
    cornu_step_forward(&step);
    cornu_float_environment_leave(&environment);
}

cornu_status cornu_model_predict_few(cornu_model *model, size_t rows, size_t x_nbytes,
                                     const void *x, size_t output_nbytes, void *output) {
    cornu_plan *plan;
    cornu_workspace *workspace = NULL;
    cornu_status status = snap_spare(model, rows, &plan, &workspace);
    if (status != CORNU_OK) return status;
    const size_t element = cornu_dtype_nbytes(plan->dtype);
    const cornu_link *last = &plan->links[plan->count - 1];
    cornu_lock *locks[MOST_LOCKS];
    cornu_grip grips[MOST_LOCKS] = {0};
    cornu_hold hold = {.locks = locks, .grips = grips};
    const cornu_wait at_once = {0};
    for (size_t i = 0; i < plan->lock_count; i++) cornu_hold_add(&hold, plan->locks[i]);
    if (x_nbytes != rows * plan->links[0].input_count * element ||
        output_nbytes != rows * last->output_count * element) {
        status = CORNU_BUSY;
    } else {
        status = cornu_hold_take(&hold, false, &at_once, NULL);
    }
    if (status == CORNU_OK) {
        run_forward(plan, workspace, rows, x, output);
        cornu_hold_drop(&hold);
    }
    cornu_model_give_workspace(model, plan, workspace);
    cornu_plan_release(plan);
    return status;
}
