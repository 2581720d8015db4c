/* RepeatVector: a row of features, n times one after the other. */
#include <string.h>

#include "base/status.h"
#include "net/layer.h"
#include "net/shape.h"

/* Elements of a tile; operations that one costs. */
#define TILE_ELEMENTS 16384
#define ELEMENT_WORK 4.0

typedef struct repeat_vector {
    cornu_layer base;
    size_t count;
} repeat_vector;

static cornu_status repeat_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                        cornu_shape *output, cornu_error *error) {
    if (input->rank != 1)
        return cornu_layer_shape_error(layer, input, "expects one axis of features", error);
    *output = (cornu_shape){2, {((const repeat_vector *)layer)->count, input->sizes[0]}};
    return CORNU_OK;
}

static void repeat_needs(const cornu_layer *layer, const cornu_shape *input,
                         const cornu_layer_use *use, cornu_layer_needs *needs) {
    (void)input;
    (void)use;
    needs->alias = ((const repeat_vector *)layer)->count == 1;
}

typedef struct repeat_tiles {
    const cornu_pass *pass;
    size_t count, columns, tile_rows;
    bool sums; /* backward: the repetitions' derivatives are added up */
} repeat_tiles;

static void repeat_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const repeat_tiles *tiles = argument;
    const cornu_pass *pass = tiles->pass;
    const cornu_kernels *kernels = pass->task->kernels;
    const size_t begin = tile * tiles->tile_rows, nbytes = tiles->columns * kernels->element_nbytes;
    const size_t left = pass->rows - begin;
    const size_t end = begin + (left < tiles->tile_rows ? left : tiles->tile_rows);
    for (size_t row = begin; row < end; row++) {
        const size_t one = row * tiles->columns, many = one * tiles->count;
        if (tiles->sums) {
            kernels->column_sums(tiles->count, tiles->columns,
                                 cornu_task_at(pass->task, pass->dy, many),
                                 cornu_task_at(pass->task, pass->dx, one), false);
            continue;
        }
        for (size_t i = 0; i < tiles->count; i++) {
            memcpy(cornu_task_at(pass->task, pass->y, many + i * tiles->columns),
                   cornu_task_at(pass->task, pass->x, one), nbytes);
        }
    }
}

static cornu_status run_tiles(const cornu_layer *layer, const cornu_pass *pass, bool sums) {
    repeat_tiles tiles = {.pass = pass,
                          .count = ((const repeat_vector *)layer)->count,
                          .columns = pass->input_count,
                          .sums = sums};
    if (pass->output_count == 0 || pass->rows == 0) return CORNU_OK;
    tiles.tile_rows = cornu_tile_rows(TILE_ELEMENTS, pass->output_count);
    return cornu_task_run(pass->task, repeat_tile, &tiles, (pass->rows - 1) / tiles.tile_rows + 1,
                          ELEMENT_WORK * (double)pass->rows * (double)pass->output_count);
}

static cornu_status repeat_forward(const cornu_layer *layer, cornu_pass *pass) {
    return run_tiles(layer, pass, false);
}

static cornu_status repeat_backward(const cornu_layer *layer, cornu_pass *pass) {
    return pass->dx ? run_tiles(layer, pass, true) : CORNU_OK;
}

static const cornu_layer_type repeat_type = {
    .name = "RepeatVector",
    .output_shape = repeat_output_shape,
    .needs = repeat_needs,
    .forward = repeat_forward,
    .backward = repeat_backward,
};

cornu_status cornu_layer_new_repeat_vector(const char *name, cornu_dtype dtype, size_t count,
                                           cornu_layer **layer, cornu_error *error) {
    if (count == 0)
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`n` must be a positive integer. Received: 0");
    cornu_layer *made;
    cornu_status status =
        cornu_layer_new(&repeat_type, sizeof(repeat_vector), name, dtype, &made, error);
    if (status != CORNU_OK) return status;
    ((repeat_vector *)made)->count = count;
    *layer = made;
    return CORNU_OK;
}
