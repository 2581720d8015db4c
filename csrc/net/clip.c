#include "net/clip.h"

#include <math.h>

#include "net/task.h"

#define TILE_ELEMENTS 16384
/* Tiles whose sums are kept at a time. */
#define SUMS 64

typedef struct clip_tiles {
    const cornu_task *task;
    const void *gradient; /* of one weight */
    size_t count, first;  /* the first tile of this run */
    double *sums;         /* one a tile; NULL: the gradient is written */
    double factor, most;  /* most 0: scaled */
} clip_tiles;

static void clip_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const clip_tiles *tiles = argument;
    const cornu_kernels *kernels = tiles->task->kernels;
    const size_t begin = (tiles->first + tile) * TILE_ELEMENTS;
    const size_t left = tiles->count - begin;
    const size_t count = left < TILE_ELEMENTS ? left : TILE_ELEMENTS;
    void *at = cornu_task_at(tiles->task, tiles->gradient, begin);
    if (tiles->sums) {
        tiles->sums[tile] = kernels->sum_of_squares(count, at);
    } else if (tiles->most > 0.0) {
        kernels->clip(count, tiles->most, at);
    } else {
        kernels->scale(count, tiles->factor, at);
    }
}

static cornu_status run_tiles(cornu_task *task, clip_tiles *tiles, size_t tile_count) {
    const double work = 2.0 * TILE_ELEMENTS * (double)tile_count;
    cornu_status status = cornu_task_run(task, clip_tile, tiles, tile_count, work);
    return status == CORNU_OK ? cornu_task_poll(task) : status;
}

/* Adds the squares of one weight's gradient, in an order that depends on its size only. */
static cornu_status add_squares(cornu_task *task, clip_tiles *tiles, double *total) {
    const size_t tile_count = (tiles->count + TILE_ELEMENTS - 1) / TILE_ELEMENTS;
    double sums[SUMS], sum = 0.0;
    tiles->sums = sums;
    for (tiles->first = 0; tiles->first < tile_count; tiles->first += SUMS) {
        const size_t left = tile_count - tiles->first;
        const size_t some = left < SUMS ? left : SUMS;
        cornu_status status = run_tiles(task, tiles, some);
        if (status != CORNU_OK) return status;
        for (size_t i = 0; i < some; i++) sum += sums[i];
    }
    tiles->sums = NULL;
    tiles->first = 0;
    *total += sum;
    return CORNU_OK;
}

cornu_status cornu_add_squares(cornu_task *task, size_t count, const void *x, double *total) {
    clip_tiles tiles = {.task = task, .gradient = x, .count = count};
    return add_squares(task, &tiles, total);
}

/* What brings a norm down to `most`; NaN where it is NaN, 0 where it is infinite. */
static double factor_for(double squares, double most) {
    const double norm = sqrt(squares);
    return norm <= most ? 1.0 : most / norm;
}

static cornu_status write_gradient(cornu_task *task, clip_tiles *tiles) {
    if (tiles->most == 0.0 && tiles->factor == 1.0) return CORNU_OK;
    return run_tiles(task, tiles, (tiles->count + TILE_ELEMENTS - 1) / TILE_ELEMENTS);
}

static cornu_status clip_entry(cornu_task *task, clip_tiles *tiles,
                               const cornu_optimizer_options *options) {
    if (options->clipnorm > 0.0) {
        double squares = 0.0;
        cornu_status status = add_squares(task, tiles, &squares);
        if (status != CORNU_OK) return status;
        tiles->factor = factor_for(squares, options->clipnorm);
    }
    return write_gradient(task, tiles);
}

/* Calls for each weight that is not frozen; squares NULL: clips, else adds its squares there. */
static cornu_status for_entries(const cornu_plan *plan, cornu_task *task,
                                const cornu_optimizer_options *options, void *gradient,
                                double factor, double *squares) {
    cornu_status status = CORNU_OK;
    for (size_t i = 0; i < plan->table->count && status == CORNU_OK; i++) {
        if (plan->frozen[i]) continue;
        const struct cornu_table_entry *entry = &plan->table->entries[i];
        clip_tiles tiles = {.task = task,
                            .gradient = cornu_task_at(task, gradient, entry->offset),
                            .count = cornu_span_count(entry->span),
                            .most = options->clipvalue,
                            .factor = factor};
        status = squares ? add_squares(task, &tiles, squares) : clip_entry(task, &tiles, options);
    }
    return status;
}

cornu_status cornu_clip_gradient(const cornu_plan *plan, cornu_task *task,
                                 const cornu_optimizer_options *options, void *gradient) {
    double factor = 1.0;
    if (options->global_clipnorm > 0.0) {
        double squares = 0.0;
        cornu_status status = for_entries(plan, task, options, gradient, 1.0, &squares);
        if (status != CORNU_OK) return status;
        /* As Keras has it, an infinite norm leaves no number: the difference is 0 or NaN. */
        factor = factor_for(squares, options->global_clipnorm) + (squares - squares);
    }
    return for_entries(plan, task, options, gradient, factor, NULL);
}
