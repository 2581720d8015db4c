/* Single computations on plain memory: a part of cornu.h, which includes it where its types are
 * known.
 *
 * For functions that are called outside a model. `dtype` is float32 or float64, matrices are rows x
 * columns without gaps, in that type, aligned to it. All set the floating-point environment and put
 * it back. What CORNU_INTERRUPTED leaves is written in part. */
#ifndef CORNU_COMPUTATIONS_H
#define CORNU_COMPUTATIONS_H

/* See csrc/kernels/kernels.h for what each computes. CORNU_ERROR_VALUE: a dtype, or sizes the kind
 * can't take. */
cornu_status cornu_activation_apply(const cornu_activation *activation, cornu_dtype dtype,
                                    size_t rows, size_t columns, const void *x, void *y,
                                    cornu_poll poll);
/* Columns of the result. */
cornu_status cornu_activation_output_columns(const cornu_activation *activation, size_t columns,
                                             size_t *output_columns, cornu_error *error);
/* dx = dy * activation'(x), y = activation(x). */
cornu_status cornu_activation_derivative(const cornu_activation *activation, cornu_dtype dtype,
                                         size_t rows, size_t columns, const void *x, const void *y,
                                         const void *dy, void *dx, cornu_poll poll);
/* One value a row. The target is rows x columns of `dtype`; for the sparse kinds `labels` is given
 * in its place: one class a row, any number; one that is no whole number in [0, columns) is a
 * CORNU_ERROR_DATA that names it. */
cornu_status cornu_loss_rows(const cornu_loss *loss, cornu_dtype dtype, size_t rows, size_t columns,
                             const void *target, const double *labels, const void *prediction,
                             double *row_losses, cornu_poll poll, cornu_error *error);
/* dprediction = scale of the row * the loss's derivative by the prediction. */
cornu_status cornu_loss_rows_derivative(const cornu_loss *loss, cornu_dtype dtype, size_t rows,
                                        size_t columns, const void *target, const double *labels,
                                        const void *prediction, const double *row_scales,
                                        void *dprediction, cornu_poll poll, cornu_error *error);
cornu_status cornu_metric_rows(const cornu_metric *metric, cornu_dtype dtype, size_t rows,
                               size_t columns, const void *target, const double *labels,
                               const void *prediction, double *row_values, cornu_poll poll,
                               cornu_error *error);
/* sums, cornu_metric_pair_count pairs, are added to; each element counts as its weight (rows x
 * columns; NULL: 1). */
cornu_status cornu_metric_sums(const cornu_metric *metric, cornu_dtype dtype, size_t rows,
                               size_t columns, const void *target, const void *prediction,
                               const double *weights, double *sums, cornu_poll poll,
                               cornu_error *error);
/* The loss of pairs: rows of x against `count` others, of `columns` columns both. Labels are whole
 * numbers that an int32 holds; another one is a CORNU_ERROR_DATA that names it. */
typedef struct cornu_circle_call {
    const cornu_loss *loss; /* CORNU_CIRCLE */
    cornu_dtype dtype;
    size_t rows, columns, count;
    const void *x, *others;
    const double *labels, *other_labels; /* one a row of x, and of the others */
    double *losses;                      /* written: one a row of x */
    const double *scales;                /* of the losses; NULL: no derivatives are wanted */
    void *dx, *dothers;                  /* written, where they are: the derivatives */
} cornu_circle_call;
cornu_status cornu_circle_compute(const cornu_circle_call *call, cornu_poll poll,
                                  cornu_error *error);
bool cornu_loss_is_sparse(const cornu_loss *loss);
bool cornu_metric_is_sparse(const cornu_metric *metric);

/* Random numbers: element i depends on (seed, stream, i) only. */
typedef enum cornu_distribution {
    CORNU_UNIFORM,
    CORNU_NORMAL,
    CORNU_TRUNCATED_NORMAL
} cornu_distribution;
/* Uniform in [a, b); normal and truncated normal (cut at two deviations) of mean a, deviation b.
 * CORNU_ERROR_VALUE: a or b is not finite in `dtype`. */
cornu_status cornu_random_fill(cornu_distribution distribution, cornu_dtype dtype, size_t count,
                               uint64_t seed, uint64_t stream, double a, double b, void *values,
                               cornu_poll poll);

#endif
