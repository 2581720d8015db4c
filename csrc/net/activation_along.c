/* An activation that works along a row of numbers, along other axes than the last. */
#include "base/status.h"
#include "net/layer.h"
#include "net/permutation.h"

typedef struct activation_along {
    cornu_layer base;
    cornu_activation activation;
    size_t axis_count;
    int64_t axes[CORNU_MAX_RANK];
} activation_along;

static const activation_along *as_along(const cornu_layer *layer) {
    return (const activation_along *)layer;
}

static cornu_status along_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                       cornu_shape *output, cornu_error *error) {
    const activation_along *self = as_along(layer);
    cornu_along along;
    *output = *input;
    return cornu_along_find(layer, input, self->axis_count, self->axes, &along, error);
}

/* z is the output with the axes in their order. */
static void along_needs(const cornu_layer *layer, const cornu_shape *input,
                        const cornu_layer_use *use, cornu_layer_needs *needs) {
    const activation_along *self = as_along(layer);
    (void)use;
    const cornu_along along = cornu_along_known(layer, input, self->axis_count, self->axes);
    if (along.moves) needs->z_count = along.rows * along.columns;
}

static cornu_status along_forward(const cornu_layer *layer, cornu_pass *pass) {
    const activation_along *self = as_along(layer);
    const cornu_along along = cornu_along_known(layer, pass->input, self->axis_count, self->axes);
    const size_t rows = pass->rows * along.rows;
    if (!along.moves)
        return cornu_task_activation(pass->task, &self->activation, rows, along.columns, pass->x,
                                     pass->y);
    cornu_status status =
        cornu_task_permute(pass->task, &along.to, pass->rows, pass->input, pass->x, pass->z);
    if (status == CORNU_OK)
        status = cornu_task_activation(pass->task, &self->activation, rows, along.columns, pass->z,
                                       pass->z);
    if (status != CORNU_OK) return status;
    return cornu_task_permute(pass->task, &along.back, pass->rows, &along.moved, pass->z, pass->y);
}

static cornu_status along_backward(const cornu_layer *layer, cornu_pass *pass) {
    const activation_along *self = as_along(layer);
    const cornu_along along = cornu_along_known(layer, pass->input, self->axis_count, self->axes);
    const size_t rows = pass->rows * along.rows;
    if (!pass->dx) return CORNU_OK;
    void *const room = pass->dx;
    pass->dx = pass->dy;
    if (!along.moves)
        return cornu_task_activation_derivative(pass->task, &self->activation, rows, along.columns,
                                                NULL, pass->y, pass->dy, pass->dx);
    cornu_status status =
        cornu_task_permute(pass->task, &along.to, pass->rows, pass->input, pass->dy, room);
    if (status == CORNU_OK)
        status = cornu_task_activation_derivative(pass->task, &self->activation, rows,
                                                  along.columns, NULL, pass->z, room, room);
    if (status != CORNU_OK) return status;
    return cornu_task_permute(pass->task, &along.back, pass->rows, &along.moved, room, pass->dx);
}

static const cornu_layer_type along_type = {
    .name = "Activation",
    .output_shape = along_output_shape,
    .needs = along_needs,
    .forward = along_forward,
    .backward = along_backward,
};

cornu_status cornu_layer_new_activation_along(const char *name, cornu_dtype dtype,
                                              const cornu_activation *activation, size_t axis_count,
                                              const int64_t *axes, cornu_layer **layer,
                                              cornu_error *error) {
    cornu_status status = cornu_layer_check_activation(activation, error);
    if (status != CORNU_OK) return status;
    if (!cornu_activation_is_rowwise(activation->kind) || activation->kind == CORNU_GLU ||
        cornu_activation_needs_input(activation) || axis_count > CORNU_MAX_RANK) {
        return cornu_error_set(error, CORNU_ERROR_VALUE, "`%s` can't be made along %zu axes.",
                               cornu_activation_name(activation->kind), axis_count);
    }
    cornu_layer *made;
    status = cornu_layer_new(&along_type, sizeof(activation_along), name, dtype, &made, error);
    if (status != CORNU_OK) return status;
    activation_along *self = (activation_along *)made;
    self->activation = *activation;
    self->axis_count = axis_count;
    for (size_t i = 0; i < axis_count; i++) self->axes[i] = axes[i];
    *layer = made;
    return CORNU_OK;
}
