/* Runs: events and their order, results, partial batches, data that is bad, stops and
 * interruptions. */
#include "net_fixture.h"

#define ROWS 10
#define FEATURES 3

static double x_values[ROWS * FEATURES], y_values[ROWS * 2];

static cornu_model *small_model(void) {
    cornu_layer *layers[] = {dense_layer("hidden", 4, "tanh"), dense_layer("out", 2, "linear")};
    cornu_model *model = model_of(2, layers, FEATURES);
    compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, 0.1);
    return model;
}

static cornu_run_options fit_options(const cornu_array *x, const cornu_array *y, size_t batch_size,
                                     size_t epochs) {
    return (cornu_run_options){.mode = CORNU_RUN_FIT,
                               .x = x,
                               .y = y,
                               .batch_size = batch_size,
                               .epochs = epochs,
                               .tick_seconds = 0.0};
}

static double evaluate(cornu_model *model, const cornu_array *x, const cornu_array *y,
                       size_t batch_size) {
    cornu_run_options options = {
        .mode = CORNU_RUN_EVALUATE, .x = x, .y = y, .batch_size = batch_size};
    double loss = (double)NAN;
    CHECK_INT(run_whole(model, &options, &loss, NULL), CORNU_OK);
    return loss;
}

static void test_events_come_in_order(void) {
    cornu_model *model = small_model();
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = fit_options(&x, &y, 6, 2);
    options.listen = CORNU_EVENT_BATCH_BEGIN | CORNU_EVENT_BATCH_END | CORNU_EVENT_EPOCH_BEGIN |
                     CORNU_EVENT_VALIDATION_BEGIN | CORNU_EVENT_VALIDATION_BATCH_BEGIN |
                     CORNU_EVENT_VALIDATION_BATCH_END | CORNU_EVENT_VALIDATION_END;
    options.validation_x = &x;
    options.validation_y = &y;
    options.validation_batch_size = ROWS;
    options.validation_frequency = 2;
    const cornu_event first[] = {CORNU_EVENT_EPOCH_BEGIN, CORNU_EVENT_BATCH_BEGIN,
                                 CORNU_EVENT_BATCH_END,   CORNU_EVENT_BATCH_BEGIN,
                                 CORNU_EVENT_BATCH_END,   CORNU_EVENT_EPOCH_END};
    const cornu_event second[] = {CORNU_EVENT_EPOCH_BEGIN,
                                  CORNU_EVENT_BATCH_BEGIN,
                                  CORNU_EVENT_BATCH_END,
                                  CORNU_EVENT_BATCH_BEGIN,
                                  CORNU_EVENT_BATCH_END,
                                  CORNU_EVENT_VALIDATION_BEGIN,
                                  CORNU_EVENT_VALIDATION_BATCH_BEGIN,
                                  CORNU_EVENT_VALIDATION_BATCH_END,
                                  CORNU_EVENT_VALIDATION_END,
                                  CORNU_EVENT_EPOCH_END,
                                  CORNU_EVENT_DONE,
                                  CORNU_EVENT_DONE};
    cornu_run *run = NULL;
    CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
    CHECK(cornu_model_in_training(model));
    cornu_event event = 0;
    double value = (double)NAN;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        CHECK_INT(cornu_run_advance(run, &event, NULL), CORNU_OK);
        CHECK_INT(event, first[i]);
    }
    CHECK(cornu_run_results(run, &value) && isfinite(value));
    CHECK(!cornu_run_validation_results(run, &value));
    for (size_t i = 0; i < sizeof second / sizeof *second; i++) {
        CHECK_INT(cornu_run_advance(run, &event, NULL), CORNU_OK);
        CHECK_INT(event, second[i]);
        cornu_run_progress progress;
        cornu_run_progress_get(run, &progress);
        CHECK_SIZE(progress.step_count, 2);
        CHECK_SIZE(progress.row_count, ROWS);
        if (event == CORNU_EVENT_EPOCH_END) CHECK_SIZE(progress.epoch, 1);
        if (event == CORNU_EVENT_VALIDATION_BATCH_END) {
            CHECK(cornu_run_validation_results(run, &value));
            CHECK_NEAR(value, evaluate(model, &x, &y, 3), 1e-14);
        }
    }
    CHECK(!cornu_model_in_training(model));
    cornu_run_release(run);
    cornu_model_release(model);
}

