/* What the library refuses of a caller who has no Python before it to check arguments. */
#include "net/layer.h"

#include "net_fixture.h"

enum { MANY = CORNU_MAX_RANK + 2 };

static const cornu_dtype TYPE = CORNU_FLOAT32;
static const int64_t axes[MANY] = {1, 2};
static const size_t sizes[MANY] = {0};

/* The constructor's status is that of a wrong value, and no layer comes. */
#define CHECK_REFUSED(call)                   \
    do {                                      \
        layer = NULL;                         \
        CHECK_INT((call), CORNU_ERROR_VALUE); \
        CHECK(layer == NULL);                 \
    } while (0)

static void check_constructors(void) {
    cornu_layer *layer;
    const int64_t twice[] = {1, 1}, beyond[] = {1, 3};
    CHECK_REFUSED(cornu_layer_new_repeat_vector("r", TYPE, 0, &layer, NULL));
    CHECK_REFUSED(cornu_layer_new_permute("p", TYPE, 2, twice, &layer, NULL));
    CHECK_REFUSED(cornu_layer_new_permute("p", TYPE, 2, beyond, &layer, NULL));
    CHECK_REFUSED(cornu_layer_new_permute("p", TYPE, MANY, axes, &layer, NULL));
    CHECK_REFUSED(cornu_layer_new_prelu("p", TYPE, MANY, axes, &layer, NULL));
    CHECK_REFUSED(cornu_layer_new_reshape("r", TYPE, MANY, axes, &layer, NULL));
    CHECK_REFUSED(cornu_layer_new_rescaling("r", TYPE, 0, NULL, NULL, false, &layer, NULL));
    CHECK_REFUSED(cornu_layer_new_normalization("n", TYPE, MANY, axes, 1e-7, false, &layer, NULL));
    CHECK_REFUSED(cornu_layer_new_dropout("d", TYPE, (double)NAN, 0, sizes, 1, &layer, NULL));
    CHECK_REFUSED(cornu_layer_new_dropout("d", TYPE, 0.5, MANY + 1, sizes, 1, &layer, NULL));
    CHECK_REFUSED(cornu_layer_new_alpha_dropout("a", TYPE, 1.0, 0, sizes, 1, &layer, NULL));
    CHECK_REFUSED(cornu_layer_new_gaussian_noise("g", TYPE, -0.5, false, 1, &layer, NULL));
    CHECK_REFUSED(cornu_layer_new_gaussian_noise("g", TYPE, (double)NAN, true, 1, &layer, NULL));
    for (int64_t groups = -2; groups <= 0; groups += 2) {
        CHECK_REFUSED(cornu_layer_new_group_normalization("g", TYPE, groups, -1, 1e-3, true, true,
                                                          &layer, NULL));
    }
    CHECK_REFUSED(cornu_layer_new_row_normalization("r", TYPE, "mean", 1, axes, 1e-3, true, true,
                                                    &layer, NULL));
    CHECK_REFUSED(cornu_layer_new_row_normalization("r", TYPE, "rms", 0, axes, 1e-3, true, true,
                                                    &layer, NULL));
    cornu_layer *within = dense_layer("within", 3, "linear");
    CHECK_REFUSED(cornu_layer_new_spectral_normalization("s", within, 0, &layer, NULL));
    cornu_layer_release(within);
}

static cornu_status penalize(cornu_layer *layer, size_t index, int kind, double l1, double l2) {
    const cornu_regularizer regularizer = {(cornu_regularizer_kind)kind, l1, l2};
    return cornu_layer_set_regularizer(layer, index, &regularizer, NULL);
}

static cornu_status constrain(cornu_layer *layer, size_t index, int kind, double least,
                              double most) {
    const cornu_constraint constraint = {(cornu_constraint_kind)kind, .least = least, .most = most,
                                         .rate = 1.0, .axis_count = 1};
    return cornu_layer_set_constraint(layer, index, &constraint, NULL);
}

static void check_rules(void) {
    cornu_layer *layer = dense_layer("dense", 3, "linear");
    const size_t beyond = CORNU_LAYER_MAX_SPANS;
    CHECK_INT(penalize(layer, beyond, CORNU_L1_L2, 1, 1), CORNU_ERROR_VALUE);
    CHECK_INT(penalize(layer, 0, CORNU_REGULARIZER_COUNT, 1, 1), CORNU_ERROR_VALUE);
    CHECK_INT(penalize(layer, 0, CORNU_L1_L2, -1, 0), CORNU_ERROR_VALUE);
    CHECK_INT(penalize(layer, 0, CORNU_L1_L2, 0, (double)INFINITY), CORNU_ERROR_VALUE);
    CHECK_INT(penalize(layer, 0, CORNU_L1_L2, (double)NAN, 0), CORNU_ERROR_VALUE);
    CHECK_INT(penalize(layer, CORNU_OUTPUT, CORNU_L1_L2, 1, 1), CORNU_OK);
    CHECK_INT(constrain(layer, beyond, CORNU_UNIT_NORM, 0, 0), CORNU_ERROR_VALUE);
    CHECK_INT(constrain(layer, CORNU_OUTPUT, CORNU_UNIT_NORM, 0, 0), CORNU_ERROR_VALUE);
    CHECK_INT(constrain(layer, 0, CORNU_CONSTRAINT_COUNT, 0, 0), CORNU_ERROR_VALUE);
    CHECK_INT(constrain(layer, 0, CORNU_NORM_BETWEEN, (double)NAN, 1), CORNU_ERROR_VALUE);
    CHECK_INT(constrain(layer, 0, CORNU_NORM_BETWEEN, 0, 1), CORNU_OK);
    cornu_layer *layers[] = {layer};
    cornu_model *model = model_of(1, layers, 5);
    CHECK_INT(penalize(layer, 0, CORNU_L1_L2, 1, 1), CORNU_ERROR_STATE);
    CHECK_INT(constrain(layer, 0, CORNU_UNIT_NORM, 0, 0), CORNU_ERROR_STATE);
    cornu_model_release(model);
}

int main(void) {
    check_constructors();
    check_rules();
    return check_report();
}
