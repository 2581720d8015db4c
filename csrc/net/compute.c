/* Single computations on plain memory, and what concerns the whole process. */

#include <float.h>
#include <math.h>

#include "base/float_environment.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/status.h"
#include "cornu.h"
#include "kernels/kernels.h"
#include "net/objective.h"
#include "net/task.h"

/* Rows at a time, whose labels become ids on the stack; elements between two polls. */
#define CHUNK_ROWS 1024
#define CHUNK_ELEMENTS 65536

cornu_status cornu_activation_output_columns(const cornu_activation *activation, size_t columns,
                                             size_t *output_columns, cornu_error *error) {
    if (cornu_activation_columns(activation->kind, columns, output_columns)) return CORNU_OK;
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "`%s` halves the last axis, which must be even. Received: %zu",
                           cornu_activation_name(activation->kind), columns);
}

/* What a single computation runs its tiles with. */
typedef struct computation {
    cornu_task task;
    cornu_float_environment environment;
} computation;

static void begin(computation *self, const cornu_kernels *kernels, cornu_poll poll) {
    cornu_float_environment_enter(&self->environment);
    self->task = (cornu_task){.kernels = kernels,
                              .thread_limit = cornu_pool_thread_count(),
                              .poll = poll,
                              .environment = &self->environment};
}

static void end(const computation *self) {
    cornu_float_environment_leave(&self->environment);
}

cornu_status cornu_activation_apply(const cornu_activation *activation, cornu_dtype dtype,
                                    size_t rows, size_t columns, const void *x, void *y,
                                    cornu_poll poll) {
    const cornu_kernels *kernels = cornu_kernels_for(dtype);
    size_t output_columns;
    if (!kernels || !cornu_activation_exists(activation) ||
        !cornu_activation_columns(activation->kind, columns, &output_columns))
        return CORNU_ERROR_VALUE;
    computation self;
    begin(&self, kernels, poll);
    cornu_status status = cornu_task_activation(&self.task, activation, rows, columns, x, y);
    end(&self);
    return status;
}

cornu_status cornu_activation_derivative(const cornu_activation *activation, cornu_dtype dtype,
                                         size_t rows, size_t columns, const void *x, const void *y,
                                         const void *dy, void *dx, cornu_poll poll) {
    const cornu_kernels *kernels = cornu_kernels_for(dtype);
    size_t output_columns;
    if (!kernels || !cornu_activation_exists(activation) ||
        !cornu_activation_columns(activation->kind, columns, &output_columns))
        return CORNU_ERROR_VALUE;
    computation self;
    begin(&self, kernels, poll);
    cornu_status status =
        cornu_task_activation_derivative(&self.task, activation, rows, columns, x, y, dy, dx);
    end(&self);
    return status;
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
    const double *scales; /* NULL: values are wanted, not derivatives */
    void *derivatives;
} row_computation;

static void compute_rows(const row_computation *rows, size_t count, size_t row,
                         const void *target) {
    size_t row_nbytes = rows->columns * cornu_dtype_nbytes(rows->kernels->dtype);
    const void *prediction = (const char *)rows->prediction + row * row_nbytes;
    if (rows->scales) {
        rows->kernels->loss_backward(rows->loss, count, rows->columns, target, prediction, NULL,
                                     rows->scales + row,
                                     (char *)rows->derivatives + row * row_nbytes);
        return;
    }
    double *values = rows->values + row;
    if (rows->metric) {
        rows->kernels->metric_rows(rows->metric, count, rows->columns, target, prediction, values);
    } else {
        rows->kernels->loss_forward(rows->loss, count, rows->columns, target, prediction, NULL,
                                    values);
    }
}

static cornu_status label_error(size_t classes, double label, size_t row, cornu_error *error) {
    char text[CORNU_NUMBER_TEXT];
    return cornu_error_set(error, CORNU_ERROR_DATA,
                           "Class ids must be whole numbers from 0 to %zu (there are %zu classes). "
                           "Received: %s in row %zu",
                           classes - 1, classes, cornu_number_text(label, text), row);
}

