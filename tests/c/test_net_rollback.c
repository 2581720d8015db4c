/* What a fit that finds bad data leaves behind, and what an optimizer keeps that several models
 * train with. */
#include "net_fixture.h"

#define ROWS 10
#define FEATURES 3
#define HIDDEN 4
#define WEIGHTS (FEATURES * HIDDEN + HIDDEN + HIDDEN * 2 + 2)

static double x_values[ROWS * FEATURES], y_values[ROWS * 2], x_bad[ROWS * FEATURES];

/* Two dense layers, an optimizer of its own and a metric. */
typedef struct trained {
    cornu_model *model;
    cornu_layer *layers[2];
    cornu_optimizer *optimizer;
} trained;

static cornu_optimizer *new_optimizer(cornu_optimizer_kind kind) {
    cornu_optimizer_options options = {.kind = kind,
                                       .momentum = kind == CORNU_SGD ? 0.9 : 0.0,
                                       .beta_1 = 0.9,
                                       .beta_2 = 0.999,
                                       .epsilon = 1e-7,
                                       .clip_threshold = 1.0,
                                       .muon_a = 3.4445,
                                       .muon_b = -4.775,
                                       .muon_c = 2.0315,
                                       .muon_steps = 5,
                                       .adam_lr_ratio = 1.0};
    cornu_optimizer *optimizer = NULL;
    CHECK_INT(cornu_optimizer_new(&options, 0.01, &optimizer, NULL), CORNU_OK);
    return optimizer;
}

static void compile(cornu_model *model, cornu_optimizer *optimizer) {
    cornu_loss loss = {.kind = CORNU_MEAN_SQUARED_ERROR};
    cornu_metric metric = {.kind = CORNU_METRIC_LOSS, .loss = {.kind = CORNU_MEAN_ABSOLUTE_ERROR}};
    CHECK_INT(cornu_model_compile(model, &loss, optimizer, 1, &metric, NULL), CORNU_OK);
}

static trained new_trained(cornu_optimizer_kind kind) {
    trained it = {.layers = {dense_layer("a", HIDDEN, "tanh"), dense_layer("b", 2, "linear")}};
    it.model = model_of(2, it.layers, FEATURES);
    it.optimizer = new_optimizer(kind);
    compile(it.model, it.optimizer);
    return it;
}

static void free_trained(const trained *it) {
    cornu_model_release(it->model);
    cornu_optimizer_release(it->optimizer);
}

static void get_weights(const trained *it, double *kept) {
    for (size_t i = 0; i < 4; i++) {
        cornu_span *span = cornu_layer_span(it->layers[i / 2], i % 2);
        memcpy(kept, cornu_span_data(span), cornu_span_count(span) * sizeof *kept);
        kept += cornu_span_count(span);
    }
}

static cornu_run_options fit_options(const cornu_array *x, const cornu_array *y, size_t epochs) {
    return (cornu_run_options){
        .mode = CORNU_RUN_FIT, .x = x, .y = y, .batch_size = 3, .epochs = epochs};
}

static cornu_status fit_good(const trained *it, size_t epochs) {
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = fit_options(&x, &y, epochs);
    return run_whole(it->model, &options, NULL, NULL);
}

/* Found in the epoch that the first validation comes in, after whole epochs of training: weights,
 * iterations and results are those from before, and so are the slots, as the next fit shows. */
static void test_bad_validation_data(cornu_optimizer_kind kind, size_t frequency, size_t initial) {
    trained it = new_trained(kind), twin = new_trained(kind);
    CHECK_INT(fit_good(&it, 2), CORNU_OK);
    CHECK_INT(fit_good(&twin, 2), CORNU_OK);
    double before[WEIGHTS], after[WEIGHTS], results[2][2] = {{0}};
    get_weights(&it, before);
    CHECK_INT(cornu_model_results(it.model, results[0]), CORNU_OK);
    CHECK(results[0][0] > 0.0 && results[0][1] > 0.0);
    uint64_t iterations = cornu_optimizer_iterations(it.optimizer);

    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2),
                bad = matrix(x_bad, ROWS, FEATURES);
    cornu_run_options options = fit_options(&x, &y, initial + 2 * frequency);
    options.initial_epoch = initial;
    options.validation_x = &bad;
    options.validation_y = &y;
    options.validation_batch_size = 4;
    options.validation_frequency = frequency;
    cornu_run *run = NULL;
    cornu_error error = {0};
    size_t epochs = 0;
    CHECK_INT(cornu_run_new(it.model, &options, &run, NULL), CORNU_OK);
    CHECK_INT(finish_run(run, &epochs, &error), CORNU_ERROR_DATA);
    CHECK_CONTAINS(error.message, "validation x[9, 1] = nan");
    /* The epochs without validation had ended by then. */
    CHECK_SIZE(epochs, frequency - 1 - initial % frequency);
    cornu_run_release(run);

    get_weights(&it, after);
    CHECK_BYTES(after, before, sizeof before);
    CHECK_SIZE(cornu_optimizer_iterations(it.optimizer), iterations);
    CHECK_INT(cornu_model_results(it.model, results[1]), CORNU_OK);
    CHECK_BYTES(results[1], results[0], sizeof results[0]);
    CHECK_INT(fit_good(&it, 2), CORNU_OK);
    CHECK_INT(fit_good(&twin, 2), CORNU_OK);
    get_weights(&it, after);
    get_weights(&twin, before);
    CHECK_BYTES(after, before, sizeof before);
    free_trained(&it);
    free_trained(&twin);
}

/* ---- One optimizer, two models ---- */

