/* GroupNormalization: the places along one axis fall into groups of neighbours; each group of each
 * row, with all else along the other axes, is normalized by its own mean and variance; then y =
 * normalized gamma + beta, a pair for each place along the axis.
 *
 * With the axis split in two, a group is a row of a matrix. z holds the normalized rows so, then
 * each one's factor, then, where axes move, as much room as the rows. */
#include <string.h>

#include "base/status.h"
#include "net/layer.h"
#include "net/permutation.h"

/* Elements of a tile; operations that one costs. */
#define TILE_ELEMENTS 16384
#define ELEMENT_WORK 8.0

typedef struct group_normalization {
    cornu_layer base;
    int64_t groups; /* -1: as many as places */
    int64_t axis;
    double epsilon;
    bool center, scale;
} group_normalization;

/* Vectors of a row's size that are kept. */
enum { ZEROS, ONES, GAMMAS, BETAS, SUMS, ROOM, VECTORS };

static const group_normalization *as_groups(const cornu_layer *layer) {
    return (const group_normalization *)layer;
}

static size_t beta_slot(const group_normalization *self) {
    return self->scale ? 1 : 0;
}

/* The places along the axis as columns. */
static cornu_along places_of(const cornu_layer *layer, const cornu_shape *input) {
    return cornu_along_known(layer, input, 1, &as_groups(layer)->axis);
}

static size_t group_count(const cornu_layer *layer, size_t places) {
    return as_groups(layer)->groups < 0 ? places : (size_t)as_groups(layer)->groups;
}

/* The axis split into groups and what is in one. */
static cornu_shape split_shape(const cornu_layer *layer, const cornu_shape *input) {
    const int64_t given = as_groups(layer)->axis;
    const size_t axis = given < 0 ? (size_t)(given + (int64_t)input->rank) : (size_t)given - 1;
    const size_t groups = group_count(layer, input->sizes[axis]);
    cornu_shape split = {.rank = input->rank + 1};
    for (size_t i = 0; i < split.rank; i++) split.sizes[i] = input->sizes[i > axis ? i - 1 : i];
    split.sizes[axis] = groups;
    split.sizes[axis + 1] = groups ? input->sizes[axis] / groups : 0;
    return split;
}

/* All but the groups as columns. */
static cornu_along groups_of(const cornu_layer *layer, const cornu_shape *split) {
    const int64_t given = as_groups(layer)->axis;
    const int64_t groups = given < 0 ? given + (int64_t)split->rank : given;
    int64_t axes[CORNU_MAX_RANK];
    size_t count = 0;
    for (int64_t axis = 1; axis <= (int64_t)split->rank; axis++) {
        if (axis != groups) axes[count++] = axis;
    }
    return cornu_along_known(layer, split, count, axes);
}

static cornu_status groups_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                        cornu_shape *output, cornu_error *error) {
    cornu_along along;
    *output = *input;
    cornu_status status = cornu_along_find(layer, input, 1, &as_groups(layer)->axis, &along, error);
    if (status != CORNU_OK) return status;
    if (input->rank == CORNU_MAX_RANK)
        return cornu_layer_shape_error(layer, input, "has too many axes to split one", error);
    const size_t groups = group_count(layer, along.columns);
    if (groups > 0 && along.columns % groups == 0 && groups <= along.columns) return CORNU_OK;
    if (along.columns == 0 && groups == 0) return CORNU_OK;
    return cornu_layer_shape_error(
        layer, input, "has a number of groups that does not divide the size of its axis", error);
}

static size_t groups_spans(const cornu_layer *layer, const cornu_shape *input,
                           cornu_span_request *requests) {
    const group_normalization *self = as_groups(layer);
    const size_t count = beta_slot(self) + (self->center ? 1 : 0);
    for (size_t slot = 0; slot < count; slot++) {
        requests[slot] = (cornu_span_request){.dtype = layer->dtype,
                                              .shape = {1, {places_of(layer, input).columns}},
                                              .trained = true};
    }
    return count;
}

static void groups_needs(const cornu_layer *layer, const cornu_shape *input,
                         const cornu_layer_use *use, cornu_layer_needs *needs) {
    (void)use;
    const cornu_shape split = split_shape(layer, input);
    const cornu_along along = groups_of(layer, &split);
    const size_t elements = along.rows * along.columns;
    needs->z_count = elements * (along.moves ? 2 : 1) + along.rows;
    needs->kept_count = VECTORS * elements;
}

/* What a pass works on. */
typedef struct groups_pass {
    const cornu_layer *layer;
    cornu_pass *pass;
    cornu_along along, places;
    cornu_shape split;
    size_t rows, columns; /* of the matrix of groups */
    void *normalized, *inverses, *room;
    const void *from, *shifts;
    void *to;
} groups_pass;