/* A chunk of rows from `row` on. */
static cornu_status compute_chunk(const row_computation *rows, size_t count, size_t row,
                                  cornu_error *error) {
    if (!rows->labels) {
        size_t row_nbytes = rows->columns * cornu_dtype_nbytes(rows->kernels->dtype);
        compute_rows(rows, count, row, (const char *)rows->target + row * row_nbytes);
        return CORNU_OK;
    }
    int32_t ids[CHUNK_ROWS];
    const double *ignored =
        rows->metric ? cornu_metric_ignored(rows->metric) : cornu_loss_ignored(rows->loss);
    size_t bad = cornu_labels_to_ids_but(count, rows->labels + row, rows->columns, ignored != NULL,
                                         ignored, ids);
    if (bad < count) return label_error(rows->columns, rows->labels[row + bad], row + bad, error);
    compute_rows(rows, count, row, ids);
    return CORNU_OK;
}

static cornu_status run_computation(const row_computation *rows, size_t count, cornu_poll poll,
                                    cornu_error *error) {
    const cornu_loss *loss = rows->metric ? &rows->metric->loss : rows->loss;
    const bool is_loss = !rows->metric || rows->metric->kind == CORNU_METRIC_LOSS;
    if ((rows->metric && rows->metric->kind == CORNU_METRIC_FOREIGN) ||
        (is_loss && (loss->kind == CORNU_FOREIGN_LOSS || loss->kind == CORNU_CIRCLE))) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "A loss or metric of the caller's own, or one of pairs of rows, has "
                               "no value for a row here.");
    }
    if (!rows->kernels) {
        return cornu_error_set(error, CORNU_ERROR_VALUE, "The dtype must be float32 or float64.");
    }
    if (rows->columns == 0 || (rows->labels && rows->columns > (size_t)INT32_MAX)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "There must be 1 to 2147483647 columns. Received: %zu",
                               rows->columns);
    }
    if (is_loss) {
        const cornu_status checked = cornu_loss_check_values(loss, rows->columns, error);
        if (checked != CORNU_OK) return checked;
    }
    size_t chunk = cornu_tile_rows(CHUNK_ELEMENTS, rows->columns);
    if (chunk > CHUNK_ROWS) chunk = CHUNK_ROWS;
    cornu_status status = CORNU_OK;
    computation self;
    begin(&self, rows->kernels, poll);
    for (size_t row = 0; row < count && status == CORNU_OK; row += chunk) {
        size_t some = count - row < chunk ? count - row : chunk;
        status = compute_chunk(rows, some, row, error);
        if (status == CORNU_OK) {
            status = cornu_task_poll_after(
                &self.task, CORNU_TASK_LOSS_WORK * (double)some * (double)rows->columns);
        }
    }
    end(&self);
    return status;
}

/* The loss; for a hinge with what its targets are like. */
static cornu_loss seen_loss(const cornu_loss *loss, cornu_dtype dtype, size_t count,
                            const void *target) {
    cornu_loss seen = *loss;
    const cornu_kernels *kernels = cornu_kernels_for(dtype);
    if (kernels && cornu_loss_is_hinge(loss))
        seen.binary_labels = kernels->is_binary(count, target);
    return seen;
}

cornu_status cornu_loss_rows(const cornu_loss *loss, cornu_dtype dtype, size_t rows, size_t columns,
                             const void *target, const double *labels, const void *prediction,
                             double *row_losses, cornu_poll poll, cornu_error *error) {
    const cornu_loss seen = seen_loss(loss, dtype, rows * columns, target);
    row_computation all = {.loss = &seen,
                           .kernels = cornu_kernels_for(dtype),
                           .columns = columns,
                           .target = target,
                           .labels = cornu_loss_is_sparse(loss) ? labels : NULL,
                           .prediction = prediction,
                           .values = row_losses};
    return run_computation(&all, rows, poll, error);
}

cornu_status cornu_loss_rows_derivative(const cornu_loss *loss, cornu_dtype dtype, size_t rows,
                                        size_t columns, const void *target, const double *labels,
                                        const void *prediction, const double *row_scales,
                                        void *dprediction, cornu_poll poll, cornu_error *error) {
    const cornu_loss seen = seen_loss(loss, dtype, rows * columns, target);
    row_computation all = {.loss = &seen,
                           .kernels = cornu_kernels_for(dtype),
                           .columns = columns,
                           .target = target,
                           .labels = cornu_loss_is_sparse(loss) ? labels : NULL,
                           .prediction = prediction,
                           .scales = row_scales,
                           .derivatives = dprediction};
    return run_computation(&all, rows, poll, error);
}

