/* One model and many threads: predictions see whole steps, a fit gives way, shared layers exclude
 * each other, fork. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "net/model_lock.h"
#include "net_fixture.h"

#define ROWS 8
#define FEATURES 3

static double x_values[ROWS * FEATURES], y_values[ROWS * 2];

static void pause_ms(long ms) {
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

typedef struct fitter {
    cornu_model *model;
    atomic_bool begun, stop;
    cornu_status status;
} fitter;

static bool go_on(void *argument) {
    return !atomic_load(&((fitter *)argument)->stop);
}

/* Trains until told to stop. */
static void *fit_for_ever(void *argument) {
    fitter *self = argument;
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = {.mode = CORNU_RUN_FIT,
                                 .x = &x,
                                 .y = &y,
                                 .batch_size = 2,
                                 .epochs = SIZE_MAX,
                                 .poll = {go_on, self}};
    cornu_run *run = NULL;
    cornu_event event = 0;
    self->status = cornu_run_new(self->model, &options, &run, NULL);
    if (self->status != CORNU_OK) return NULL;
    do {
        self->status = cornu_run_advance(run, &event, NULL);
        atomic_store(&self->begun, true);
    } while (self->status == CORNU_OK && event != CORNU_EVENT_DONE && go_on(self));
    cornu_run_release(run);
    return NULL;
}

static pthread_t start_fit(fitter *self) {
    pthread_t thread;
    pthread_create(&thread, NULL, fit_for_ever, self);
    while (!atomic_load(&self->begun)) pause_ms(1);
    return thread;
}

static void stop_fit(fitter *self, pthread_t thread) {
    atomic_store(&self->stop, true);
    pthread_join(thread, NULL);
    CHECK(self->status == CORNU_OK || self->status == CORNU_INTERRUPTED);
}

static cornu_status predict(cornu_model *model, double *output) {
    return predict_pairs(model, x_values, ROWS, FEATURES, output);
}

static void *predict_often(void *argument) {
    fitter *self = argument;
    double output[ROWS * 2];
    for (size_t i = 0; i < 200; i++) {
        cornu_status status = predict(self->model, output);
        if (!CHECK_INT(status, CORNU_OK)) break;
    }
    return NULL;
}

static cornu_model *training_model(cornu_layer **shared) {
    cornu_layer *layers[] = {dense_layer("a", 4, "tanh"), dense_layer("b", 2, "linear")};
    if (shared) *shared = layers[0];
    if (shared) cornu_layer_retain(*shared);
    cornu_model *model = model_of(2, layers, FEATURES);
    compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, 0.01);
    return model;
}

static void test_predict_while_fitting(void) {
    fitter fit = {.model = training_model(NULL)};
    pthread_t trainer = start_fit(&fit), others[4];
    for (size_t i = 0; i < 4; i++) pthread_create(&others[i], NULL, predict_often, &fit);
    for (size_t i = 0; i < 4; i++) pthread_join(others[i], NULL);
    stop_fit(&fit, trainer);
    cornu_model_release(fit.model);
}

/* Who has the model's lock for reading sees the same weights for as long as it wants. */
static void test_lock_keeps_weights_still(void) {
    cornu_layer *layer;
    fitter fit = {.model = training_model(&layer)};
    pthread_t trainer = start_fit(&fit);
    const double *kernel = cornu_span_data(cornu_layer_span(layer, 0));
    size_t count = cornu_span_count(cornu_layer_span(layer, 0));
    for (size_t i = 0; i < 5; i++) {
        double first[16], second[16];
        CHECK_INT(cornu_model_lock(fit.model, i % 2, UINT64_MAX, CORNU_NO_POLL, NULL), CORNU_OK);
        memcpy(first, kernel, count * sizeof *first);
        pause_ms(5);
        memcpy(second, kernel, count * sizeof *second);
        CHECK_INT(cornu_model_unlock(fit.model, NULL), CORNU_OK);
        CHECK_BYTES(second, first, count * sizeof *first);
    }
    CHECK_INT(cornu_model_unlock(fit.model, NULL), CORNU_ERROR_STATE);
    stop_fit(&fit, trainer);
    cornu_layer_release(layer);
    cornu_model_release(fit.model);
}

