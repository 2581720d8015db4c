/* Reshape: another shape for the same elements; memory stays where it is. */
#include <stdio.h>

#include "base/status.h"
#include "net/layer.h"
#include "net/shape.h"

typedef struct reshape {
    cornu_layer base;
    size_t rank;
    int64_t sizes[CORNU_MAX_RANK]; /* at most one is -1: whatever is left */
} reshape;

static cornu_status reshape_error(const cornu_layer *layer, const cornu_shape *input,
                                  cornu_error *error) {
    const reshape *self = (const reshape *)layer;
    char what[CORNU_SHAPE_TEXT + 64];
    size_t used = (size_t)snprintf(what, sizeof what, "can't give its input the shape (None");
    for (size_t axis = 0; axis < self->rank; axis++) {
        used += (size_t)snprintf(what + used, sizeof what - used, ", %lld",
                                 (long long)self->sizes[axis]);
    }
    snprintf(what + used, sizeof what - used, self->rank ? ")" : ",)");
    return cornu_layer_shape_error(layer, input, what, error);
}

static cornu_status reshape_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                         cornu_shape *output, cornu_error *error) {
    const reshape *self = (const reshape *)layer;
    cornu_shape known = {.rank = self->rank};
    size_t open = self->rank, count, known_count;
    for (size_t axis = 0; axis < self->rank; axis++) {
        if (self->sizes[axis] < 0) open = axis;
        known.sizes[axis] = self->sizes[axis] < 0 ? 1 : (size_t)self->sizes[axis];
    }
    if (!cornu_shape_count(input, &count) || !cornu_shape_count(&known, &known_count)) {
        return reshape_error(layer, input, error);
    }
    if (open < self->rank) {
        if (known_count == 0 || count % known_count != 0) return reshape_error(layer, input, error);
        known.sizes[open] = count / known_count;
    } else if (known_count != count) {
        return reshape_error(layer, input, error);
    }
    *output = known;
    return CORNU_OK;
}

static void reshape_needs(const cornu_layer *layer, const cornu_shape *input,
                          const cornu_layer_use *use, cornu_layer_needs *needs) {
    (void)layer;
    (void)input;
    (void)use;
    needs->alias = true;
}

static const cornu_layer_type reshape_type = {
    .name = "Reshape",
    .output_shape = reshape_output_shape,
    .needs = reshape_needs,
};

cornu_status cornu_layer_new_reshape(const char *name, cornu_dtype dtype, size_t rank,
                                     const int64_t *sizes, cornu_layer **layer,
                                     cornu_error *error) {
    if (rank > CORNU_MAX_RANK) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`target_shape` may have at most %d axes. Received: %zu",
                               CORNU_MAX_RANK, rank);
    }
    size_t open = 0;
    for (size_t axis = 0; axis < rank; axis++) {
        if (sizes[axis] < -1 || (sizes[axis] == -1 && open++ > 0)) {
            return cornu_error_set(error, CORNU_ERROR_VALUE,
                                   "`target_shape` takes sizes from 0 on and at most one -1. "
                                   "Received %lld on axis %zu",
                                   (long long)sizes[axis], axis);
        }
    }
    cornu_layer *made;
    cornu_status status =
        cornu_layer_new(&reshape_type, sizeof(reshape), name, dtype, &made, error);
    if (status != CORNU_OK) return status;
    reshape *self = (reshape *)made;
    self->rank = rank;
    for (size_t axis = 0; axis < rank; axis++) self->sizes[axis] = sizes[axis];
    *layer = made;
    return CORNU_OK;
}
