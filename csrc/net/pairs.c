#include "net/pairs.h"

#include "base/memory.h"
#include "base/size.h"
#include "base/status.h"
#include "net/objective.h"

static void *row_of(const cornu_task *task, const cornu_circle *circle, size_t row) {
    return cornu_task_at(task, circle->pairs, row * circle->count);
}

cornu_status cornu_circle_losses(cornu_task *task, const cornu_circle *circle, double *losses) {
    const size_t count = circle->count;
    const cornu_gemm product = {
        .rows = circle->rows,
        .columns = count,
        .depth = circle->columns,
        .a = circle->x,
        .a_row_stride = (ptrdiff_t)circle->columns,
        .a_column_stride = 1,
        .b = circle->others,
        .b_row_stride = 1,
        .b_column_stride = (ptrdiff_t)circle->columns,
        .c = circle->pairs,
        .c_row_stride = (ptrdiff_t)count,
    };
    cornu_status status = cornu_task_gemm(task, &product);
    void *room = row_of(task, circle, circle->rows);
    for (size_t row = 0; row < circle->rows && status == CORNU_OK; row++) {
        losses[row] = cornu_circle_row(task->kernels, circle->loss, row, circle->labels[row], count,
                                       circle->other_labels, row_of(task, circle, row), room);
        status = cornu_task_poll_after(task, CORNU_TASK_LOSS_WORK * (double)count);
    }
    return status;
}

static void scale_rows(const cornu_task *task, const cornu_circle *circle, const double *scales) {
    for (size_t row = 0; row < circle->rows; row++)
        task->kernels->scale(circle->count, scales[row], row_of(task, circle, row));
}

/* dx = pairs others */
static cornu_status derivative_by_x(cornu_task *task, const cornu_circle *circle, void *dx) {
    const cornu_gemm product = {
        .rows = circle->rows,
        .columns = circle->columns,
        .depth = circle->count,
        .a = circle->pairs,
        .a_row_stride = (ptrdiff_t)circle->count,
        .a_column_stride = 1,
        .b = circle->others,
        .b_row_stride = (ptrdiff_t)circle->columns,
        .b_column_stride = 1,
        .c = dx,
        .c_row_stride = (ptrdiff_t)circle->columns,
    };
    return cornu_task_gemm(task, &product);
}

cornu_status cornu_circle_derivatives(cornu_task *task, const cornu_circle *circle,
                                      const double *scales, void *dx, void *dothers) {
    scale_rows(task, circle, scales);
    const cornu_status status = derivative_by_x(task, circle, dx);
    if (status != CORNU_OK) return status;
    const cornu_gemm product = {
        .rows = circle->count,
        .columns = circle->columns,
        .depth = circle->rows,
        .a = circle->pairs,
        .a_row_stride = 1,
        .a_column_stride = (ptrdiff_t)circle->count,
        .b = circle->x,
        .b_row_stride = (ptrdiff_t)circle->columns,
        .b_column_stride = 1,
        .c = dothers,
        .c_row_stride = (ptrdiff_t)circle->columns,
    };
    return cornu_task_gemm(task, &product);
}

cornu_status cornu_circle_own_derivative(cornu_task *task, const cornu_circle *circle,
                                         const double *scales, void *dx) {
    scale_rows(task, circle, scales);
    cornu_add_transposed(task->kernels->dtype, circle->rows, circle->pairs);
    return derivative_by_x(task, circle, dx);
}

/* ---- Outside a model ---- */

/* Pairs, two rows more, ids of rows and of others, and a product's scratch, in one block. */
typedef struct room_sizes {
    size_t pairs, ids, scratch, all;
} room_sizes;

static bool measure(const cornu_kernels *kernels, size_t rows, size_t count, room_sizes *sizes) {
    return cornu_size_add(rows, 2, &sizes->pairs) &&
           cornu_size_multiply(sizes->pairs, count, &sizes->pairs) &&
           cornu_size_multiply(sizes->pairs, kernels->element_nbytes, &sizes->pairs) &&
           cornu_size_round_up(sizes->pairs, CORNU_ALIGNMENT, &sizes->pairs) &&
           cornu_size_add(rows, count, &sizes->ids) &&
           cornu_size_multiply(sizes->ids, sizeof(int32_t), &sizes->ids) &&
           cornu_size_round_up(sizes->ids, CORNU_ALIGNMENT, &sizes->ids) &&
           cornu_size_round_up(kernels->scratch_nbytes, CORNU_ALIGNMENT, &sizes->scratch) &&
           cornu_size_add(sizes->pairs, sizes->ids, &sizes->all) &&
           cornu_size_add(sizes->all, sizes->scratch, &sizes->all);
}

static cornu_status take_labels(const char *name, size_t count, const double *labels, int32_t *ids,
                                cornu_error *error) {
    const size_t bad = cornu_labels_to_ids(count, labels, CORNU_ANY_LABEL, ids);
    if (bad == count) return CORNU_OK;
    char text[CORNU_NUMBER_TEXT];
    return cornu_error_set(error, CORNU_ERROR_DATA,
                           "`%s` must hold whole numbers from -2147483648 to 2147483647. "
                           "Received: %s in row %zu",
                           name, cornu_number_text(labels[bad], text), bad);
}

static cornu_status compute(cornu_task *task, const cornu_circle *circle,
                            const cornu_circle_call *call) {
    cornu_status status = cornu_circle_losses(task, circle, call->losses);
    if (status != CORNU_OK || !call->scales) return status;
    return cornu_circle_derivatives(task, circle, call->scales, call->dx, call->dothers);
}

cornu_status cornu_circle_compute(const cornu_circle_call *call, cornu_poll poll,
                                  cornu_error *error) {
    const cornu_kernels *kernels = cornu_kernels_for(call->dtype);
    room_sizes sizes;
    if (!kernels || call->loss->kind != CORNU_CIRCLE)
        return cornu_error_set(error, CORNU_ERROR_VALUE, "There is no such loss of pairs.");
    cornu_status status = cornu_loss_check_values(call->loss, call->columns, error);
    if (status != CORNU_OK) return status;
    unsigned char *memory =
        measure(kernels, call->rows, call->count, &sizes) ? cornu_memory_allocate(sizes.all) : NULL;
    if (!memory)
        return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for %zu x %zu pairs of rows.",
                               call->rows, call->count);
    int32_t *ids = (int32_t *)(void *)(memory + sizes.pairs);
    const cornu_circle circle = {
        .loss = call->loss,
        .rows = call->rows,
        .columns = call->columns,
        .count = call->count,
        .x = call->x,
        .others = call->others,
        .labels = ids,
        .other_labels = ids + call->rows,
        .pairs = memory,
    };
    status = take_labels("y_true", call->rows, call->labels, ids, error);
    if (status == CORNU_OK) {
        status =
            take_labels("ref_labels", call->count, call->other_labels, ids + call->rows, error);
    }
    if (status == CORNU_OK) {
        cornu_float_environment environment;
        cornu_float_environment_enter(&environment);
        cornu_task task = {.kernels = kernels,
                           .scratch = memory + sizes.pairs + sizes.ids,
                           .scratch_stride = sizes.scratch,
                           .thread_limit = 1,
                           .poll = poll,
                           .environment = &environment};
        status = compute(&task, &circle, call);
        cornu_float_environment_leave(&environment);
    }
    cornu_memory_free(memory);
    return status;
}