/* models[0] = [s, p], models[1] = [s, q], momentum 0.9. */
typedef struct pair {
    cornu_layer *s, *p, *q;
    cornu_model *models[2];
    cornu_optimizer *optimizer;
} pair;

static pair new_pair(void) {
    pair it = {dense_layer("s", HIDDEN, "tanh"),
               dense_layer("p", 2, "linear"),
               dense_layer("q", 2, "linear"),
               {NULL, NULL},
               NULL};
    cornu_layer *chains[2][2] = {{it.s, it.p}, {it.s, it.q}};
    it.optimizer = new_optimizer(CORNU_SGD);
    cornu_layer_retain(it.s);
    for (size_t i = 0; i < 2; i++) {
        it.models[i] = model_of(2, chains[i], FEATURES);
        compile(it.models[i], it.optimizer);
    }
    return it;
}

static void free_pair(const pair *it) {
    cornu_model_release(it->models[0]);
    cornu_model_release(it->models[1]);
    cornu_optimizer_release(it->optimizer);
}

static void take_step(cornu_model *model) {
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = {.mode = CORNU_RUN_TRAIN, .x = &x, .y = &y};
    CHECK_INT(run_whole(model, &options, NULL, NULL), CORNU_OK);
}

static void get_values(cornu_layer *layer, double *values) {
    cornu_span *kernel = cornu_layer_span(layer, 0);
    memcpy(values, cornu_span_data(kernel), cornu_span_count(kernel) * sizeof *values);
}

static void get_gradient(cornu_model *model, cornu_layer *layer, double *values) {
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = {.mode = CORNU_RUN_GRADIENT, .x = &x, .y = &y};
    cornu_span *kernel = cornu_layer_span(layer, 0);
    cornu_run *run = NULL;
    CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
    CHECK_INT(finish_run(run, NULL, NULL), CORNU_OK);
    size_t index = 0;
    while (cornu_run_gradient_span(run, index) && cornu_run_gradient_span(run, index) != kernel)
        index++;
    if (CHECK(cornu_run_gradient_span(run, index) == kernel))
        memcpy(values, cornu_run_gradient(run, index), cornu_span_count(kernel) * sizeof *values);
    cornu_run_release(run);
}

/* The velocity of p goes on where it was after a step of the model that has no p; and so does that
 * of q. */
static void test_slots_of_a_model_that_rests(void) {
    pair it = new_pair();
    double velocity[2][8] = {{0}};
    for (size_t step = 0; step < 7; step++) {
        size_t at = step * 5 / 3 % 2;
        cornu_layer *own = at ? it.q : it.p;
        double before[8], gradient[8], after[8];
        get_values(own, before);
        get_gradient(it.models[at], own, gradient);
        take_step(it.models[at]);
        get_values(own, after);
        for (size_t i = 0; i < 8; i++) {
            velocity[at][i] = 0.9 * velocity[at][i] - 0.01 * gradient[i];
            CHECK_NEAR(after[i] - before[i], velocity[at][i], 1e-14);
        }
        CHECK_SIZE(cornu_optimizer_iterations(it.optimizer), step + 1);
    }
    free_pair(&it);
}

/* A hook trains the other model, and then the fit finds bad data and goes back. What the other one
 * has alone keeps its weights and its velocity. When the bad data come next, its step counts. */
static void test_another_model_trained_in_a_hook(size_t hook_step) {
    pair it = new_pair();
    cornu_array bad = matrix(x_bad, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = fit_options(&bad, &y, 2);
    options.listen = CORNU_EVENT_BATCH_END;
    cornu_run *run = NULL;
    take_step(it.models[0]);
    CHECK_INT(cornu_run_new(it.models[0], &options, &run, NULL), CORNU_OK);
    cornu_status status = CORNU_OK;
    double q_gradient[8] = {0}, q_after[8] = {0};
    for (size_t step = 0; status == CORNU_OK && step < 10; step++) {
        cornu_event event;
        status = cornu_run_advance(run, &event, NULL);
        if (step != hook_step) continue;
        get_gradient(it.models[1], it.q, q_gradient);
        take_step(it.models[1]);
        get_values(it.q, q_after);
    }
    CHECK_INT(status, CORNU_ERROR_DATA);
    cornu_run_release(run);
    /* One before the fit, three good ones of it, one of the other model's. */
    CHECK_SIZE(cornu_optimizer_iterations(it.optimizer), 5);
    double kept[8], gradient[8], after[8];
    get_values(it.q, kept);
    CHECK_BYTES(kept, q_after, sizeof kept);
    get_gradient(it.models[1], it.q, gradient);
    take_step(it.models[1]);
    get_values(it.q, after);
    for (size_t i = 0; i < 8; i++)
        CHECK_NEAR(after[i] - kept[i], -0.009 * q_gradient[i] - 0.01 * gradient[i], 1e-14);
    free_pair(&it);
}

int main(void) {
    fill_numbers(x_values, ROWS * FEATURES, 1);
    fill_numbers(y_values, ROWS * 2, 2);
    memcpy(x_bad, x_values, sizeof x_bad);
    x_bad[9 * FEATURES + 1] = (double)NAN;
    for (int kind = 0; kind < CORNU_FOREIGN_OPTIMIZER; kind++) {
        for (size_t frequency = 1; frequency <= 3; frequency++) {
            test_bad_validation_data((cornu_optimizer_kind)kind, frequency, 0);
            test_bad_validation_data((cornu_optimizer_kind)kind, frequency, 4);
        }
    }
    test_slots_of_a_model_that_rests();
    for (size_t step = 0; step < 3; step++) test_another_model_trained_in_a_hook(step);
    return check_report();
}