static void test_nobody_listening_is_one_call_an_epoch(void) {
    cornu_model *model = small_model();
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = fit_options(&x, &y, 1, 5);
    cornu_run *run = NULL;
    size_t events = 0;
    CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
    CHECK_INT(finish_run(run, &events, NULL), CORNU_OK);
    CHECK_SIZE(events, 5);
    cornu_run_release(run);
    cornu_model_release(model);
}

/* The mean over batches weighs them by their rows, so it does not depend on how they are cut. */
static void test_results_do_not_depend_on_batches(void) {
    cornu_model *model = small_model();
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    double whole = evaluate(model, &x, &y, ROWS);
    for (size_t batch = 1; batch <= ROWS + 1; batch++)
        CHECK_NEAR(evaluate(model, &x, &y, batch), whole, 1e-15);
    cornu_model_release(model);
}

static void test_row_has_the_same_bits_in_any_batch(void) {
    cornu_model *model = small_model();
    cornu_array x = matrix(x_values, ROWS, FEATURES);
    double whole[ROWS * 2], parts[ROWS * 2];
    cornu_run_options options = predict_options(&x, ROWS, whole, ROWS * 2);
    CHECK_INT(run_whole(model, &options, NULL, NULL), CORNU_OK);
    for (size_t batch = 1; batch < ROWS; batch++) {
        memset(parts, 0xff, sizeof parts);
        options.batch_size = batch;
        options.output = parts;
        CHECK_INT(run_whole(model, &options, NULL, NULL), CORNU_OK);
        CHECK_BYTES(parts, whole, sizeof whole);
    }
    cornu_array none = matrix(x_values, 0, FEATURES);
    options.x = &none;
    cornu_error error = {0};
    CHECK_INT(run_whole(model, &options, NULL, &error), CORNU_ERROR_VALUE);
    CHECK_CONTAINS(error.message, "output");
    options.output_nbytes = 0;
    CHECK_INT(run_whole(model, &options, NULL, NULL), CORNU_OK);
    cornu_model_release(model);
}

/* Room enough is not all: the dtype must be the one that the model has by now. */
static void test_outputs_of_another_dtype(void) {
    cornu_model *model = small_model();
    cornu_array x = matrix(x_values, ROWS, FEATURES);
    double room[ROWS * 2 + 1] = {0}, untouched[ROWS * 2 + 1] = {0};
    cornu_run_options options = predict_options(&x, ROWS, room, ROWS * 2);
    cornu_error error = {0};
    options.output_dtype = CORNU_FLOAT32;
    CHECK_INT(run_whole(model, &options, NULL, &error), CORNU_ERROR_VALUE);
    CHECK_TEXT(error.message,
               "`output` must be of the model's dtype, float64. Received: dtype=float32");
    options.output_dtype = CORNU_BOOL;
    CHECK_INT(run_whole(model, &options, NULL, NULL), CORNU_ERROR_VALUE);
    options.output_dtype = CORNU_FLOAT64;
    options.output = (char *)room + 1;
    CHECK_INT(run_whole(model, &options, NULL, &error), CORNU_ERROR_VALUE);
    CHECK_TEXT(error.message, "`output` must be aligned to its dtype, float64.");
    CHECK_BYTES(room, untouched, sizeof room);
    options.output = room + 1;
    CHECK_INT(run_whole(model, &options, NULL, NULL), CORNU_OK);
    cornu_model_release(model);
}

/* An order is a permutation, the same for the same seed, another for each epoch: seen through what
 * a fit does to weights. */
static void test_shuffle(void) {
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    double after[3][2 * 4];
    for (size_t i = 0; i < 3; i++) {
        cornu_layer *layers[] = {dense_layer("hidden", 4, "tanh"), dense_layer("out", 2, "linear")};
        cornu_model *model = model_of(2, layers, FEATURES);
        compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, 0.1);
        cornu_run_options options = fit_options(&x, &y, 1, 2);
        options.shuffle = true;
        options.shuffle_seed = i < 2 ? 5 : 6;
        CHECK_INT(run_whole(model, &options, NULL, NULL), CORNU_OK);
        memcpy(after[i], cornu_span_data(cornu_layer_span(layers[1], 0)), sizeof after[i]);
        cornu_model_release(model);
    }
    CHECK_BYTES(after[1], after[0], sizeof after[0]);
    CHECK(memcmp(after[2], after[0], sizeof after[0]) != 0);
}

