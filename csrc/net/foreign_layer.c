/* A layer of the caller's own: a table whose functions call the caller's. */
#include "base/status.h"
#include "net/layer.h"

typedef struct foreign_layer {
    cornu_layer base;
    const cornu_foreign_layer *functions;
    void *object;
} foreign_layer;

static const foreign_layer *foreign_of(const cornu_layer *layer) {
    return (const foreign_layer *)layer;
}

static cornu_status foreign_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                         cornu_shape *output, cornu_error *error) {
    (void)error;
    return foreign_of(layer)->functions->output_shape(foreign_of(layer)->object, input, output);
}

static void foreign_needs(const cornu_layer *layer, const cornu_shape *input,
                          const cornu_layer_use *use, cornu_layer_needs *needs) {
    (void)layer;
    (void)input;
    (void)use;
    (void)needs;
}

static cornu_foreign_pass describe_pass(const cornu_layer *layer, const cornu_pass *pass) {
    return (cornu_foreign_pass){.layer = layer,
                                .rows = pass->rows,
                                .dtype = layer->dtype,
                                .input = pass->input,
                                .output = pass->output,
                                .x = pass->x,
                                .mask = pass->mask,
                                .training = pass->training,
                                /* Each output has its own memory where backward follows. */
                                .place = pass->backward ? pass->y : NULL};
}

static cornu_status foreign_forward(const cornu_layer *layer, cornu_pass *pass) {
    cornu_foreign_pass described = describe_pass(layer, pass);
    described.y = pass->y;
    described.penalty = pass->penalty;
    if (layer->type->makes_mask) described.output_mask = pass->output_mask;
    cornu_task_leave(pass->task);
    const cornu_status status =
        foreign_of(layer)->functions->forward(foreign_of(layer)->object, &described);
    return cornu_task_enter(pass->task, status);
}

static cornu_status foreign_backward(const cornu_layer *layer, cornu_pass *pass) {
    cornu_foreign_pass described = describe_pass(layer, pass);
    described.dy = pass->dy;
    described.loss_scale = pass->loss_scale;
    described.dx = pass->dx;
    described.gradients = pass->gradients;
    described.accumulate = pass->accumulate;
    cornu_task_leave(pass->task);
    const cornu_status status =
        foreign_of(layer)->functions->backward(foreign_of(layer)->object, &described);
    return cornu_task_enter(pass->task, status);
}

static void foreign_release(cornu_layer *layer) {
    foreign_of(layer)->functions->release(foreign_of(layer)->object);
}

static const cornu_layer_type foreign_type = {
    .name = "Layer",
    .output_shape = foreign_output_shape,
    .needs = foreign_needs,
    .forward = foreign_forward,
    .backward = foreign_backward,
    .calls_out = true,
    .release = foreign_release,
};

static const cornu_layer_type masking_foreign_type = {
    .name = "Layer",
    .output_shape = foreign_output_shape,
    .needs = foreign_needs,
    .forward = foreign_forward,
    .backward = foreign_backward,
    .makes_mask = true,
    .calls_out = true,
    .release = foreign_release,
};

cornu_status cornu_layer_new_foreign(const char *name, cornu_dtype dtype,
                                     const cornu_foreign_layer *functions, void *object,
                                     cornu_layer **layer, cornu_error *error) {
    cornu_layer *made;
    const cornu_layer_type *type = functions->makes_mask ? &masking_foreign_type : &foreign_type;
    cornu_status status = cornu_layer_new(type, sizeof(foreign_layer), name, dtype, &made, error);
    if (status != CORNU_OK) return status;
    foreign_layer *self = (foreign_layer *)made;
    self->functions = functions;
    self->object = object;
    functions->retain(object);
    *layer = made;
    return CORNU_OK;
}

static cornu_status check_open(const cornu_layer *layer, cornu_error *error) {
    char name[CORNU_NAME_NBYTES];
    const bool is_foreign = layer->type == &foreign_type || layer->type == &masking_foreign_type;
    if (!is_foreign || layer->built) {
        return cornu_error_set(error, CORNU_ERROR_STATE,
                               "Layer \"%s\" can be given weights only while it is built.",
                               cornu_layer_name(layer, name));
    }
    if (layer->span_count < CORNU_LAYER_MAX_SPANS) return CORNU_OK;
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "Layer \"%s\" can have at most %d weights, those of layers within it "
                           "included.",
                           cornu_layer_name(layer, name), CORNU_LAYER_MAX_SPANS);
}

cornu_status cornu_layer_add_span(cornu_layer *layer, cornu_dtype dtype, const cornu_shape *shape,
                                  bool trained, cornu_error *error) {
    const cornu_span_request request = {.dtype = dtype, .shape = *shape, .trained = trained};
    cornu_status status = check_open(layer, error);
    if (status == CORNU_OK && trained && dtype != layer->dtype) {
        status = cornu_error_set(error, CORNU_ERROR_VALUE,
                                 "A weight that is trained must have its layer's float type, %s. "
                                 "Received: %s",
                                 cornu_dtype_name(layer->dtype), cornu_dtype_name(dtype));
    }
    if (status != CORNU_OK) return status;
    status = cornu_spans_new(1, &request, &layer->spans[layer->span_count], error);
    if (status == CORNU_OK) layer->span_count++;
    return status;
}

cornu_status cornu_layer_share_span(cornu_layer *layer, cornu_span *span, cornu_error *error) {
    const cornu_status status = check_open(layer, error);
    if (status != CORNU_OK) return status;
    cornu_span_retain(span);
    layer->spans[layer->span_count++] = span;
    return CORNU_OK;
}

cornu_status cornu_layer_share_state(cornu_layer *layer, const cornu_layer *other,
                                     cornu_error *error) {
    cornu_status status = CORNU_OK;
    for (size_t i = cornu_layer_span_count(other); i < other->span_count && status == CORNU_OK; i++)
        status = cornu_layer_share_span(layer, other->spans[i], error);
    return status;
}
