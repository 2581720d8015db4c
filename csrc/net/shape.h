/* Shapes of rows. */
#ifndef CORNU_NET_SHAPE_H
#define CORNU_NET_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "cornu.h"

/* Room for "(1, 2, ...)" with any eight sizes. */
#define CORNU_SHAPE_TEXT 192

/* Elements of one row; false when the product overflows. A shape of rank 0 has one element. */
bool cornu_shape_count(const cornu_shape *shape, size_t *count);
/* The product of all sizes but the last. */
static inline size_t cornu_shape_rows(const cornu_shape *shape) {
    size_t rows = 1;
    for (size_t axis = 0; axis + 1 < shape->rank; axis++) rows *= shape->sizes[axis];
    return rows;
}
/* The last size, 1 for rank 0. */
static inline size_t cornu_shape_last(const cornu_shape *shape) {
    return shape->rank == 0 ? 1 : shape->sizes[shape->rank - 1];
}
bool cornu_shape_equal(const cornu_shape *a, const cornu_shape *b);
/* "(None, 8, 8)" with the batch axis, "(8, 8)" without; returns text. */
const char *cornu_shape_text(const cornu_shape *shape, bool batch, char text[CORNU_SHAPE_TEXT]);

#endif