static void keep_weights(cornu_layer *const *layers, double *kept) {
    for (size_t i = 0; i < 2; i++) {
        for (size_t s = 0; s < 2; s++) {
            cornu_span *span = cornu_layer_span(layers[i], s);
            memcpy(kept, cornu_span_data(span), cornu_span_count(span) * sizeof *kept);
            kept += cornu_span_count(span);
        }
    }
}

#define WEIGHTS (FEATURES * 4 + 4 + 4 * 2 + 2)

/* A value that is not finite in a late batch, in the validation part, or in the weights: everything
 * goes back. */
static void test_bad_data_leaves_nothing(void) {
    for (size_t where = 0; where < 4; where++) {
        double x_bad[ROWS * FEATURES], y_bad[ROWS * 2], weight_bad[ROWS], before[WEIGHTS],
            after[WEIGHTS];
        memcpy(x_bad, x_values, sizeof x_bad);
        memcpy(y_bad, y_values, sizeof y_bad);
        for (size_t i = 0; i < ROWS; i++) weight_bad[i] = 1.0;
        cornu_layer *layers[] = {dense_layer("hidden", 4, "tanh"), dense_layer("out", 2, "linear")};
        cornu_model *model = model_of(2, layers, FEATURES);
        cornu_loss loss = {.kind = CORNU_MEAN_SQUARED_ERROR};
        cornu_optimizer *optimizer = sgd(0.1, 0.9);
        CHECK_INT(cornu_model_compile(model, &loss, optimizer, 0, NULL, NULL), CORNU_OK);
        cornu_array x = matrix(x_bad, ROWS, FEATURES), y = matrix(y_bad, ROWS, 2),
                    weight = matrix(weight_bad, ROWS, 1);
        cornu_array good_x = matrix(x_values, ROWS, FEATURES), good_y = matrix(y_values, ROWS, 2);
        cornu_run_options options = fit_options(&good_x, &good_y, 3, 2);
        CHECK_INT(run_whole(model, &options, NULL, NULL), CORNU_OK);
        keep_weights(layers, before);
        uint64_t iterations = cornu_optimizer_iterations(optimizer);
        if (where == 0) x_bad[7 * FEATURES + 2] = (double)NAN;
        if (where == 1) y_bad[9 * 2 + 1] = -(double)INFINITY;
        if (where == 2) weight_bad[8] = (double)NAN;
        if (where == 3) x_bad[4 * FEATURES] = (double)INFINITY;
        options = fit_options(where == 3 ? &good_x : &x, where == 3 ? &good_y : &y, 3, 2);
        options.sample_weight = where == 2 ? &weight : NULL;
        options.validation_x = where == 3 ? &x : NULL;
        options.validation_y = &good_y;
        options.validation_batch_size = 3;
        options.validation_frequency = 1;
        cornu_error error = {0};
        CHECK_INT(run_whole(model, &options, NULL, &error), CORNU_ERROR_DATA);
        const char *const messages[] = {"x[7, 2] = nan", "y[9, 1] = -inf",
                                        "sample_weight[8, 0] = nan", "validation x[4, 0] = inf"};
        CHECK_CONTAINS(error.message, messages[where]);
        keep_weights(layers, after);
        CHECK_BYTES(after, before, sizeof before);
        CHECK_SIZE(cornu_optimizer_iterations(optimizer), iterations);
        CHECK(!cornu_model_in_training(model));
        cornu_optimizer_release(optimizer);
        cornu_model_release(model);
    }
}

static void test_labels_out_of_range(void) {
    double ids[ROWS] = {0, 1, 0, 1, 1, 0, 2, 0, 1, 0};
    cornu_layer *layers[] = {dense_layer("out", 2, "softmax")};
    cornu_model *model = model_of(1, layers, FEATURES);
    compile_sgd(model, CORNU_SPARSE_CATEGORICAL_CROSSENTROPY, 0.1);
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(ids, ROWS, 1);
    cornu_run_options options = fit_options(&x, &y, 4, 1);
    cornu_error error = {0};
    CHECK_INT(run_whole(model, &options, NULL, &error), CORNU_ERROR_DATA);
    CHECK_CONTAINS(error.message, "2 in row 6");
    options.mode = CORNU_RUN_EVALUATE;
    ids[6] = 0.5;
    CHECK_INT(run_whole(model, &options, NULL, &error), CORNU_ERROR_DATA);
    CHECK_CONTAINS(error.message, "0.5 in row 6");
    cornu_model_release(model);
}

