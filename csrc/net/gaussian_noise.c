/* GaussianNoise and GaussianDropout: while training, add normal numbers to the elements, or
 * multiply by such.
 *
 * They are not stored: they are a function of (seed, draw, index), so backward makes them again. */
#include "base/status.h"
#include "net/draws.h"
#include "net/layer.h"

/* Elements of a tile, even: normal numbers are made in pairs. Operations that one costs. */
#define TILE_ELEMENTS 4096
#define ELEMENT_WORK 40.0

typedef struct gaussian_noise {
    cornu_layer base;
    double deviation;
    bool multiplies;
    uint64_t seed; /* to begin with */
} gaussian_noise;

static const gaussian_noise *as_noise(const cornu_layer *layer) {
    return (const gaussian_noise *)layer;
}

static cornu_status noise_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                       cornu_shape *output, cornu_error *error) {
    (void)layer;
    (void)error;
    *output = *input;
    return CORNU_OK;
}

/* How many training passes have drawn, as dropout has it. */
static size_t noise_spans(const cornu_layer *layer, const cornu_shape *input,
                          cornu_span_request *requests) {
    (void)layer;
    (void)input;
    requests[0] = cornu_draws_request();
    return 1;
}

static void noise_adopted(cornu_layer *layer) {
    cornu_draws_of(layer)->seed = as_noise(layer)->seed;
}

static void noise_needs(const cornu_layer *layer, const cornu_shape *input,
                        const cornu_layer_use *use, cornu_layer_needs *needs) {
    (void)input;
    needs->alias = !use->training || as_noise(layer)->deviation == 0.0;
}

typedef struct noise_tiles {
    const cornu_task *task;
    cornu_noise noise;
    size_t count;
    const void *x;
    void *y;
} noise_tiles;

static void noise_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const noise_tiles *tiles = argument;
    const size_t first = tile * TILE_ELEMENTS, left = tiles->count - first;
    tiles->task->kernels->noise(&tiles->noise, first, left < TILE_ELEMENTS ? left : TILE_ELEMENTS,
                                cornu_task_at(tiles->task, tiles->x, first),
                                cornu_task_at(tiles->task, tiles->y, first));
}

static cornu_status apply_noise(const gaussian_noise *self, const cornu_pass *pass, const void *x,
                                void *y) {
    noise_tiles tiles = {.task = pass->task,
                         .noise = {.deviation = self->deviation,
                                   .multiplies = self->multiplies,
                                   .seed = cornu_draws_of(&self->base)->seed,
                                   .stream = pass->draw},
                         .count = pass->rows * pass->input_count,
                         .x = x,
                         .y = y};
    if (tiles.count == 0) return CORNU_OK;
    return cornu_task_run(pass->task, noise_tile, &tiles, (tiles.count - 1) / TILE_ELEMENTS + 1,
                          ELEMENT_WORK * (double)tiles.count);
}

static cornu_status noise_forward(const cornu_layer *layer, cornu_pass *pass) {
    pass->draw = cornu_draws_of(layer)->count++;
    return apply_noise(as_noise(layer), pass, pass->x, pass->y);
}

static cornu_status noise_backward(const cornu_layer *layer, cornu_pass *pass) {
    if (!pass->dx) return CORNU_OK;
    pass->dx = pass->dy;
    if (!as_noise(layer)->multiplies) return CORNU_OK;
    return apply_noise(as_noise(layer), pass, pass->dy, pass->dx);
}

static const cornu_layer_type noise_type = {
    .name = "GaussianNoise",
    .output_shape = noise_output_shape,
    .spans = noise_spans,
    .needs = noise_needs,
    .forward = noise_forward,
    .backward = noise_backward,
    .adopted = noise_adopted,
};

static const cornu_layer_type multiplying_type = {
    .name = "GaussianDropout",
    .output_shape = noise_output_shape,
    .spans = noise_spans,
    .needs = noise_needs,
    .forward = noise_forward,
    .backward = noise_backward,
    .adopted = noise_adopted,
};

cornu_status cornu_layer_new_gaussian_noise(const char *name, cornu_dtype dtype, double deviation,
                                            bool multiplies, uint64_t seed, cornu_layer **layer,
                                            cornu_error *error) {
    if (!(deviation >= 0.0 && deviation <= (double)UINT32_MAX)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "The noise's deviation must be a finite number of at least 0. "
                               "Received: %g",
                               deviation);
    }
    cornu_layer *made;
    cornu_status status = cornu_layer_new(multiplies ? &multiplying_type : &noise_type,
                                          sizeof(gaussian_noise), name, dtype, &made, error);
    if (status != CORNU_OK) return status;
    gaussian_noise *self = (gaussian_noise *)made;
    self->deviation = deviation;
    self->multiplies = multiplies;
    self->seed = seed;
    *layer = made;
    return CORNU_OK;
}
