/* A layer's regularizers and constraints: set, and checked against what they are for. */
#include <math.h>

#include "base/status.h"
#include "net/layer.h"
#include "net/shape.h"

static bool is_number(double value) {
    return value >= 0.0 && value <= 1e300;
}

static cornu_status check_unbuilt(const cornu_layer *layer, cornu_error *error) {
    char name[CORNU_NAME_NBYTES];
    if (!layer->built) return CORNU_OK;
    return cornu_error_set(error, CORNU_ERROR_STATE,
                           "Layer \"%s\" is built: its regularizers and constraints can't change.",
                           cornu_layer_name(layer, name));
}

static cornu_status no_index(size_t index, cornu_error *error) {
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "A layer has at most %d weights. Received: index=%zu",
                           CORNU_LAYER_MAX_SPANS, index);
}

cornu_status cornu_layer_set_regularizer(cornu_layer *layer, size_t index,
                                         const cornu_regularizer *regularizer, cornu_error *error) {
    cornu_status status = check_unbuilt(layer, error);
    if (status != CORNU_OK) return status;
    if (index >= CORNU_LAYER_MAX_SPANS && index != CORNU_OUTPUT) return no_index(index, error);
    if ((unsigned)regularizer->kind >= CORNU_REGULARIZER_COUNT)
        return cornu_error_set(error, CORNU_ERROR_VALUE, "There is no such regularizer.");
    if (!is_number(regularizer->l1) || !is_number(regularizer->l2)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "The factors of a regularizer must be finite numbers from 0 on. "
                               "Received: %g and %g",
                               regularizer->l1, regularizer->l2);
    }
    *(index == CORNU_OUTPUT ? &layer->output_regularizer : &layer->regularizers[index]) =
        *regularizer;
    return CORNU_OK;
}

cornu_status cornu_layer_set_constraint(cornu_layer *layer, size_t index,
                                        const cornu_constraint *constraint, cornu_error *error) {
    cornu_status status = check_unbuilt(layer, error);
    if (status != CORNU_OK) return status;
    if (index >= CORNU_LAYER_MAX_SPANS) return no_index(index, error);
    if ((unsigned)constraint->kind >= CORNU_CONSTRAINT_COUNT)
        return cornu_error_set(error, CORNU_ERROR_VALUE, "There is no such constraint.");
    if (isnan(constraint->least) || isnan(constraint->most) || isnan(constraint->rate)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "The numbers of a constraint must not be NaN.");
    }
    layer->constraints[index] = *constraint;
    return CORNU_OK;
}

static bool has_norms(const cornu_constraint *constraint) {
    return constraint->kind == CORNU_NORM_BETWEEN || constraint->kind == CORNU_UNIT_NORM;
}

static bool is_orthogonal(const cornu_regularizer *regularizer) {
    return regularizer->kind == CORNU_ORTHOGONAL_ROWS ||
           regularizer->kind == CORNU_ORTHOGONAL_COLUMNS;
}

bool cornu_constraint_axes(const cornu_constraint *constraint, const cornu_shape *shape,
                           size_t *first, size_t *end) {
    const int64_t rank = (int64_t)shape->rank;
    const int64_t begin =
        constraint->first_axis < 0 ? rank + constraint->first_axis : constraint->first_axis;
    *first = *end = 0;
    if (!has_norms(constraint)) return true;
    if (begin < 0 || begin >= rank || constraint->axis_count < 1 ||
        constraint->axis_count > (size_t)(rank - begin))
        return false;
    *first = (size_t)begin;
    *end = *first + constraint->axis_count;
    return true;
}

static cornu_status not_a_matrix(const cornu_layer *layer, const cornu_shape *shape, bool batch,
                                 cornu_error *error) {
    char text[CORNU_SHAPE_TEXT], name[CORNU_NAME_NBYTES];
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "An orthogonal regularizer is for what has rank 2. Received: %s of "
                           "shape %s of layer \"%s\"",
                           batch ? "the output" : "a weight", cornu_shape_text(shape, batch, text),
                           cornu_layer_name(layer, name));
}

cornu_status cornu_layer_check_rules(const cornu_layer *layer, size_t count,
                                     const cornu_shape *weights, const cornu_shape *output,
                                     cornu_error *error) {
    char text[CORNU_SHAPE_TEXT], name[CORNU_NAME_NBYTES];
    if (is_orthogonal(&layer->output_regularizer) && output->rank != 1)
        return not_a_matrix(layer, output, true, error);
    for (size_t i = 0; i < count; i++) {
        if (is_orthogonal(&layer->regularizers[i]) && weights[i].rank != 2)
            return not_a_matrix(layer, &weights[i], false, error);
        const cornu_constraint *constraint = &layer->constraints[i];
        size_t first, end;
        if (cornu_constraint_axes(constraint, &weights[i], &first, &end)) continue;
        return cornu_error_set(
            error, CORNU_ERROR_VALUE,
            "A constraint must be along axes that the weight has. Received: %zu from axis %lld on "
            "of a weight of shape %s of layer \"%s\"",
            constraint->axis_count, (long long)constraint->first_axis,
            cornu_shape_text(&weights[i], false, text), cornu_layer_name(layer, name));
    }
    return CORNU_OK;
}
