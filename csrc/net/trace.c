/* Traces: a batch through a chain, and its derivatives for whoever asks. */
#include <string.h>

#include "base/float_environment.h"
#include "base/memory.h"
#include "base/status.h"
#include "net/hold.h"
#include "net/model.h"
#include "net/shape.h"
#include "net/step.h"

struct cornu_trace {
    cornu_model *model;
    cornu_plan *plan;
    cornu_workspace *workspace;
    cornu_hold hold;
    cornu_task task;
    cornu_step step;
};

/* The locks are taken for each of the two passes. A thread that trains a model may be within a
 * layer of the caller's own there, and have the locks of layers that stand in both: then it
 * computes in the middle of that step, to which what is moved belongs. */
static cornu_status take_locks(cornu_trace *trace, bool exclusive, cornu_poll poll,
                               cornu_error *error) {
    const cornu_wait wait = {UINT64_MAX, poll};
    cornu_status status = cornu_hold_take(&trace->hold, exclusive, &wait, error);
    if (exclusive && status == CORNU_ERROR_STATE)
        status = cornu_hold_take(&trace->hold, false, &wait, error);
    return status;
}

static cornu_status describe_end(cornu_status status, cornu_error *error) {
    if (status != CORNU_ERROR_FORKED) return status;
    return cornu_error_set(error, status,
                           "The process was forked by a signal handler in the middle of a layer, "
                           "and what other threads computed of it is lost here.");
}

static void begin(cornu_trace *trace, cornu_float_environment *environment, cornu_poll poll) {
    cornu_float_environment_enter(environment);
    trace->task = (cornu_task){.kernels = cornu_kernels_for(trace->plan->dtype),
                               .scratch = trace->workspace->scratch,
                               .scratch_stride = trace->workspace->scratch_stride,
                               .thread_limit = trace->workspace->thread_limit,
                               .poll = poll,
                               .environment = environment};
}

static cornu_status go_forward(cornu_trace *trace, const cornu_trace_options *options,
                               cornu_error *error) {
    const bool moves_state = options->training && trace->plan->state_count > 0;
    cornu_status status = take_locks(trace, moves_state, options->poll, error);
    if (status != CORNU_OK) return status;
    cornu_float_environment environment;
    begin(trace, &environment, options->poll);
    if (moves_state) cornu_step_save_state(&trace->step);
    status = cornu_step_forward(&trace->step);
    if (status == CORNU_OK && options->output_nbytes > 0)
        memcpy(options->output, trace->step.result, options->output_nbytes);
    if (moves_state && status != CORNU_OK) cornu_step_restore_state(&trace->step);
    cornu_float_environment_leave(&environment);
    cornu_hold_drop(&trace->hold);
    return describe_end(status, error);
}

static size_t row_nbytes(const cornu_plan *plan, size_t count) {
    return count * cornu_dtype_nbytes(plan->dtype);
}

static cornu_status check_sizes(const cornu_plan *plan, const cornu_trace_options *options,
                                cornu_error *error) {
    const size_t rows = options->rows;
    const cornu_link *first = &plan->links[0], *last = &plan->links[plan->count - 1];
    const size_t places = plan->input.rank > 0 ? rows * cornu_shape_rows(&plan->input) : 0;
    if (options->x_nbytes == rows * row_nbytes(plan, first->input_count) &&
        options->output_nbytes == rows * row_nbytes(plan, last->output_count) &&
        (!options->mask || options->mask_nbytes == places))
        return CORNU_OK;
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "Arrays must be as large as the model's for %zu rows.", rows);
}

