/* Dense and EinsumDense: y = activation(x kernel + bias), over the last axis, or over several that
 * are taken as one; the units may lie along several axes too. */
#include "base/size.h"
#include "base/status.h"
#include "net/layer.h"
#include "net/shape.h"

typedef struct dense {
    cornu_layer base;
    size_t units;
    cornu_activation activation;
    bool use_bias;
    cornu_einsum einsum; /* of Dense, one axis for another, behind any others */
} dense;

enum { KERNEL, BIAS };

static const dense *as_dense(const cornu_layer *layer) {
    return (const dense *)layer;
}

/* Rows of the product for a row of the batch, and its depth: the sizes of the axes that stay, and
 * of those that are summed over. */
static size_t kept_count(const dense *self, const cornu_shape *input) {
    size_t count = 1;
    for (size_t axis = 0; axis + self->einsum.taken < input->rank; axis++)
        count *= input->sizes[axis];
    return count;
}

static size_t depth_of(const dense *self, const cornu_shape *input) {
    size_t count = 1;
    for (size_t i = 0; i < self->einsum.taken; i++) count *= input->sizes[input->rank - 1 - i];
    return count;
}

/* What the axes that stay, `kept` of them, are not; NULL: all is well. */
static const char *misfit(const cornu_einsum *einsum, const cornu_shape *input, size_t kept) {
    if (kept < einsum->kept_count || (kept > einsum->kept_count && !einsum->elides))
        return "expects another number of axes by its equation";
    if (kept + einsum->units.rank > CORNU_MAX_RANK) return "has too many axes of units";
    for (size_t i = 0; i < einsum->kept_count; i++) {
        const size_t size = einsum->kept[i];
        if (size > 0 && size != input->sizes[kept - einsum->kept_count + i])
            return "has another size in `output_shape` for an axis that its output shares with its "
                   "input";
    }
    return NULL;
}

static cornu_status dense_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                       cornu_shape *output, cornu_error *error) {
    const dense *self = as_dense(layer);
    const cornu_einsum *einsum = &self->einsum;
    if (input->rank < einsum->taken)
        return cornu_layer_shape_error(layer, input, "expects at least one axis of features",
                                       error);
    const size_t kept = input->rank - einsum->taken;
    const char *problem = misfit(einsum, input, kept);
    if (problem) return cornu_layer_shape_error(layer, input, problem, error);
    size_t columns;
    if (!cornu_activation_columns(self->activation.kind, self->units, &columns)) {
        return cornu_layer_shape_error(
            layer, input, "has an activation that halves its units, which must be even", error);
    }
    *output = *input;
    output->rank = kept + einsum->units.rank;
    for (size_t i = 0; i < einsum->units.rank; i++)
        output->sizes[kept + i] = einsum->units.sizes[i];
    if (columns != self->units) output->sizes[output->rank - 1] = columns;
    return CORNU_OK;
}

static size_t dense_spans(const cornu_layer *layer, const cornu_shape *input,
                          cornu_span_request *requests) {
    const dense *self = as_dense(layer);
    const cornu_shape *units = &self->einsum.units;
    cornu_shape kernel = {.rank = self->einsum.taken + units->rank};
    for (size_t i = 0; i < kernel.rank; i++) {
        kernel.sizes[i] = i < self->einsum.taken
                              ? input->sizes[input->rank - self->einsum.taken + i]
                              : units->sizes[i - self->einsum.taken];
    }
    requests[KERNEL] =
        (cornu_span_request){.dtype = layer->dtype, .shape = kernel, .trained = true};
    requests[BIAS] = (cornu_span_request){.dtype = layer->dtype, .shape = *units, .trained = true};
    return self->use_bias ? 2 : 1;
}

static void dense_needs(const cornu_layer *layer, const cornu_shape *input,
                        const cornu_layer_use *use, cornu_layer_needs *needs) {
    const dense *self = as_dense(layer);
    const cornu_activation *activation = &self->activation;
    size_t columns = self->units;
    cornu_activation_columns(activation->kind, self->units, &columns);
    /* glu's z has no room in y. */
    bool keep = columns != self->units || use->joined || use->recorded ||
                (use->backward && cornu_activation_needs_input(activation));
    if (keep && activation->kind != CORNU_LINEAR)
        needs->z_count = kept_count(self, input) * self->units;
}

