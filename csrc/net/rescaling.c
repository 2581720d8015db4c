/* Rescaling: y = x scale + shift by constants, a pair for all elements or one for each along the
 * last axis, or along the third last, the channels of images that come first. */
#include "base/size.h"
#include "base/status.h"
#include "net/layer.h"
#include "net/shape.h"

/* Elements of a tile; operations that one costs. */
#define TILE_ELEMENTS 16384
#define ELEMENT_WORK 4.0
/* Columns of the matrix that elements are seen as which have one pair. */
#define SCALAR_COLUMNS 256

typedef struct rescaling {
    cornu_layer base;
    size_t count; /* pairs; 1: one for all */
    bool channels_first;
    size_t columns; /* of the matrix: `count`, or where neighbours have one pair SCALAR_COLUMNS */
    /* In the layer's dtype, behind it: `columns` each or, of channels, as many for each of them. */
    unsigned char *zeros, *scales, *shifts;
} rescaling;

static const rescaling *as_rescaling(const cornu_layer *layer) {
    return (const rescaling *)layer;
}

static cornu_status rescaling_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                           cornu_shape *output, cornu_error *error) {
    const rescaling *self = as_rescaling(layer);
    *output = *input;
    if (self->channels_first) {
        if (input->rank >= 3 && input->sizes[input->rank - 3] == self->count) return CORNU_OK;
        return cornu_layer_shape_error(
            layer, input, "has a scale or an offset of another length than its third last axis",
            error);
    }
    if (self->count == 1 || cornu_shape_last(input) == self->count) return CORNU_OK;
    return cornu_layer_shape_error(
        layer, input, "has a scale or an offset of another length than its last axis", error);
}

static void rescaling_needs(const cornu_layer *layer, const cornu_shape *input,
                            const cornu_layer_use *use, cornu_layer_needs *needs) {
    (void)layer;
    (void)input;
    (void)use;
    needs->alias = false;
}

typedef struct rescaling_tiles {
    const rescaling *self;
    const cornu_task *task;
    size_t count, tile_count; /* elements; a multiple of the columns, or those of a channel */
    const void *shifts;
    const void *from;
    void *to;
} rescaling_tiles;

/* Elements that follow each other in one channel. */
static size_t image_count(const cornu_shape *input) {
    return input->sizes[input->rank - 2] * input->sizes[input->rank - 1];
}

static void rescaling_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const rescaling_tiles *tiles = argument;
    const rescaling *self = tiles->self;
    const cornu_kernels *kernels = tiles->task->kernels;
    const size_t begin = tile * tiles->tile_count, left = tiles->count - begin;
    const size_t count = left < tiles->tile_count ? left : tiles->tile_count;
    const size_t rows = count / self->columns, whole = begin + rows * self->columns;
    const size_t channel = self->channels_first ? tile % self->count * self->columns : 0;
    const void *scales = cornu_task_at(tiles->task, self->scales, channel);
    const void *shifts = cornu_task_at(tiles->task, tiles->shifts, channel);
    kernels->rescale(rows, self->columns, cornu_task_at(tiles->task, tiles->from, begin), scales,
                     shifts, cornu_task_at(tiles->task, tiles->to, begin));
    /* What is left of elements that have one pair. */
    kernels->rescale(1, begin + count - whole, cornu_task_at(tiles->task, tiles->from, whole),
                     scales, shifts, cornu_task_at(tiles->task, tiles->to, whole));
}

static cornu_status rescale(const rescaling *self, const cornu_pass *pass, const void *shifts,
                            const void *from, void *to) {
    rescaling_tiles tiles = {.self = self,
                             .task = pass->task,
                             .count = pass->rows * pass->input_count,
                             .shifts = shifts,
                             .from = from,
                             .to = to};
    if (tiles.count == 0) return CORNU_OK;
    tiles.tile_count = self->channels_first
                           ? image_count(pass->input)
                           : cornu_tile_rows(TILE_ELEMENTS, self->columns) * self->columns;
    return cornu_task_run(pass->task, rescaling_tile, &tiles,
                          (tiles.count - 1) / tiles.tile_count + 1,
                          ELEMENT_WORK * (double)tiles.count);
}

static cornu_status rescaling_forward(const cornu_layer *layer, cornu_pass *pass) {
    const rescaling *self = as_rescaling(layer);
    return rescale(self, pass, self->shifts, pass->x, pass->y);
}

static cornu_status rescaling_backward(const cornu_layer *layer, cornu_pass *pass) {
    const rescaling *self = as_rescaling(layer);
    if (!pass->dx) return CORNU_OK;
    pass->dx = pass->dy;
    return rescale(self, pass, self->zeros, pass->dy, pass->dx);
}

static const cornu_layer_type rescaling_type = {
    .name = "Rescaling",
    .output_shape = rescaling_output_shape,
    .needs = rescaling_needs,
    .forward = rescaling_forward,
    .backward = rescaling_backward,
};

/* Numbers in the layer's dtype, which their gather kernel makes. */
static void fill(const rescaling *self, const double *numbers, unsigned char *to) {
    const cornu_kernels *kernels = cornu_kernels_for(self->base.dtype);
    const bool spread = self->count == 1 || self->channels_first;
    const ptrdiff_t stride = spread ? 0 : (ptrdiff_t)sizeof(double);
    const size_t nbytes = self->columns * kernels->element_nbytes;
    for (size_t i = 0; i < (self->channels_first ? self->count : 1); i++)
        kernels->gather[CORNU_FLOAT64][0](self->columns, numbers + i, stride, to + i * nbytes);
}

cornu_status cornu_layer_new_rescaling(const char *name, cornu_dtype dtype, size_t count,
                                       const double *scales, const double *shifts,
                                       bool channels_first, cornu_layer **layer,
                                       cornu_error *error) {
    /* One pair is for everything, wherever channels are. */
    const bool channels = channels_first && count > 1;
    const size_t columns = channels || count == 1 ? SCALAR_COLUMNS : count;
    size_t nbytes = 0, total = 0;
    if (count == 0)
        return cornu_error_set(error, CORNU_ERROR_VALUE, "There must be a scale and an offset.");
    if (!cornu_size_multiply(columns, cornu_dtype_nbytes(dtype), &nbytes) ||
        !cornu_size_multiply(nbytes, channels ? count : 1, &nbytes) ||
        !cornu_size_multiply(nbytes, 3, &total) ||
        !cornu_size_add(total, sizeof(rescaling), &total)) {
        return cornu_error_set(error, CORNU_ERROR_OVERFLOW,
                               "%zu scales are more than memory can hold.", count);
    }
    cornu_layer *made;
    cornu_status status = cornu_layer_new(&rescaling_type, total, name, dtype, &made, error);
    if (status != CORNU_OK) return status;
    rescaling *self = (rescaling *)made;
    self->count = count;
    self->columns = columns;
    self->channels_first = channels;
    self->zeros = (unsigned char *)(self + 1);
    self->scales = self->zeros + nbytes;
    self->shifts = self->scales + nbytes;
    fill(self, scales, self->scales);
    fill(self, shifts, self->shifts);
    *layer = made;
    return CORNU_OK;
}