static cornu_status prepare(cornu_trace *trace, const cornu_trace_options *options,
                            cornu_error *error) {
    cornu_objective *objective = NULL;
    cornu_status status = cornu_model_snap(trace->model, NULL, &trace->plan, &objective, error);
    cornu_objective_release(objective);
    if (status == CORNU_OK) status = check_sizes(trace->plan, options, error);
    if (status == CORNU_OK && options->mask)
        status = cornu_plan_check_input_mask(trace->plan, error);
    if (status == CORNU_OK && options->training)
        status = cornu_plan_check_batch_rows(trace->plan, options->rows, options->rows, error);
    if (status != CORNU_OK) return status;
    const cornu_plan *plan = trace->plan;
    status = cornu_hold_init(&trace->hold, plan->lock_count, error);
    if (status != CORNU_OK) return status;
    for (size_t i = 0; i < plan->lock_count; i++) cornu_hold_add(&trace->hold, plan->locks[i]);
    const cornu_workspace_use use = {.training = options->training,
                                     .backward = true,
                                     .traced = true,
                                     .input_masked = options->mask != NULL};
    status = cornu_model_take_workspace(trace->model, plan, &use, options->rows, &trace->workspace,
                                        error);
    if (status != CORNU_OK) return status;
    if (options->x_nbytes > 0) memcpy(trace->workspace->input, options->x, options->x_nbytes);
    if (options->mask && options->mask_nbytes > 0)
        memcpy(trace->workspace->input_mask, options->mask, options->mask_nbytes);
    trace->step = (cornu_step){.plan = plan,
                               .workspace = trace->workspace,
                               .task = &trace->task,
                               .rows = options->rows,
                               .x = trace->workspace->input};
    return CORNU_OK;
}

cornu_status cornu_trace_new(cornu_model *model, const cornu_trace_options *options,
                             cornu_trace **result, cornu_error *error) {
    cornu_trace *trace = cornu_memory_allocate_zeroed(sizeof *trace);
    if (!trace) return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for a trace.");
    cornu_model_retain(model);
    trace->model = model;
    cornu_status status = prepare(trace, options, error);
    if (status == CORNU_OK) status = go_forward(trace, options, error);
    if (status != CORNU_OK) {
        cornu_trace_release(trace);
        return status;
    }
    *result = trace;
    return CORNU_OK;
}

cornu_status cornu_trace_pull_back(cornu_trace *trace, const void *dy, size_t dy_nbytes, void *dx,
                                   size_t dx_nbytes, cornu_poll poll, cornu_error *error) {
    const cornu_plan *plan = trace->plan;
    const size_t rows = trace->step.rows;
    if (dy_nbytes != rows * row_nbytes(plan, plan->links[plan->count - 1].output_count) ||
        dx_nbytes != rows * row_nbytes(plan, plan->links[0].input_count)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "Derivatives must be as large as the output and the input.");
    }
    cornu_status status = take_locks(trace, false, poll, error);
    if (status != CORNU_OK) return status;
    cornu_float_environment environment;
    begin(trace, &environment, poll);
    status = cornu_step_pull_back(&trace->step, dy, dx);
    cornu_float_environment_leave(&environment);
    cornu_hold_drop(&trace->hold);
    return describe_end(status, error);
}

size_t cornu_trace_span_count(const cornu_trace *trace) {
    return cornu_layer_span_count(trace->plan->links[0].layer);
}

cornu_span *cornu_trace_span(const cornu_trace *trace, size_t index) {
    return cornu_layer_span(trace->plan->links[0].layer, index);
}

const void *cornu_trace_gradient(const cornu_trace *trace, size_t index) {
    const cornu_plan *plan = trace->plan;
    const cornu_link *link = &plan->links[0];
    if (index >= cornu_trace_span_count(trace) || !link->trainable) return NULL;
    const size_t entry = link->entries[index];
    if (entry == plan->table->count) return NULL;
    return cornu_task_at(&trace->task, trace->workspace->gradient,
                         plan->table->entries[entry].offset);
}

void cornu_trace_release(cornu_trace *trace) {
    if (!trace) return;
    cornu_model_give_workspace(trace->model, trace->plan, trace->workspace);
    cornu_hold_free(&trace->hold);
    cornu_plan_release(trace->plan);
    cornu_model_release(trace->model);
    cornu_memory_free(trace);
}
