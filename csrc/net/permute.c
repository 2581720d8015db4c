/* Permute: a row's axes in another order. */
#include "base/status.h"
#include "net/layer.h"
#include "net/permutation.h"
#include "net/shape.h"

typedef struct permute {
    cornu_layer base;
    size_t rank;
    bool moves;
    cornu_permutation permutation, inverse;
} permute;

static const permute *as_permute(const cornu_layer *layer) {
    return (const permute *)layer;
}

static cornu_status permute_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                         cornu_shape *output, cornu_error *error) {
    const permute *self = as_permute(layer);
    if (input->rank != self->rank)
        return cornu_layer_shape_error(layer, input, "has `dims` of another rank than its input",
                                       error);
    *output = cornu_permutation_shape(&self->permutation, input);
    return CORNU_OK;
}

static void permute_needs(const cornu_layer *layer, const cornu_shape *input,
                          const cornu_layer_use *use, cornu_layer_needs *needs) {
    (void)input;
    (void)use;
    needs->alias = !as_permute(layer)->moves;
}

static cornu_status permute_forward(const cornu_layer *layer, cornu_pass *pass) {
    return cornu_task_permute(pass->task, &as_permute(layer)->permutation, pass->rows, pass->input,
                              pass->x, pass->y);
}

static cornu_status permute_backward(const cornu_layer *layer, cornu_pass *pass) {
    const permute *self = as_permute(layer);
    if (!pass->dx) return CORNU_OK;
    const cornu_shape output = cornu_permutation_shape(&self->permutation, pass->input);
    return cornu_task_permute(pass->task, &self->inverse, pass->rows, &output, pass->dy, pass->dx);
}

static const cornu_layer_type permute_type = {
    .name = "Permute",
    .output_shape = permute_output_shape,
    .needs = permute_needs,
    .forward = permute_forward,
    .backward = permute_backward,
};

cornu_status cornu_layer_new_permute(const char *name, cornu_dtype dtype, size_t rank,
                                     const int64_t *dims, cornu_layer **layer, cornu_error *error) {
    cornu_permutation permutation = {{0}};
    bool moves = false;
    bool seen[CORNU_MAX_RANK] = {false};
    if (rank > CORNU_MAX_RANK)
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`dims` may have at most %d axes. Received: %zu", CORNU_MAX_RANK,
                               rank);
    for (size_t i = 0; i < rank; i++) {
        if (dims[i] < 1 || dims[i] > (int64_t)rank || seen[dims[i] - 1])
            return cornu_error_set(error, CORNU_ERROR_VALUE,
                                   "`dims` must have each of the axes 1 to %zu once. "
                                   "Received %lld at place %zu",
                                   rank, (long long)dims[i], i);
        seen[dims[i] - 1] = true;
        permutation.order[i] = (size_t)dims[i] - 1;
        moves |= permutation.order[i] != i;
    }
    cornu_layer *made;
    cornu_status status =
        cornu_layer_new(&permute_type, sizeof(permute), name, dtype, &made, error);
    if (status != CORNU_OK) return status;
    permute *self = (permute *)made;
    self->rank = rank;
    self->moves = moves;
    self->permutation = permutation;
    self->inverse = cornu_permutation_inverse(&permutation, rank);
    *layer = made;
    return CORNU_OK;
}
