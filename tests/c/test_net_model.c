/* Models: shapes and types that don't fit, shared layers and optimizers, frozen layers, spans, and
 * no memory at all. */
#include "net_fixture.h"

#define ROWS 6
#define FEATURES 3

static double x_values[ROWS * FEATURES], y_values[ROWS * 2];

static cornu_status train(cornu_model *model, cornu_error *error) {
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = {
        .mode = CORNU_RUN_FIT, .x = &x, .y = &y, .batch_size = 4, .epochs = 2, .shuffle = true};
    return run_whole(model, &options, NULL, error);
}

static void test_shapes_that_do_not_fit(void) {
    cornu_activation linear = {.kind = CORNU_LINEAR}, glu = activation_named("glu");
    cornu_error error = {0};
    cornu_layer *layer = NULL;
    cornu_shape scalar = {0, {0}}, four = row_shape(4), output;
    CHECK_INT(cornu_layer_new_dense("d", CORNU_INT32, 3, &linear, true, &layer, &error),
              CORNU_ERROR_VALUE);
    CHECK_CONTAINS(error.message, "int32");
    CHECK_INT(cornu_layer_new_dense("d", CORNU_FLOAT32, 0, &linear, true, &layer, &error),
              CORNU_ERROR_VALUE);
    CHECK_INT(cornu_layer_new_dense("odd", CORNU_FLOAT32, 3, &glu, true, &layer, &error), CORNU_OK);
    CHECK_INT(cornu_layer_output_shape(layer, &four, &output, &error), CORNU_ERROR_VALUE);
    CHECK_CONTAINS(error.message, "even");
    CHECK_INT(cornu_layer_output_shape(layer, &scalar, &output, &error), CORNU_ERROR_VALUE);
    cornu_layer_release(layer);
    CHECK_INT(cornu_layer_new_dropout("d", CORNU_FLOAT32, 1.5, 0, NULL, 0, &layer, &error),
              CORNU_ERROR_VALUE);
    CHECK_INT(cornu_layer_new_dropout("d", CORNU_FLOAT32, (double)NAN, 0, NULL, 0, &layer, &error),
              CORNU_ERROR_VALUE);
    const int64_t two_open[] = {-1, -1}, three[] = {3, -1}, six[] = {6};
    CHECK_INT(cornu_layer_new_reshape("r", CORNU_FLOAT32, 2, two_open, &layer, &error),
              CORNU_ERROR_VALUE);
    CHECK_INT(cornu_layer_new_reshape("r", CORNU_FLOAT32, 2, three, &layer, &error), CORNU_OK);
    CHECK_INT(cornu_layer_output_shape(layer, &four, &output, &error), CORNU_ERROR_VALUE);
    CHECK_CONTAINS(error.message, "(None, 3, -1)");
    cornu_layer_release(layer);
    CHECK_INT(cornu_layer_new_reshape("r", CORNU_FLOAT32, 1, six, &layer, &error), CORNU_OK);
    CHECK_INT(cornu_layer_output_shape(layer, &four, &output, &error), CORNU_ERROR_VALUE);
    cornu_layer_release(layer);
    const size_t noise[] = {0, 1, 5};
    CHECK_INT(cornu_layer_new_dropout("d", CORNU_FLOAT32, 0.5, 3, noise, 0, &layer, &error),
              CORNU_OK);
    CHECK_INT(cornu_layer_output_shape(layer, &four, &output, &error), CORNU_ERROR_VALUE);
    cornu_shape two_axes = {2, {3, 4}};
    CHECK_INT(cornu_layer_output_shape(layer, &two_axes, &output, &error), CORNU_ERROR_VALUE);
    cornu_layer_release(layer);
}

static void test_sizes_that_overflow(void) {
    cornu_activation linear = {.kind = CORNU_LINEAR};
    cornu_layer *layer = NULL;
    cornu_error error = {0};
    CHECK_INT(
        cornu_layer_new_dense("huge", CORNU_FLOAT32, SIZE_MAX / 8, &linear, true, &layer, NULL),
        CORNU_OK);
    cornu_shape wide = row_shape(SIZE_MAX / 8), narrow = row_shape(1);
    CHECK_INT(cornu_layer_build(layer, &wide, &error), CORNU_ERROR_OVERFLOW);
    CHECK_INT(cornu_layer_build(layer, &narrow, &error), CORNU_ERROR_OVERFLOW);
    CHECK(!cornu_layer_is_built(layer));
    cornu_layer_release(layer);
    CHECK_INT(cornu_layer_new_dense("large", CORNU_FLOAT32, (size_t)1 << 59, &linear, false, &layer,
                                    NULL),
              CORNU_OK);
    CHECK_INT(cornu_layer_build(layer, &narrow, &error), CORNU_ERROR_MEMORY);
    CHECK_SIZE(cornu_layer_span_count(layer), 0);
    cornu_layer_release(layer);
}

