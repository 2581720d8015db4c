/* Losses and metrics of the caller's own, within a step. */
#include "base/float_environment.h"
#include "net/step.h"

/* One number a row has no axis of its own. */
static cornu_shape weight_row_of(const cornu_step *step) {
    const bool several = step->weight_row && step->workspace->use.weights_per_row > 1;
    return several ? *step->weight_row : (cornu_shape){0};
}

static cornu_foreign_batch describe_batch(const cornu_step *step) {
    const cornu_workspace *workspace = step->workspace;
    return (cornu_foreign_batch){
        .rows = step->rows,
        .dtype = step->plan->dtype,
        .target_dtype = workspace->use.sparse ? CORNU_INT32 : step->plan->dtype,
        .target_row = *step->target_row,
        .prediction_row = *cornu_plan_output(step->plan),
        .target = workspace->target,
        .prediction = step->result,
        .weights = step->weight_row ? workspace->row_weights : NULL,
        .weight_row = weight_row_of(step),
        .mask = workspace->slices[step->plan->count - 1].mask};
}

cornu_status cornu_step_foreign_loss(const cornu_step *step, const cornu_loss *loss, double *total,
                                     void *gradient) {
    const cornu_foreign_batch batch = describe_batch(step);
    cornu_task_leave(step->task);
    const cornu_status status =
        loss->foreign.functions->loss(loss->foreign.object, &batch, total, gradient);
    return cornu_task_enter(step->task, status);
}

cornu_status cornu_step_foreign_metric(const cornu_step *step, const cornu_metric *metric,
                                       cornu_mean *mean) {
    cornu_foreign_batch batch = describe_batch(step);
    double result = 0.0;
    if (!metric->weighted) batch.weights = NULL;
    batch.is_first = mean->count == 0.0;
    cornu_task_leave(step->task);
    cornu_status status =
        metric->foreign.functions->metric(metric->foreign.object, &batch, &result);
    status = cornu_task_enter(step->task, status);
    /* What it was given so far is its own to remember. */
    if (status == CORNU_OK) *mean = (cornu_mean){result, 1.0};
    return status;
}
