/* Parts of steps that look at a weight as a whole: its norm, its rows and columns, its singular
 * vectors. Compiled once for each float type and not for each instruction set, so without fused
 * multiply-adds, which not every processor has; memory is what they wait for. */
#ifndef CORNU_KERNELS_WHOLE_H
#define CORNU_KERNELS_WHOLE_H

#include <stddef.h>

#include "kernels/kernels.h"

/* Callers may cut `count` elements anywhere, and rows from rows. */
typedef struct cornu_whole_kernels {
    /* weights = weights - weights decay rate. */
    void (*decay)(size_t count, double decay, double rate, void *weights);
    /* Lamb: moves the moments m and v; the gradient becomes the direction of the step. */
    void (*lamb)(const cornu_update *update, size_t count, void *gradient, void *m, void *v);
    /* Schedule-free Adam, all of its step: z is what the gradient moves, v the mean square. */
    void (*schedule_free)(const cornu_update *update, size_t count, void *weights,
                          const void *gradient, void *z, void *v);
    /* Means of squares, epsilon_1 added to each, along a matrix's rows or down its columns:
     * means = kept means + (1 - kept) new ones. Columns may be cut. */
    void (*row_means)(const cornu_update *update, double kept, size_t rows, size_t columns,
                      const void *gradient, void *means);
    void (*column_means)(const cornu_update *update, double kept, size_t rows, size_t columns,
                         size_t stride, const void *gradient, void *means);
    /* The sum of elements, in double, in an order that depends on `count` only. */
    double (*sum)(size_t count, const void *x);
    /* v = row_mean / mean column_means; gradient = gradient / sqrt(v). Of one row. */
    void (*divide_row)(size_t columns, const void *row_mean, double mean, const void *column_means,
                       void *v, void *gradient);
    /* v = kept v + (1 - kept) (gradient^2 + epsilon_1); gradient = gradient / sqrt(v). */
    void (*divide_vector)(const cornu_update *update, double kept, size_t count, void *v,
                          void *gradient);
    /* m = m + gradient + (momentum - 1) m; the gradient becomes m, or with Nesterov's form
     * gradient + momentum m. */
    void (*gather_momentum)(const cornu_update *update, size_t count, void *m, void *gradient);
    /* y = a x + b y. */
    void (*combine)(size_t count, double a, const void *x, double b, void *y);
} cornu_whole_kernels;

/* NULL for what is no float type. */
const cornu_whole_kernels *cornu_whole_kernels_for(cornu_dtype dtype);

/* How much of Adafactor's means stays at a step: 1 - iteration^beta_2_decay. */
double cornu_adafactor_kept(const cornu_optimizer_options *options, uint64_t iteration);

#endif