static size_t product_rows(const dense *self, const cornu_pass *pass) {
    return pass->rows * kept_count(self, pass->input);
}

static cornu_status dense_forward(const cornu_layer *layer, cornu_pass *pass) {
    const dense *self = as_dense(layer);
    size_t depth = depth_of(self, pass->input);
    void *z = pass->z ? pass->z : pass->y;
    const bool rectifies = !pass->z && cornu_activation_is_relu(&self->activation);
    cornu_gemm product = {
        .rows = product_rows(self, pass),
        .columns = self->units,
        .depth = depth,
        .a = pass->x,
        .a_row_stride = (ptrdiff_t)depth,
        .a_column_stride = 1,
        .b = cornu_span_data(layer->spans[KERNEL]),
        .b_row_stride = (ptrdiff_t)self->units,
        .b_column_stride = 1,
        .c = z,
        .c_row_stride = (ptrdiff_t)self->units,
        .bias = self->use_bias ? cornu_span_data(layer->spans[BIAS]) : NULL,
        .relu = rectifies,
    };
    cornu_status status = cornu_task_gemm(pass->task, &product);
    if (status != CORNU_OK || rectifies || pass->stops_at_z ||
        self->activation.kind == CORNU_LINEAR)
        return status;
    return cornu_task_activation(pass->task, &self->activation, product.rows, self->units, z,
                                 pass->y);
}

static cornu_status dense_kernel_gradient(const dense *self, cornu_pass *pass, size_t rows,
                                          const void *dz) {
    size_t depth = depth_of(self, pass->input);
    cornu_gemm product = {
        .rows = depth,
        .columns = self->units,
        .depth = rows,
        .a = pass->x,
        .a_row_stride = 1,
        .a_column_stride = (ptrdiff_t)depth,
        .b = dz,
        .b_row_stride = (ptrdiff_t)self->units,
        .b_column_stride = 1,
        .c = pass->gradients[KERNEL],
        .c_row_stride = (ptrdiff_t)self->units,
        .accumulate = pass->accumulate[KERNEL],
    };
    if (pass->descents)
        return cornu_task_gemm_descending(pass->task, &product, &pass->descents[KERNEL]);
    return cornu_task_gemm(pass->task, &product);
}

static cornu_status dense_bias_gradient(const dense *self, cornu_pass *pass, size_t rows,
                                        const void *dz) {
    cornu_status status = cornu_task_column_sums(pass->task, rows, self->units, dz,
                                                 pass->gradients[BIAS], pass->accumulate[BIAS]);
    if (status == CORNU_OK && pass->descents)
        cornu_task_descend(pass->task, self->units, pass->gradients[BIAS], &pass->descents[BIAS]);
    return status;
}

static cornu_status dense_input_gradient(const dense *self, cornu_pass *pass, size_t rows,
                                         const void *dz) {
    size_t depth = depth_of(self, pass->input);
    cornu_gemm product = {
        .rows = rows,
        .columns = depth,
        .depth = self->units,
        .a = dz,
        .a_row_stride = (ptrdiff_t)self->units,
        .a_column_stride = 1,
        .b = cornu_span_data(self->base.spans[KERNEL]),
        .b_row_stride = 1,
        .b_column_stride = (ptrdiff_t)self->units,
        .c = pass->dx,
        .c_row_stride = (ptrdiff_t)depth,
    };
    return cornu_task_gemm(pass->task, &product);
}

static cornu_status dense_backward(const cornu_layer *layer, cornu_pass *pass) {
    const dense *self = as_dense(layer);
    size_t rows = product_rows(self, pass);
    void *dz = pass->dz ? pass->dz : pass->dy;
    cornu_status status = CORNU_OK;
    if (self->activation.kind != CORNU_LINEAR && !pass->dy_is_dz) {
        status = cornu_task_activation_derivative(pass->task, &self->activation, rows, self->units,
                                                  pass->z, pass->y, pass->dy, dz);
    }
    /* First what needs the kernel as it is. */
    if (status == CORNU_OK && pass->dx) status = dense_input_gradient(self, pass, rows, dz);
    if (status == CORNU_OK && pass->gradients[KERNEL])
        status = dense_kernel_gradient(self, pass, rows, dz);
    if (status == CORNU_OK && self->use_bias && pass->gradients[BIAS])
        status = dense_bias_gradient(self, pass, rows, dz);
    return status;
}

