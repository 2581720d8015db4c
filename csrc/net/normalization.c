/* Normalization: y = (x - mean) / max(sqrt(variance), floor), or the other way round, with a mean
 * and a variance for each place along some axes, which the caller writes and nothing here moves.
 *
 * Both are laid out for whole rows first, so that a batch is one pass whatever the axes are. */
#include <string.h>

#include "base/status.h"
#include "net/layer.h"
#include "net/permutation.h"

/* Elements of a tile; operations that one costs. */
#define TILE_ELEMENTS 16384
#define ELEMENT_WORK 4.0

typedef struct normalization {
    cornu_layer base;
    double floor;
    bool inverts;
    size_t axis_count;
    int64_t axes[CORNU_MAX_RANK];
} normalization;

/* What a pass keeps, each of a row's size: a vector, copies of it, and whole rows. */
enum { VECTOR, COPIES, MEANS, SCALES, ZEROS, VECTORS };

enum { MEAN_SPAN, VARIANCE_SPAN };

static cornu_along along_of(const cornu_layer *layer, const cornu_shape *input) {
    const normalization *self = (const normalization *)layer;
    return cornu_along_known(layer, input, self->axis_count, self->axes);
}

static cornu_status normalization_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                               cornu_shape *output, cornu_error *error) {
    const normalization *self = (const normalization *)layer;
    cornu_along along;
    *output = *input;
    return cornu_along_find(layer, input, self->axis_count, self->axes, &along, error);
}

/* Keras's third weight, a count, is always 0. */
static size_t normalization_spans(const cornu_layer *layer, const cornu_shape *input,
                                  cornu_span_request *requests) {
    const normalization *self = (const normalization *)layer;
    const cornu_along along = along_of(layer, input);
    cornu_shape shape = {.rank = self->axis_count};
    for (size_t i = 0; i < self->axis_count; i++)
        shape.sizes[i] = along.moved.sizes[input->rank - self->axis_count + i];
    requests[MEAN_SPAN] = (cornu_span_request){.dtype = layer->dtype, .shape = shape};
    requests[VARIANCE_SPAN] = requests[MEAN_SPAN];
    requests[2] = (cornu_span_request){.dtype = CORNU_INT32, .shape = {0, {0}}};
    return 3;
}

static void normalization_needs(const cornu_layer *layer, const cornu_shape *input,
                                const cornu_layer_use *use, cornu_layer_needs *needs) {
    (void)use;
    const cornu_along along = along_of(layer, input);
    needs->kept_count = VECTORS * along.rows * along.columns;
}

static void *vector(const cornu_pass *pass, size_t index) {
    return cornu_task_at(pass->task, pass->kept, index * pass->input_count);
}

typedef struct normalization_tiles {
    const cornu_pass *pass;
    size_t tile_rows;
    const void *from, *means, *shifts;
    void *to;
} normalization_tiles;

static void normalization_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const normalization_tiles *tiles = argument;
    const cornu_pass *pass = tiles->pass;
    const cornu_task *task = pass->task;
    const size_t row = tile * tiles->tile_rows, place = row * pass->input_count;
    const size_t left = pass->rows - row;
    task->kernels->normalize_columns(left < tiles->tile_rows ? left : tiles->tile_rows,
                                     pass->input_count, cornu_task_at(task, tiles->from, place),
                                     tiles->means, vector(pass, SCALES), tiles->shifts,
                                     cornu_task_at(task, tiles->to, place));
}

static cornu_status run_tiles(const cornu_pass *pass, const void *from, const void *means,
                              const void *shifts, void *to) {
    normalization_tiles tiles = {
        .pass = pass, .from = from, .means = means, .shifts = shifts, .to = to};
    tiles.tile_rows = cornu_tile_rows(TILE_ELEMENTS, pass->input_count);
    return cornu_task_run(pass->task, normalization_tile, &tiles,
                          (pass->rows - 1) / tiles.tile_rows + 1,
                          ELEMENT_WORK * (double)pass->rows * (double)pass->input_count);
}

static cornu_status normalization_forward(const cornu_layer *layer, cornu_pass *pass) {
    const normalization *self = (const normalization *)layer;
    const cornu_along along = along_of(layer, pass->input);
    const cornu_kernels *kernels = pass->task->kernels;
    void *means = vector(pass, MEANS), *zeros = vector(pass, ZEROS);
    if (pass->rows == 0 || pass->input_count == 0) return CORNU_OK;
    kernels->deviation_scales(along.columns, self->floor, !self->inverts,
                              cornu_span_data(layer->spans[VARIANCE_SPAN]), vector(pass, VECTOR));
    cornu_status status = cornu_task_lay_out(pass->task, &along, vector(pass, VECTOR),
                                             vector(pass, COPIES), vector(pass, SCALES));
    if (status == CORNU_OK)
        status = cornu_task_lay_out(pass->task, &along, cornu_span_data(layer->spans[MEAN_SPAN]),
                                    vector(pass, COPIES), means);
    if (status != CORNU_OK) return status;
    memset(zeros, 0, pass->input_count * kernels->element_nbytes);
    return run_tiles(pass, pass->x, self->inverts ? zeros : means, self->inverts ? means : zeros,
                     pass->y);
}

static cornu_status normalization_backward(const cornu_layer *layer, cornu_pass *pass) {
    (void)layer;
    if (!pass->dx) return CORNU_OK;
    pass->dx = pass->dy;
    if (pass->rows == 0 || pass->input_count == 0) return CORNU_OK;
    const void *zeros = vector(pass, ZEROS);
    return run_tiles(pass, pass->dy, zeros, zeros, pass->dx);
}

static const cornu_layer_type normalization_type = {
    .name = "Normalization",
    .output_shape = normalization_output_shape,
    .spans = normalization_spans,
    .needs = normalization_needs,
    .forward = normalization_forward,
    .backward = normalization_backward,
};

cornu_status cornu_layer_new_normalization(const char *name, cornu_dtype dtype, size_t axis_count,
                                           const int64_t *axes, double floor, bool inverts,
                                           cornu_layer **layer, cornu_error *error) {
    if (axis_count > CORNU_MAX_RANK)
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`axis` may name at most %d axes. Received: %zu", CORNU_MAX_RANK,
                               axis_count);
    cornu_layer *made;
    cornu_status status =
        cornu_layer_new(&normalization_type, sizeof(normalization), name, dtype, &made, error);
    if (status != CORNU_OK) return status;
    normalization *self = (normalization *)made;
    self->floor = floor;
    self->inverts = inverts;
    self->axis_count = axis_count;
    for (size_t i = 0; i < axis_count; i++) self->axes[i] = axes[i];
    *layer = made;
    return CORNU_OK;
}
