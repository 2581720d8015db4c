/* LayerNormalization, RMSNormalization and UnitNormalization: each row, along some axes, by its own
 * statistics; then y = normalized gamma + beta, a pair for each place along those axes.
 *
 * z holds the normalized rows, the axes behind the others; then each row's factor; then, where the
 * axes move, as much room as the rows. */
#include <string.h>

#include "base/status.h"
#include "net/layer.h"
#include "net/permutation.h"
#include "net/shape.h"

/* Elements of a tile; operations that one costs. */
#define TILE_ELEMENTS 16384
#define ELEMENT_WORK 8.0

typedef struct row_normalization {
    cornu_layer base;
    cornu_row_norm norm;
    double epsilon;
    bool center, scale;
    size_t axis_count;
    int64_t axes[CORNU_MAX_RANK];
} row_normalization;

/* Vectors that are kept. */
enum { ZEROS, ONES, GAMMA_GRADIENT, VECTORS };

static const row_normalization *as_normalization(const cornu_layer *layer) {
    return (const row_normalization *)layer;
}

static size_t beta_slot(const row_normalization *self) {
    return self->scale ? 1 : 0;
}

static cornu_along along_of(const cornu_layer *layer, const cornu_shape *input) {
    const row_normalization *self = as_normalization(layer);
    return cornu_along_known(layer, input, self->axis_count, self->axes);
}

static cornu_status normalization_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                               cornu_shape *output, cornu_error *error) {
    const row_normalization *self = as_normalization(layer);
    cornu_along along;
    *output = *input;
    return cornu_along_find(layer, input, self->axis_count, self->axes, &along, error);
}

static size_t normalization_spans(const cornu_layer *layer, const cornu_shape *input,
                                  cornu_span_request *requests) {
    const row_normalization *self = as_normalization(layer);
    const cornu_along along = along_of(layer, input);
    const size_t count = beta_slot(self) + (self->center ? 1 : 0);
    cornu_shape shape = {.rank = self->axis_count};
    for (size_t i = 0; i < self->axis_count; i++)
        shape.sizes[i] = along.moved.sizes[input->rank - self->axis_count + i];
    for (size_t slot = 0; slot < count; slot++) {
        requests[slot] =
            (cornu_span_request){.dtype = layer->dtype, .shape = shape, .trained = true};
    }
    return count;
}

static void normalization_needs(const cornu_layer *layer, const cornu_shape *input,
                                const cornu_layer_use *use, cornu_layer_needs *needs) {
    (void)use;
    const cornu_along along = along_of(layer, input);
    needs->z_count = along.rows * along.columns * (along.moves ? 2 : 1) + along.rows;
    needs->kept_count = VECTORS * along.columns;
}

/* What a pass works on. */
typedef struct rows_pass {
    const row_normalization *self;
    cornu_pass *pass;
    cornu_along along;
    size_t rows, columns, tile_rows;
    void *normalized, *inverses, *room;
    const void *from; /* x, or backward dy */
    void *to;
} rows_pass;

static rows_pass make_rows(const cornu_layer *layer, cornu_pass *pass) {
    rows_pass all = {.self = as_normalization(layer),
                     .pass = pass,
                     .along = along_of(layer, pass->input),
                     .normalized = pass->z};
    all.rows = pass->rows * all.along.rows;
    all.columns = all.along.columns;
    all.inverses = cornu_task_at(pass->task, pass->z, all.rows * all.columns);
    if (all.along.moves) all.room = cornu_task_at(pass->task, all.inverses, all.rows);
    if (all.columns > 0) all.tile_rows = cornu_tile_rows(TILE_ELEMENTS, all.columns);
    return all;
}

static void *vector(const rows_pass *all, size_t index) {
    return cornu_task_at(all->pass->task, all->pass->kept, index * all->columns);
}

/* Zeros, and ones where there is no gamma. */
static void fill_vectors(const rows_pass *all) {
    const cornu_kernels *kernels = all->pass->task->kernels;
    const double zero = 0.0, one = 1.0;
    kernels->gather[CORNU_FLOAT64][0](all->columns, &zero, 0, vector(all, ZEROS));
    if (!all->self->scale)
        kernels->gather[CORNU_FLOAT64][0](all->columns, &one, 0, vector(all, ONES));
}

static const void *gammas(const rows_pass *all) {
    return all->self->scale ? cornu_span_data(all->self->base.spans[0]) : vector(all, ONES);
}

static const void *betas(const rows_pass *all) {
    const row_normalization *self = all->self;
    return self->center ? cornu_span_data(self->base.spans[beta_slot(self)]) : vector(all, ZEROS);
}

static void forward_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const rows_pass *all = argument;
    const cornu_task *task = all->pass->task;
    const size_t row = tile * all->tile_rows, place = row * all->columns;
    const size_t rows = all->rows - row < all->tile_rows ? all->rows - row : all->tile_rows;
    void *normalized = cornu_task_at(task, all->normalized, place);
    task->kernels->normalize_rows(all->self->norm, all->self->epsilon, rows, all->columns,
                                  cornu_task_at(task, all->from, place), normalized,
                                  cornu_task_at(task, all->inverses, row));
    task->kernels->normalize_columns(rows, all->columns, normalized, vector(all, ZEROS),
                                     gammas(all), betas(all), cornu_task_at(task, all->to, place));
}

