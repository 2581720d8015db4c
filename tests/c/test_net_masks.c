/* A mask that comes with the input of a prediction: a layer that hands it on must keep the places
 * that it is of, else the next would read behind it. */
#include "net_fixture.h"

enum { ROWS = 3, PLACES = 4, FEATURES = 6 };

/* The status of a prediction with a mask, in training mode, through a layer that makes rows of
 * `places` by `features` and hands masks on, and one that uses them. */
static cornu_status predict_masked(size_t places, size_t features, bool hands_on) {
    static const bool mask[ROWS * PLACES] = {true, true, false, true, true};
    double values[ROWS * PLACES * FEATURES], output[ROWS * PLACES * FEATURES];
    const cornu_array x = {
        .data = values,
        .dtype = CORNU_FLOAT64,
        .rank = 3,
        .shape = {ROWS, PLACES, FEATURES},
        .strides = {PLACES * FEATURES * sizeof(double), FEATURES * sizeof(double), sizeof(double)}};
    const int64_t sizes[] = {(int64_t)places, (int64_t)features};
    const cornu_shape input = {2, {PLACES, FEATURES}};
    cornu_layer *layers[2];
    cornu_model *model;
    CHECK_INT(cornu_layer_new_reshape("reshape", CORNU_FLOAT64, 2, sizes, &layers[0], NULL),
              CORNU_OK);
    cornu_layer_set_supports_masking(layers[0], hands_on);
    CHECK_INT(cornu_layer_new_batch_normalization("normalization", CORNU_FLOAT64, -1, 0.9, 1e-3,
                                                  true, true, NULL, &layers[1], NULL),
              CORNU_OK);
    CHECK_INT(cornu_model_new("model", &model, NULL), CORNU_OK);
    CHECK_INT(cornu_model_set_layers(model, 2, layers, &input, NULL), CORNU_OK);
    fill_numbers(values, ROWS * PLACES * FEATURES, 1);
    cornu_run_options options = predict_options(&x, ROWS, output, ROWS * PLACES * FEATURES);
    options.training = true;
    options.mask = mask;
    options.mask_nbytes = sizeof mask;
    const cornu_status status = run_whole(model, &options, NULL, NULL);
    for (size_t i = 0; i < 2; i++) cornu_layer_release(layers[i]);
    cornu_model_release(model);
    return status;
}

int main(void) {
    CHECK_INT(predict_masked(PLACES, FEATURES, true), CORNU_OK);
    CHECK_INT(predict_masked(12, 2, false), CORNU_OK);
    CHECK_INT(predict_masked(12, 2, true), CORNU_ERROR_VALUE);
    CHECK_INT(predict_masked(2, 12, true), CORNU_ERROR_VALUE);
    return check_report();
}