static void test_one_float_type(void) {
    cornu_activation linear = {.kind = CORNU_LINEAR};
    cornu_layer *layers[] = {dense_layer("wide", 2, "linear"), NULL};
    CHECK_INT(cornu_layer_new_dense("narrow", CORNU_FLOAT32, 2, &linear, true, &layers[1], NULL),
              CORNU_OK);
    cornu_model *model = NULL;
    cornu_error error = {0};
    CHECK_INT(cornu_model_new("m", &model, NULL), CORNU_OK);
    cornu_shape input = row_shape(3);
    CHECK_INT(cornu_model_set_layers(model, 2, layers, &input, &error), CORNU_ERROR_VALUE);
    CHECK_CONTAINS(error.message, "wide");
    CHECK_CONTAINS(error.message, "narrow");
    CHECK(!cornu_layer_is_built(layers[0]));
    cornu_layer_release(layers[0]);
    cornu_layer_release(layers[1]);
    cornu_model_release(model);
}

/* A layer that is not built yet must fit everywhere in the chain, by the weights that its first
 * place gives it. */
static void test_a_layer_at_two_places(void) {
    cornu_layer *twice = dense_layer("twice", 4, "tanh"), *between = dense_layer("b", 3, "tanh");
    cornu_layer *neighbours[] = {twice, twice}, *apart[] = {between, twice, between};
    cornu_layer *fitting[] = {twice, between, twice, between};
    cornu_shape input = row_shape(3), output;
    cornu_model *model = NULL;
    cornu_error error = {0};
    CHECK_INT(cornu_model_new("m", &model, NULL), CORNU_OK);
    CHECK_INT(cornu_model_set_layers(model, 2, neighbours, &input, &error), CORNU_ERROR_VALUE);
    CHECK_TEXT(
        error.message,
        "Layer \"twice\" (Dense) stands in the chain before, for input shape (None, 3), with "
        "weights of shape (3, 4): another is incompatible with the layer. Received input shape: "
        "(None, 4)");
    CHECK_INT(cornu_model_set_layers(model, 3, apart, &input, &error), CORNU_ERROR_VALUE);
    CHECK_CONTAINS(error.message, "Layer \"b\" (Dense)");
    CHECK_INT(cornu_model_shape(model, 0, &output), CORNU_ERROR_STATE);
    CHECK(!cornu_layer_is_built(twice) && !cornu_layer_is_built(between));
    CHECK_INT(cornu_model_set_layers(model, 4, fitting, &input, &error), CORNU_OK);
    CHECK_SIZE(cornu_span_shape(cornu_layer_span(twice, 0))->sizes[0], 3);
    CHECK_INT(cornu_model_set_layers(model, 2, neighbours, &input, &error), CORNU_ERROR_VALUE);
    CHECK_CONTAINS(error.message, "was built for input shape (None, 3)");
    CHECK_INT(cornu_model_shape(model, 3, &output), CORNU_OK);
    CHECK_SIZE(output.sizes[0], 3);
    cornu_layer_release(twice);
    cornu_layer_release(between);
    cornu_model_release(model);
}

/* A span keeps its memory when layer and model are gone; a layer keeps its own through another
 * chain. */
static void test_spans_outlive(void) {
    cornu_layer *layer = dense_layer("d", 2, "linear");
    cornu_layer_retain(layer);
    cornu_model *model = model_of(1, (cornu_layer *[]){layer}, FEATURES);
    cornu_span *span = cornu_layer_span(layer, 0);
    CHECK_INT(cornu_span_dtype(span), CORNU_FLOAT64);
    CHECK_SIZE(cornu_span_shape(span)->sizes[1], 2);
    CHECK_SIZE((uintptr_t)cornu_span_data(span) % 64, 0);
    cornu_span_retain(span);
    cornu_layer *more[] = {layer, dense_layer("e", 1, "linear")};
    cornu_shape input = row_shape(FEATURES), wrong = row_shape(FEATURES + 1);
    CHECK_INT(cornu_model_set_layers(model, 2, more, &input, NULL), CORNU_OK);
    CHECK(cornu_layer_span(layer, 0) == span);
    cornu_error error = {0};
    CHECK_INT(cornu_model_set_layers(model, 2, more, &wrong, &error), CORNU_ERROR_VALUE);
    CHECK_CONTAINS(error.message, "was built for input shape (None, 3)");
    cornu_shape output;
    CHECK_INT(cornu_model_shape(model, 1, &output), CORNU_OK);
    CHECK_SIZE(output.sizes[0], 1);
    cornu_layer_release(more[1]);
    cornu_layer_release(layer);
    cornu_model_release(model);
    double *values = cornu_span_data(span);
    values[0] = 5.0;
    cornu_span_release(span);
}

