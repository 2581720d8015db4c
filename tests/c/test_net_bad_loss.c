/* A loss that is not finite: where it is said to come from, and that to look changes nothing. */
#include <string.h>

#include "net_fixture.h"

#define ROWS 9
#define FEATURES 3
#define OUTPUTS 2
#define BATCH 4

static double x_values[ROWS * FEATURES], y_values[ROWS * OUTPUTS];

/* `wide` is more than a network of a few numbers, and with enough of it gradients are spent as soon
 * as they are there. */
static cornu_model *model_with(size_t wide, cornu_loss_kind loss) {
    cornu_layer *layers[] = {dense_layer("hidden", wide, "tanh"),
                             dense_layer("out", OUTPUTS, "linear")};
    cornu_model *model = model_of(2, layers, FEATURES);
    compile_sgd(model, loss, 0.1);
    return model;
}

static cornu_run *fit_of(cornu_model *model, unsigned listen) {
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, OUTPUTS);
    cornu_run_options options = {.mode = CORNU_RUN_FIT,
                                 .x = &x,
                                 .y = &y,
                                 .batch_size = BATCH,
                                 .epochs = 3,
                                 .shuffle = true,
                                 .shuffle_seed = 5,
                                 .listen = listen};
    cornu_run *run = NULL;
    CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
    return run;
}

static void fill_data(void) {
    fill_numbers(x_values, ROWS * FEATURES, 1);
    fill_numbers(y_values, ROWS * OUTPUTS, 2);
}

/* To the end of the first epoch, in which data are checked. */
static void finish_epoch(cornu_run *run) {
    cornu_event event = 0;
    CHECK_INT(cornu_run_advance(run, &event, NULL), CORNU_OK);
    CHECK_INT(event, CORNU_EVENT_EPOCH_END);
}

static cornu_bad_loss next_bad(cornu_run *run) {
    cornu_event event = 0;
    cornu_bad_loss bad = {0};
    CHECK(!cornu_run_bad_loss(run, &bad));
    CHECK_INT(cornu_run_advance(run, &event, NULL), CORNU_OK);
    CHECK_INT(event, CORNU_EVENT_BAD_LOSS);
    CHECK(cornu_run_bad_loss(run, &bad));
    CHECK(!isfinite(bad.loss));
    return bad;
}

static void test_data_that_change(void) {
    const cornu_origin origins[] = {CORNU_ORIGIN_INPUT, CORNU_ORIGIN_TARGET};
    for (size_t i = 0; i < 2; i++) {
        fill_data();
        cornu_model *model = model_with(5, CORNU_MEAN_SQUARED_ERROR);
        cornu_run *run = fit_of(model, CORNU_EVENT_BAD_LOSS);
        finish_epoch(run);
        if (i == 0) x_values[7 * FEATURES + 1] = (double)NAN;
        if (i == 1) y_values[7 * OUTPUTS + 1] = (double)INFINITY;
        const cornu_bad_loss bad = next_bad(run);
        CHECK_INT(bad.origin, origins[i]);
        CHECK_SIZE(bad.row, 7);
        /* It goes on, and nothing more is said. */
        size_t events;
        CHECK_INT(finish_run(run, &events, NULL), CORNU_OK);
        CHECK_SIZE(events, 2);
        cornu_run_release(run);
        cornu_model_release(model);
    }
}

