/* BatchNormalization: y = (x - mean) / sqrt(variance + epsilon) gamma + beta along one axis, by the
 * batch's own statistics while training, else, and where the layer is frozen, by moving ones.
 *
 * It may renormalize: batch statistics count as corrected towards ones that move with training.
 * Of an input with a mask, what is masked has no part in the batch's statistics, but is normalized.
 *
 * x is seen as a matrix with a column for each place along the axis; where that is not the last,
 * it is brought there first. */
#include "base/status.h"
#include "net/layer.h"
#include "net/masked_moments.h"
#include "net/permutation.h"
#include "net/shape.h"

/* Elements of a tile; operations that one costs. */
#define TILE_ELEMENTS 16384
#define ELEMENT_WORK 4.0

typedef struct batch_normalization {
    cornu_layer base;
    int64_t axis;
    double momentum, epsilon;
    bool center, scale, renorms;
    cornu_renorm renorm;
} batch_normalization;

/* Vectors that one occurrence in a pass keeps until backward, or needs for a while. */
enum {
    MEANS,
    VARIANCES,
    INVERSES,
    SCALES,
    SUMS,
    CENTERED,
    SLOPES,
    SHIFTS,
    FACTORS,
    OFFSETS,
    COUNTS,
    VECTORS
};

/* Slots of the state, from the first on: the last three where it renormalizes. */
enum { MOVING_MEAN, MOVING_VARIANCE, MOVING_DEVIATION, RENORM_MEAN, RENORM_DEVIATION };

static const batch_normalization *as_normalization(const cornu_layer *layer) {
    return (const batch_normalization *)layer;
}

/* Slots of the spans. */
static size_t beta_slot(const batch_normalization *self) {
    return self->scale ? 1 : 0;
}

static size_t moving_slot(const batch_normalization *self) {
    return beta_slot(self) + (self->center ? 1 : 0);
}

static size_t state_count(const batch_normalization *self) {
    return self->renorms ? 5 : 2;
}

static cornu_status normalization_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                               cornu_shape *output, cornu_error *error) {
    cornu_along along;
    *output = *input;
    return cornu_along_find(layer, input, 1, &as_normalization(layer)->axis, &along, error);
}

static size_t normalization_spans(const cornu_layer *layer, const cornu_shape *input,
                                  cornu_span_request *requests) {
    const batch_normalization *self = as_normalization(layer);
    const cornu_along along = cornu_along_known(layer, input, 1, &self->axis);
    const size_t trained = moving_slot(self);
    const size_t count = trained + state_count(self);
    for (size_t slot = 0; slot < count; slot++) {
        requests[slot] = (cornu_span_request){
            .dtype = layer->dtype, .shape = {1, {along.columns}}, .trained = slot < trained};
    }
    return count;
}

/* z holds x with the axis in its place, and behind it as much room; then, where there is a mask,
 * the weights that it gives to the numbers of x, and as much room. */
static void normalization_needs(const cornu_layer *layer, const cornu_shape *input,
                                const cornu_layer_use *use, cornu_layer_needs *needs) {
    const cornu_along along = cornu_along_known(layer, input, 1, &as_normalization(layer)->axis);
    const size_t matrices = (along.moves ? 2u : 0u) + (use->masked && use->training ? 2u : 0u);
    needs->z_count = matrices * along.rows * along.columns;
    needs->kept_count = VECTORS * along.columns;
}

/* What a pass works on. */
typedef struct columns_pass {
    const batch_normalization *self;
    cornu_pass *pass;
    cornu_along along;
    size_t rows, columns;
    bool by_batch;
    const void *x;               /* rows x columns */
    void *room;                  /* as much, where the axis moves */
    cornu_masked_columns masked; /* whose mask there is; weights NULL: none, or not by_batch */
} columns_pass;

static void set_masked(columns_pass *all) {
    cornu_task *task = all->pass->task;
    const size_t count = all->rows * all->columns;
    void *const weights = cornu_task_at(task, all->pass->z, all->along.moves ? 2 * count : 0);
    all->masked = (cornu_masked_columns){
        .task = task,
        .rows = all->rows,
        .columns = all->columns,
        .x = all->x,
        .weights = weights,
        .room = cornu_task_at(task, weights, count),
        .counts = cornu_task_at(task, all->pass->kept, COUNTS * all->columns)};
}

