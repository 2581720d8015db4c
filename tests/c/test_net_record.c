/* A recorded step: the bits of one that is not, and what it keeps. */
#include <pthread.h>
#include <time.h>

#include "net_fixture.h"

#define ROWS 5
#define FEATURES 4
#define HIDDEN 3
#define OUTPUTS 2

typedef struct recorded_model {
    cornu_model *model;
    cornu_layer *layers[3]; /* tanh, dropout, the output */
} recorded_model;

static recorded_model make(const char *last, cornu_loss_kind kind) {
    recorded_model made = {0};
    made.layers[0] = dense_layer("first", HIDDEN, "tanh");
    CHECK_INT(
        cornu_layer_new_dropout("dropout", CORNU_FLOAT64, 0.5, 0, NULL, 7, &made.layers[1], NULL),
        CORNU_OK);
    made.layers[2] = dense_layer("last", OUTPUTS, last);
    for (size_t i = 0; i < 3; i++) cornu_layer_retain(made.layers[i]);
    made.model = model_of(3, made.layers, FEATURES);
    compile_sgd(made.model, kind, 0.5);
    return made;
}

static void release(recorded_model *made) {
    for (size_t i = 0; i < 3; i++) cornu_layer_release(made->layers[i]);
    cornu_model_release(made->model);
}

/* A step of `made`, and the run that took it. */
static cornu_run *step(recorded_model *made, const cornu_array *x, const cornu_array *y,
                       bool recorded, bool undone) {
    cornu_run_options options = {
        .mode = CORNU_RUN_TRAIN, .x = x, .y = y, .recorded = recorded, .undone = undone};
    cornu_run *run = NULL;
    CHECK_INT(cornu_run_new(made->model, &options, &run, NULL), CORNU_OK);
    CHECK_INT(finish_run(run, NULL, NULL), CORNU_OK);
    return run;
}

static void check_same_weights(const recorded_model *one, const recorded_model *other) {
    for (size_t i = 0; i < 3; i++) {
        for (size_t s = 0; s < cornu_layer_span_count(one->layers[i]); s++) {
            const cornu_span *a = cornu_layer_span(one->layers[i], s);
            const cornu_span *b = cornu_layer_span(other->layers[i], s);
            CHECK_BYTES(cornu_span_data(a), cornu_span_data(b),
                        cornu_span_count(a) * sizeof(double));
        }
    }
}

/* That `record` is of a layer that had z, and its derivatives fit each other. */
static void check_tanh(const cornu_layer_record *record) {
    const double *a = record->y, *da = record->dy, *dz = record->dz;
    if (!CHECK(record->z && a && da && dz)) return;
    for (size_t i = 0; i < ROWS * HIDDEN; i++) {
        CHECK_NEAR(a[i], tanh(((const double *)record->z)[i]), 1e-15);
        CHECK_NEAR(dz[i], da[i] * (1.0 - a[i] * a[i]), 1e-15);
    }
}

