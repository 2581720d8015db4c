/* Single computations on plain memory, and what concerns the whole process. */

#include "base/float_environment.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/status.h"
#include "cornu.h"
#include "kernels/kernels.h"

/* Rows whose labels are turned into ids at a time. */
#define CHUNK_ROWS 1024

cornu_status cornu_activation_output_columns(const cornu_activation *activation, size_t columns,
                                             size_t *output_columns, cornu_error *error) {
    if (cornu_activation_columns(activation->kind, columns, output_columns)) return CORNU_OK;
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "`%s` halves the last axis, which must be even. Received: %zu",
                           cornu_activation_name(activation->kind), columns);
}

cornu_status cornu_activation_apply(const cornu_activation *activation, cornu_dtype dtype,
                                    size_t rows, size_t columns, const void *x, void *y) {
    const cornu_kernels *kernels = cornu_kernels_for(dtype);
    size_t output_columns;
    if (!kernels || !cornu_activation_columns(activation->kind, columns, &output_columns))
        return CORNU_ERROR_VALUE;
    cornu_float_environment environment;
    cornu_float_environment_enter(&environment);
    kernels->activation_forward(activation, rows, columns, x, y);
    cornu_float_environment_leave(&environment);
    return CORNU_OK;
}

cornu_status cornu_activation_derivative(const cornu_activation *activation, cornu_dtype dtype,
                                         size_t rows, size_t columns, const void *x, const void *y,
                                         const void *dy, void *dx) {
    const cornu_kernels *kernels = cornu_kernels_for(dtype);
    size_t output_columns;
    if (!kernels || !cornu_activation_columns(activation->kind, columns, &output_columns))
        return CORNU_ERROR_VALUE;
    cornu_float_environment environment;
    cornu_float_environment_enter(&environment);
    kernels->activation_backward(activation, rows, columns, x, y, dy, dx);
    cornu_float_environment_leave(&environment);
    return CORNU_OK;
}

/* Either a loss or a metric, row by row. */
typedef struct row_computation {
    const cornu_loss *loss;
    const cornu_metric *metric; /* NULL: the loss */
    const cornu_kernels *kernels;
    size_t columns;
    const void *target;
    const double *labels; /* sparse: in place of target */
    const void *prediction;
    double *values;
} row_computation;

static void compute_rows(const row_computation *computation, size_t rows, size_t row,
                         const void *target) {
    size_t offset = row * computation->columns * cornu_dtype_nbytes(computation->kernels->dtype);
    const void *prediction = (const char *)computation->prediction + offset;
    double *values = computation->values + row;
    if (computation->metric) {
        computation->kernels->metric_rows(computation->metric, rows, computation->columns, target,
                                          prediction, values);
    } else {
        computation->kernels->loss_forward(computation->loss, rows, computation->columns, target,
                                           prediction, values);
    }
}

static cornu_status label_error(size_t classes, double label, size_t row, cornu_error *error) {
    return cornu_error_set(error, CORNU_ERROR_DATA,
                           "Class ids must be whole numbers from 0 to %zu (there are %zu classes). "
                           "Received: %g in row %zu",
                           classes - 1, classes, label, row);
}

static cornu_status run_computation(const row_computation *computation, size_t rows,
                                    cornu_error *error) {
    if (!computation->kernels) {
        return cornu_error_set(error, CORNU_ERROR_VALUE, "The dtype must be float32 or float64.");
    }
    if (computation->columns == 0 ||
        (computation->labels && computation->columns > (size_t)INT32_MAX)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "There must be 1 to 2147483647 columns. Received: %zu",
                               computation->columns);
    }
    cornu_status status = CORNU_OK;
    cornu_float_environment environment;
    cornu_float_environment_enter(&environment);
    if (!computation->labels) compute_rows(computation, rows, 0, computation->target);
    for (size_t row = 0; computation->labels && row < rows && status == CORNU_OK;
         row += CHUNK_ROWS) {
        int32_t ids[CHUNK_ROWS];
        size_t some = rows - row < CHUNK_ROWS ? rows - row : CHUNK_ROWS;
        size_t bad =
            cornu_labels_to_ids(some, computation->labels + row, computation->columns, ids);
        if (bad < some) {
            status =
                label_error(computation->columns, computation->labels[row + bad], row + bad, error);
        } else {
            compute_rows(computation, some, row, ids);
        }
    }
    cornu_float_environment_leave(&environment);
    return status;
}

cornu_status cornu_loss_rows(const cornu_loss *loss, cornu_dtype dtype, size_t rows, size_t columns,
                             const void *target, const double *labels, const void *prediction,
                             double *row_losses, cornu_error *error) {
    row_computation computation = {.loss = loss,
                                   .kernels = cornu_kernels_for(dtype),
                                   .columns = columns,
                                   .target = target,
                                   .labels = cornu_loss_is_sparse(loss) ? labels : NULL,
                                   .prediction = prediction,
                                   .values = row_losses};
    return run_computation(&computation, rows, error);
}

cornu_status cornu_metric_rows(const cornu_metric *metric, cornu_dtype dtype, size_t rows,
                               size_t columns, const void *target, const double *labels,
                               const void *prediction, double *row_values, cornu_error *error) {
    row_computation computation = {.metric = metric,
                                   .kernels = cornu_kernels_for(dtype),
                                   .columns = columns,
                                   .target = target,
                                   .labels = cornu_metric_is_sparse(metric) ? labels : NULL,
                                   .prediction = prediction,
                                   .values = row_values};
    return run_computation(&computation, rows, error);
}

cornu_status cornu_random_fill(cornu_distribution distribution, cornu_dtype dtype, size_t count,
                               uint64_t seed, uint64_t stream, double a, double b, void *values) {
    const cornu_kernels *kernels = cornu_kernels_for(dtype);
    if (!kernels) return CORNU_ERROR_VALUE;
    cornu_float_environment environment;
    cornu_float_environment_enter(&environment);
    switch (distribution) {
        case CORNU_UNIFORM:
            kernels->fill_uniform(count, seed, stream, 0, a, b, values);
            break;
        case CORNU_NORMAL:
            kernels->fill_normal(count, seed, stream, 0, a, b, values);
            break;
        case CORNU_TRUNCATED_NORMAL:
            kernels->fill_truncated_normal(count, seed, stream, 0, a, b, values);
            break;
    }
    cornu_float_environment_leave(&environment);
    return CORNU_OK;
}

const char *cornu_isa(void) {
    return cornu_kernels_for(CORNU_FLOAT32)->isa;
}

size_t cornu_num_threads(void) {
    return cornu_pool_thread_count();
}

void cornu_set_num_threads(size_t count) {
    cornu_pool_set_thread_count(count);
}

void cornu_fail_allocation_after(int64_t count) {
    cornu_memory_fail_after(count);
}