static groups_pass make_groups(const cornu_layer *layer, cornu_pass *pass) {
    groups_pass all = {.layer = layer,
                       .pass = pass,
                       .places = places_of(layer, pass->input),
                       .split = split_shape(layer, pass->input),
                       .normalized = pass->z};
    all.along = groups_of(layer, &all.split);
    all.rows = pass->rows * all.along.rows;
    all.columns = all.along.columns;
    all.inverses = cornu_task_at(pass->task, pass->z, all.rows * all.columns);
    if (all.along.moves) all.room = cornu_task_at(pass->task, all.inverses, all.rows);
    return all;
}

static void *vector(const groups_pass *all, size_t index) {
    return cornu_task_at(all->pass->task, all->pass->kept, index * all->pass->input_count);
}

/* The normalized rows with their axes where the input has them. */
static void *in_place(const groups_pass *all) {
    return all->along.moves ? all->room : all->normalized;
}

/* Zeros, ones, and gamma and beta for whole rows. */
static cornu_status fill_vectors(const groups_pass *all) {
    const group_normalization *self = as_groups(all->layer);
    const cornu_pass *pass = all->pass;
    const double one = 1.0;
    cornu_status status = CORNU_OK;
    memset(vector(all, ZEROS), 0, pass->input_count * pass->task->kernels->element_nbytes);
    pass->task->kernels->gather[CORNU_FLOAT64][0](pass->input_count, &one, 0, vector(all, ONES));
    if (self->scale)
        status = cornu_task_lay_out(pass->task, &all->places, cornu_span_data(all->layer->spans[0]),
                                    vector(all, ROOM), vector(all, GAMMAS));
    if (status == CORNU_OK && self->center)
        status = cornu_task_lay_out(pass->task, &all->places,
                                    cornu_span_data(all->layer->spans[beta_slot(self)]),
                                    vector(all, ROOM), vector(all, BETAS));
    return status;
}

static const void *gammas(const groups_pass *all) {
    return vector(all, as_groups(all->layer)->scale ? GAMMAS : ONES);
}

/* Tiles of the matrix of groups. */
static size_t tile_of(size_t rows, size_t columns, size_t tile, size_t *row) {
    const size_t tile_rows = cornu_tile_rows(TILE_ELEMENTS, columns);
    *row = tile * tile_rows;
    return rows - *row < tile_rows ? rows - *row : tile_rows;
}

static void normalize_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const groups_pass *all = argument;
    const cornu_task *task = all->pass->task;
    size_t row;
    const size_t rows = tile_of(all->rows, all->columns, tile, &row);
    const size_t place = row * all->columns;
    task->kernels->normalize_rows(CORNU_CENTERED_ROWS, as_groups(all->layer)->epsilon, rows,
                                  all->columns, cornu_task_at(task, all->from, place),
                                  cornu_task_at(task, all->normalized, place),
                                  cornu_task_at(task, all->inverses, row));
}

static void differentiate_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const groups_pass *all = argument;
    const cornu_task *task = all->pass->task;
    size_t row;
    const size_t rows = tile_of(all->rows, all->columns, tile, &row);
    void *place = cornu_task_at(task, all->to, row * all->columns);
    task->kernels->normalize_rows_backward(
        CORNU_CENTERED_ROWS, as_groups(all->layer)->epsilon, rows, all->columns,
        cornu_task_at(task, all->normalized, row * all->columns),
        cornu_task_at(task, all->inverses, row), vector(all, ONES), place, place);
}

/* By gamma, and the shifts, over whole rows. */
static void scale_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const groups_pass *all = argument;
    const cornu_pass *pass = all->pass;
    size_t row;
    const size_t rows = tile_of(pass->rows, pass->input_count, tile, &row);
    const size_t place = row * pass->input_count;
    pass->task->kernels->normalize_columns(
        rows, pass->input_count, cornu_task_at(pass->task, all->from, place), vector(all, ZEROS),
        gammas(all), all->shifts, cornu_task_at(pass->task, all->to, place));
}

static cornu_status run_tiles(groups_pass *all, cornu_pool_tile *run_tile, size_t rows,
                              size_t columns) {
    const size_t tile_rows = cornu_tile_rows(TILE_ELEMENTS, columns);
    return cornu_task_run(all->pass->task, run_tile, all, (rows - 1) / tile_rows + 1,
                          ELEMENT_WORK * (double)rows * (double)columns);
}

static cornu_status groups_forward(const cornu_layer *layer, cornu_pass *pass) {
    groups_pass all = make_groups(layer, pass);
    if (pass->rows == 0 || pass->input_count == 0) return CORNU_OK;
    cornu_status status = fill_vectors(&all);
    if (status == CORNU_OK && all.along.moves)
        status = cornu_task_permute(pass->task, &all.along.to, pass->rows, &all.split, pass->x,
                                    all.normalized);
    all.from = all.along.moves ? all.normalized : pass->x;
    if (status == CORNU_OK) status = run_tiles(&all, normalize_tile, all.rows, all.columns);
    if (status == CORNU_OK && all.along.moves)
        status = cornu_task_permute(pass->task, &all.along.back, pass->rows, &all.along.moved,
                                    all.normalized, all.room);
    if (status != CORNU_OK) return status;
    all.from = in_place(&all);
    all.to = pass->y;
    all.shifts = vector(&all, as_groups(layer)->center ? BETAS : ZEROS);
    return run_tiles(&all, scale_tile, pass->rows, pass->input_count);
}

