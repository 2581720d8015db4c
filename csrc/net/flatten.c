/* Flatten: a row becomes one axis; memory stays where it is, unless its first axis, the channels,
 * is to count as the last. */
#include "base/status.h"
#include "net/layer.h"
#include "net/permutation.h"
#include "net/shape.h"

static cornu_status flatten_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                         cornu_shape *output, cornu_error *error) {
    (void)layer;
    size_t count;
    if (!cornu_shape_count(input, &count)) {
        return cornu_layer_shape_error(layer, input,
                                       "can't flatten more elements than memory can hold", error);
    }
    *output = (cornu_shape){1, {count}};
    return CORNU_OK;
}

static void flatten_needs(const cornu_layer *layer, const cornu_shape *input,
                          const cornu_layer_use *use, cornu_layer_needs *needs) {
    (void)layer;
    (void)input;
    (void)use;
    needs->alias = true;
}

static const cornu_layer_type flatten_type = {
    .name = "Flatten",
    .output_shape = flatten_output_shape,
    .needs = flatten_needs,
};

cornu_status cornu_layer_new_flatten(const char *name, cornu_dtype dtype, cornu_layer **layer,
                                     cornu_error *error) {
    return cornu_layer_new(&flatten_type, sizeof(cornu_layer), name, dtype, layer, error);
}

/* ---- Of channels that come first ---- */

/* A row's first axis behind the others. */
static cornu_permutation channels_last(size_t rank) {
    cornu_permutation permutation = {{0}};
    for (size_t i = 0; i + 1 < rank; i++) permutation.order[i] = i + 1;
    return permutation;
}

static void channels_needs(const cornu_layer *layer, const cornu_shape *input,
                           const cornu_layer_use *use, cornu_layer_needs *needs) {
    (void)layer;
    (void)use;
    needs->alias = input->rank < 2;
}

static cornu_status channels_forward(const cornu_layer *layer, cornu_pass *pass) {
    (void)layer;
    const cornu_permutation permutation = channels_last(pass->input->rank);
    return cornu_task_permute(pass->task, &permutation, pass->rows, pass->input, pass->x, pass->y);
}

static cornu_status channels_backward(const cornu_layer *layer, cornu_pass *pass) {
    (void)layer;
    if (!pass->dx) return CORNU_OK;
    const size_t rank = pass->input->rank;
    const cornu_permutation permutation = channels_last(rank);
    const cornu_permutation inverse = cornu_permutation_inverse(&permutation, rank);
    const cornu_shape moved = cornu_permutation_shape(&permutation, pass->input);
    return cornu_task_permute(pass->task, &inverse, pass->rows, &moved, pass->dy, pass->dx);
}

static const cornu_layer_type channels_type = {
    .name = "Flatten",
    .output_shape = flatten_output_shape,
    .needs = channels_needs,
    .forward = channels_forward,
    .backward = channels_backward,
};

cornu_status cornu_layer_new_flatten_channels_first(const char *name, cornu_dtype dtype,
                                                    cornu_layer **layer, cornu_error *error) {
    return cornu_layer_new(&channels_type, sizeof(cornu_layer), name, dtype, layer, error);
}
