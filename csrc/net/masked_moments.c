#include "net/masked_moments.h"

/* Elements of a tile; operations that one costs. */
#define TILE_ELEMENTS 16384
#define ELEMENT_WORK 4.0

typedef struct fill_tiles {
    const cornu_masked_columns *all;
    size_t tile_rows;
    const void *fills;
} fill_tiles;

static void fill_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const fill_tiles *tiles = argument;
    const cornu_masked_columns *all = tiles->all;
    const size_t begin = tile * tiles->tile_rows, place = begin * all->columns;
    const size_t left = all->rows - begin;
    all->task->kernels->fill_masked(left < tiles->tile_rows ? left : tiles->tile_rows, all->columns,
                                    cornu_task_at(all->task, all->weights, place),
                                    cornu_task_at(all->task, all->x, place), tiles->fills,
                                    cornu_task_at(all->task, all->room, place));
}

/* room = x, and where it is masked a column's number (NULL: 0). */
static cornu_status fill(const cornu_masked_columns *all, const void *fills) {
    fill_tiles tiles = {.all = all, .fills = fills};
    tiles.tile_rows = cornu_tile_rows(TILE_ELEMENTS, all->columns);
    return cornu_task_run(all->task, fill_tile, &tiles, (all->rows - 1) / tiles.tile_rows + 1,
                          ELEMENT_WORK * (double)all->rows * (double)all->columns);
}

cornu_status cornu_masked_moments(const cornu_masked_columns *all, void *means, void *variances) {
    cornu_task *task = all->task;
    const cornu_kernels *kernels = task->kernels;
    cornu_status status =
        cornu_task_column_sums(task, all->rows, all->columns, all->weights, all->counts, false);
    if (status == CORNU_OK) status = fill(all, NULL);
    if (status == CORNU_OK)
        status = cornu_task_column_sums(task, all->rows, all->columns, all->room, means, false);
    if (status != CORNU_OK) return status;
    kernels->masked_means(all->columns, CORNU_MASK_EPSILON, all->counts, means);
    /* What is masked deviates from the mean by nothing then. */
    status = fill(all, means);
    if (status == CORNU_OK)
        status = cornu_task_centered_sums(task, all->rows, all->columns, all->room, means, NULL,
                                          variances);
    if (status != CORNU_OK) return status;
    kernels->masked_means(all->columns, CORNU_MASK_EPSILON, all->counts, variances);
    return CORNU_OK;
}