/* A weight's gradient from that by each element of a row. */
static cornu_status give_gradient(const groups_pass *all, size_t slot) {
    const cornu_pass *pass = all->pass;
    const void *sums = vector(all, SUMS);
    if (all->places.moves) {
        cornu_status status = cornu_task_permute(pass->task, &all->places.to, 1, pass->input, sums,
                                                 vector(all, ROOM));
        if (status != CORNU_OK) return status;
        sums = vector(all, ROOM);
    }
    pass->task->kernels->column_sums(all->places.rows, all->places.columns, sums,
                                     pass->gradients[slot], pass->accumulate[slot]);
    return CORNU_OK;
}

static cornu_status gamma_gradient(const groups_pass *all) {
    const cornu_pass *pass = all->pass;
    const size_t columns = pass->input_count;
    const size_t step =
        cornu_tile_rows(16 * TILE_ELEMENTS / CORNU_SUM_BLOCK, columns) * CORNU_SUM_BLOCK;
    for (size_t row = 0; row < pass->rows; row += step) {
        const size_t rows = pass->rows - row < step ? pass->rows - row : step;
        const size_t place = row * columns;
        pass->task->kernels->centered_sums(
            rows, columns, cornu_task_at(pass->task, in_place(all), place), vector(all, ZEROS),
            cornu_task_at(pass->task, pass->dy, place), vector(all, SUMS), row > 0);
        const double work = ELEMENT_WORK * (double)rows * (double)columns;
        if (cornu_task_poll_after(pass->task, work) != CORNU_OK) return CORNU_INTERRUPTED;
    }
    return give_gradient(all, 0);
}

static cornu_status weight_gradients(const groups_pass *all) {
    const group_normalization *self = as_groups(all->layer);
    const cornu_pass *pass = all->pass;
    const size_t beta = beta_slot(self);
    cornu_status status = CORNU_OK;
    if (self->scale && pass->gradients[0]) status = gamma_gradient(all);
    if (status != CORNU_OK || !self->center || !pass->gradients[beta]) return status;
    status = cornu_task_column_sums(pass->task, pass->rows, pass->input_count, pass->dy,
                                    vector(all, SUMS), false);
    return status == CORNU_OK ? give_gradient(all, beta) : status;
}

static cornu_status groups_backward(const cornu_layer *layer, cornu_pass *pass) {
    groups_pass all = make_groups(layer, pass);
    const bool wants_dx = pass->dx != NULL;
    if (wants_dx) pass->dx = pass->dy;
    if (pass->rows == 0 || pass->input_count == 0) return CORNU_OK;
    cornu_status status = weight_gradients(&all);
    if (status != CORNU_OK || !wants_dx) return status;
    all.from = all.to = pass->dy;
    all.shifts = vector(&all, ZEROS);
    status = run_tiles(&all, scale_tile, pass->rows, pass->input_count);
    if (status == CORNU_OK && all.along.moves) {
        status = cornu_task_permute(pass->task, &all.along.to, pass->rows, &all.split, pass->dy,
                                    all.room);
        all.to = all.room;
    }
    if (status == CORNU_OK) status = run_tiles(&all, differentiate_tile, all.rows, all.columns);
    if (status != CORNU_OK || !all.along.moves) return status;
    return cornu_task_permute(pass->task, &all.along.back, pass->rows, &all.along.moved, all.room,
                              pass->dx);
}

static const cornu_layer_type groups_type = {
    .name = "GroupNormalization",
    .output_shape = groups_output_shape,
    .spans = groups_spans,
    .needs = groups_needs,
    .forward = groups_forward,
    .backward = groups_backward,
};

cornu_status cornu_layer_new_group_normalization(const char *name, cornu_dtype dtype,
                                                 int64_t groups, int64_t axis, double epsilon,
                                                 bool center, bool scale, cornu_layer **layer,
                                                 cornu_error *error) {
    if (groups == 0 || groups < -1)
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`groups` must be a positive integer, or -1. Received: %lld",
                               (long long)groups);
    cornu_layer *made;
    cornu_status status =
        cornu_layer_new(&groups_type, sizeof(group_normalization), name, dtype, &made, error);
    if (status != CORNU_OK) return status;
    group_normalization *self = (group_normalization *)made;
    self->groups = groups;
    self->axis = axis;
    self->epsilon = epsilon;
    self->center = center;
    self->scale = scale;
    *layer = made;
    return CORNU_OK;
}
