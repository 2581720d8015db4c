/* Masking: the places of a row whose numbers are all one value are masked, and become 0. */
#include "base/status.h"
#include "net/layer.h"
#include "net/shape.h"

/* Elements of a tile. */
#define TILE_ELEMENTS 16384

typedef struct masking {
    cornu_layer base;
    double value;
} masking;

static cornu_status masking_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                         cornu_shape *output, cornu_error *error) {
    if (input->rank == 0)
        return cornu_layer_shape_error(layer, input, "expects at least one axis of features",
                                       error);
    *output = *input;
    return CORNU_OK;
}

static void masking_needs(const cornu_layer *layer, const cornu_shape *input,
                          const cornu_layer_use *use, cornu_layer_needs *needs) {
    (void)layer;
    (void)input;
    (void)use;
    (void)needs;
}

typedef struct masking_tiles {
    const cornu_pass *pass;
    double value;
    size_t rows, columns, tile_rows;
    bool is_backward;
} masking_tiles;

static void masking_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const masking_tiles *all = argument;
    const cornu_pass *pass = all->pass;
    const cornu_kernels *kernels = pass->task->kernels;
    const size_t begin = tile * all->tile_rows, place = begin * all->columns;
    const size_t left = all->rows - begin;
    const size_t rows = left < all->tile_rows ? left : all->tile_rows;
    if (all->is_backward) {
        void *const dy = cornu_task_at(pass->task, pass->dy, place);
        kernels->keep_rows(rows, all->columns, pass->output_mask + begin, dy, dy);
    } else {
        kernels->mask_rows(rows, all->columns, all->value,
                           cornu_task_at(pass->task, pass->x, place),
                           cornu_task_at(pass->task, pass->y, place), pass->output_mask + begin);
    }
}

static cornu_status run_tiles(const cornu_layer *layer, const cornu_pass *pass, bool is_backward) {
    masking_tiles all = {.pass = pass,
                         .value = ((const masking *)layer)->value,
                         .rows = pass->rows * cornu_shape_rows(pass->input),
                         .columns = cornu_shape_last(pass->input),
                         .is_backward = is_backward};
    if (all.rows == 0) return CORNU_OK;
    all.tile_rows = cornu_tile_rows(TILE_ELEMENTS, all.columns);
    return cornu_task_run(pass->task, masking_tile, &all, (all.rows - 1) / all.tile_rows + 1,
                          2.0 * (double)all.rows * (double)all.columns);
}

static cornu_status masking_forward(const cornu_layer *layer, cornu_pass *pass) {
    return run_tiles(layer, pass, false);
}

static cornu_status masking_backward(const cornu_layer *layer, cornu_pass *pass) {
    if (!pass->dx) return CORNU_OK;
    pass->dx = pass->dy;
    return run_tiles(layer, pass, true);
}

static const cornu_layer_type masking_type = {
    .name = "Masking",
    .output_shape = masking_output_shape,
    .needs = masking_needs,
    .forward = masking_forward,
    .backward = masking_backward,
    .makes_mask = true,
};

cornu_status cornu_layer_new_masking(const char *name, cornu_dtype dtype, double value,
                                     cornu_layer **layer, cornu_error *error) {
    cornu_layer *made;
    cornu_status status =
        cornu_layer_new(&masking_type, sizeof(masking), name, dtype, &made, error);
    if (status != CORNU_OK) return status;
    ((masking *)made)->value = value;
    *layer = made;
    return CORNU_OK;
}