static void backward_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const rows_pass *all = argument;
    const cornu_task *task = all->pass->task;
    const size_t row = tile * all->tile_rows, place = row * all->columns;
    const size_t rows = all->rows - row < all->tile_rows ? all->rows - row : all->tile_rows;
    task->kernels->normalize_rows_backward(
        all->self->norm, all->self->epsilon, rows, all->columns,
        cornu_task_at(task, all->normalized, place), cornu_task_at(task, all->inverses, row),
        gammas(all), cornu_task_at(task, all->from, place), cornu_task_at(task, all->to, place));
}

static cornu_status run_tiles(rows_pass *all, cornu_pool_tile *run_tile) {
    return cornu_task_run(all->pass->task, run_tile, all, (all->rows - 1) / all->tile_rows + 1,
                          ELEMENT_WORK * (double)all->rows * (double)all->columns);
}

static cornu_status normalization_forward(const cornu_layer *layer, cornu_pass *pass) {
    rows_pass all = make_rows(layer, pass);
    if (all.rows == 0 || all.columns == 0) return CORNU_OK;
    fill_vectors(&all);
    cornu_status status = CORNU_OK;
    if (all.along.moves)
        status = cornu_task_permute(pass->task, &all.along.to, pass->rows, pass->input, pass->x,
                                    all.normalized);
    all.from = all.along.moves ? all.normalized : pass->x;
    all.to = all.along.moves ? all.room : pass->y;
    if (status == CORNU_OK) status = run_tiles(&all, forward_tile);
    if (status != CORNU_OK || !all.along.moves) return status;
    return cornu_task_permute(pass->task, &all.along.back, pass->rows, &all.along.moved, all.room,
                              pass->y);
}

static cornu_status gamma_gradient(const rows_pass *all, const void *dy) {
    const cornu_pass *pass = all->pass;
    const size_t step =
        cornu_tile_rows(16 * TILE_ELEMENTS / CORNU_SUM_BLOCK, all->columns) * CORNU_SUM_BLOCK;
    void *sums = vector(all, GAMMA_GRADIENT);
    for (size_t row = 0; row < all->rows; row += step) {
        const size_t rows = all->rows - row < step ? all->rows - row : step;
        const size_t place = row * all->columns;
        pass->task->kernels->centered_sums(
            rows, all->columns, cornu_task_at(pass->task, all->normalized, place),
            vector(all, ZEROS), cornu_task_at(pass->task, dy, place), sums, row > 0);
        const double work = ELEMENT_WORK * (double)rows * (double)all->columns;
        if (cornu_task_poll_after(pass->task, work) != CORNU_OK) return CORNU_INTERRUPTED;
    }
    pass->task->kernels->column_sums(1, all->columns, sums, pass->gradients[0],
                                     pass->accumulate[0]);
    return CORNU_OK;
}

static cornu_status weight_gradients(const rows_pass *all, const void *dy) {
    const row_normalization *self = all->self;
    const cornu_pass *pass = all->pass;
    const size_t beta = beta_slot(self);
    cornu_status status = CORNU_OK;
    if (self->scale && pass->gradients[0]) status = gamma_gradient(all, dy);
    if (status == CORNU_OK && self->center && pass->gradients[beta])
        status = cornu_task_column_sums(pass->task, all->rows, all->columns, dy,
                                        pass->gradients[beta], pass->accumulate[beta]);
    return status;
}

static cornu_status normalization_backward(const cornu_layer *layer, cornu_pass *pass) {
    rows_pass all = make_rows(layer, pass);
    const bool wants_dx = pass->dx != NULL;
    cornu_status status = CORNU_OK;
    if (wants_dx) pass->dx = pass->dy;
    if (all.rows == 0 || all.columns == 0) return CORNU_OK;
    all.to = all.along.moves ? all.room : pass->dy;
    all.from = all.to;
    if (all.along.moves)
        status = cornu_task_permute(pass->task, &all.along.to, pass->rows, pass->input, pass->dy,
                                    all.room);
    if (status == CORNU_OK) status = weight_gradients(&all, all.from);
    if (status == CORNU_OK && wants_dx) status = run_tiles(&all, backward_tile);
    if (status != CORNU_OK || !wants_dx || !all.along.moves) return status;
    return cornu_task_permute(pass->task, &all.along.back, pass->rows, &all.along.moved, all.room,
                              pass->dx);
}

static const cornu_layer_type normalization_type = {
    .name = "LayerNormalization",
    .output_shape = normalization_output_shape,
    .spans = normalization_spans,
    .needs = normalization_needs,
    .forward = normalization_forward,
    .backward = normalization_backward,
};

cornu_status cornu_layer_new_row_normalization(const char *name, cornu_dtype dtype,
                                               const char *kind, size_t axis_count,
                                               const int64_t *axes, double epsilon, bool center,
                                               bool scale, cornu_layer **layer,
                                               cornu_error *error) {
    static const char *const kinds[] = {"layer", "rms", "unit"};
    size_t norm = 0;
    while (norm < 3 && strcmp(kind, kinds[norm]) != 0) norm++;
    if (norm == 3 || axis_count == 0 || axis_count > CORNU_MAX_RANK) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "There is no normalization of rows of the kind %s along %zu axes.",
                               kind, axis_count);
    }
    cornu_layer *made;
    cornu_status status =
        cornu_layer_new(&normalization_type, sizeof(row_normalization), name, dtype, &made, error);
    if (status != CORNU_OK) return status;
    row_normalization *self = (row_normalization *)made;
    self->norm = (cornu_row_norm)norm;
    self->epsilon = epsilon;
    self->center = center;
    self->scale = scale;
    self->axis_count = axis_count;
    for (size_t i = 0; i < axis_count; i++) self->axes[i] = axes[i];
    *layer = made;
    return CORNU_OK;
}