static void test_a_step(bool undone, const char *last, cornu_loss_kind kind, bool joined) {
    double x_values[ROWS * FEATURES], targets[ROWS * OUTPUTS];
    fill_numbers(x_values, ROWS * FEATURES, 7);
    for (size_t i = 0; i < ROWS * OUTPUTS; i++) targets[i] = i % 3 == 0;
    const cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(targets, ROWS, OUTPUTS);
    recorded_model recorded = make(last, kind), plain = make(last, kind);
    if (undone) {
        cornu_run_release(step(&recorded, &x, &y, true, true));
        check_same_weights(&recorded, &plain);
    }
    cornu_run *run = step(&recorded, &x, &y, true, false);
    cornu_run_release(step(&plain, &x, &y, false, false));
    check_same_weights(&recorded, &plain);
    cornu_layer_record records[3], none;
    for (size_t i = 0; i < 3; i++) CHECK(cornu_run_layer_record(run, i, &records[i]));
    CHECK(!cornu_run_layer_record(run, 3, &none));
    CHECK_BYTES(records[0].x, x_values, sizeof x_values);
    CHECK(records[1].x == records[0].y && records[2].x == records[1].y);
    check_tanh(&records[0]);
    CHECK(records[1].z == NULL && records[1].dz == NULL && records[1].dy != NULL);
    CHECK(records[2].dz != NULL && (records[2].dy == NULL) == joined);
    /* The last bias' gradient is the sum of dz. */
    const cornu_span *bias = cornu_layer_span(recorded.layers[2], 1);
    cornu_weight_record weight;
    if (CHECK(cornu_run_weight_record(run, bias, &weight))) {
        for (size_t j = 0; j < OUTPUTS; j++) {
            double sum = 0.0;
            for (size_t i = 0; i < ROWS; i++)
                sum += ((const double *)records[2].dz)[i * OUTPUTS + j];
            const double gradient = ((const double *)weight.gradient)[j];
            CHECK_NEAR(gradient, sum, 1e-15);
            CHECK_NEAR(((const double *)weight.after)[j],
                       ((const double *)weight.before)[j] - 0.5 * gradient, 1e-16);
        }
        CHECK_BYTES(weight.after, cornu_span_data(bias), cornu_span_count(bias) * sizeof(double));
    }
    size_t count;
    const double *losses = cornu_run_recorded_losses(run, &count);
    double total = 0.0, loss = (double)NAN;
    for (size_t i = 0; i < count; i++) total += losses[i];
    CHECK(cornu_run_results(run, &loss));
    CHECK(count == ROWS);
    CHECK_NEAR(total / ROWS, loss, 1e-15);
    cornu_run_release(run);
    release(&recorded);
    release(&plain);
}

static void test_what_is_not_kept(void) {
    double x_values[ROWS * FEATURES] = {0}, targets[ROWS * OUTPUTS] = {0};
    const cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(targets, ROWS, OUTPUTS);
    recorded_model made = make("sigmoid", CORNU_MEAN_SQUARED_ERROR);
    recorded_model other = make("sigmoid", CORNU_MEAN_SQUARED_ERROR);
    cornu_layer_record record;
    cornu_weight_record weight;
    size_t count = 1;
    cornu_run *run = step(&made, &x, &y, false, false);
    CHECK(!cornu_run_layer_record(run, 0, &record));
    CHECK(!cornu_run_weight_record(run, cornu_layer_span(made.layers[0], 0), &weight));
    CHECK(cornu_run_recorded_losses(run, &count) == NULL && count == 0);
    cornu_run_release(run);
    run = step(&made, &x, &y, true, false);
    CHECK(!cornu_run_weight_record(run, cornu_layer_span(other.layers[0], 0), &weight));
    cornu_run_release(run);
    cornu_run_options options = {.mode = CORNU_RUN_GRADIENT, .x = &x, .y = &y, .recorded = true};
    CHECK_INT(cornu_run_new(made.model, &options, &run, NULL), CORNU_ERROR_VALUE);
    options = (cornu_run_options){.mode = CORNU_RUN_TRAIN, .x = &x, .y = &y, .undone = true};
    CHECK_INT(cornu_run_new(made.model, &options, &run, NULL), CORNU_ERROR_VALUE);
    /* A step that moves nothing has no gradient. */
    options.undone = false;
    options.recorded = options.takes_nonfinite = true;
    CHECK_INT(cornu_run_new(made.model, &options, &run, NULL), CORNU_ERROR_VALUE);
    release(&made);
    release(&other);
}

static void keep_nothing(void *object) {
    (void)object;
}

static cornu_status no_loss(void *object, const cornu_foreign_batch *batch, double *loss,
                            void *gradient) {
    (void)object;
    *loss = 0.0;
    memset(gradient, 0, batch->rows * OUTPUTS * sizeof(double));
    return CORNU_OK;
}