/* What each number of the matrix counts, from the mask of the places that it comes from. */
static cornu_status spread_mask(const columns_pass *all) {
    const cornu_pass *pass = all->pass;
    const bool moves = all->along.moves;
    void *const weights = moves ? all->masked.room : all->masked.weights;
    pass->task->kernels->spread_mask(pass->rows * cornu_shape_rows(pass->input),
                                     cornu_shape_last(pass->input), pass->mask, weights);
    if (!moves) return CORNU_OK;
    return cornu_task_permute(pass->task, &all->along.to, pass->rows, pass->input, weights,
                              all->masked.weights);
}

static columns_pass make_columns(const cornu_layer *layer, cornu_pass *pass) {
    const batch_normalization *self = as_normalization(layer);
    columns_pass all = {.self = self,
                        .pass = pass,
                        .along = cornu_along_known(layer, pass->input, 1, &self->axis),
                        .by_batch = pass->training && pass->trainable,
                        .x = pass->x};
    all.rows = pass->rows * all.along.rows;
    all.columns = all.along.columns;
    if (all.along.moves) {
        all.x = pass->z;
        all.room = cornu_task_at(pass->task, pass->z, all.rows * all.columns);
    }
    if (pass->mask && all.by_batch) set_masked(&all);
    return all;
}

static void *vector(const columns_pass *all, size_t index) {
    return cornu_task_at(all->pass->task, all->pass->kept, index * all->columns);
}

static void *weights(const columns_pass *all, size_t slot) {
    return cornu_span_data(all->self->base.spans[slot]);
}

static void *state(const columns_pass *all, size_t slot) {
    return weights(all, moving_slot(all->self) + slot);
}

/* Means, of the batch or the moving ones. */
static const void *means_of(const columns_pass *all) {
    return all->by_batch ? vector(all, MEANS) : state(all, MOVING_MEAN);
}

static cornu_status sum_centered(const columns_pass *all, const void *factors, void *sums) {
    return cornu_task_centered_sums(all->pass->task, all->rows, all->columns, all->x,
                                    vector(all, MEANS), factors, sums);
}

static cornu_status masked_moments(const columns_pass *all, void *means, void *variances) {
    const cornu_status status = spread_mask(all);
    return status == CORNU_OK ? cornu_masked_moments(&all->masked, means, variances) : status;
}

static cornu_status moments(const columns_pass *all, void *means, void *variances) {
    cornu_task *task = all->pass->task;
    const cornu_kernels *kernels = task->kernels;
    cornu_status status =
        cornu_task_column_sums(task, all->rows, all->columns, all->x, means, false);
    if (status != CORNU_OK) return status;
    kernels->divide_all(all->columns, (double)all->rows, means);
    status = sum_centered(all, NULL, variances);
    if (status != CORNU_OK) return status;
    kernels->divide_all(all->columns, (double)all->rows, variances);
    return CORNU_OK;
}

/* The batch's mean and variance, and the moving ones after it. */
static cornu_status take_statistics(const columns_pass *all) {
    const cornu_kernels *kernels = all->pass->task->kernels;
    void *means = vector(all, MEANS), *variances = vector(all, VARIANCES);
    const cornu_status status = all->masked.weights ? masked_moments(all, means, variances)
                                                    : moments(all, means, variances);
    if (status != CORNU_OK) return status;
    kernels->move_average(all->columns, all->self->momentum, means, state(all, MOVING_MEAN));
    if (!all->self->renorms) {
        kernels->move_average(all->columns, all->self->momentum, variances,
                              state(all, MOVING_VARIANCE));
    }
    return CORNU_OK;
}

/* Scales and shifts that bring what the batch's statistics make of x near to what moving ones
 * would, which follow after. */
static void renormalize(const columns_pass *all) {
    const batch_normalization *self = all->self;
    const cornu_kernels *kernels = all->pass->task->kernels;
    const size_t count = all->columns;
    void *deviations = vector(all, SLOPES);
    const cornu_renorm_vectors vectors = {
        .means = vector(all, MEANS),
        .variances = vector(all, VARIANCES),
        .renorm_means = state(all, RENORM_MEAN),
        .renorm_deviations = state(all, RENORM_DEVIATION),
        .gammas = self->scale ? weights(all, 0) : NULL,
        .betas = self->center ? weights(all, beta_slot(self)) : NULL,
        .factors = vector(all, FACTORS),
        .offsets = vector(all, OFFSETS),
        .deviations = deviations,
        .scales = vector(all, SCALES),
        .shifts = vector(all, SHIFTS),
    };
    const double momentum = self->renorm.momentum;
    cornu_renorm_correct(kernels->dtype, &self->renorm, self->epsilon, count, &vectors);
    kernels->move_average(count, momentum, vectors.means, state(all, RENORM_MEAN));
    kernels->move_average(count, momentum, deviations, state(all, RENORM_DEVIATION));
    kernels->move_average(count, self->momentum, deviations, state(all, MOVING_DEVIATION));
    cornu_renorm_variances(kernels->dtype, self->epsilon, count, state(all, MOVING_DEVIATION),
                           state(all, MOVING_VARIANCE));
}