static bool count_down(void *argument) {
    size_t *left = argument;
    return *left == 0 ? false : (--*left, true);
}

/* However early or late the poll says stop, weights are those of whole steps. The poll is asked
 * every 20 ms; a task's first poll comes at once. */
static void test_interruption(void) {
    cornu_model *model = small_model();
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = fit_options(&x, &y, 1, 1000000000);
    size_t left = 0;
    options.poll = (cornu_poll){count_down, &left};
    for (size_t asked = 0; asked < 3; asked++) {
        left = asked;
        cornu_error error = {0};
        cornu_run *run = NULL;
        CHECK_INT(cornu_run_new(model, &options, &run, &error), CORNU_OK);
        CHECK_INT(finish_run(run, NULL, &error), CORNU_INTERRUPTED);
        cornu_event event;
        CHECK_INT(cornu_run_advance(run, &event, &error), CORNU_ERROR_STATE);
        CHECK(!cornu_model_in_training(model));
        cornu_run_release(run);
    }
    CHECK(isfinite(evaluate(model, &x, &y, 4)));
    cornu_model_release(model);
}

/* A stop is heard before the next step; the epoch is then validated and ended as always. */
static void test_stop(void) {
    cornu_model *model = small_model();
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = fit_options(&x, &y, 4, 100);
    options.listen = CORNU_EVENT_BATCH_END | CORNU_EVENT_VALIDATION_END;
    options.validation_x = &x;
    options.validation_y = &y;
    options.validation_batch_size = options.validation_frequency = 1;
    const cornu_event expected[] = {CORNU_EVENT_BATCH_END, CORNU_EVENT_VALIDATION_END,
                                    CORNU_EVENT_EPOCH_END, CORNU_EVENT_DONE};
    cornu_run *run = NULL;
    cornu_event event = 0;
    CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        CHECK_INT(cornu_run_advance(run, &event, NULL), CORNU_OK);
        CHECK_INT(event, expected[i]);
        if (i == 0) cornu_run_stop(run);
    }
    cornu_run_progress progress;
    cornu_run_progress_get(run, &progress);
    CHECK_SIZE(progress.step, 1);
    cornu_run_release(run);
    cornu_model_release(model);
}

static void test_refused_while_training(void) {
    cornu_model *model = small_model();
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = fit_options(&x, &y, 4, 2);
    cornu_run *run = NULL, *second = NULL;
    cornu_event event = 0;
    CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
    CHECK_INT(cornu_run_advance(run, &event, NULL), CORNU_OK);
    cornu_error error = {0};
    CHECK_INT(cornu_run_new(model, &options, &second, &error), CORNU_ERROR_STATE);
    CHECK_CONTAINS(error.message, "being trained");
    cornu_loss loss = {.kind = CORNU_MEAN_ABSOLUTE_ERROR};
    CHECK_INT(cornu_model_compile(model, &loss, NULL, 0, NULL, &error), CORNU_ERROR_STATE);
    cornu_shape input = row_shape(FEATURES);
    CHECK_INT(cornu_model_set_layers(model, 0, NULL, &input, &error), CORNU_ERROR_STATE);
    /* What callbacks do between two events. */
    CHECK(isfinite(evaluate(model, &x, &y, 4)));
    options.mode = CORNU_RUN_TRAIN;
    CHECK_INT(run_whole(model, &options, NULL, NULL), CORNU_OK);
    cornu_run_release(run);
    CHECK_INT(cornu_model_compile(model, &loss, NULL, 0, NULL, &error), CORNU_OK);
    cornu_model_release(model);
}

int main(void) {
    fill_numbers(x_values, ROWS * FEATURES, 1);
    fill_numbers(y_values, ROWS * 2, 2);
    test_events_come_in_order();
    test_nobody_listening_is_one_call_an_epoch();
    test_results_do_not_depend_on_batches();
    test_row_has_the_same_bits_in_any_batch();
    test_outputs_of_another_dtype();
    test_shuffle();
    test_bad_data_leaves_nothing();
    test_labels_out_of_range();
    test_interruption();
    test_stop();
    test_refused_while_training();
    return check_report();
}
