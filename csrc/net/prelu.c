/* PReLU: y = x where it is positive, else alpha x, with an alpha for each element of a row, shared
 * along some axes.
 *
 * x is seen as a matrix with a column for each alpha: the shared axes are brought before the
 * others. Where they move, z holds x so, and behind it as much room. */
#include "base/status.h"
#include "net/layer.h"
#include "net/permutation.h"
#include "net/shape.h"

/* Elements of a tile; operations that one costs. */
#define TILE_ELEMENTS 16384
#define ELEMENT_WORK 4.0

typedef struct prelu {
    cornu_layer base;
    size_t shared_count;
    int64_t shared[CORNU_MAX_RANK]; /* from 1 */
} prelu;

static bool is_shared(const prelu *self, size_t axis) {
    for (size_t i = 0; i < self->shared_count; i++) {
        if (self->shared[i] == (int64_t)axis + 1) return true;
    }
    return false;
}

/* The axes that are not shared, as columns. */
static cornu_along along_of(const cornu_layer *layer, const cornu_shape *input) {
    const prelu *self = (const prelu *)layer;
    int64_t axes[CORNU_MAX_RANK];
    size_t count = 0;
    for (size_t axis = 0; axis < input->rank; axis++) {
        if (!is_shared(self, axis)) axes[count++] = (int64_t)axis + 1;
    }
    return cornu_along_known(layer, input, count, axes);
}

static cornu_status prelu_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                       cornu_shape *output, cornu_error *error) {
    const prelu *self = (const prelu *)layer;
    cornu_along along;
    *output = *input;
    return cornu_along_find(layer, input, self->shared_count, self->shared, &along, error);
}

static size_t prelu_spans(const cornu_layer *layer, const cornu_shape *input,
                          cornu_span_request *requests) {
    cornu_shape shape = *input;
    for (size_t axis = 0; axis < input->rank; axis++) {
        if (is_shared((const prelu *)layer, axis)) shape.sizes[axis] = 1;
    }
    requests[0] = (cornu_span_request){.dtype = layer->dtype, .shape = shape, .trained = true};
    return 1;
}

static void prelu_needs(const cornu_layer *layer, const cornu_shape *input,
                        const cornu_layer_use *use, cornu_layer_needs *needs) {
    (void)use;
    const cornu_along along = along_of(layer, input);
    if (along.moves) needs->z_count = 2 * along.rows * along.columns;
}

typedef struct prelu_tiles {
    const cornu_task *task;
    size_t rows, columns, tile_rows;
    const void *x, *slopes, *factors;
    void *to;
} prelu_tiles;

static void prelu_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const prelu_tiles *tiles = argument;
    const size_t row = tile * tiles->tile_rows, place = row * tiles->columns;
    const size_t left = tiles->rows - row;
    tiles->task->kernels->prelu(left < tiles->tile_rows ? left : tiles->tile_rows, tiles->columns,
                                cornu_task_at(tiles->task, tiles->x, place), tiles->slopes,
                                cornu_task_at(tiles->task, tiles->factors, place),
                                cornu_task_at(tiles->task, tiles->to, place));
}

static cornu_status run_tiles(const cornu_layer *layer, const cornu_pass *pass,
                              const cornu_along *along, const void *x, const void *factors,
                              void *to) {
    prelu_tiles tiles = {.task = pass->task,
                         .rows = pass->rows * along->rows,
                         .columns = along->columns,
                         .x = x,
                         .slopes = cornu_span_data(layer->spans[0]),
                         .factors = factors,
                         .to = to};
    tiles.tile_rows = cornu_tile_rows(TILE_ELEMENTS, tiles.columns);
    return cornu_task_run(pass->task, prelu_tile, &tiles, (tiles.rows - 1) / tiles.tile_rows + 1,
                          ELEMENT_WORK * (double)tiles.rows * (double)tiles.columns);
}