typedef struct normalize_tiles {
    const columns_pass *all;
    size_t tile_rows;
    const void *means, *shifts;
    const void *from; /* x, or backward dy */
    void *to;
    bool by_slopes; /* the derivative by x where the statistics are the batch's */
} normalize_tiles;

static void normalize_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const normalize_tiles *tiles = argument;
    const columns_pass *all = tiles->all;
    const cornu_task *task = all->pass->task;
    const size_t row = tile * tiles->tile_rows, place = row * all->columns;
    const size_t rows = all->rows - row < tiles->tile_rows ? all->rows - row : tiles->tile_rows;
    const void *from = cornu_task_at(task, tiles->from, place);
    void *to = cornu_task_at(task, tiles->to, place);
    if (tiles->by_slopes && all->masked.weights) {
        task->kernels->masked_columns_backward(
            rows, all->columns, cornu_task_at(task, all->masked.weights, place),
            cornu_task_at(task, all->x, place), tiles->means, vector(all, SCALES),
            vector(all, SLOPES), tiles->shifts, from, to);
    } else if (tiles->by_slopes) {
        task->kernels->normalize_columns_backward(
            rows, all->columns, cornu_task_at(task, all->x, place), tiles->means,
            vector(all, SCALES), vector(all, SLOPES), tiles->shifts, from, to);
    } else {
        task->kernels->normalize_columns(rows, all->columns, from, tiles->means,
                                         vector(all, SCALES), tiles->shifts, to);
    }
}

static cornu_status run_tiles(normalize_tiles *tiles) {
    const columns_pass *all = tiles->all;
    tiles->tile_rows = cornu_tile_rows(TILE_ELEMENTS, all->columns);
    return cornu_task_run(all->pass->task, normalize_tile, tiles,
                          (all->rows - 1) / tiles->tile_rows + 1,
                          ELEMENT_WORK * (double)all->rows * (double)all->columns);
}

static void set_to_zero(const columns_pass *all, void *numbers) {
    all->pass->task->kernels->column_sums(0, all->columns, numbers, numbers, false);
}

static cornu_status normalization_forward(const cornu_layer *layer, cornu_pass *pass) {
    const columns_pass all = make_columns(layer, pass);
    const batch_normalization *self = all.self;
    if (all.rows == 0 || all.columns == 0) return CORNU_OK;
    cornu_status status = CORNU_OK;
    if (all.along.moves)
        status = cornu_task_permute(pass->task, &all.along.to, pass->rows, pass->input, pass->x,
                                    pass->z);
    if (status == CORNU_OK && all.by_batch) status = take_statistics(&all);
    if (status != CORNU_OK) return status;
    pass->task->kernels->normalizing_scales(
        all.columns, self->epsilon,
        all.by_batch ? vector(&all, VARIANCES) : state(&all, MOVING_VARIANCE),
        self->scale ? weights(&all, 0) : NULL, vector(&all, INVERSES), vector(&all, SCALES));
    const bool renorms = self->renorms && all.by_batch;
    if (renorms) {
        renormalize(&all);
    } else if (!self->center) {
        set_to_zero(&all, vector(&all, SHIFTS));
    }
    normalize_tiles tiles = {
        .all = &all,
        .means = means_of(&all),
        .shifts = self->center && !renorms ? weights(&all, beta_slot(self)) : vector(&all, SHIFTS),
        .from = all.x,
        .to = all.along.moves ? all.room : pass->y};
    status = run_tiles(&tiles);
    if (status != CORNU_OK || !all.along.moves) return status;
    return cornu_task_permute(pass->task, &all.along.back, pass->rows, &all.along.moved, all.room,
                              pass->y);
}

/* What a weight's gradient is, or adds to it, and its step. */
static void give_gradient(const columns_pass *all, size_t slot, const void *gradient) {
    const cornu_pass *pass = all->pass;
    if (!pass->gradients[slot]) return;
    pass->task->kernels->column_sums(1, all->columns, gradient, pass->gradients[slot],
                                     pass->accumulate[slot]);
    if (pass->descents)
        cornu_task_descend(pass->task, all->columns, pass->gradients[slot], &pass->descents[slot]);
}

