#include "net/shape.h"

#include <stdio.h>

#include "base/size.h"

bool cornu_shape_count(const cornu_shape *shape, size_t *count) {
    size_t product = 1;
    for (size_t axis = 0; axis < shape->rank; axis++) {
        if (!cornu_size_multiply(product, shape->sizes[axis], &product)) return false;
    }
    *count = product;
    return true;
}

bool cornu_shape_equal(const cornu_shape *a, const cornu_shape *b) {
    if (a->rank != b->rank) return false;
    for (size_t axis = 0; axis < a->rank; axis++) {
        if (a->sizes[axis] != b->sizes[axis]) return false;
    }
    return true;
}

const char *cornu_shape_text(const cornu_shape *shape, bool batch, char text[CORNU_SHAPE_TEXT]) {
    size_t axes = shape->rank + (batch ? 1 : 0);
    size_t used = (size_t)snprintf(text, CORNU_SHAPE_TEXT, batch ? "(None" : "(");
    for (size_t axis = 0; axis < shape->rank; axis++) {
        const char *separator = axis > 0 || batch ? ", " : "";
        used += (size_t)snprintf(text + used, CORNU_SHAPE_TEXT - used, "%s%zu", separator,
                                 shape->sizes[axis]);
    }
    /* Python writes a tuple of one with a comma. */
    snprintf(text + used, CORNU_SHAPE_TEXT - used, axes == 1 ? ",)" : ")");
    return text;
}