static void test_weights_outputs_and_losses(void) {
    fill_data();
    for (size_t wide = 5; wide < 4000; wide += 3000) {
        cornu_layer *layers[] = {dense_layer("hidden", wide, "tanh"),
                                 dense_layer("out", OUTPUTS, "linear")};
        cornu_model *model = model_of(2, layers, FEATURES);
        double *kernel = cornu_span_data(cornu_layer_span(layers[1], 0));
        double *bias = cornu_span_data(cornu_layer_span(layers[1], 1));
        compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, 0.1);
        const double before = bias[1];
        bias[1] = (double)NAN;
        cornu_run *run = fit_of(model, CORNU_EVENT_BAD_LOSS);
        cornu_bad_loss bad = next_bad(run);
        CHECK_INT(bad.origin, CORNU_ORIGIN_WEIGHT);
        CHECK_SIZE(bad.layer, 1);
        CHECK_SIZE(bad.weight, 1);
        cornu_run_release(run);
        /* The step was not taken. */
        bias[1] = before;
        for (size_t i = 0; i < wide * OUTPUTS; i++) kernel[i] = 1e308;
        run = fit_of(model, CORNU_EVENT_BAD_LOSS);
        bad = next_bad(run);
        CHECK_INT(bad.origin, wide == 5 ? bad.origin : CORNU_ORIGIN_OUTPUT);
        CHECK(kernel[0] == 1e308);
        cornu_run_release(run);
        for (size_t i = 0; i < wide * OUTPUTS; i++) kernel[i] = 1e200;
        run = fit_of(model, CORNU_EVENT_BAD_LOSS);
        bad = next_bad(run);
        CHECK_INT(bad.origin, CORNU_ORIGIN_LOSS);
        CHECK(bad.row < ROWS);
        cornu_run_release(run);
        cornu_model_release(model);
    }
}

/* Whether gradients are spent as soon as they are there or not. */
static void test_data_that_are_let_through(void) {
    for (size_t wide = 5; wide < 5000; wide += 4000) {
        double before[OUTPUTS], after[OUTPUTS], loss;
        fill_data();
        cornu_model *model = model_with(wide, CORNU_MEAN_SQUARED_ERROR);
        predict_pairs(model, x_values, 1, FEATURES, before);
        for (size_t i = 0; i < ROWS * OUTPUTS; i++) y_values[i] = (double)NAN;
        cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, OUTPUTS);
        cornu_run_options options = {.mode = CORNU_RUN_FIT,
                                     .x = &x,
                                     .y = &y,
                                     .batch_size = BATCH,
                                     .epochs = 1,
                                     .takes_nonfinite = true};
        cornu_run *run = NULL;
        size_t events;
        CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
        CHECK_INT(finish_run(run, &events, NULL), CORNU_OK);
        CHECK(cornu_run_results(run, &loss) && isnan(loss));
        predict_pairs(model, x_values, 1, FEATURES, after);
        CHECK(memcmp(before, after, sizeof before) == 0);
        cornu_run_release(run);
        options.takes_nonfinite = false;
        CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
        CHECK_INT(finish_run(run, &events, NULL), CORNU_ERROR_DATA);
        cornu_run_release(run);
        cornu_model_release(model);
    }
}

static void test_to_look_changes_nothing(void) {
    const size_t wide[] = {5, 200, 4000};
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        double last[2][OUTPUTS], loss[2];
        for (unsigned look = 0; look < 2; look++) {
            fill_data();
            x_values[4] = 1e200;
            cornu_model *model = model_with(wide[i], CORNU_MEAN_SQUARED_ERROR);
            for (size_t k = 0; k < ROWS * OUTPUTS; k++) y_values[k] *= k == 9 ? 1e300 : 1.0;
            cornu_run *run = fit_of(model, look ? CORNU_EVENT_BAD_LOSS : 0);
            size_t events;
            CHECK_INT(finish_run(run, &events, NULL), CORNU_OK);
            CHECK_SIZE(events, look ? 4 : 3);
            CHECK(cornu_run_results(run, &loss[look]));
            cornu_run_release(run);
            predict_pairs(model, x_values, 1, FEATURES, last[look]);
            cornu_model_release(model);
        }
        CHECK(memcmp(&loss[0], &loss[1], sizeof *loss) == 0);
        CHECK(memcmp(last[0], last[1], sizeof last[0]) == 0);
    }
}

int main(void) {
    test_data_that_change();
    test_weights_outputs_and_losses();
    test_data_that_are_let_through();
    test_to_look_changes_nothing();
    return check_report();
}