static void test_frozen_layers_stay(void) {
    cornu_layer *layers[] = {dense_layer("a", 4, "tanh"), dense_layer("b", 4, "tanh"),
                             dense_layer("c", 2, "linear")};
    cornu_model *model = model_of(3, layers, FEATURES);
    compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, 0.1);
    for (size_t frozen = 0; frozen < 3; frozen++) {
        double before[3][16], after[3][16];
        for (size_t i = 0; i < 3; i++) cornu_layer_set_trainable(layers[i], i != frozen);
        for (size_t i = 0; i < 3; i++)
            memcpy(before[i], cornu_span_data(cornu_layer_span(layers[i], 0)), 8 * sizeof(double));
        CHECK_INT(train(model, NULL), CORNU_OK);
        for (size_t i = 0; i < 3; i++) {
            memcpy(after[i], cornu_span_data(cornu_layer_span(layers[i], 0)), 8 * sizeof(double));
            CHECK((memcmp(after[i], before[i], 8 * sizeof(double)) == 0) == (i == frozen));
        }
    }
    for (size_t i = 0; i < 3; i++) cornu_layer_set_trainable(layers[i], false);
    CHECK_INT(train(model, NULL), CORNU_OK);
    cornu_model_release(model);
}

static void test_optimizer_belongs_to_its_weights(void) {
    cornu_model *models[2];
    for (size_t i = 0; i < 2; i++) {
        cornu_layer *layers[] = {dense_layer("d", 2, "linear")};
        models[i] = model_of(1, layers, FEATURES);
    }
    cornu_optimizer *optimizer = sgd(0.1, 0.9);
    cornu_loss loss = {.kind = CORNU_MEAN_SQUARED_ERROR};
    for (size_t i = 0; i < 2; i++)
        CHECK_INT(cornu_model_compile(models[i], &loss, optimizer, 0, NULL, NULL), CORNU_OK);
    cornu_error error = {0};
    CHECK_INT(train(models[0], &error), CORNU_OK);
    CHECK_SIZE(cornu_optimizer_iterations(optimizer), 4);
    CHECK_INT(train(models[1], &error), CORNU_ERROR_STATE);
    CHECK_CONTAINS(error.message, "another model");
    CHECK_INT(train(models[0], &error), CORNU_OK);
    CHECK_SIZE(cornu_optimizer_iterations(optimizer), 8);
    cornu_optimizer_release(optimizer);
    cornu_model_release(models[0]);
    cornu_model_release(models[1]);
    cornu_optimizer_options options = {.kind = CORNU_ADAM, .beta_1 = 1.0};
    CHECK_INT(cornu_optimizer_new(&options, 0.1, &optimizer, &error), CORNU_ERROR_VALUE);
    options.beta_1 = 0.9;
    options.epsilon = -1.0;
    CHECK_INT(cornu_optimizer_new(&options, 0.1, &optimizer, &error), CORNU_ERROR_VALUE);
    CHECK_INT(cornu_optimizer_new(&options, (double)NAN, &optimizer, &error), CORNU_ERROR_VALUE);
    options = (cornu_optimizer_options){.kind = CORNU_SGD, .momentum = 2.0};
    CHECK_INT(cornu_optimizer_new(&options, 0.1, &optimizer, &error), CORNU_ERROR_VALUE);
}

