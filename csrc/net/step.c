#include "net/step.h"

#include <string.h>

#include "net/penalty.h"
#include "net/record.h"
#include "net/shape.h"

static cornu_pass make_pass(const cornu_step *step, size_t index, const void *x) {
    const cornu_link *link = &step->plan->links[index];
    const cornu_slice *slice = &step->workspace->slices[index];
    return (cornu_pass){.task = step->task,
                        .rows = step->rows,
                        .input = &link->input,
                        .output = &link->output,
                        .input_count = link->input_count,
                        .output_count = link->output_count,
                        .x = x,
                        .y = slice->y,
                        .z = slice->z,
                        .kept = slice->kept,
                        .mask = index > 0 ? slice[-1].mask : step->workspace->input_mask,
                        .output_mask = slice->mask,
                        .training = step->workspace->use.training,
                        .backward = step->workspace->use.backward,
                        .trainable = link->layer_trainable,
                        .stops_at_z = step->workspace->use.joined && index + 1 == step->plan->count,
                        .draw = slice->draw};
}

static size_t last_writer(const cornu_step *step) {
    size_t index = step->plan->count;
    while (index > 0 && step->workspace->slices[index - 1].alias) index--;
    return index; /* one past it; 0: none */
}

static cornu_status few_forward(cornu_step *step) {
    const cornu_workspace *workspace = step->workspace;
    cornu_few_layer *last = &workspace->few[workspace->few_count - 1];
    void *const own = last->y;
    if (step->output) last->y = step->output;
    step->task->kernels->few_forward(workspace->few_count, workspace->few, step->rows, step->x);
    step->result = last->y;
    last->y = own;
    return CORNU_OK;
}

/* What derivatives of the loss, and so of penalties, are multiplied by. */
static double scale_of(const cornu_step *step) {
    return step->loss_scale != 0.0 ? step->loss_scale : 1.0;
}

/* The penalty of what link `index` gives out, y: its value, or (gradient not NULL) its derivative.
 */
static cornu_status penalize_output(cornu_step *step, size_t index, const void *y, void *gradient) {
    const cornu_link *link = &step->plan->links[index];
    const cornu_regularizer *regularizer = &link->layer->output_regularizer;
    if (regularizer->kind == CORNU_NO_REGULARIZER) return CORNU_OK;
    const cornu_penalty penalty = {.regularizer = regularizer,
                                   .layer = index,
                                   .weight = CORNU_OUTPUT,
                                   .shape = &link->output,
                                   .rows = step->rows,
                                   .x = y,
                                   .gradient = gradient,
                                   .scale = scale_of(step),
                                   .room = step->workspace->rules_room};
    return cornu_penalize(step->task, step->own, &penalty, gradient ? NULL : &step->penalty);
}

/* Of the links from `first` to before `end`, which all give out y. */
static cornu_status penalize_outputs(cornu_step *step, size_t first, size_t end, const void *y) {
    cornu_status status = CORNU_OK;
    if (!step->plan->regularizes_outputs || !step->workspace->use.targets) return CORNU_OK;
    for (size_t i = first; i < end && status == CORNU_OK; i++)
        status = penalize_output(step, i, y, NULL);
    return status;
}

cornu_status cornu_step_forward(cornu_step *step) {
    step->penalty = 0.0;
    if (step->workspace->few_count > 0) return few_forward(step);
    const void *at = step->x;
    size_t end = last_writer(step);
    for (size_t i = 0; i < end; i++) {
        cornu_slice *slice = &step->workspace->slices[i];
        const cornu_layer *layer = step->plan->links[i].layer;
        cornu_status status = CORNU_OK;
        if (slice->alias) {
            if ((status = penalize_outputs(step, i, i + 1, at)) != CORNU_OK) return status;
            continue;
        }
        cornu_pass pass = make_pass(step, i, at);
        pass.penalty = &step->penalty;
        if (i + 1 == end && step->output) pass.y = step->output;
        status = layer->type->forward(layer, &pass);
        if (status == CORNU_OK) status = penalize_outputs(step, i, i + 1, pass.y);
        if (status == CORNU_OK) status = cornu_task_poll(step->task);
        if (status != CORNU_OK) return status;
        slice->draw = pass.draw;
        at = pass.y;
    }
    if (end == 0 && step->output) {
        size_t count = 1;
        cornu_shape_count(&step->plan->input, &count);
        count *= step->rows * cornu_dtype_nbytes(step->plan->dtype);
        if (count > 0) memcpy(step->output, step->x, count);
        at = step->output;
    }
    step->result = at;
    return penalize_outputs(step, end, step->plan->count, at);
}

cornu_status cornu_step_penalize(cornu_step *step, cornu_mean *means, double *loss) {
    double total = step->penalty;
    cornu_workspace *workspace = step->workspace;
    cornu_status status = CORNU_OK;
    if (step->plan->regularizes_weights) {
        status = cornu_penalize_weights(step->plan, step->task, step->own, scale_of(step),
                                        workspace->use.backward ? workspace->gradient : NULL,
                                        workspace->rules_room, &total);
    }
    *loss += total;
    if (means) means[0].total += total * (double)step->rows;
    return status;
}

/* Spans that layers of the library's own have at most, which they may ask about. */
#define OWN_SPANS 4

/* What backward is told by span; apart from the pass, as to clear room for the most that there can
 * be would cost a small layer more than its sums. */
typedef struct span_gradients {
    void *gradients[CORNU_LAYER_MAX_SPANS];
    cornu_descent descents[CORNU_LAYER_MAX_SPANS];
} span_gradients;

