/* SpectralNormalization: another layer, whose kernel is divided by its largest singular value in
 * each training pass. That is found by power iterations, which go on from the vector that the last
 * ones left. Source: Miyato et al., "Spectral Normalization for Generative Adversarial Networks",
 * https://arxiv.org/abs/1802.05957, as Keras 3.15 has it.
 *
 * The layer within has the same spans, but for the vector, so that its own passes serve. */
#include <math.h>
#include <string.h>

#include "base/status.h"
#include "net/layer.h"
#include "net/shape.h"

/* Slots of the spans: the layer within has its kernel first, and what comes after. */
enum { KERNEL, VECTOR };
/* What a vector's length is taken to be at least, as in Keras. */
#define LEAST_LENGTH 1e-7
/* Operations that an element costs where it is divided or looked at. */
#define ELEMENT_WORK 4.0

typedef struct spectral_normalization {
    cornu_layer base;
    cornu_layer *within;
    size_t iterations;
} spectral_normalization;

static const spectral_normalization *as_spectral(const cornu_layer *layer) {
    return (const spectral_normalization *)layer;
}

static size_t outer_slot(size_t slot) {
    return slot == KERNEL ? KERNEL : slot + 1;
}

static cornu_status spectral_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                          cornu_shape *output, cornu_error *error) {
    const cornu_layer *within = as_spectral(layer)->within;
    return within->type->output_shape(within, input, output, error);
}

static size_t spectral_spans(const cornu_layer *layer, const cornu_shape *input,
                             cornu_span_request *requests) {
    const cornu_layer *within = as_spectral(layer)->within;
    cornu_span_request found[CORNU_LAYER_MAX_SPANS];
    const size_t count = within->type->spans ? within->type->spans(within, input, found) : 0;
    if (count == 0) return 0;
    for (size_t slot = 0; slot < count; slot++) requests[outer_slot(slot)] = found[slot];
    const size_t columns = cornu_shape_last(&found[KERNEL].shape);
    requests[VECTOR] = (cornu_span_request){.dtype = layer->dtype, .shape = {2, {1, columns}}};
    return count + 1;
}

static void spectral_adopted(cornu_layer *layer) {
    cornu_layer *within = as_spectral(layer)->within;
    cornu_span *spans[CORNU_LAYER_MAX_SPANS];
    const size_t count = layer->span_count > 0 ? layer->span_count - 1 : 0;
    for (size_t slot = 0; slot < count; slot++) {
        spans[slot] = layer->spans[outer_slot(slot)];
        cornu_span_retain(spans[slot]);
    }
    cornu_layer_adopt_spans(within, &layer->input, count, spans);
}

/* The kernel as a matrix. */
static size_t column_count(const cornu_layer *layer) {
    return cornu_shape_last(cornu_span_shape(layer->spans[KERNEL]));
}

static size_t row_count(const cornu_layer *layer) {
    return cornu_shape_rows(cornu_span_shape(layer->spans[KERNEL]));
}

/* z of the layer within, and what it keeps; behind that a vector a row of the kernel, and one a
 * column. */
static void spectral_needs(const cornu_layer *layer, const cornu_shape *input,
                           const cornu_layer_use *use, cornu_layer_needs *needs) {
    const cornu_layer *within = as_spectral(layer)->within;
    const cornu_layer_use own_use = {
        .training = use->training, .backward = use->backward, .masked = use->masked};
    within->type->needs(within, input, &own_use, needs);
    needs->alias = false;
    needs->kept_count += row_count(layer) + column_count(layer);
}

/* y = x b, a row; b as it lies, or its transpose. */
static cornu_status multiply(cornu_task *task, const void *x, const cornu_layer *layer,
                             bool transposed, void *y) {
    const size_t rows = row_count(layer), columns = column_count(layer);
    const cornu_gemm product = {
        .rows = 1,
        .columns = transposed ? rows : columns,
        .depth = transposed ? columns : rows,
        .a = x,
        .a_row_stride = (ptrdiff_t)(transposed ? columns : rows),
        .a_column_stride = 1,
        .b = cornu_span_data(layer->spans[KERNEL]),
        .b_row_stride = transposed ? 1 : (ptrdiff_t)columns,
        .b_column_stride = transposed ? (ptrdiff_t)columns : 1,
        .c = y,
        .c_row_stride = (ptrdiff_t)(transposed ? rows : columns),
    };
    return cornu_task_gemm(task, &product);
}

/* Makes the vector one of length 1; returns what it was multiplied by. */
static double normalize(const cornu_kernels *kernels, size_t count, void *vector, double *squares) {
    *squares = kernels->sum_of_squares(count, vector);
    const double inverse = fmin(1.0 / sqrt(*squares), 1.0 / LEAST_LENGTH);
    kernels->scale(count, inverse, vector);
    return inverse;
}

