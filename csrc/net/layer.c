#include "net/layer.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "net/shape.h"

cornu_status cornu_layer_new(const cornu_layer_type *type, size_t nbytes, const char *name,
                             cornu_dtype dtype, cornu_layer **layer, cornu_error *error) {
    if (dtype != CORNU_FLOAT32 && dtype != CORNU_FLOAT64) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "A layer's dtype must be float32 or float64. Received: %s",
                               cornu_dtype_name(dtype));
    }
    cornu_layer *made = cornu_memory_allocate_zeroed(nbytes);
    if (!made) return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for a layer.");
    made->type = type;
    atomic_init(&made->references, 1);
    atomic_init(&made->trainable, true);
    atomic_init(&made->supports_masking, false);
    atomic_init(&made->lock, NULL);
    made->dtype = dtype;
    cornu_guard_init(&made->guard, NULL);
    cornu_layer_set_name(made, name);
    *layer = made;
    return CORNU_OK;
}

void cornu_layer_retain(cornu_layer *layer) {
    atomic_fetch_add_explicit(&layer->references, 1, memory_order_relaxed);
}

void cornu_layer_release(cornu_layer *layer) {
    if (!layer || atomic_fetch_sub_explicit(&layer->references, 1, memory_order_acq_rel) != 1)
        return;
    if (layer->type->release) layer->type->release(layer);
    for (size_t i = 0; i < layer->span_count; i++) cornu_span_release(layer->spans[i]);
    cornu_lock_release(atomic_load(&layer->lock));
    cornu_guard_destroy(&layer->guard);
    cornu_memory_free(layer);
}

const char *cornu_layer_name(const cornu_layer *layer, char name[CORNU_NAME_NBYTES]) {
    cornu_guard *guard = (cornu_guard *)&layer->guard;
    cornu_guard_enter(guard);
    memcpy(name, layer->name, CORNU_NAME_NBYTES);
    cornu_guard_leave(guard);
    return name;
}

void cornu_layer_set_name(cornu_layer *layer, const char *name) {
    cornu_guard_enter(&layer->guard);
    snprintf(layer->name, sizeof layer->name, "%s", name ? name : "");
    cornu_guard_leave(&layer->guard);
}

cornu_dtype cornu_layer_dtype(const cornu_layer *layer) {
    return layer->dtype;
}

bool cornu_layer_is_built(const cornu_layer *layer) {
    return layer->built;
}

bool cornu_layer_trainable(const cornu_layer *layer) {
    return atomic_load_explicit(&layer->trainable, memory_order_relaxed);
}

void cornu_layer_set_trainable(cornu_layer *layer, bool trainable) {
    atomic_store_explicit(&layer->trainable, trainable, memory_order_relaxed);
}

bool cornu_layer_supports_masking(const cornu_layer *layer) {
    return atomic_load_explicit(&layer->supports_masking, memory_order_relaxed);
}

void cornu_layer_set_supports_masking(cornu_layer *layer, bool supports_masking) {
    atomic_store_explicit(&layer->supports_masking, supports_masking, memory_order_relaxed);
}

/* Hidden spans come after the visible ones, so that a user's index is the layer's. */
size_t cornu_layer_span_count(const cornu_layer *layer) {
    size_t count = 0;
    while (count < layer->span_count && !cornu_span_is_hidden(layer->spans[count])) count++;
    return count;
}

cornu_span *cornu_layer_span(const cornu_layer *layer, size_t index) {
    return index < cornu_layer_span_count(layer) ? layer->spans[index] : NULL;
}

cornu_status cornu_layer_shape_error(const cornu_layer *layer, const cornu_shape *input,
                                     const char *what, cornu_error *error) {
    char text[CORNU_SHAPE_TEXT], name[CORNU_NAME_NBYTES];
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "Layer \"%s\" (%s) %s. Received input shape: %s",
                           cornu_layer_name(layer, name), layer->type->name, what,
                           cornu_shape_text(input, true, text));
}

/* Shapes of the spans that the layer has, or else would have once it is built for `first` (NULL:
 * for nothing yet); returns how many. */
static size_t weight_shapes(const cornu_layer *layer, const cornu_shape *first,
                            cornu_shape shapes[CORNU_LAYER_MAX_SPANS]) {
    cornu_span_request requests[CORNU_LAYER_MAX_SPANS];
    size_t count = layer->span_count;
    for (size_t i = 0; i < count; i++) shapes[i] = *cornu_span_shape(layer->spans[i]);
    if (layer->built || !first || !layer->type->spans) return count;
    count = layer->type->spans(layer, first, requests);
    for (size_t i = 0; i < count; i++) shapes[i] = requests[i].shape;
    return count;
}