static void set_gradients(const cornu_step *step, const cornu_link *link, cornu_pass *pass,
                          span_gradients *spans) {
    const cornu_table *table = step->plan->table;
    pass->gradients = spans->gradients;
    pass->accumulate = link->accumulate;
    for (size_t slot = 0; slot < OWN_SPANS; slot++) spans->gradients[slot] = NULL;
    for (size_t slot = 0; slot < link->layer->span_count; slot++) {
        spans->gradients[slot] = NULL;
        if (!link->trainable || link->entries[slot] == table->count) continue;
        const struct cornu_table_entry *entry = &table->entries[link->entries[slot]];
        spans->gradients[slot] =
            cornu_task_at(step->task, step->workspace->gradient, entry->offset);
        if (!step->descending) continue;
        spans->descents[slot] =
            cornu_optimizer_descent(step->descending, step->exclusion, entry, step->update);
        pass->descents = spans->descents;
    }
}

/* Where a layer is to put dz; NULL: where dy is. */
static void *room_for_dz(const cornu_step *step, size_t index, bool dy_is_dz) {
    const cornu_slice *slice = &step->workspace->slices[index];
    if (slice->dz) return dy_is_dz ? NULL : slice->dz;
    const bool fits = slice->z_count == step->plan->links[index].output_count;
    return slice->z_count > 0 && !fits ? step->workspace->dz : NULL;
}

/* From dy, in one of the workspace's two matrices for it, back to link `first`; *result is where
 * the last dx is. */
static cornu_status pull_back(cornu_step *step, size_t first, void **result) {
    const cornu_plan *plan = step->plan;
    cornu_workspace *workspace = step->workspace;
    void *dy = workspace->delta[0], *other = workspace->delta[1];
    cornu_status status = CORNU_OK;
    for (size_t i = plan->count; i-- > first && status == CORNU_OK;) {
        const cornu_link *link = &plan->links[i];
        const cornu_slice *slice = &workspace->slices[i];
        if (plan->regularizes_outputs && workspace->use.targets) {
            status = penalize_output(step, i, cornu_step_input(step, i + 1), dy);
            if (status != CORNU_OK) return status;
        }
        if (slice->alias) continue;
        if (slice->dy) cornu_record_dy(step, i, dy);
        cornu_pass pass = make_pass(step, i, cornu_step_input(step, i));
        pass.loss_scale = scale_of(step);
        pass.dy = dy;
        pass.dx = i == first && !workspace->use.traced ? NULL : other;
        pass.dy_is_dz = workspace->use.joined && i + 1 == plan->count;
        pass.dz = room_for_dz(step, i, pass.dy_is_dz);
        span_gradients spans;
        set_gradients(step, link, &pass, &spans);
        status = link->layer->type->backward(link->layer, &pass);
        if (status == CORNU_OK) status = cornu_task_poll(step->task);
        if (pass.dx && pass.dx != dy) {
            other = dy;
            dy = pass.dx;
        }
    }
    *result = dy;
    return status;
}

cornu_status cornu_step_pull_back(cornu_step *step, const void *dy, void *dx) {
    const cornu_plan *plan = step->plan;
    const size_t element = cornu_dtype_nbytes(plan->dtype);
    const size_t nbytes = step->rows * plan->links[plan->count - 1].output_count * element;
    if (nbytes > 0) memcpy(step->workspace->delta[0], dy, nbytes);
    void *result;
    const cornu_status status = pull_back(step, 0, &result);
    const size_t dx_nbytes = step->rows * plan->links[0].input_count * element;
    if (status == CORNU_OK && dx_nbytes > 0) memcpy(dx, result, dx_nbytes);
    return status;
}

static cornu_status backward(cornu_step *step, const cornu_objective *objective) {
    const cornu_plan *plan = step->plan;
    cornu_workspace *workspace = step->workspace;
    if (!cornu_step_makes_gradient(step)) return CORNU_OK;
    void *dy = workspace->delta[0];
    cornu_status status = cornu_step_loss_derivative(step, objective, dy);
    if (status == CORNU_OK && step->loss_scale != 0.0) {
        const size_t count = step->rows * plan->links[plan->count - 1].output_count;
        step->task->kernels->scale(count, step->loss_scale, dy);
    }
    if (status != CORNU_OK) return status;
    if (workspace->few_count > 0) {
        step->task->kernels->few_backward(workspace->few_count, workspace->few, step->rows, step->x,
                                          dy, workspace->delta[1]);
        return CORNU_OK;
    }
    return pull_back(step, plan->first_trained, &dy);
}

cornu_status cornu_step_backward(cornu_step *step, const cornu_objective *objective) {
    const cornu_poll poll = step->task->poll;
    if (step->descending) {
        step->task->poll = CORNU_NO_POLL;
        *step->update = cornu_optimizer_begin(step->descending);
    }
    const cornu_status status = backward(step, objective);
    step->task->poll = poll;
    return status;
}

void cornu_step_copy_state(const cornu_plan *plan, void *to) {
    char *at = to;
    for (size_t i = 0; i < plan->state_count; i++) {
        size_t nbytes = cornu_span_nbytes(plan->state[i]);
        memcpy(at, cornu_span_data(plan->state[i]), nbytes);
        at += nbytes;
    }
}

void cornu_step_save_state(const cornu_step *step) {
    cornu_step_copy_state(step->plan, step->workspace->state_backup);
}

void cornu_step_restore_state(const cornu_step *step) {
    const char *at = step->workspace->state_backup;
    for (size_t i = 0; i < step->plan->state_count; i++) {
        size_t nbytes = cornu_span_nbytes(step->plan->state[i]);
        memcpy(cornu_span_data(step->plan->state[i]), at, nbytes);
        at += nbytes;
    }
}
