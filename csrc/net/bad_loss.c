#include "net/bad_loss.h"

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

/* The first layer whose output is not finite, and which of its weights is to blame, if one is. */
static bool find_layer(const cornu_step *step, cornu_bad_loss *found) {
    for (size_t i = 0; i < step->plan->count; i++) {
        size_t row_count;
        const void *left = left_by(step, i, &row_count);
        const size_t row = left && row_count > 0 ? bad_row(step, row_count, left) : step->rows;
        if (row == step->rows) continue;
        const cornu_layer *layer = step->plan->links[i].layer;
        found->origin = CORNU_ORIGIN_OUTPUT;
        found->layer = i;
        found->row = row;
        for (size_t slot = layer->span_count; slot-- > 0;) {
            if (!is_bad_span(step, layer->spans[slot])) continue;
            found->origin = CORNU_ORIGIN_WEIGHT;
            found->weight = slot;
        }
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
    const size_t per_row = workspace->use.weights_per_row;
    found->row = doubles->find_nonfinite(step->rows * per_row, workspace->row_weights) / per_row;
    return found->row < step->rows;
}

void cornu_bad_loss_find(const cornu_step *step, double loss, size_t row, size_t rows,
                         size_t per_row, cornu_bad_loss *found) {
    *found = (cornu_bad_loss){.loss = loss, .origin = CORNU_ORIGIN_INPUT};
    found->row = bad_row(step, step->plan->links[0].input_count, step->x);
    if (found->row < step->rows || find_layer(step, found) || find_targets(step, found)) return;
    const size_t bad =
        cornu_kernels_for(CORNU_FLOAT64)->find_nonfinite(rows, step->workspace->row_values);
    found->origin = bad < rows || rows == 0 ? CORNU_ORIGIN_LOSS : CORNU_ORIGIN_SUM;
    found->row = bad < rows ? (row + bad) / per_row : CORNU_NO_ROW;
}
