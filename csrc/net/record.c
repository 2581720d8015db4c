#include "net/record.h"

#include <string.h>

#include "net/run.h"
#include "net/shape.h"

/* Copies, also of nothing. */
static void keep(void *to, const void *from, size_t count, size_t element_nbytes) {
    if (count > 0) memcpy(to, from, count * element_nbytes);
}

void cornu_record_dy(const cornu_step *step, size_t index, const void *dy) {
    keep(step->workspace->slices[index].dy, dy, step->rows * step->plan->links[index].output_count,
         step->task->kernels->element_nbytes);
}

void cornu_record_losses(const cornu_step *step, size_t row, size_t rows) {
    cornu_workspace *workspace = step->workspace;
    keep(workspace->row_losses + row, workspace->row_values, rows, sizeof(double));
    workspace->row_loss_count = row + rows;
}

void cornu_record_gradient(const cornu_step *step) {
    const cornu_workspace *workspace = step->workspace;
    keep(workspace->recorded_gradient, workspace->gradient, step->plan->table->flat_count,
         step->task->kernels->element_nbytes);
}

/* The weights, flat. */
static void record_weights(const cornu_step *step, void *to) {
    const cornu_table *table = step->plan->table;
    for (size_t i = 0; i < table->count; i++) {
        const struct cornu_table_entry *entry = &table->entries[i];
        keep(cornu_task_at(step->task, to, entry->offset), cornu_span_data(entry->span),
             cornu_span_nbytes(entry->span), 1);
    }
}

void cornu_record_before(const cornu_step *step) {
    cornu_workspace *workspace = step->workspace;
    record_weights(step, workspace->recorded_before);
    /* Those of another step, and perhaps of another loss. */
    workspace->row_loss_count = 0;
}

void cornu_record_after(const cornu_step *step) {
    cornu_workspace *workspace = step->workspace;
    record_weights(step, workspace->recorded_after);
    cornu_step_copy_state(step->plan, workspace->recorded_state);
}

/* ---- Reading ---- */

static bool is_recorded(const cornu_run *run) {
    return run->options.recorded && run->over && run->phase == CORNU_PHASE_DONE;
}

/* The link whose memory is what link `index` gives out: itself, or, for an alias, the nearest one
 * before that is none. NULL: the batch is. */
static const cornu_slice *writer_of(const cornu_run *run, size_t index) {
    const cornu_slice *slices = run->feed.workspace->slices;
    do {
        if (!slices[index].alias) return &slices[index];
    } while (index-- > 0);
    return NULL;
}

/* The loss's derivative by what link `index` gives out, if it was taken. */
static const void *derivative_by(const cornu_run *run, size_t index) {
    const cornu_plan *plan = run->plan;
    const bool joined = run->feed.workspace->use.joined && index + 1 == plan->count;
    const cornu_slice *writer = writer_of(run, index);
    if (joined || !writer || writer < run->feed.workspace->slices + plan->first_trained)
        return NULL;
    return writer->dy;
}

/* Of what goes into link `index`, an activation and nothing else. */
static void describe_activation(const cornu_run *run, size_t index, cornu_layer_record *record) {
    record->z = record->x;
    record->z_shape = record->input;
    record->dz = index > 0 ? derivative_by(run, index - 1) : NULL;
}

/* Of a layer that has an activation as its last part. */
static void describe_z(const cornu_run *run, size_t index, cornu_layer_record *record) {
    const cornu_slice *slice = &run->feed.workspace->slices[index];
    const cornu_link *link = &run->plan->links[index];
    record->z_shape = link->output;
    /* A linear activation changes nothing. */
    record->z = slice->z ? slice->z : record->y;
    record->dz = slice->z && record->dy ? slice->dz : record->dy;
    /* Some take two numbers for one. */
    if (slice->z && link->output_count > 0 && slice->z_count != link->output_count)
        record->z_shape.sizes[link->output.rank - 1] *= slice->z_count / link->output_count;
}

bool cornu_run_layer_record(const cornu_run *run, size_t index, cornu_layer_record *record) {
    if (!is_recorded(run) || index >= run->plan->count) return false;
    const cornu_workspace *workspace = run->feed.workspace;
    const cornu_link *link = &run->plan->links[index];
    const cornu_slice *before = index > 0 ? writer_of(run, index - 1) : NULL;
    const cornu_slice *writer = writer_of(run, index);
    *record = (cornu_layer_record){.dtype = run->plan->dtype,
                                   .rows = run->feed.rows,
                                   .input = link->input,
                                   .output = link->output,
                                   .x = before ? before->y : workspace->input,
                                   .y = writer ? writer->y : workspace->input,
                                   .dy = derivative_by(run, index)};
    if (!link->layer->type->activation) return true;
    if (link->layer->type->spans) {
        describe_z(run, index, record);
    } else {
        describe_activation(run, index, record);
    }
    /* The derivative that was taken there is the one by z. */
    if (workspace->use.joined && index + 1 == run->plan->count && writer)
        record->dz = index >= run->plan->first_trained ? writer->dy : NULL;
    return true;
}

/* Of what layers move themselves. */
static bool record_of_state(const cornu_run *run, const cornu_span *span,
                            cornu_weight_record *record) {
    size_t at = 0;
    for (size_t i = 0; i < run->plan->state_count; i++) {
        if (run->plan->state[i] == span) {
            *record = (cornu_weight_record){
                .before = (const char *)run->feed.workspace->state_backup + at,
                .after = (const char *)run->feed.workspace->recorded_state + at};
            return true;
        }
        at += cornu_span_nbytes(run->plan->state[i]);
    }
    return false;
}

bool cornu_run_weight_record(const cornu_run *run, const cornu_span *span,
                             cornu_weight_record *record) {
    if (!is_recorded(run)) return false;
    const cornu_table *table = run->plan->table;
    const cornu_workspace *workspace = run->feed.workspace;
    const size_t index = cornu_table_find(table, span);
    if (index == table->count) return record_of_state(run, span, record);
    const size_t offset = table->entries[index].offset;
    *record = (cornu_weight_record){
        .before = cornu_task_at(&run->task, workspace->recorded_before, offset),
        .after = cornu_task_at(&run->task, workspace->recorded_after, offset),
        .gradient = run->plan->frozen[index]
                        ? NULL
                        : cornu_task_at(&run->task, workspace->recorded_gradient, offset)};
    return true;
}

const double *cornu_run_recorded_losses(const cornu_run *run, size_t *count) {
    *count = is_recorded(run) ? run->feed.workspace->row_loss_count : 0;
    return *count > 0 ? run->feed.workspace->row_losses : NULL;
}
