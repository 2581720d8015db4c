/* Dropout: while training, drops elements at random and scales the others up. AlphaDropout: gives
 * them SELU's lowest value, and scales and shifts all so that mean and deviation stay (Klambauer et
 * al., "Self-normalizing neural networks", 2017).
 *
 * The mask is not stored: it is a function of (seed, draw, index), so backward makes it again. */
#include <math.h>

#include "base/status.h"
#include "net/draws.h"
#include "net/layer.h"
#include "net/shape.h"

typedef struct dropout {
    cornu_layer base;
    double rate;
    bool is_alpha;
    double dropped, scale, shift; /* where it is */
    uint64_t seed;                /* to begin with */
    size_t noise_rank;            /* 0: the mask has the batch's shape */
    size_t noise_shape[CORNU_MAX_RANK + 1];
} dropout;

static const dropout *as_dropout(const cornu_layer *layer) {
    return (const dropout *)layer;
}

static cornu_status dropout_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                         cornu_shape *output, cornu_error *error) {
    const dropout *self = as_dropout(layer);
    if (self->noise_rank > 0 && self->noise_rank != input->rank + 1) {
        return cornu_layer_shape_error(layer, input,
                                       "has a `noise_shape` of another rank than its input", error);
    }
    for (size_t axis = 1; axis < self->noise_rank; axis++) {
        size_t size = self->noise_shape[axis];
        if (size > 1 && size != input->sizes[axis - 1]) {
            return cornu_layer_shape_error(layer, input,
                                           "has a `noise_shape` that doesn't fit its input", error);
        }
    }
    *output = *input;
    return CORNU_OK;
}

/* What masks are drawn by: saved, restored and rolled back with all other state. */
static size_t dropout_spans(const cornu_layer *layer, const cornu_shape *input,
                            cornu_span_request *requests) {
    (void)layer;
    (void)input;
    requests[0] = cornu_draws_request();
    return 1;
}

static void dropout_adopted(cornu_layer *layer) {
    cornu_draws_of(layer)->seed = as_dropout(layer)->seed;
}

static void dropout_needs(const cornu_layer *layer, const cornu_shape *input,
                          const cornu_layer_use *use, cornu_layer_needs *needs) {
    (void)input;
    needs->alias = !use->training || as_dropout(layer)->rate == 0.0;
}

/* The mask's strides in words: 0 along an axis that shares one. */
typedef struct dropout_mask {
    cornu_task *task;
    cornu_dropout dropout;
    bool is_alpha;
    double dropped, scale, shift;
    size_t rank; /* batch included */
    size_t sizes[CORNU_MAX_RANK + 1];
    size_t strides[CORNU_MAX_RANK + 1];
    size_t inner, outer; /* elements of a run along the last axis; runs */
    size_t runs_per_tile;
    const void *x;
    void *y;
} dropout_mask;

static void mask_run(const dropout_mask *mask, size_t run) {
    size_t word = 0, rest = run;
    for (size_t axis = mask->rank - 1; axis-- > 0;) {
        word += rest % mask->sizes[axis] * mask->strides[axis];
        rest /= mask->sizes[axis];
    }
    const cornu_kernels *kernels = mask->task->kernels;
    const size_t step = mask->strides[mask->rank - 1];
    const void *x = cornu_task_at(mask->task, mask->x, run * mask->inner);
    void *y = cornu_task_at(mask->task, mask->y, run * mask->inner);
    if (mask->is_alpha) {
        kernels->alpha_dropout(&mask->dropout, mask->dropped, mask->scale, mask->shift, word, step,
                               mask->inner, x, y);
    } else {
        kernels->dropout(&mask->dropout, word, step, mask->inner, x, y);
    }
}

static void mask_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const dropout_mask *mask = argument;
    size_t begin = tile * mask->runs_per_tile;
    size_t end =
        begin + mask->runs_per_tile < mask->outer ? begin + mask->runs_per_tile : mask->outer;
    for (size_t run = begin; run < end; run++) mask_run(mask, run);
}