cornu_status cornu_metric_rows(const cornu_metric *metric, cornu_dtype dtype, size_t rows,
                               size_t columns, const void *target, const double *labels,
                               const void *prediction, double *row_values, cornu_poll poll,
                               cornu_error *error) {
    if (cornu_metric_keeps_sums(metric)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "A metric that keeps sums has no value for a row.");
    }
    cornu_metric seen = *metric;
    if (metric->kind == CORNU_METRIC_LOSS)
        seen.loss = seen_loss(&metric->loss, dtype, rows * columns, target);
    row_computation all = {.metric = &seen,
                           .kernels = cornu_kernels_for(dtype),
                           .columns = columns,
                           .target = target,
                           .labels = cornu_metric_is_sparse(metric) ? labels : NULL,
                           .prediction = prediction,
                           .values = row_values};
    return run_computation(&all, rows, poll, error);
}

cornu_status cornu_metric_sums(const cornu_metric *metric, cornu_dtype dtype, size_t rows,
                               size_t columns, const void *target, const void *prediction,
                               const double *weights, double *sums, cornu_poll poll,
                               cornu_error *error) {
    const cornu_kernels *kernels = cornu_kernels_for(dtype);
    if (!kernels) {
        return cornu_error_set(error, CORNU_ERROR_VALUE, "The dtype must be float32 or float64.");
    }
    cornu_status status = cornu_metric_check_sums(metric, columns, error);
    if (status == CORNU_OK && cornu_metric_is_sparse(metric)) {
        status = cornu_error_set(error, CORNU_ERROR_VALUE,
                                 "Sums of class ids are kept within a model only.");
    }
    if (status != CORNU_OK) return status;
    size_t chunk = cornu_tile_rows(CHUNK_ELEMENTS, columns);
    computation self;
    begin(&self, kernels, poll);
    for (size_t row = 0; row < rows && status == CORNU_OK; row += chunk) {
        const size_t some = rows - row < chunk ? rows - row : chunk, at = row * columns;
        kernels->metric_sums(metric, some, columns, cornu_task_at(&self.task, target, at),
                             cornu_task_at(&self.task, prediction, at),
                             weights ? weights + at : NULL, sums);
        status = cornu_task_poll_after(&self.task,
                                       CORNU_TASK_LOSS_WORK * (double)some * (double)columns);
    }
    end(&self);
    return status;
}

typedef struct random_tiles {
    const cornu_kernels *kernels;
    cornu_distribution distribution;
    size_t count;
    uint64_t seed, stream;
    double a, b;
    void *values;
} random_tiles;

static void random_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const random_tiles *all = argument;
    size_t first = tile * CHUNK_ELEMENTS;
    size_t count = all->count - first < CHUNK_ELEMENTS ? all->count - first : CHUNK_ELEMENTS;
    void *values = (char *)all->values + first * cornu_dtype_nbytes(all->kernels->dtype);
    switch (all->distribution) {
        case CORNU_UNIFORM:
            all->kernels->fill_uniform(count, all->seed, all->stream, first, all->a, all->b,
                                       values);
            break;
        case CORNU_NORMAL:
            all->kernels->fill_normal(count, all->seed, all->stream, first, all->a, all->b, values);
            break;
        case CORNU_TRUNCATED_NORMAL:
            all->kernels->fill_truncated_normal(count, all->seed, all->stream, first, all->a,
                                                all->b, values);
            break;
    }
}

cornu_status cornu_random_fill(cornu_distribution distribution, cornu_dtype dtype, size_t count,
                               uint64_t seed, uint64_t stream, double a, double b, void *values,
                               cornu_poll poll) {
    random_tiles all = {cornu_kernels_for(dtype), distribution, count, seed, stream, a, b, values};
    const double most = dtype == CORNU_FLOAT32 ? (double)FLT_MAX : DBL_MAX;
    if (!all.kernels || !(fabs(a) <= most && fabs(b) <= most)) return CORNU_ERROR_VALUE;
    if (count == 0) return CORNU_OK;
    computation self;
    begin(&self, all.kernels, poll);
    cornu_status status = cornu_task_run(&self.task, random_tile, &all,
                                         (count - 1) / CHUNK_ELEMENTS + 1, 40.0 * (double)count);
    end(&self);
    return status;
}

const char *cornu_isa(void) {
    return cornu_kernels_for(CORNU_FLOAT32)->isa;
}

size_t cornu_num_threads(void) {
    return cornu_pool_thread_count();
}

const char *cornu_ignored_num_threads(void) {
    return cornu_pool_ignored_variable();
}

void cornu_set_num_threads(size_t count) {
    cornu_pool_set_thread_count(count);
}

void cornu_fail_allocation_after(int64_t count) {
    cornu_memory_fail_after(count);
}