static const cornu_activation *dense_activation(const cornu_layer *layer) {
    return &as_dense(layer)->activation;
}

static bool dense_few(const cornu_layer *layer, const cornu_shape *input, cornu_few_layer *few) {
    const dense *self = as_dense(layer);
    if (self->activation.kind == CORNU_GLU || kept_count(self, input) != 1) return false;
    few->inputs = depth_of(self, input);
    few->units = self->units;
    few->activation = &self->activation;
    few->kernel = cornu_span_data(layer->spans[KERNEL]);
    few->bias = self->use_bias ? cornu_span_data(layer->spans[BIAS]) : NULL;
    return true;
}

static const cornu_layer_type dense_type = {
    .name = "Dense",
    .output_shape = dense_output_shape,
    .spans = dense_spans,
    .needs = dense_needs,
    .forward = dense_forward,
    .backward = dense_backward,
    .descends = true,
    .few = dense_few,
    .activation = dense_activation,
};

static const cornu_layer_type einsum_type = {
    .name = "EinsumDense",
    .output_shape = dense_output_shape,
    .spans = dense_spans,
    .needs = dense_needs,
    .forward = dense_forward,
    .backward = dense_backward,
    .descends = true,
    .few = dense_few,
    .activation = dense_activation,
};

static cornu_status dense_new(const cornu_layer_type *type, const char *name, cornu_dtype dtype,
                              const cornu_einsum *einsum, const cornu_activation *activation,
                              bool use_bias, cornu_layer **layer, cornu_error *error) {
    size_t units = 1;
    for (size_t i = 0; i < einsum->units.rank; i++) {
        if (einsum->units.sizes[i] == 0)
            return cornu_error_set(error, CORNU_ERROR_VALUE,
                                   "`units` must be a positive integer. Received: 0");
        if (!cornu_size_multiply(units, einsum->units.sizes[i], &units))
            return cornu_error_set(error, CORNU_ERROR_OVERFLOW,
                                   "The units are more than memory can hold.");
    }
    cornu_layer *made;
    cornu_status status = cornu_layer_check_activation(activation, error);
    if (status != CORNU_OK) return status;
    if (einsum->units.rank > 1 && cornu_activation_is_rowwise(activation->kind))
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`activation` must be of single elements where the units lie along "
                               "several axes. Received: %s",
                               cornu_activation_name(activation->kind));
    status = cornu_layer_new(type, sizeof(dense), name, dtype, &made, error);
    if (status != CORNU_OK) return status;
    dense *self = (dense *)made;
    self->units = units;
    self->activation = *activation;
    self->use_bias = use_bias;
    self->einsum = *einsum;
    *layer = made;
    return CORNU_OK;
}

cornu_status cornu_layer_new_dense(const char *name, cornu_dtype dtype, size_t units,
                                   const cornu_activation *activation, bool use_bias,
                                   cornu_layer **layer, cornu_error *error) {
    const cornu_einsum einsum = {.taken = 1, .units = {1, {units}}, .elides = true};
    return dense_new(&dense_type, name, dtype, &einsum, activation, use_bias, layer, error);
}

cornu_status cornu_layer_new_einsum_dense(const char *name, cornu_dtype dtype,
                                          const cornu_einsum *einsum,
                                          const cornu_activation *activation, bool use_bias,
                                          cornu_layer **layer, cornu_error *error) {
    if (einsum->taken == 0 || einsum->units.rank == 0 ||
        einsum->taken + einsum->units.rank > CORNU_MAX_RANK || einsum->kept_count > CORNU_MAX_RANK)
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "The axes that are summed over and those of units must be one of "
                               "each at least, and %d at most together.",
                               CORNU_MAX_RANK);
    return dense_new(&einsum_type, name, dtype, einsum, activation, use_bias, layer, error);
}
