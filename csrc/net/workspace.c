#include "net/workspace.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "base/status.h"
#include "net/shape.h"

/* Sizes are summed first; then one allocation is carved in the same order. */
typedef struct carving {
    size_t total;
    bool overflow;
    unsigned char *memory; /* NULL while sizes are summed */
} carving;

static void *carve(carving *layout, size_t rows, size_t count, size_t element_nbytes) {
    size_t nbytes = 0;
    layout->overflow |= !cornu_size_multiply(rows, count, &nbytes) ||
                        !cornu_size_multiply(nbytes, element_nbytes, &nbytes) ||
                        !cornu_size_round_up(nbytes, CORNU_ALIGNMENT, &nbytes);
    size_t at = layout->total;
    layout->overflow |= layout->overflow || !cornu_size_add(layout->total, nbytes, &layout->total);
    return layout->memory && nbytes > 0 ? layout->memory + at : NULL;
}

size_t cornu_loss_rows_per_row(const cornu_plan *plan) {
    return cornu_shape_rows(cornu_plan_output(plan));
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

/* What each link needs, and the largest of everything. */
typedef struct extents {
    size_t output, delta, z, dz;
} extents;

static extents ask_links(const cornu_plan *plan, const cornu_workspace_use *use,
                         cornu_slice *slices) {
    extents most = {0};
    bool masked = use->input_masked;
    for (size_t i = 0; i < plan->count; i++) {
        const cornu_link *link = &plan->links[i];
        bool last = i + 1 == plan->count;
        const bool makes = link->layer->type->makes_mask;
        cornu_layer_use layer_use = {use->training, use->backward, use->joined && last, masked,
                                     use->recorded};
        masked = makes || (masked && link->hands_mask_on);
        slices[i].masked = masked;
        cornu_layer_needs needs = {0};
        link->layer->type->needs(link->layer, &link->input, &layer_use, &needs);
        slices[i].alias = needs.alias;
        slices[i].z_count = needs.z_count;
        slices[i].kept_count = needs.kept_count;
        most.output = larger(most.output, link->output_count);
        most.delta = larger(most.delta, larger(link->input_count, link->output_count));
        most.z = larger(most.z, needs.z_count);
        if (needs.z_count != link->output_count) most.dz = larger(most.dz, needs.z_count);
    }
    return most;
}

/* Training keeps every output and z; inference takes turns between two buffers, and z in one. */
static void carve_slices(const cornu_plan *plan, cornu_workspace *workspace, const extents *most,
                         carving *layout) {
    size_t element = cornu_dtype_nbytes(plan->dtype), rows = workspace->capacity;
    bool keep = workspace->use.backward;
    void *turns[2] = {NULL, NULL}, *z = NULL;
    if (!keep) {
        turns[0] = carve(layout, rows, most->output, element);
        turns[1] = carve(layout, rows, most->output, element);
        z = carve(layout, rows, most->z, element);
    }
    for (size_t i = 0, turn = 0; i < plan->count; i++) {
        cornu_slice *slice = &workspace->slices[i];
        if (slice->alias) continue;
        slice->y =
            keep ? carve(layout, rows, plan->links[i].output_count, element) : turns[turn++ % 2];
        slice->kept = carve(layout, slice->kept_count, 1, element);
        if (slice->z_count > 0) slice->z = keep ? carve(layout, rows, slice->z_count, element) : z;
        if (!workspace->use.recorded) continue;
        slice->dy = carve(layout, rows, plan->links[i].output_count, element);
        if (slice->z_count > 0 && plan->links[i].layer->type->activation)
            slice->dz = carve(layout, rows, slice->z_count, element);
    }
}

/* A mask that is handed on is the same memory. */
static void carve_masks(const cornu_plan *plan, cornu_workspace *workspace, carving *layout) {
    const size_t rows = workspace->capacity;
    bool *mask = NULL;
    if (workspace->use.input_masked)
        mask = carve(layout, rows, cornu_shape_rows(&plan->input), sizeof *mask);
    workspace->input_mask = mask;
    for (size_t i = 0; i < plan->count; i++) {
        const cornu_link *link = &plan->links[i];
        if (link->layer->type->makes_mask)
            mask = carve(layout, rows, cornu_shape_rows(&link->output), sizeof *mask);
        if (!workspace->slices[i].masked) mask = NULL;
        workspace->slices[i].mask = mask;
    }
}

static void carve_all(const cornu_plan *plan, cornu_workspace *workspace, const extents *most,
                      carving *layout) {
    const cornu_workspace_use *use = &workspace->use;
    size_t element = cornu_dtype_nbytes(plan->dtype), rows = workspace->capacity;
    size_t input_count = 1, output_count = 1, loss_rows = cornu_loss_rows_per_row(plan);
    layout->overflow |= !cornu_shape_count(&plan->input, &input_count);
    cornu_shape_count(cornu_plan_output(plan), &output_count);
    const size_t target_count = use->target_count ? use->target_count : output_count;
    workspace->scratch = carve(layout, workspace->thread_limit, 1, workspace->scratch_stride);
    workspace->state_backup = carve(layout, plan->state_nbytes, 1, 1);
    workspace->input = carve(layout, rows, input_count, element);
    carve_slices(plan, workspace, most, layout);
    if (plan->makes_masks || use->input_masked) carve_masks(plan, workspace, layout);
    if (use->targets) {
        if (use->sparse) workspace->labels = carve(layout, rows, loss_rows, sizeof(double));
        workspace->target = use->sparse ? carve(layout, rows, loss_rows, sizeof(int32_t))
                                        : carve(layout, rows, target_count, element);
        workspace->row_weights = carve(layout, rows, use->weights_per_row, sizeof(double));
        /* A loss of whole samples has one for each, even if they have no rows of their own. */
        workspace->row_values = carve(layout, rows, larger(loss_rows, 1), sizeof(double));
        workspace->row_scales = carve(layout, rows, larger(loss_rows, 1), sizeof(double));
        if (use->ignores) workspace->counted = carve(layout, rows, loss_rows, sizeof(bool));
        if (use->recorded)
            workspace->row_losses = carve(layout, rows, larger(loss_rows, 1), sizeof(double));
        size_t room = 0;
        if (use->pairs) workspace->pairs = carve(layout, rows, rows + 2, element);
        layout->overflow |= !cornu_plan_rules_room(plan, rows, &room);
        workspace->rules_room = carve(layout, room, 1, element);
    }
    if (use->backward) {
        workspace->delta[0] = carve(layout, rows, most->delta, element);
        workspace->delta[1] = carve(layout, rows, most->delta, element);
        workspace->dz = carve(layout, rows, most->dz, element);
        workspace->gradient = carve(layout, plan->table->flat_count, 1, element);
    }
    if (use->recorded) {
        workspace->recorded_gradient = carve(layout, plan->table->flat_count, 1, element);
        workspace->recorded_before = carve(layout, plan->table->flat_count, 1, element);
        workspace->recorded_after = carve(layout, plan->table->flat_count, 1, element);
        workspace->recorded_state = carve(layout, plan->state_nbytes, 1, 1);
    }
}

/* As many as could be of use in the largest step: a scratch for each of many threads would make a
 * small model's workspace a large one. */
static size_t useful_threads(const cornu_plan *plan, const cornu_workspace_use *use, size_t rows) {
    const size_t pool = cornu_pool_thread_count();
    /* Two operations a multiply-add; a product each for the gradients of weights and input. */
    double work = 2.0 * plan->row_work * (double)rows * (use->backward ? 3.0 : 1.0);
    if (use->backward) work += CORNU_TASK_UPDATE_WORK * (double)plan->table->flat_count;
    const double worth = work / CORNU_TASK_WORK_PER_THREAD;
    return worth < (double)pool ? (size_t)worth + 1 : pool;
}

static bool describe_few(const cornu_plan *plan, const cornu_workspace *workspace, size_t index,
                         cornu_few_layer *few) {
    const cornu_link *link = &plan->links[index];
    const cornu_slice *slice = &workspace->slices[index];
    const size_t rows = workspace->capacity;
    if (!link->layer->type->few || !link->layer->type->few(link->layer, &link->input, few))
        return false;
    if (few->inputs > CORNU_FEW_SIDE || few->units > CORNU_FEW_SIDE || rows > CORNU_FEW_SIDE ||
        rows * few->inputs * few->units > CORNU_FEW_WORK)
        return false;
    few->keeps_z = slice->z != NULL;
    few->z = slice->z;
    few->y = slice->y;
    few->stops_at_z = workspace->use.joined && index + 1 == plan->count;
    return true;
}

/* Gradients by the slots that a layer of a few numbers has: kernel, bias. */
static bool describe_few_gradients(const cornu_plan *plan, const cornu_workspace *workspace,
                                   const cornu_link *link, cornu_few_layer *few) {
    void **gradients[] = {&few->kernel_gradient, &few->bias_gradient};
    const size_t element = cornu_dtype_nbytes(plan->dtype);
    for (size_t slot = 0; slot < link->layer->span_count && link->trainable; slot++) {
        if (link->accumulate[slot]) return false;
        const size_t offset = plan->table->entries[link->entries[slot]].offset;
        *gradients[slot] = (char *)workspace->gradient + offset * element;
    }
    return true;
}

/* Needs the slices' addresses. */
static size_t describe_all_few(const cornu_plan *plan, cornu_workspace *workspace) {
    const bool backward = workspace->use.backward;
    size_t count = 0;
    if (workspace->capacity == 0 || (backward && plan->first_trained == plan->count)) return 0;
    /* What it computes at once gives nobody a look at what is between. */
    if (plan->regularizes_outputs || workspace->use.recorded) return 0;
    /* Nor does it make the derivatives by the batch. */
    if (workspace->use.traced) return 0;
    for (size_t i = 0; i < plan->count; i++) {
        cornu_few_layer *few = &workspace->few[count];
        if (workspace->slices[i].alias) continue;
        if (!describe_few(plan, workspace, i, few)) return 0;
        if (backward && !describe_few_gradients(plan, workspace, &plan->links[i], few)) return 0;
        count++;
    }
    return count;
}

cornu_status cornu_workspace_new(const cornu_plan *plan, const cornu_workspace_use *use,
                                 size_t capacity, cornu_workspace **result, cornu_error *error) {
    cornu_workspace *workspace = cornu_memory_allocate_zeroed(sizeof *workspace);
    if (workspace) {
        workspace->slices = cornu_memory_allocate_zeroed(plan->count * sizeof *workspace->slices);
        workspace->few = cornu_memory_allocate_zeroed(plan->count * sizeof *workspace->few);
    }
    if (!workspace || !workspace->slices || !workspace->few) {
        cornu_workspace_free(workspace);
        return cornu_error_set(error, CORNU_ERROR_MEMORY,
                               "No memory for the workspace of a model.");
    }
    workspace->use = *use;
    workspace->capacity = capacity;
    workspace->pool_threads = cornu_pool_thread_count();
    workspace->thread_limit = useful_threads(plan, use, capacity);
    size_t scratch = cornu_kernels_for(plan->dtype)->scratch_nbytes;
    cornu_size_round_up(scratch, CORNU_ALIGNMENT, &workspace->scratch_stride);
    extents most = ask_links(plan, use, workspace->slices);
    carving sizes = {0};
    carve_all(plan, workspace, &most, &sizes);
    cornu_status status = CORNU_OK;
    if (sizes.overflow) {
        status = cornu_error_set(error, CORNU_ERROR_OVERFLOW,
                                 "A batch of %zu rows is more than memory can hold.", capacity);
    } else if (!(workspace->memory = cornu_memory_allocate_zeroed(sizes.total))) {
        status = cornu_error_set(error, CORNU_ERROR_MEMORY,
                                 "No memory for a batch of %zu rows (%zu bytes).", capacity,
                                 sizes.total);
    }
    if (status != CORNU_OK) {
        cornu_workspace_free(workspace);
        return status;
    }
    workspace->nbytes = sizes.total;
    carving pieces = {.memory = workspace->memory};
    carve_all(plan, workspace, &most, &pieces);
    workspace->few_count = describe_all_few(plan, workspace);
    *result = workspace;
    return CORNU_OK;
}

void cornu_workspace_free(cornu_workspace *workspace) {
    if (!workspace) return;
    cornu_memory_free(workspace->memory);
    cornu_memory_free(workspace->slices);
    cornu_memory_free(workspace->few);
    cornu_memory_free(workspace);
}

bool cornu_workspace_fits(const cornu_workspace *workspace, const cornu_workspace_use *use,
                          size_t capacity) {
    const cornu_workspace_use *has = &workspace->use;
    return workspace->capacity >= capacity &&
           workspace->pool_threads == cornu_pool_thread_count() && has->training == use->training &&
           has->backward == use->backward && has->traced == use->traced &&
           has->recorded == use->recorded && has->targets == use->targets &&
           has->joined == use->joined && has->sparse == use->sparse &&
           has->ignores == use->ignores && has->pairs == use->pairs &&
           has->input_masked == use->input_masked && has->target_count == use->target_count &&
           has->weights_per_row == use->weights_per_row;
}