/* Of a loss that has none of a row, not those of the one before. */
static void test_losses_of_another_loss(void) {
    static const cornu_foreign_functions functions = {keep_nothing, keep_nothing, no_loss, NULL};
    const cornu_loss own = {.kind = CORNU_FOREIGN_LOSS, .foreign = {&functions, NULL}};
    const cornu_metric metric = {.kind = CORNU_METRIC_LOSS,
                                 .loss = {.kind = CORNU_MEAN_ABSOLUTE_ERROR}};
    double x_values[ROWS * FEATURES] = {0}, targets[ROWS * OUTPUTS] = {0};
    const cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(targets, ROWS, OUTPUTS);
    recorded_model made = make("tanh", CORNU_MEAN_SQUARED_ERROR);
    size_t count = 0;
    cornu_run *run = step(&made, &x, &y, true, false);
    CHECK(cornu_run_recorded_losses(run, &count) != NULL && count == ROWS);
    cornu_run_release(run);
    cornu_optimizer *optimizer = sgd(0.5, 0.0);
    CHECK_INT(cornu_model_compile(made.model, &own, optimizer, 1, &metric, NULL), CORNU_OK);
    cornu_optimizer_release(optimizer);
    run = step(&made, &x, &y, true, false);
    CHECK(cornu_run_recorded_losses(run, &count) == NULL && count == 0);
    cornu_run_release(run);
    release(&made);
}

/* What another thread does to a weight, begun in the first poll. */
typedef struct other_change {
    const recorded_model *made;
    pthread_t thread;
    bool begun;
} other_change;

static double *last_bias(const recorded_model *made) {
    return cornu_span_data(cornu_layer_span(made->layers[2], 1));
}

static void *change_bias(void *argument) {
    const other_change *self = argument;
    CHECK_INT(cornu_model_lock(self->made->model, true, UINT64_MAX, CORNU_NO_POLL, NULL), CORNU_OK);
    *last_bias(self->made) = 5.0;
    CHECK_INT(cornu_model_unlock(self->made->model, NULL), CORNU_OK);
    return NULL;
}

/* Long enough for the other to wait for the locks. */
static bool begin_change(void *argument) {
    other_change *self = argument;
    if (self->begun) return true;
    self->begun = true;
    pthread_create(&self->thread, NULL, change_bias, self);
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    return true;
}

/* What is taken back is the recorded step, and not what another thread did since the run began. */
static void test_undone_beside_another_thread(void) {
    double x_values[ROWS * FEATURES], targets[ROWS * OUTPUTS] = {0};
    fill_numbers(x_values, ROWS * FEATURES, 7);
    const cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(targets, ROWS, OUTPUTS);
    recorded_model made = make("tanh", CORNU_MEAN_SQUARED_ERROR);
    other_change other = {.made = &made};
    const cornu_run_options options = {.mode = CORNU_RUN_TRAIN,
                                       .x = &x,
                                       .y = &y,
                                       .recorded = true,
                                       .undone = true,
                                       .poll = {begin_change, &other}};
    CHECK_INT(run_whole(made.model, &options, NULL, NULL), CORNU_OK);
    if (CHECK(other.begun)) pthread_join(other.thread, NULL);
    CHECK(*last_bias(&made) == 5.0);
    release(&made);
}

int main(void) {
    for (int undone = 0; undone < 2; undone++) {
        test_a_step(undone != 0, "sigmoid", CORNU_MEAN_SQUARED_ERROR, false);
        test_a_step(undone != 0, "relu", CORNU_MEAN_SQUARED_ERROR, false);
        test_a_step(undone != 0, "linear", CORNU_MEAN_SQUARED_ERROR, false);
        test_a_step(undone != 0, "softmax", CORNU_CATEGORICAL_CROSSENTROPY, true);
    }
    test_what_is_not_kept();
    test_losses_of_another_loss();
    test_undone_beside_another_thread();
    return check_report();
}