static cornu_status check_weights(const cornu_layer *layer, const cornu_shape *first,
                                  const cornu_shape *input, const cornu_shape *output,
                                  cornu_error *error) {
    cornu_shape has[CORNU_LAYER_MAX_SPANS];
    cornu_span_request needs[CORNU_LAYER_MAX_SPANS];
    size_t count = weight_shapes(layer, first ? first : input, has);
    cornu_status status = cornu_layer_check_rules(layer, count, has, output, error);
    if (status != CORNU_OK) return status;
    if (!layer->type->spans) return CORNU_OK;
    count = weight_shapes(layer, first, has);
    if (count > 0) layer->type->spans(layer, input, needs);
    for (size_t i = 0; i < count; i++) {
        if (cornu_shape_equal(&needs[i].shape, &has[i])) continue;
        char weight[CORNU_SHAPE_TEXT], built[CORNU_SHAPE_TEXT], what[3 * CORNU_SHAPE_TEXT];
        snprintf(what, sizeof what,
                 "%s for input shape %s, with weights of shape %s: "
                 "another is incompatible with the layer",
                 layer->built ? "was built" : "stands in the chain before,",
                 cornu_shape_text(layer->built ? &layer->input : first, true, built),
                 cornu_shape_text(&has[i], false, weight));
        return cornu_layer_shape_error(layer, input, what, error);
    }
    return CORNU_OK;
}

cornu_status cornu_layer_output_shape_again(const cornu_layer *layer, const cornu_shape *first,
                                            const cornu_shape *input, cornu_shape *output,
                                            cornu_error *error) {
    if (input->rank > CORNU_MAX_RANK) {
        char name[CORNU_NAME_NBYTES];
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "Layer \"%s\" takes at most %d axes after the batch. Received: %zu",
                               cornu_layer_name(layer, name), CORNU_MAX_RANK, input->rank);
    }
    cornu_shape result;
    cornu_status status = layer->type->output_shape(layer, input, &result, error);
    if (status == CORNU_OK) status = check_weights(layer, first, input, &result, error);
    if (status == CORNU_OK) *output = result;
    return status;
}

cornu_status cornu_layer_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                      cornu_shape *output, cornu_error *error) {
    return cornu_layer_output_shape_again(layer, NULL, input, output, error);
}

cornu_status cornu_layer_check_activation(const cornu_activation *activation, cornu_error *error) {
    if (cornu_activation_exists(activation)) return CORNU_OK;
    return cornu_error_set(error, CORNU_ERROR_VALUE, "There is no activation of the kind %d.",
                           (int)activation->kind);
}

void cornu_layer_adopt_spans(cornu_layer *layer, const cornu_shape *input, size_t count,
                             cornu_span *const *spans) {
    for (size_t i = 0; i < count; i++) layer->spans[i] = spans[i];
    /* A layer of the caller's own has them already. */
    if (count > 0) layer->span_count = count;
    layer->input = *input;
    layer->built = true;
    if (layer->type->adopted) layer->type->adopted(layer);
}

cornu_status cornu_layer_build(cornu_layer *layer, const cornu_shape *input, cornu_error *error) {
    cornu_shape output;
    cornu_status status = cornu_layer_output_shape(layer, input, &output, error);
    if (status != CORNU_OK || layer->built) return status;
    cornu_span_request requests[CORNU_LAYER_MAX_SPANS];
    cornu_span *spans[CORNU_LAYER_MAX_SPANS];
    size_t count = layer->type->spans ? layer->type->spans(layer, input, requests) : 0;
    status = cornu_spans_new(count, requests, spans, error);
    if (status == CORNU_OK) cornu_layer_adopt_spans(layer, input, count, spans);
    return status;
}

cornu_span *cornu_layer_hidden_span(const cornu_layer *layer, size_t index) {
    const size_t shown = cornu_layer_span_count(layer);
    return index < layer->span_count - shown ? layer->spans[shown + index] : NULL;
}

cornu_status cornu_layer_take_weights(cornu_layer *layer, const cornu_layer *from,
                                      cornu_error *error) {
    if (layer->built || !from->built) {
        return cornu_error_set(error, CORNU_ERROR_STATE,
                               "A layer that is not built takes the weights of one that is.");
    }
    cornu_shape output;
    cornu_span_request requests[CORNU_LAYER_MAX_SPANS];
    cornu_status status = cornu_layer_output_shape(layer, &from->input, &output, error);
    if (status != CORNU_OK) return status;
    size_t count = layer->type->spans ? layer->type->spans(layer, &from->input, requests) : 0;
    bool fits = layer->dtype == from->dtype && count == from->span_count;
    for (size_t i = 0; fits && i < count; i++)
        fits = cornu_shape_equal(&requests[i].shape, cornu_span_shape(from->spans[i]));
    if (!fits) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "A layer takes the weights of one that differs in its activation "
                               "alone.");
    }
    for (size_t i = 0; i < count; i++) cornu_span_retain(from->spans[i]);
    cornu_layer_adopt_spans(layer, &from->input, count, from->spans);
    /* Runs of models that have the other one still are to be waited for. */
    cornu_lock *lock = atomic_load(&from->lock);
    if (lock) cornu_lock_retain(lock);
    atomic_store(&layer->lock, lock);
    return CORNU_OK;
}
