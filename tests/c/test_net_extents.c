/* Overlaps of whole samples and of the batch where the output has no places: each of them has its
 * scale all the same, which was written where no memory was. Of no numbers a loss is 0. */
#include "net_fixture.h"

#define ROWS 5

static double loss_of(cornu_model *model, cornu_run_mode mode) {
    const double nothing[1] = {0.0};
    const cornu_array x = {.data = nothing,
                           .dtype = CORNU_FLOAT64,
                           .rank = 3,
                           .shape = {ROWS, 0, 3},
                           .strides = {0, 3 * sizeof(double), sizeof(double)}};
    cornu_array y = x;
    y.shape[2] = 2;
    y.strides[1] = 2 * sizeof(double);
    const cornu_run_options options = {
        .mode = mode, .x = &x, .y = &y, .batch_size = ROWS, .epochs = 1};
    double loss = (double)NAN;
    cornu_error error = {0};
    if (run_whole(model, &options, &loss, &error) != CORNU_OK) CHECK_TEXT(error.message, "");
    return loss;
}

static void check_empty(cornu_loss_kind kind, cornu_extent extent, cornu_reduction reduction) {
    static const double beta = 0.5;
    const bool is_tversky = kind == CORNU_TVERSKY;
    const cornu_loss loss = {.kind = kind,
                             .extent = extent,
                             .reduction = reduction,
                             .parameter = 0.5,
                             .values = &beta,
                             .value_count = is_tversky ? 1 : 0};
    cornu_model *model = NULL;
    cornu_layer *layer = dense_layer("dense", 2, "sigmoid");
    const cornu_shape input = {2, {0, 3}};
    CHECK_INT(cornu_model_new("model", &model, NULL), CORNU_OK);
    CHECK_INT(cornu_model_set_layers(model, 1, &layer, &input, NULL), CORNU_OK);
    cornu_layer_release(layer);
    cornu_optimizer *optimizer = sgd(0.1, 0.0);
    CHECK_INT(cornu_model_compile(model, &loss, optimizer, 0, NULL, NULL), CORNU_OK);
    cornu_optimizer_release(optimizer);
    CHECK_NEAR(loss_of(model, CORNU_RUN_EVALUATE), 0.0, 0.0);
    CHECK_NEAR(loss_of(model, CORNU_RUN_FIT), 0.0, 0.0);
    cornu_model_release(model);
}

int main(void) {
    static const cornu_loss_kind kinds[] = {CORNU_DICE, CORNU_TVERSKY};
    static const cornu_extent extents[] = {CORNU_OVER_SAMPLE, CORNU_OVER_BATCH};
    static const cornu_reduction reductions[] = {CORNU_SUM_OVER_BATCH_SIZE, CORNU_SUM};
    for (size_t i = 0; i < 8; i++) check_empty(kinds[i % 2], extents[i / 2 % 2], reductions[i / 4]);
    return check_report();
}