/* Nor does an optimizer move that another model trains with, for who has all that a model's own
 * training changes. */
static void test_lock_keeps_optimizer_still(void) {
    cornu_layer *layer, *other;
    fitter first = {.model = training_model(&layer)}, second = {.model = training_model(&other)};
    cornu_span *kernels[] = {cornu_layer_span(layer, 0), cornu_layer_span(other, 0)};
    const cornu_loss loss = {.kind = CORNU_MEAN_SQUARED_ERROR};
    cornu_optimizer *optimizer = sgd(0.01, 0.5);
    fitter *const fits[] = {&first, &second};
    CHECK_INT(cornu_optimizer_build(optimizer, 2, kernels, CORNU_NO_POLL, NULL), CORNU_OK);
    for (size_t i = 0; i < 2; i++) {
        CHECK_INT(cornu_model_compile(fits[i]->model, &loss, optimizer, 0, NULL, NULL), CORNU_OK);
    }
    pthread_t one = start_fit(&first), two = start_fit(&second);
    const size_t nbytes = cornu_span_count(kernels[0]) * sizeof(double);
    for (size_t i = 0; i < 5; i++) {
        double before[16], after[16];
        cornu_model *model = fits[i % 2]->model;
        CHECK_INT(cornu_model_lock_state(model, false, UINT64_MAX, CORNU_NO_POLL, NULL), CORNU_OK);
        const uint64_t steps = cornu_optimizer_iterations(optimizer);
        CHECK_INT(cornu_optimizer_read(optimizer, kernels[0], 0, before, CORNU_NO_POLL, NULL),
                  CORNU_OK);
        pause_ms(5);
        CHECK_INT(cornu_optimizer_read(optimizer, kernels[0], 0, after, CORNU_NO_POLL, NULL),
                  CORNU_OK);
        CHECK(cornu_optimizer_iterations(optimizer) == steps);
        CHECK_BYTES(after, before, nbytes);
        CHECK_INT(cornu_model_unlock(model, NULL), CORNU_OK);
        pause_ms(1);
    }
    stop_fit(&first, one);
    stop_fit(&second, two);
    CHECK(cornu_optimizer_iterations(optimizer) > 0);
    cornu_optimizer_release(optimizer);
    cornu_layer_release(layer);
    cornu_layer_release(other);
    cornu_model_release(first.model);
    cornu_model_release(second.model);
}

/* Two models with one layer in common, each trained by its own thread. */
static void test_shared_layer(void) {
    cornu_layer *layer;
    fitter first = {.model = training_model(&layer)}, second = {0};
    cornu_layer *layers[] = {layer, dense_layer("c", 2, "linear")};
    second.model = model_of(2, layers, FEATURES);
    compile_sgd(second.model, CORNU_MEAN_SQUARED_ERROR, 0.01);
    pthread_t one = start_fit(&first), two = start_fit(&second);
    pause_ms(50);
    double output[ROWS * 2];
    CHECK_INT(predict(first.model, output), CORNU_OK);
    CHECK_INT(predict(second.model, output), CORNU_OK);
    stop_fit(&first, one);
    stop_fit(&second, two);
    for (size_t i = 0; i < ROWS * 2; i++) CHECK(isfinite(output[i]));
    cornu_model_release(first.model);
    cornu_model_release(second.model);
}

static void *train_step(void *argument) {
    fitter *self = argument;
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = {.mode = CORNU_RUN_TRAIN, .x = &x, .y = &y};
    self->status = run_whole(self->model, &options, NULL, NULL);
    return NULL;
}

static void test_step_from_another_thread(void) {
    fitter fit = {.model = training_model(NULL)}, step = {.model = fit.model};
    pthread_t trainer = start_fit(&fit), other;
    pthread_create(&other, NULL, train_step, &step);
    pthread_join(other, NULL);
    CHECK_INT(step.status, CORNU_OK);
    stop_fit(&fit, trainer);
    cornu_model_release(fit.model);
}

/* In the child a model that no thread was at works; one that was being trained says so, or works if
 * the fork fell between two steps; a second fit of it is refused. */
