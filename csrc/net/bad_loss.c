#include "net/bad_loss.h"

#include <math.h>

#include "net/shape.h"

/* The first of the batch's rows in which a number is not finite; step->rows: none. */
static size_t bad_row(const cornu_step *step, size_t row_count, const void *values) {
    const size_t count = step->rows * row_count;
    const size_t found = step->task->kernels->find_nonfinite(count, values);
    return found == count ? step->rows : found / row_count;
}

static bool is_bad_span(const cornu_step *step, const cornu_span *span) {
    if (cornu_span_dtype(span) != step->plan->dtype) return false;
    const size_t count = cornu_span_count(span);
    return step->task->kernels->find_nonfinite(count, cornu_span_data(span)) < count;
}

/* What a link's layer left of the batch: y; z, where the loss takes the activation in. NULL: what
 * the link before it left. */
static const void *left_by(const cornu_step *step, size_t index, size_t *row_count) {
    const cornu_slice *slice = &step->workspace->slices[index];
    const bool stops_at_z = step->workspace->use.joined && index + 1 == step->plan->count;
    *row_count = stops_at_z ? slice->z_count : step->plan->links[index].output_count;
    if (slice->alias) return NULL;
    return stops_at_z ? slice->z : slice->y;
}

/* Which of a layer's weights is to blame for it, if one is. */
static void find_weight(const cornu_step *step, size_t index, cornu_bad_loss *found) {
    const cornu_layer *layer = step->plan->links[index].layer;
    for (size_t slot = layer->span_count; slot-- > 0;) {
        if (!is_bad_span(step, layer->spans[slot])) continue;
        found->origin = CORNU_ORIGIN_WEIGHT;
        found->weight = slot;
    }
}

/* The first of `end` layers whose output is not finite, or its weight; before it the input. */
static bool find_layer(const cornu_step *step, size_t end, cornu_bad_loss *found) {
    const cornu_kernels *doubles = cornu_kernels_for(CORNU_FLOAT64);
    found->origin = CORNU_ORIGIN_INPUT;
    found->row = bad_row(step, step->plan->links[0].input_count, step->x);
    if (found->row < step->rows) return true;
    for (size_t i = 0; i < end; i++) {
        size_t row_count;
        const void *left = left_by(step, i, &row_count);
        if (!left) continue;
        const size_t count = step->rows * row_count;
        const size_t at = step->task->kernels->find_nonfinite(count, left);
        if (at == count) continue;
        found->origin = CORNU_ORIGIN_OUTPUT;
        found->layer = i;
        found->row = at / row_count;
        doubles->gather[step->plan->dtype][0](1, cornu_task_at(step->task, left, at), 0,
                                              &found->value);
        find_weight(step, i, found);
        return true;
    }
    return false;
}

static bool find_targets(const cornu_step *step, cornu_bad_loss *found) {
    const cornu_workspace *workspace = step->workspace;
    const cornu_kernels *doubles = cornu_kernels_for(CORNU_FLOAT64);
    found->origin = CORNU_ORIGIN_TARGET;
    if (!workspace->use.sparse) {
        size_t row_count = 0;
        cornu_shape_count(step->target_row, &row_count);
        found->row = row_count > 0 ? bad_row(step, row_count, workspace->target) : step->rows;
        if (found->row < step->rows) return true;
    }
    found->origin = CORNU_ORIGIN_SAMPLE_WEIGHT;
    found->row = doubles->find_nonfinite(step->rows, workspace->row_weights);
    return found->row < step->rows;
}

void cornu_bad_loss_find(const cornu_step *step, double loss, size_t row, size_t rows,
                         size_t per_row) {
    cornu_bad_loss *found = step->bad;
    *found = (cornu_bad_loss){.loss = loss};
    if (find_layer(step, step->plan->count, found) || find_targets(step, found)) return;
    const size_t bad =
        cornu_kernels_for(CORNU_FLOAT64)->find_nonfinite(rows, step->workspace->row_values);
    found->origin = bad < rows || rows == 0 ? CORNU_ORIGIN_LOSS : CORNU_ORIGIN_SUM;
    found->row = bad < rows ? (row + bad) / per_row : CORNU_NO_ROW;
}

void cornu_bad_penalty_find(const cornu_step *step, double loss, const cornu_rule *rule) {
    cornu_bad_loss *found = step->bad;
    *found = (cornu_bad_loss){.loss = loss + step->penalty, .value = step->penalty};
    const bool is_sum = isfinite(step->penalty);
    if (!rule && !is_sum && find_layer(step, step->blamed + 1, found)) return;
    found->row = CORNU_NO_ROW;
    if (is_sum) {
        found->origin = CORNU_ORIGIN_SUM;
    } else if (rule) {
        const cornu_span *span = step->plan->table->entries[rule->entry].span;
        found->origin = is_bad_span(step, span) ? CORNU_ORIGIN_WEIGHT : CORNU_ORIGIN_PENALTY;
        found->layer = rule->layer;
        found->weight = rule->weight;
    } else {
        found->origin = step->adds_bad ? CORNU_ORIGIN_ADDED : CORNU_ORIGIN_PENALTY;
        found->layer = step->blamed;
        found->weight = CORNU_OUTPUT;
        if (step->adds_bad) find_weight(step, step->blamed, found);
    }
}