static void test_metrics_of_another_kind_than_the_loss(void) {
    cornu_layer *layers[] = {dense_layer("d", 2, "linear")};
    cornu_model *model = model_of(1, layers, FEATURES);
    cornu_loss loss = {.kind = CORNU_MEAN_SQUARED_ERROR}, smooth = {.label_smoothing = 1.5};
    cornu_metric metric = {.kind = CORNU_METRIC_SPARSE_CATEGORICAL_ACCURACY};
    cornu_error error = {0};
    CHECK_INT(train(model, &error), CORNU_ERROR_STATE);
    CHECK_CONTAINS(error.message, "compiled");
    CHECK_INT(cornu_model_compile(model, &loss, NULL, 1, &metric, NULL), CORNU_OK);
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = {.mode = CORNU_RUN_EVALUATE, .x = &x, .y = &y, .batch_size = 4};
    CHECK_INT(run_whole(model, &options, NULL, &error), CORNU_ERROR_VALUE);
    CHECK_CONTAINS(error.message, "class ids");
    CHECK_INT(cornu_model_compile(model, &smooth, NULL, 0, NULL, &error), CORNU_ERROR_VALUE);
    double results[2] = {5.0, 5.0};
    CHECK_INT(cornu_model_results(model, results), CORNU_OK);
    CHECK_NEAR(results[1], 0.0, 0.0);
    cornu_model_release(model);
}

/* Every allocation of a whole life of a model is made to fail once: an error each time, and nothing
 * lost or changed. */
static cornu_status live(void) {
    cornu_activation softmax = {.kind = CORNU_SOFTMAX};
    cornu_layer *layers[3] = {NULL};
    cornu_model *model = NULL;
    cornu_optimizer *optimizer = NULL;
    cornu_optimizer_options options = {
        .kind = CORNU_ADAM, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7};
    cornu_loss loss = {.kind = CORNU_CATEGORICAL_CROSSENTROPY};
    cornu_metric metric = {.kind = CORNU_METRIC_CATEGORICAL_ACCURACY};
    cornu_shape input = row_shape(FEATURES);
    cornu_error error;
    cornu_status status =
        cornu_layer_new_dense("a", CORNU_FLOAT64, 4, &softmax, true, &layers[0], &error);
    if (status == CORNU_OK)
        status = cornu_layer_new_dropout("b", CORNU_FLOAT64, 0.5, 0, NULL, 1, &layers[1], &error);
    if (status == CORNU_OK)
        status = cornu_layer_new_dense("c", CORNU_FLOAT64, 2, &softmax, true, &layers[2], &error);
    if (status == CORNU_OK) status = cornu_model_new("model", &model, &error);
    if (status == CORNU_OK) status = cornu_model_set_layers(model, 3, layers, &input, &error);
    if (status == CORNU_OK) status = cornu_optimizer_new(&options, 0.1, &optimizer, &error);
    if (status == CORNU_OK)
        status = cornu_model_compile(model, &loss, optimizer, 1, &metric, &error);
    if (status == CORNU_OK) status = train(model, &error);
    if (status == CORNU_OK) cornu_layer_set_trainable(layers[0], false);
    if (status == CORNU_OK) status = train(model, &error);
    if (status == CORNU_OK) status = cornu_model_lock(model, true, 0, CORNU_NO_POLL, &error);
    if (status == CORNU_OK) status = cornu_model_unlock(model, &error);
    if (status != CORNU_OK) CHECK_INT(error.status, status);
    /* A sentence with a size names one that there was no room for. */
    if (status != CORNU_OK) CHECK(!strstr(error.message, " 0 bytes"));
    for (size_t i = 0; i < 3; i++) cornu_layer_release(layers[i]);
    cornu_optimizer_release(optimizer);
    cornu_model_release(model);
    return status;
}

static void test_no_memory(void) {
    cornu_status status = CORNU_ERROR_MEMORY;
    int64_t count = 0;
    for (; status != CORNU_OK && count < 1000; count++) {
        cornu_fail_allocation_after(count);
        status = live();
        cornu_fail_allocation_after(-1);
        if (status != CORNU_OK) CHECK_INT(status, CORNU_ERROR_MEMORY);
    }
    CHECK_INT(status, CORNU_OK);
    CHECK(count > 20);
}

int main(void) {
    fill_numbers(x_values, ROWS * FEATURES, 1);
    for (size_t i = 0; i < ROWS * 2; i++) y_values[i] = (double)((i + i / 2) % 2);
    test_shapes_that_do_not_fit();
    test_sizes_that_overflow();
    test_one_float_type();
    test_a_layer_at_two_places();
    test_spans_outlive();
    test_frozen_layers_stay();
    test_optimizer_belongs_to_its_weights();
    test_metrics_of_another_kind_than_the_loss();
    test_no_memory();
    return check_report();
}