static void test_fork(void) {
    fitter fit = {.model = training_model(NULL)}, again = {.model = fit.model};
    cornu_model *free_model = training_model(NULL);
    pthread_t trainer = start_fit(&fit);
    for (size_t i = 0; i < 20; i++) {
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            double output[ROWS * 2];
            bool right = predict(free_model, output) == CORNU_OK;
            cornu_status status = predict(fit.model, output);
            right = right && (status == CORNU_OK || status == CORNU_ERROR_FORKED);
            fit_for_ever(&again);
            right = right && again.status == CORNU_ERROR_FORKED;
            _exit(right ? 0 : 1);
        }
        int status = -1;
        waitpid(child, &status, 0);
        CHECK_INT(status, 0);
    }
    stop_fit(&fit, trainer);
    cornu_model_release(fit.model);
    cornu_model_release(free_model);
}

typedef struct renamer {
    cornu_layer *layer;
    atomic_bool stop;
} renamer;

static void name_of_one_letter(char letter, char name[CORNU_NAME_NBYTES]) {
    memset(name, letter, CORNU_NAME_NBYTES - 1);
    name[CORNU_NAME_NBYTES - 1] = '\0';
}

static void *rename_often(void *argument) {
    renamer *self = argument;
    char names[2][CORNU_NAME_NBYTES];
    name_of_one_letter('a', names[0]);
    name_of_one_letter('b', names[1]);
    for (size_t i = 0; !atomic_load(&self->stop); i++)
        cornu_layer_set_name(self->layer, names[i % 2]);
    return NULL;
}

/* The first quoted name is all of one letter, and as long as it was. */
static bool check_whole_name(const char *message) {
    char whole[CORNU_NAME_NBYTES];
    const char *quote = strchr(message, '"');
    if (!CHECK(quote != NULL)) return false;
    name_of_one_letter(quote[1], whole);
    return CHECK(strncmp(quote + 1, whole, CORNU_NAME_NBYTES - 1) == 0 &&
                 quote[CORNU_NAME_NBYTES] == '"');
}

/* Errors name it by the old name or the new one, not by parts of both. */
static void test_a_layer_that_is_renamed_meanwhile(void) {
    char name[CORNU_NAME_NBYTES], whole[CORNU_NAME_NBYTES];
    name_of_one_letter('a', name);
    renamer self = {.layer = dense_layer(name, 2, "linear")};
    cornu_layer *layers[] = {self.layer};
    cornu_model *model = model_of(1, layers, FEATURES);
    compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, 0.1);
    cornu_array x = matrix(x_values, ROWS, FEATURES), narrow = matrix(x_values, ROWS, FEATURES - 1);
    cornu_run_options options = {.mode = CORNU_RUN_TEST, .x = &narrow, .y = &x};
    cornu_shape scalar = {0, {0}}, output;
    pthread_t thread;
    pthread_create(&thread, NULL, rename_often, &self);
    bool right = true;
    for (size_t i = 0; i < 10000 && right; i++) {
        cornu_error errors[3] = {{0}};
        options.x = &narrow;
        CHECK_INT(run_whole(model, &options, NULL, &errors[0]), CORNU_ERROR_VALUE);
        options.x = &x;
        CHECK_INT(run_whole(model, &options, NULL, &errors[1]), CORNU_ERROR_VALUE);
        CHECK_INT(cornu_layer_output_shape(self.layer, &scalar, &output, &errors[2]),
                  CORNU_ERROR_VALUE);
        for (size_t e = 0; e < 3; e++) right = check_whole_name(errors[e].message) && right;
        name_of_one_letter(*cornu_layer_name(self.layer, name), whole);
        right = CHECK_TEXT(name, whole) && right;
    }
    atomic_store(&self.stop, true);
    pthread_join(thread, NULL);
    cornu_model_release(model);
}

int main(void) {
    fill_numbers(x_values, ROWS * FEATURES, 1);
    fill_numbers(y_values, ROWS * 2, 2);
    test_predict_while_fitting();
    test_lock_keeps_weights_still();
    test_lock_keeps_optimizer_still();
    test_shared_layer();
    test_step_from_another_thread();
    test_fork();
    test_a_layer_that_is_renamed_meanwhile();
    return check_report();
}