/* The kernel over its largest singular value, as the iterations have it so far. */
static cornu_status normalize_kernel(const cornu_layer *layer, cornu_pass *pass) {
    cornu_task *task = pass->task;
    const cornu_kernels *kernels = task->kernels;
    const size_t rows = row_count(layer), columns = column_count(layer);
    void *kernel = cornu_span_data(layer->spans[KERNEL]);
    void *left = cornu_task_at(task, pass->kept, 0), *right = cornu_task_at(task, left, rows);
    double squares = kernels->sum_of_squares(rows * columns, kernel), inverse = 1.0;
    if (squares == 0.0) return CORNU_OK;
    memcpy(right, cornu_span_data(layer->spans[VECTOR]), columns * kernels->element_nbytes);
    for (size_t i = 0; i < as_spectral(layer)->iterations; i++) {
        cornu_status status = multiply(task, right, layer, true, left);
        if (status != CORNU_OK) return status;
        normalize(kernels, rows, left, &squares);
        status = multiply(task, left, layer, false, right);
        if (status != CORNU_OK) return status;
        inverse = normalize(kernels, columns, right, &squares);
    }
    /* left kernel, before it was normalized, times what it became. */
    kernels->divide_all(rows * columns, squares * inverse, kernel);
    memcpy(cornu_span_data(layer->spans[VECTOR]), right, columns * kernels->element_nbytes);
    return cornu_task_poll_after(task, ELEMENT_WORK * (double)rows * (double)columns);
}

/* What the layer within is given: behind the vectors its own room. */
static cornu_pass inner_pass(const cornu_layer *layer, const cornu_pass *pass) {
    cornu_pass inner = *pass;
    inner.kept = cornu_task_at(pass->task, pass->kept, row_count(layer) + column_count(layer));
    inner.stops_at_z = false;
    inner.descents = NULL;
    return inner;
}

static cornu_status spectral_forward(const cornu_layer *layer, cornu_pass *pass) {
    const cornu_layer *within = as_spectral(layer)->within;
    cornu_status status = pass->training ? normalize_kernel(layer, pass) : CORNU_OK;
    cornu_pass inner = inner_pass(layer, pass);
    if (status == CORNU_OK) status = within->type->forward(within, &inner);
    pass->draw = inner.draw;
    return status;
}

static cornu_status spectral_backward(const cornu_layer *layer, cornu_pass *pass) {
    const cornu_layer *within = as_spectral(layer)->within;
    void *gradients[CORNU_LAYER_MAX_SPANS];
    bool accumulate[CORNU_LAYER_MAX_SPANS];
    for (size_t slot = 0; slot < within->span_count; slot++) {
        gradients[slot] = pass->gradients[outer_slot(slot)];
        accumulate[slot] = pass->accumulate[outer_slot(slot)];
    }
    cornu_pass inner = inner_pass(layer, pass);
    inner.gradients = gradients;
    inner.accumulate = accumulate;
    const cornu_status status = within->type->backward(within, &inner);
    pass->dx = inner.dx;
    return status;
}

static void spectral_release(cornu_layer *layer) {
    cornu_layer_release(as_spectral(layer)->within);
}

static const cornu_layer_type spectral_type = {
    .name = "SpectralNormalization",
    .output_shape = spectral_output_shape,
    .spans = spectral_spans,
    .needs = spectral_needs,
    .forward = spectral_forward,
    .backward = spectral_backward,
    .release = spectral_release,
    .adopted = spectral_adopted,
    .moves_kernel = true,
};

cornu_status cornu_layer_new_spectral_normalization(const char *name, cornu_layer *within,
                                                    size_t iterations, cornu_layer **layer,
                                                    cornu_error *error) {
    if (within->built || within->type->calls_out) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "The layer within must not be built, and not be the caller's own.");
    }
    if (iterations == 0)
        return cornu_error_set(error, CORNU_ERROR_VALUE, "There must be a power iteration.");
    cornu_layer *made;
    cornu_status status = cornu_layer_new(&spectral_type, sizeof(spectral_normalization), name,
                                          within->dtype, &made, error);
    if (status != CORNU_OK) return status;
    spectral_normalization *self = (spectral_normalization *)made;
    self->within = within;
    self->iterations = iterations;
    cornu_layer_retain(within);
    for (size_t slot = 0; slot + 1 < CORNU_LAYER_MAX_SPANS; slot++) {
        made->regularizers[outer_slot(slot)] = within->regularizers[slot];
        made->constraints[outer_slot(slot)] = within->constraints[slot];
    }
    made->output_regularizer = within->output_regularizer;
    *layer = made;
    return CORNU_OK;
}
