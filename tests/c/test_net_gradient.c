/* Gradients of whole models against central differences, for each layer, loss and way through the
 * engine. */
#include "net_fixture.h"

#define ROWS 5
#define FEATURES 4

static double loss_of(cornu_model *model, const cornu_array *x, const cornu_array *y,
                      const cornu_array *weight) {
    cornu_run_options options = {.mode = CORNU_RUN_TEST, .x = x, .y = y, .sample_weight = weight};
    double loss = (double)NAN;
    cornu_model_reset_results(model);
    CHECK_INT(run_whole(model, &options, &loss, NULL), CORNU_OK);
    return loss;
}

/* Every weight of every layer is moved both ways. A layer that stands twice counts once. */
static void check_gradient(cornu_model *model, size_t span_count, cornu_span **spans,
                           const cornu_array *x, const cornu_array *y, const cornu_array *weight) {
    cornu_run_options options = {
        .mode = CORNU_RUN_GRADIENT, .x = x, .y = y, .sample_weight = weight};
    cornu_run *run = NULL;
    CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
    CHECK_INT(finish_run(run, NULL, NULL), CORNU_OK);
    double loss = (double)NAN;
    CHECK(cornu_run_results(run, &loss));
    CHECK_NEAR(loss, loss_of(model, x, y, weight), 1e-14 * fmax(1.0, fabs(loss)));
    const double step = 1e-6;
    for (size_t s = 0; s < span_count; s++) {
        const double *gradient = cornu_run_gradient(run, s);
        double *values = cornu_span_data(spans[s]);
        if (!CHECK(gradient != NULL)) continue;
        for (size_t i = 0; i < cornu_span_count(spans[s]); i++) {
            double kept = values[i];
            values[i] = kept + step;
            double above = loss_of(model, x, y, weight);
            values[i] = kept - step;
            double below = loss_of(model, x, y, weight);
            values[i] = kept;
            /* Two losses lose of their difference what they are larger than 1. */
            CHECK_NEAR(gradient[i], (above - below) / (2 * step), 1e-8 * fmax(1.0, fabs(above)));
        }
    }
    CHECK(cornu_run_gradient(run, span_count) == NULL);
    cornu_run_release(run);
}

static void check_model(cornu_model *model, cornu_layer **layers, size_t count,
                        const cornu_loss *loss, const double *targets, size_t target_columns) {
    double x_values[ROWS * FEATURES], weights[ROWS] = {0.5, 1.0, 0.0, 2.0, 1.5};
    fill_numbers(x_values, ROWS * FEATURES, 7);
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(targets, ROWS, target_columns);
    cornu_array weight = matrix(weights, ROWS, 1);
    cornu_span *spans[8];
    size_t span_count = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t s = 0; s < cornu_layer_span_count(layers[i]); s++) {
            spans[span_count++] = cornu_layer_span(layers[i], s);
        }
    }
    CHECK_INT(cornu_model_compile(model, loss, NULL, 0, NULL, NULL), CORNU_OK);
    check_gradient(model, span_count, spans, &x, &y, NULL);
    check_gradient(model, span_count, spans, &x, &y, &weight);
}

static void give_values(cornu_loss *loss) {
    static const double values[] = {0.2, 0.5, 0.9}, circle[] = {0.4, 1.0};
    const bool one = loss->kind == CORNU_TVERSKY || loss->kind == CORNU_BINARY_FOCAL_CROSSENTROPY;
    const bool each =
        loss->kind == CORNU_QUANTILE_LOSS || loss->kind == CORNU_CATEGORICAL_FOCAL_CROSSENTROPY;
    loss->values = values;
    loss->value_count = one ? 1 : each ? 3 : 0;
    if (loss->kind == CORNU_CIRCLE) {
        loss->values = circle;
        loss->value_count = 2;
    }
    /* Of a linear output powers are no numbers. */
    if (loss->kind == CORNU_BINARY_FOCAL_CROSSENTROPY) loss->parameter = 2.0;
}