/* And what dx takes where the statistics are the batch's. */
static cornu_status weight_gradients(const columns_pass *all, const void *dy) {
    const batch_normalization *self = all->self;
    cornu_task *task = all->pass->task;
    /* A copy. */
    if (!all->by_batch) {
        task->kernels->column_sums(1, all->columns, state(all, MOVING_MEAN), vector(all, MEANS),
                                   false);
    }
    cornu_status status =
        cornu_task_column_sums(task, all->rows, all->columns, dy, vector(all, SUMS), false);
    if (status == CORNU_OK) status = sum_centered(all, dy, vector(all, CENTERED));
    if (status != CORNU_OK) return status;
    if (all->masked.weights) {
        task->kernels->masked_slopes(all->columns, CORNU_MASK_EPSILON, all->masked.counts,
                                     vector(all, MEANS), vector(all, INVERSES), vector(all, SCALES),
                                     vector(all, SUMS), vector(all, CENTERED), vector(all, SLOPES),
                                     vector(all, SHIFTS));
    } else {
        task->kernels->normalizing_slopes(
            all->columns, all->rows, vector(all, INVERSES), vector(all, SCALES), vector(all, SUMS),
            vector(all, CENTERED), vector(all, SLOPES), vector(all, SHIFTS));
    }
    if (self->renorms && all->by_batch) {
        cornu_renorm_gradient(task->kernels->dtype, all->columns, vector(all, FACTORS),
                              vector(all, OFFSETS), vector(all, SUMS), vector(all, CENTERED));
    }
    if (self->scale) give_gradient(all, 0, vector(all, CENTERED));
    if (self->center) give_gradient(all, beta_slot(self), vector(all, SUMS));
    return CORNU_OK;
}

static cornu_status normalization_backward(const cornu_layer *layer, cornu_pass *pass) {
    const columns_pass all = make_columns(layer, pass);
    void *const room = all.along.moves ? all.room : pass->dy;
    const bool wants_dx = pass->dx != NULL;
    cornu_status status = CORNU_OK;
    if (wants_dx) pass->dx = pass->dy;
    if (all.rows == 0 || all.columns == 0) return CORNU_OK;
    if (all.along.moves)
        status =
            cornu_task_permute(pass->task, &all.along.to, pass->rows, pass->input, pass->dy, room);
    /* With the moving statistics in a trace only, or where the layer is frozen. */
    if (status == CORNU_OK && (all.by_batch || all.pass->trainable))
        status = weight_gradients(&all, room);
    if (status != CORNU_OK || !wants_dx) return status;
    normalize_tiles tiles = {.all = &all,
                             .means = vector(&all, MEANS),
                             .shifts = vector(&all, SHIFTS),
                             .from = room,
                             .to = room,
                             .by_slopes = all.by_batch};
    if (!all.by_batch) {
        /* The statistics are constants: dx = scale dy. */
        set_to_zero(&all, vector(&all, MEANS));
        set_to_zero(&all, vector(&all, SHIFTS));
    }
    status = run_tiles(&tiles);
    if (status != CORNU_OK || !all.along.moves) return status;
    return cornu_task_permute(pass->task, &all.along.back, pass->rows, &all.along.moved, room,
                              pass->dx);
}

static const cornu_layer_type normalization_type = {
    .name = "BatchNormalization",
    .output_shape = normalization_output_shape,
    .spans = normalization_spans,
    .needs = normalization_needs,
    .forward = normalization_forward,
    .backward = normalization_backward,
    .descends = true,
};

cornu_status cornu_layer_new_batch_normalization(const char *name, cornu_dtype dtype, int64_t axis,
                                                 double momentum, double epsilon, bool center,
                                                 bool scale, const cornu_renorm *renorm,
                                                 cornu_layer **layer, cornu_error *error) {
    cornu_layer *made;
    cornu_status status = cornu_layer_new(&normalization_type, sizeof(batch_normalization), name,
                                          dtype, &made, error);
    if (status != CORNU_OK) return status;
    batch_normalization *self = (batch_normalization *)made;
    self->axis = axis;
    self->momentum = momentum;
    self->epsilon = epsilon;
    self->center = center;
    self->scale = scale;
    self->renorms = renorm != NULL;
    if (renorm) self->renorm = *renorm;
    *layer = made;
    return CORNU_OK;
}