/* Backward what is dropped is a constant, and so is the shift. */
static cornu_status apply_mask(const dropout *self, const cornu_pass *pass, bool is_backward,
                               const void *x, void *y) {
    dropout_mask mask = {.task = pass->task,
                         .is_alpha = self->is_alpha,
                         .dropped = is_backward ? 0.0 : self->dropped,
                         .scale = self->scale,
                         .shift = is_backward ? 0.0 : self->shift,
                         .dropout = {.rate = self->rate,
                                     .seed = cornu_draws_of(&self->base)->seed,
                                     .stream = pass->draw},
                         .rank = pass->input->rank + 1,
                         .sizes = {pass->rows},
                         .x = x,
                         .y = y};
    for (size_t axis = 1; axis < mask.rank; axis++) mask.sizes[axis] = pass->input->sizes[axis - 1];
    size_t stride = 1;
    for (size_t axis = mask.rank; axis-- > 0;) {
        bool shared = self->noise_rank > 0 && self->noise_shape[axis] == 1;
        mask.strides[axis] = shared ? 0 : stride;
        if (!shared) stride *= mask.sizes[axis];
    }
    mask.inner = mask.sizes[mask.rank - 1];
    mask.outer = 1;
    for (size_t axis = 0; axis + 1 < mask.rank; axis++) mask.outer *= mask.sizes[axis];
    if (mask.inner == 0 || mask.outer == 0) return CORNU_OK;
    mask.runs_per_tile = cornu_tile_rows(4096, mask.inner);
    size_t tiles = (mask.outer - 1) / mask.runs_per_tile + 1;
    return cornu_task_run(pass->task, mask_tile, &mask, tiles,
                          10.0 * (double)mask.inner * (double)mask.outer);
}

static cornu_status dropout_forward(const cornu_layer *layer, cornu_pass *pass) {
    pass->draw = cornu_draws_of(layer)->count++;
    return apply_mask(as_dropout(layer), pass, false, pass->x, pass->y);
}

static cornu_status dropout_backward(const cornu_layer *layer, cornu_pass *pass) {
    if (!pass->dx) return CORNU_OK;
    pass->dx = pass->dy;
    return apply_mask(as_dropout(layer), pass, true, pass->dy, pass->dx);
}

static size_t dropout_batch_rows(const cornu_layer *layer) {
    const dropout *self = as_dropout(layer);
    return self->rate > 0.0 && self->noise_rank > 0 && self->noise_shape[0] > 1
               ? self->noise_shape[0]
               : 0;
}

static const cornu_layer_type dropout_type = {
    .name = "Dropout",
    .output_shape = dropout_output_shape,
    .spans = dropout_spans,
    .needs = dropout_needs,
    .forward = dropout_forward,
    .backward = dropout_backward,
    .adopted = dropout_adopted,
    .batch_rows = dropout_batch_rows,
};

static const cornu_layer_type alpha_dropout_type = {
    .name = "AlphaDropout",
    .output_shape = dropout_output_shape,
    .spans = dropout_spans,
    .needs = dropout_needs,
    .forward = dropout_forward,
    .backward = dropout_backward,
    .adopted = dropout_adopted,
    .batch_rows = dropout_batch_rows,
};

static cornu_status make_dropout(const cornu_layer_type *type, const char *name, cornu_dtype dtype,
                                 double rate, size_t noise_rank, const size_t *noise_shape,
                                 uint64_t seed, cornu_layer **layer, cornu_error *error) {
    if (!(rate >= 0.0 && rate <= 1.0)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`rate` must be a number from 0 to 1. Received: %g", rate);
    }
    if (noise_rank > CORNU_MAX_RANK + 1) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`noise_shape` may have at most %d axes. Received: %zu",
                               CORNU_MAX_RANK + 1, noise_rank);
    }
    cornu_layer *made;
    cornu_status status = cornu_layer_new(type, sizeof(dropout), name, dtype, &made, error);
    if (status != CORNU_OK) return status;
    dropout *self = (dropout *)made;
    self->rate = rate;
    self->seed = seed;
    self->noise_rank = noise_rank;
    for (size_t axis = 0; axis < noise_rank; axis++) self->noise_shape[axis] = noise_shape[axis];
    *layer = made;
    return CORNU_OK;
}

cornu_status cornu_layer_new_dropout(const char *name, cornu_dtype dtype, double rate,
                                     size_t noise_rank, const size_t *noise_shape, uint64_t seed,
                                     cornu_layer **layer, cornu_error *error) {
    return make_dropout(&dropout_type, name, dtype, rate, noise_rank, noise_shape, seed, layer,
                        error);
}

cornu_status cornu_layer_new_alpha_dropout(const char *name, cornu_dtype dtype, double rate,
                                           size_t noise_rank, const size_t *noise_shape,
                                           uint64_t seed, cornu_layer **layer, cornu_error *error) {
    /* -scale alpha of SELU. */
    const double lowest = -1.0507009873554804934 * 1.6732632423543772848;
    if (!(rate < 1.0))
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`rate` must be at least 0 and less than 1. Received: %g", rate);
    cornu_layer *made = NULL;
    cornu_status status = make_dropout(&alpha_dropout_type, name, dtype, rate, noise_rank,
                                       noise_shape, seed, &made, error);
    if (status != CORNU_OK) return status;
    dropout *self = (dropout *)made;
    self->is_alpha = true;
    self->dropped = lowest;
    self->scale = 1.0 / sqrt((1.0 - rate) * (1.0 + rate * lowest * lowest));
    self->shift = -self->scale * lowest * rate;
    *layer = made;
    return CORNU_OK;
}
