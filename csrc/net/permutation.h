/* Axes of rows in another order. */
#ifndef CORNU_NET_PERMUTATION_H
#define CORNU_NET_PERMUTATION_H

#include <stddef.h>

#include "cornu.h"
#include "net/layer.h"
#include "net/task.h"

/* Axis i of the result is axis order[i] of what it is made of; as many as the shape has. */
typedef struct cornu_permutation {
    size_t order[CORNU_MAX_RANK];
} cornu_permutation;

cornu_shape cornu_permutation_shape(const cornu_permutation *permutation, const cornu_shape *shape);
cornu_permutation cornu_permutation_inverse(const cornu_permutation *permutation, size_t rank);

/* y = rows of `shape`, x, with their axes in the other order. Nothing overlaps. */
cornu_status cornu_task_permute(cornu_task *task, const cornu_permutation *permutation, size_t rows,
                                const cornu_shape *shape, const void *x, void *y);

/* Rows seen as a matrix whose columns are the elements along some axes: those are brought behind
 * the others, in their order. */
typedef struct cornu_along {
    bool moves; /* they are not there already */
    cornu_permutation to, back;
    cornu_shape moved;    /* of a row, by `to` */
    size_t rows, columns; /* of the matrix, for one row of the batch */
} cornu_along;

/* `axes` count the batch, which is 0, or from the end, below 0. CORNU_ERROR_VALUE: there is no such
 * axis, one is given twice, or it is the batch. */
cornu_status cornu_along_find(const cornu_layer *layer, const cornu_shape *input, size_t count,
                              const int64_t *axes, cornu_along *along, cornu_error *error);
/* The same where it was found before. */
cornu_along cornu_along_known(const cornu_layer *layer, const cornu_shape *input, size_t count,
                              const int64_t *axes);
/* row = for each place of a row the number of its place along the axes, one of along->columns. Room
 * is needed where they move, as large as the row. */
cornu_status cornu_task_lay_out(cornu_task *task, const cornu_along *along, const void *numbers,
                                void *room, void *row);

#endif
