/* Flatten: a row becomes one axis; memory stays where it is. */
#include "base/status.h"
#include "net/layer.h"
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
