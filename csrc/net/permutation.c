#include "net/permutation.h"

#include <assert.h>
#include <string.h>

#include "base/status.h"
#include "net/shape.h"

/* Elements of a tile; operations that one counts as, from anywhere in memory. */
#define TILE_ELEMENTS 16384

cornu_shape cornu_permutation_shape(const cornu_permutation *permutation,
                                    const cornu_shape *shape) {
    cornu_shape result = {.rank = shape->rank};
    for (size_t i = 0; i < shape->rank; i++) result.sizes[i] = shape->sizes[permutation->order[i]];
    return result;
}

cornu_permutation cornu_permutation_inverse(const cornu_permutation *permutation, size_t rank) {
    cornu_permutation inverse = {{0}};
    for (size_t i = 0; i < rank; i++) inverse.order[permutation->order[i]] = i;
    return inverse;
}

typedef struct permute_tiles {
    const cornu_task *task;
    size_t rank;
    size_t sizes[CORNU_MAX_RANK], strides[CORNU_MAX_RANK]; /* of the result; in x, by its axes */
    size_t row_count, outer; /* elements and runs along the last axis, of a row */
    size_t run, runs, runs_a_tile;
    const void *x;
    void *y;
} permute_tiles;

static void permute_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const permute_tiles *tiles = argument;
    const cornu_kernels *kernels = tiles->task->kernels;
    const size_t last = tiles->rank - 1;
    const ptrdiff_t stride = (ptrdiff_t)(tiles->strides[last] * kernels->element_nbytes);
    const size_t begin = tile * tiles->runs_a_tile;
    const size_t end =
        tiles->runs - begin < tiles->runs_a_tile ? tiles->runs : begin + tiles->runs_a_tile;
    for (size_t run = begin; run < end; run++) {
        size_t rest = run % tiles->outer, place = run / tiles->outer * tiles->row_count;
        for (size_t axis = last; axis-- > 0;) {
            place += rest % tiles->sizes[axis] * tiles->strides[axis];
            rest /= tiles->sizes[axis];
        }
        kernels->gather[kernels->dtype][0](tiles->run, cornu_task_at(tiles->task, tiles->x, place),
                                           stride,
                                           cornu_task_at(tiles->task, tiles->y, run * tiles->run));
    }
}

cornu_status cornu_task_permute(cornu_task *task, const cornu_permutation *permutation, size_t rows,
                                const cornu_shape *shape, const void *x, void *y) {
    assert(shape->rank > 0);
    permute_tiles tiles = {.task = task, .rank = shape->rank, .row_count = 1, .x = x, .y = y};
    size_t strides[CORNU_MAX_RANK];
    for (size_t axis = shape->rank; axis-- > 0;) {
        strides[axis] = tiles.row_count;
        tiles.row_count *= shape->sizes[axis];
    }
    if (tiles.row_count == 0 || rows == 0) return CORNU_OK;
    for (size_t i = 0; i < shape->rank; i++) {
        tiles.sizes[i] = shape->sizes[permutation->order[i]];
        tiles.strides[i] = strides[permutation->order[i]];
    }
    tiles.run = tiles.sizes[shape->rank - 1];
    tiles.outer = tiles.row_count / tiles.run;
    tiles.runs = rows * tiles.outer;
    tiles.runs_a_tile = cornu_tile_rows(TILE_ELEMENTS, tiles.run);
    const size_t count = (tiles.runs - 1) / tiles.runs_a_tile + 1;
    return cornu_task_run(task, permute_tile, &tiles, count,
                          CORNU_TASK_GATHER_WORK * (double)tiles.runs * (double)tiles.run);
}

cornu_status cornu_along_find(const cornu_layer *layer, const cornu_shape *input, size_t count,
                              const int64_t *axes, cornu_along *along, cornu_error *error) {
    const int64_t rank = (int64_t)input->rank;
    bool chosen[CORNU_MAX_RANK] = {false};
    for (size_t i = 0; i < count; i++) {
        const int64_t axis = axes[i] < 0 ? axes[i] + rank + 1 : axes[i];
        if (axis == 0)
            return cornu_layer_shape_error(
                layer, input, "has the batch's among its axes, which must be those of a row",
                error);
        if (axis < 0 || axis > rank)
            return cornu_layer_shape_error(layer, input, "has an axis that its input has not",
                                           error);
        if (chosen[axis - 1])
            return cornu_layer_shape_error(layer, input, "has one axis twice", error);
        chosen[axis - 1] = true;
    }
    cornu_along found = {.rows = 1, .columns = 1};
    size_t place = 0;
    for (int part = 0; part < 2; part++) {
        for (size_t axis = 0; axis < input->rank; axis++) {
            if (chosen[axis] != (part == 1)) continue;
            found.moves |= axis != place;
            found.to.order[place++] = axis;
            *(chosen[axis] ? &found.columns : &found.rows) *= input->sizes[axis];
        }
    }
    found.back = cornu_permutation_inverse(&found.to, input->rank);
    found.moved = cornu_permutation_shape(&found.to, input);
    *along = found;
    return CORNU_OK;
}

cornu_along cornu_along_known(const cornu_layer *layer, const cornu_shape *input, size_t count,
                              const int64_t *axes) {
    cornu_along along = {0};
    const cornu_status status = cornu_along_find(layer, input, count, axes, &along, NULL);
    assert(status == CORNU_OK);
    (void)status;
    return along;
}

cornu_status cornu_task_lay_out(cornu_task *task, const cornu_along *along, const void *numbers,
                                void *room, void *row) {
    void *copies = along->moves ? room : row;
    const size_t nbytes = along->columns * task->kernels->element_nbytes;
    for (size_t i = 0; i < along->rows; i++)
        memcpy(cornu_task_at(task, copies, i * along->columns), numbers, nbytes);
    if (!along->moves) return CORNU_OK;
    return cornu_task_permute(task, &along->back, 1, &along->moved, copies, row);
}
