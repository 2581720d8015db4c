/* Newton and Schulz's iteration, for Muon: of a matrix, another with its singular vectors, whose
 * singular values are near 1. */
#include <math.h>

#include "base/size.h"
#include "net/clip.h"
#include "net/whole_update.h"

#define TILE_ELEMENTS 16384

/* c = a b of whole matrices that lie row by row, a or b read the other way round where it says so.
 */
static cornu_status multiply(cornu_task *task, const void *a, bool turns_a, const void *b,
                             bool turns_b, size_t rows, size_t depth, size_t columns, void *c) {
    const cornu_gemm product = {.rows = rows,
                                .columns = columns,
                                .depth = depth,
                                .a = a,
                                .a_row_stride = turns_a ? 1 : (ptrdiff_t)depth,
                                .a_column_stride = turns_a ? (ptrdiff_t)rows : 1,
                                .b = b,
                                .b_row_stride = turns_b ? 1 : (ptrdiff_t)columns,
                                .b_column_stride = turns_b ? (ptrdiff_t)depth : 1,
                                .c = c,
                                .c_row_stride = (ptrdiff_t)columns};
    return cornu_task_gemm(task, &product);
}

/* A pass over elements: y = a x + b y, or with x NULL y = y / a. */
typedef struct combination {
    const cornu_whole_step *step;
    size_t count;
    double a, b;
    const void *x;
    void *y;
} combination;

static void combine_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const combination *pass = argument;
    const cornu_task *task = pass->step->task;
    const size_t begin = tile * TILE_ELEMENTS, left = pass->count - begin;
    const size_t count = left < TILE_ELEMENTS ? left : TILE_ELEMENTS;
    void *y = cornu_task_at(task, pass->y, begin);
    if (pass->x) {
        pass->step->whole->combine(count, pass->a, cornu_task_at(task, pass->x, begin), pass->b, y);
    } else {
        task->kernels->divide_all(count, pass->a, y);
    }
}

static cornu_status combine(combination pass) {
    return cornu_task_run(pass.step->task, combine_tile, &pass,
                          (pass.count + TILE_ELEMENTS - 1) / TILE_ELEMENTS,
                          2.0 * (double)pass.count);
}

/* x = a x + (b s + c s s) x, s being x times itself turned: of the two sides the shorter, which is
 * why a tall matrix is multiplied from its right. */
static cornu_status iterate(const cornu_whole_step *step, void *x, void *other) {
    const cornu_optimizer_options *options = step->update->options;
    const size_t rows = step->shape->sizes[0], columns = step->shape->sizes[1];
    const bool is_tall = rows > columns;
    const size_t side = is_tall ? columns : rows, length = is_tall ? rows : columns;
    cornu_task *task = step->task;
    void *square = step->room, *fourth = cornu_task_at(task, step->room, side * side);
    cornu_status status = is_tall ? multiply(task, x, true, x, false, side, length, side, square)
                                  : multiply(task, x, false, x, true, side, length, side, square);
    if (status == CORNU_OK)
        status = multiply(task, square, false, square, false, side, side, side, fourth);
    if (status == CORNU_OK) {
        status = combine(
            (combination){step, side * side, options->muon_b, options->muon_c, square, fourth});
    }
    if (status != CORNU_OK) return status;
    status = is_tall ? multiply(task, x, false, fourth, true, rows, columns, columns, other)
                     : multiply(task, fourth, false, x, false, rows, rows, columns, other);
    return status == CORNU_OK
               ? combine((combination){step, step->count, 1.0, options->muon_a, other, x})
               : status;
}

cornu_status cornu_whole_orthogonalize(cornu_whole_step *step) {
    const cornu_optimizer_options *options = step->update->options;
    const size_t rows = step->shape->sizes[0], columns = step->shape->sizes[1];
    const size_t side = rows < columns ? rows : columns, length = rows < columns ? columns : rows;
    void *other = cornu_task_at(step->task, step->room, 2 * side * side);
    double squares = 0.0;
    cornu_status status = cornu_add_squares(step->task, step->count, step->gradient, &squares);
    if (status == CORNU_OK) {
        status = combine(
            (combination){step, step->count, sqrt(squares) + 1e-7, 0.0, NULL, step->gradient});
    }
    for (uint64_t i = 0; i < options->muon_steps && status == CORNU_OK; i++)
        status = iterate(step, step->gradient, other);
    step->rate = step->update->learning_rate;
    if (options->muon_rms_rate >= 0.0) step->rate *= sqrt((double)length) * options->muon_rms_rate;
    return status;
}

bool cornu_whole_room(const cornu_optimizer_options *options, const cornu_table *table,
                      size_t *count) {
    *count = 0;
    if (options->kind != CORNU_MUON) return true;
    for (size_t i = 0; i < table->count; i++) {
        const cornu_shape *shape = cornu_span_shape(table->entries[i].span);
        if (shape->rank != 2) continue;
        const size_t side = shape->sizes[0] < shape->sizes[1] ? shape->sizes[0] : shape->sizes[1];
        size_t room;
        /* The square of the shorter side is no more than the weight, which is in memory. */
        if (!cornu_size_multiply(side * side, 2, &room) ||
            !cornu_size_add(room, cornu_span_count(table->entries[i].span), &room))
            return false;
        if (room > *count) *count = room;
    }
    return true;
}
