/* A layer with another activation, and the weights of one that a model has. */
#include "net_fixture.h"

#define ROWS 53
#define FEATURES 11
#define HIDDEN 37

static double x_values[ROWS * FEATURES], y_values[ROWS * 2];

/* A layer with the weights of another one computes and trains as one that had its activation from
 * the beginning; the weights live as long as either layer. */
static void test_a_layer_takes_weights(void) {
    cornu_layer *layers[3], *others[3];
    double outputs[2][ROWS * 2];
    cornu_model *model = dense_chain(layers, FEATURES, HIDDEN),
                *other = dense_chain(others, FEATURES, HIDDEN);
    cornu_layer *taker = dense_layer("a", HIDDEN, "relu");
    CHECK_INT(cornu_layer_take_weights(taker, layers[0], NULL), CORNU_OK);
    CHECK(cornu_layer_is_built(taker));
    for (size_t i = 0; i < 2; i++)
        CHECK(cornu_layer_span(taker, i) == cornu_layer_span(layers[0], i));
    cornu_layer *chain[] = {taker, layers[1], layers[2]};
    cornu_shape input = row_shape(FEATURES);
    /* The layer that had them before goes here. */
    CHECK_INT(cornu_model_set_layers(model, 3, chain, &input, NULL), CORNU_OK);
    cornu_layer *plain = dense_layer("a", HIDDEN, "relu");
    cornu_layer *plain_chain[] = {plain, others[1], others[2]};
    CHECK_INT(cornu_model_set_layers(other, 3, plain_chain, &input, NULL), CORNU_OK);
    fill_layer(plain, 100);
    cornu_model *const models[] = {model, other};
    for (size_t i = 0; i < 2; i++) {
        cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
        cornu_run_options options = {
            .mode = CORNU_RUN_FIT, .x = &x, .y = &y, .batch_size = 32, .epochs = 2};
        CHECK_INT(run_whole(models[i], &options, NULL, NULL), CORNU_OK);
        cornu_run_options predict = predict_options(&x, 32, outputs[i], ROWS * 2);
        CHECK_INT(run_whole(models[i], &predict, NULL, NULL), CORNU_OK);
    }
    CHECK_BYTES(outputs[0], outputs[1], sizeof outputs[0]);
    cornu_layer_release(taker);
    cornu_layer_release(plain);
    cornu_model_release(model);
    cornu_model_release(other);
}

static void test_weights_that_a_layer_cannot_take(void) {
    cornu_layer *layers[3], *wider = dense_layer("w", HIDDEN + 1, "relu");
    cornu_layer *unbuilt = dense_layer("u", HIDDEN, "relu"), *single = NULL;
    cornu_activation relu = activation_named("relu");
    cornu_model *model = dense_chain(layers, FEATURES, HIDDEN);
    CHECK_INT(cornu_layer_new_dense("f", CORNU_FLOAT32, HIDDEN, &relu, true, &single, NULL),
              CORNU_OK);
    CHECK_INT(cornu_layer_take_weights(wider, layers[0], NULL), CORNU_ERROR_VALUE);
    CHECK_INT(cornu_layer_take_weights(single, layers[0], NULL), CORNU_ERROR_VALUE);
    CHECK_INT(cornu_layer_take_weights(wider, unbuilt, NULL), CORNU_ERROR_STATE);
    CHECK_INT(cornu_layer_take_weights(layers[0], layers[1], NULL), CORNU_ERROR_STATE);
    CHECK(!cornu_layer_is_built(wider) && !cornu_layer_is_built(single));
    cornu_layer_release(wider);
    cornu_layer_release(single);
    cornu_layer_release(unbuilt);
    cornu_model_release(model);
}

int main(void) {
    fill_numbers(x_values, ROWS * FEATURES, 1);
    fill_numbers(y_values, ROWS * 2, 2);
    test_a_layer_takes_weights();
    test_weights_that_a_layer_cannot_take();
    return check_report();
}