static void *room_behind(const cornu_pass *pass) {
    return cornu_task_at(pass->task, pass->z, pass->rows * pass->input_count);
}

static cornu_status prelu_forward(const cornu_layer *layer, cornu_pass *pass) {
    const cornu_along along = along_of(layer, pass->input);
    if (pass->rows == 0 || pass->input_count == 0) return CORNU_OK;
    if (!along.moves) return run_tiles(layer, pass, &along, pass->x, pass->x, pass->y);
    void *room = room_behind(pass);
    cornu_status status =
        cornu_task_permute(pass->task, &along.to, pass->rows, pass->input, pass->x, pass->z);
    if (status == CORNU_OK) status = run_tiles(layer, pass, &along, pass->z, pass->z, room);
    if (status != CORNU_OK) return status;
    return cornu_task_permute(pass->task, &along.back, pass->rows, &along.moved, room, pass->y);
}

static cornu_status alpha_gradient(const cornu_pass *pass, const cornu_along *along, const void *x,
                                   const void *dy) {
    const size_t all_rows = pass->rows * along->rows;
    const size_t step =
        cornu_tile_rows(16 * TILE_ELEMENTS / CORNU_SUM_BLOCK, along->columns) * CORNU_SUM_BLOCK;
    for (size_t row = 0; row < all_rows; row += step) {
        const size_t rows = all_rows - row < step ? all_rows - row : step;
        const size_t place = row * along->columns;
        pass->task->kernels->prelu_sums(rows, along->columns, cornu_task_at(pass->task, x, place),
                                        cornu_task_at(pass->task, dy, place), pass->gradients[0],
                                        pass->accumulate[0] || row > 0);
        const double work = ELEMENT_WORK * (double)rows * (double)along->columns;
        if (cornu_task_poll_after(pass->task, work) != CORNU_OK) return CORNU_INTERRUPTED;
    }
    return CORNU_OK;
}

static cornu_status prelu_backward(const cornu_layer *layer, cornu_pass *pass) {
    const cornu_along along = along_of(layer, pass->input);
    const bool wants_dx = pass->dx != NULL;
    const void *x = along.moves ? pass->z : pass->x;
    void *dy = pass->dy;
    cornu_status status = CORNU_OK;
    if (wants_dx) pass->dx = pass->dy;
    if (pass->rows == 0 || pass->input_count == 0) return CORNU_OK;
    if (along.moves) {
        dy = room_behind(pass);
        status = cornu_task_permute(pass->task, &along.to, pass->rows, pass->input, pass->dy, dy);
    }
    if (status == CORNU_OK && pass->gradients[0]) status = alpha_gradient(pass, &along, x, dy);
    if (status == CORNU_OK && wants_dx) status = run_tiles(layer, pass, &along, x, dy, dy);
    if (status != CORNU_OK || !wants_dx || !along.moves) return status;
    return cornu_task_permute(pass->task, &along.back, pass->rows, &along.moved, dy, pass->dx);
}

static const cornu_layer_type prelu_type = {
    .name = "PReLU",
    .output_shape = prelu_output_shape,
    .spans = prelu_spans,
    .needs = prelu_needs,
    .forward = prelu_forward,
    .backward = prelu_backward,
};

cornu_status cornu_layer_new_prelu(const char *name, cornu_dtype dtype, size_t shared_count,
                                   const int64_t *shared, cornu_layer **layer, cornu_error *error) {
    if (shared_count > CORNU_MAX_RANK)
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`shared_axes` may have at most %d axes. Received: %zu",
                               CORNU_MAX_RANK, shared_count);
    cornu_layer *made;
    cornu_status status = cornu_layer_new(&prelu_type, sizeof(prelu), name, dtype, &made, error);
    if (status != CORNU_OK) return status;
    prelu *self = (prelu *)made;
    self->shared_count = shared_count;
    for (size_t i = 0; i < shared_count; i++) self->shared[i] = shared[i];
    *layer = made;
    return CORNU_OK;
}