static void test_losses(void) {
    const char *const outputs[] = {"linear", "sigmoid", "softmax", "tanh"};
    double dense_targets[ROWS * 3], ids[ROWS] = {0, 2, 1, 1, 0};
    fill_numbers(dense_targets, ROWS * 3, 11);
    for (size_t i = 0; i < ROWS * 3; i++) dense_targets[i] = fabs(dense_targets[i]);
    for (int kind = 0; kind < CORNU_FOREIGN_LOSS; kind++) {
        for (size_t o = 0; o < sizeof outputs / sizeof *outputs; o++) {
            for (int reduction = 0; reduction < CORNU_REDUCTION_COUNT; reduction++) {
                cornu_loss loss = {.kind = (cornu_loss_kind)kind,
                                   .from_logits = o == 0 || o == 3,
                                   .reduction = (cornu_reduction)reduction,
                                   .parameter = 0.5};
                give_values(&loss);
                /* The logarithm or root of a negative output is a NaN, and sets of them may be as
                 * good as empty. */
                if ((kind == CORNU_POISSON || kind == CORNU_CATEGORICAL_GENERALIZED_CROSS_ENTROPY ||
                     kind == CORNU_DICE || kind == CORNU_TVERSKY) &&
                    loss.from_logits)
                    continue;
                bool sparse = cornu_loss_is_sparse(&loss);
                loss.label_smoothing = sparse ? 0.0 : 0.1;
                cornu_layer *layers[] = {dense_layer("a", 6, "tanh"),
                                         dense_layer("b", 3, outputs[o])};
                cornu_model *model = model_of(2, layers, FEATURES);
                check_model(model, layers, 2, &loss, sparse ? ids : dense_targets, sparse ? 1 : 3);
                cornu_model_release(model);
            }
        }
    }
}

static cornu_array steps_of(const double *values, size_t columns) {
    const ptrdiff_t step = (ptrdiff_t)(columns * sizeof(double));
    return (cornu_array){.data = values,
                         .dtype = CORNU_FLOAT64,
                         .rank = 3,
                         .shape = {ROWS, 2, columns},
                         .strides = {2 * step, step, sizeof(double)}};
}

/* Of losses that have a number for each step, and of one for the whole batch. */
static void test_weights_of_steps(void) {
    double x_values[ROWS * 2 * FEATURES], targets[ROWS * 2 * 3], weights[ROWS * 2];
    fill_numbers(x_values, ROWS * 2 * FEATURES, 7);
    fill_numbers(targets, ROWS * 2 * 3, 11);
    fill_numbers(weights, ROWS * 2, 13);
    for (size_t i = 0; i < ROWS * 2 * 3; i++) targets[i] = fabs(targets[i]);
    for (size_t i = 0; i < ROWS * 2; i++) weights[i] = fabs(weights[i]);
    cornu_array x = steps_of(x_values, FEATURES), y = steps_of(targets, 3);
    cornu_array weight = matrix(weights, ROWS, 2);
    const cornu_loss losses[] = {{.kind = CORNU_MEAN_SQUARED_ERROR},
                                 {.kind = CORNU_DICE, .extent = CORNU_OVER_BATCH}};
    for (size_t i = 0; i < 2 * CORNU_REDUCTION_COUNT; i++) {
        cornu_loss loss = losses[i % 2];
        loss.reduction = (cornu_reduction)(i / 2);
        cornu_layer *layer = dense_layer("a", 3, "sigmoid");
        cornu_model *model = NULL;
        const cornu_shape input = {.rank = 2, .sizes = {2, FEATURES}};
        CHECK_INT(cornu_model_new("m", &model, NULL), CORNU_OK);
        CHECK_INT(cornu_model_set_layers(model, 1, &layer, &input, NULL), CORNU_OK);
        fill_layer(layer, 17);
        CHECK_INT(cornu_model_compile(model, &loss, NULL, 0, NULL, NULL), CORNU_OK);
        cornu_span *spans[] = {cornu_layer_span(layer, 0), cornu_layer_span(layer, 1)};
        check_gradient(model, 2, spans, &x, &y, &weight);
        if (i == 0) {
            double expected = 0.0, y_hat[ROWS * 2 * 3];
            cornu_run_options predict = predict_options(&x, ROWS, y_hat, ROWS * 2 * 3);
            CHECK_INT(run_whole(model, &predict, NULL, NULL), CORNU_OK);
            for (size_t at = 0; at < ROWS * 2 * 3; at++) {
                const double difference = y_hat[at] - targets[at];
                expected += weights[at / 3] * difference * difference / 3.0 / (ROWS * 2);
            }
            CHECK_NEAR(loss_of(model, &x, &y, &weight), expected, 1e-14);
        }
        cornu_layer_release(layer);
        cornu_model_release(model);
    }
}

