/* Activation: y = activation(x), over the last axis where it works along rows. */
#include "base/status.h"
#include "net/layer.h"
#include "net/shape.h"

typedef struct activation_layer {
    cornu_layer base;
    cornu_activation activation;
} activation_layer;

static const cornu_activation *layer_activation(const cornu_layer *layer) {
    return &((const activation_layer *)layer)->activation;
}

static cornu_status activation_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                            cornu_shape *output, cornu_error *error) {
    const cornu_activation *activation = layer_activation(layer);
    *output = *input;
    if (!cornu_activation_is_rowwise(activation->kind)) return CORNU_OK;
    if (input->rank == 0)
        return cornu_layer_shape_error(layer, input, "expects at least one axis of features",
                                       error);
    if (!cornu_activation_columns(activation->kind, cornu_shape_last(input),
                                  &output->sizes[input->rank - 1])) {
        return cornu_layer_shape_error(layer, input, "halves the last axis, which must be even",
                                       error);
    }
    return CORNU_OK;
}

static void activation_needs(const cornu_layer *layer, const cornu_shape *input,
                             const cornu_layer_use *use, cornu_layer_needs *needs) {
    (void)input;
    (void)use;
    needs->alias = layer_activation(layer)->kind == CORNU_LINEAR;
}

static size_t matrix_rows(const cornu_pass *pass, size_t columns) {
    return columns ? pass->rows * (pass->input_count / columns) : 0;
}

static cornu_status activation_forward(const cornu_layer *layer, cornu_pass *pass) {
    size_t columns = cornu_shape_last(pass->input);
    if (pass->stops_at_z) return CORNU_OK;
    return cornu_task_activation(pass->task, layer_activation(layer), matrix_rows(pass, columns),
                                 columns, pass->x, pass->y);
}

static cornu_status activation_backward(const cornu_layer *layer, cornu_pass *pass) {
    if (!pass->dx) return CORNU_OK;
    bool in_place = pass->input_count == pass->output_count;
    if (in_place) pass->dx = pass->dy;
    if (pass->dy_is_dz) return CORNU_OK;
    size_t columns = cornu_shape_last(pass->input);
    return cornu_task_activation_derivative(pass->task, layer_activation(layer),
                                            matrix_rows(pass, columns), columns, pass->x, pass->y,
                                            pass->dy, pass->dx);
}

static const cornu_layer_type activation_type = {
    .name = "Activation",
    .output_shape = activation_output_shape,
    .needs = activation_needs,
    .forward = activation_forward,
    .backward = activation_backward,
    .activation = layer_activation,
};

cornu_status cornu_layer_new_activation(const char *name, cornu_dtype dtype,
                                        const cornu_activation *activation, cornu_layer **layer,
                                        cornu_error *error) {
    cornu_layer *made;
    cornu_status status = cornu_layer_check_activation(activation, error);
    if (status != CORNU_OK) return status;
    status = cornu_layer_new(&activation_type, sizeof(activation_layer), name, dtype, &made, error);
    if (status != CORNU_OK) return status;
    ((activation_layer *)made)->activation = *activation;
    *layer = made;
    return CORNU_OK;
}