static void test_activations(void) {
    double targets[ROWS * 2];
    fill_numbers(targets, ROWS * 2, 11);
    cornu_loss loss = {.kind = CORNU_MEAN_SQUARED_ERROR};
    for (int kind = 0; kind < CORNU_ACTIVATION_COUNT; kind++) {
        const char *name = cornu_activation_name((cornu_activation_kind)kind);
        /* As a layer's own activation, and as a layer. */
        cornu_layer *inside[] = {dense_layer("a", 6, name), dense_layer("b", 2, "linear")};
        cornu_model *model = model_of(2, inside, FEATURES);
        check_model(model, inside, 2, &loss, targets, 2);
        cornu_model_release(model);
        cornu_activation activation = activation_named(name);
        cornu_layer *apart[] = {dense_layer("a", 6, "linear"), NULL, dense_layer("b", 2, "linear")};
        CHECK_INT(cornu_layer_new_activation("act", CORNU_FLOAT64, &activation, &apart[1], NULL),
                  CORNU_OK);
        model = model_of(3, apart, FEATURES);
        check_model(model, apart, 3, &loss, targets, 2);
        cornu_model_release(model);
    }
}

/* Shapes of any rank, names of axes only, a layer that stands twice, and softmax as a layer before
 * its loss. */
static void test_chains(void) {
    double targets[ROWS * 4], ids[ROWS] = {3, 2, 1, 1, 0};
    fill_numbers(targets, ROWS * 4, 11);
    cornu_layer *twice = dense_layer("twice", 4, "tanh");
    cornu_layer *chain[] = {NULL, dense_layer("a", 2, "sigmoid"), NULL, twice, twice, NULL};
    const int64_t halves[] = {2, -1};
    cornu_activation softmax = activation_named("softmax");
    CHECK_INT(cornu_layer_new_reshape("reshape", CORNU_FLOAT64, 2, halves, &chain[0], NULL),
              CORNU_OK);
    CHECK_INT(cornu_layer_new_flatten("flatten", CORNU_FLOAT64, &chain[2], NULL), CORNU_OK);
    CHECK_INT(cornu_layer_new_activation("softmax", CORNU_FLOAT64, &softmax, &chain[5], NULL),
              CORNU_OK);
    cornu_layer_retain(twice);
    cornu_model *model = model_of(6, chain, FEATURES);
    cornu_layer *once[] = {chain[0], chain[1], chain[2], twice, chain[5]};
    cornu_loss mse = {.kind = CORNU_MEAN_SQUARED_ERROR};
    check_model(model, once, 5, &mse, targets, 4);
    cornu_loss sparse = {.kind = CORNU_SPARSE_CATEGORICAL_CROSSENTROPY};
    check_model(model, once, 5, &sparse, ids, 1);
    cornu_model_release(model);
}

/* With dropout the gradient is that of one drawn mask; the state is put back, so the same mask is
 * drawn again. */
static void test_dropout_is_repeatable(void) {
    cornu_layer *layers[] = {dense_layer("a", 6, "tanh"), NULL, dense_layer("b", 2, "linear")};
    CHECK_INT(cornu_layer_new_dropout("drop", CORNU_FLOAT64, 0.5, 0, NULL, 3, &layers[1], NULL),
              CORNU_OK);
    cornu_model *model = model_of(3, layers, FEATURES);
    compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, 0.1);
    double x_values[ROWS * FEATURES], targets[ROWS * 2];
    fill_numbers(x_values, ROWS * FEATURES, 7);
    fill_numbers(targets, ROWS * 2, 8);
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(targets, ROWS, 2);
    cornu_run_options options = {.mode = CORNU_RUN_GRADIENT, .x = &x, .y = &y};
    double losses[3] = {0};
    for (size_t i = 0; i < 2; i++)
        CHECK_INT(run_whole(model, &options, &losses[i], NULL), CORNU_OK);
    CHECK_SAME_F64(losses[0], losses[1]);
    options.mode = CORNU_RUN_TRAIN;
    CHECK_INT(run_whole(model, &options, &losses[2], NULL), CORNU_OK);
    CHECK_SAME_F64(losses[2], losses[0]);
    options.mode = CORNU_RUN_GRADIENT;
    CHECK_INT(run_whole(model, &options, &losses[2], NULL), CORNU_OK);
    CHECK(losses[2] != losses[0]);
    cornu_model_release(model);
}

int main(void) {
    test_losses();
    test_weights_of_steps();
    test_activations();
    test_chains();
    test_dropout_is_repeatable();
    return check_report();
}
