/* Calls from inside a poll: of a step, of a prediction, and of a wait for a lock. A signal handler
 * makes such calls. */
#define _GNU_SOURCE
#include <pthread.h>
#include <time.h>

#include "net/model_lock.h"
#include "net_fixture.h"

#define ROWS 5
#define FEATURES 150

static double x_values[ROWS * FEATURES], y_values[ROWS * 2];

static void pause_ms(long ms) {
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* The shared layer (may be NULL: one of its own) and another. */
static cornu_model *model_with(cornu_layer *shared) {
    cornu_layer *layers[] = {shared ? shared : dense_layer("a", FEATURES, "tanh"),
                             dense_layer("b", 2, "linear")};
    if (shared) cornu_layer_retain(shared);
    cornu_model *model = model_of(2, layers, FEATURES);
    compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, 0.1);
    return model;
}

static cornu_status predict(cornu_model *model, double *output) {
    return predict_pairs(model, x_values, ROWS, FEATURES, output);
}

static cornu_status run_mode(cornu_model *model, cornu_run_mode mode, cornu_error *error) {
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = {.mode = mode, .x = &x, .y = &y, .batch_size = 3, .epochs = 1};
    return run_whole(model, &options, NULL, error);
}

/* ---- From the poll of a step and of a prediction ---- */

typedef struct nested {
    cornu_model *model, *sharing, *other;
    double before[2][ROWS * 2]; /* what model and sharing predict before the step */
    double after[ROWS * 2];     /* what model predicts when it was asked after the step */
    size_t asked, asked_after;
} nested;

/* Before the update, or, where a step ends more than 20 ms after the last poll, behind it: sharing
 * has the same layer and is told by it. */
static bool is_after_the_step(nested *self, const double *output) {
    if (memcmp(output, self->before[0], sizeof self->before[0]) == 0) return false;
    if (self->asked_after++ == 0) memcpy(self->after, output, sizeof self->after);
    CHECK_BYTES(output, self->after, sizeof self->after);
    return true;
}

/* Reads are right and see weights that the step has not changed, or all that it has; changes are
 * refused. */
static bool read_and_try_to_change(void *argument) {
    nested *self = argument;
    double output[ROWS * 2];
    cornu_error error = {0};
    self->asked++;
    CHECK_INT(predict(self->model, output), CORNU_OK);
    bool after = is_after_the_step(self, output);
    CHECK_INT(predict(self->sharing, output), CORNU_OK);
    CHECK((memcmp(output, self->before[1], sizeof output) == 0) != after);
    CHECK_INT(run_mode(self->model, CORNU_RUN_EVALUATE, NULL), CORNU_OK);
    CHECK_INT(run_mode(self->model, CORNU_RUN_TRAIN, &error), CORNU_ERROR_STATE);
    CHECK_CONTAINS(error.message, "in the middle of a step");
    CHECK_INT(run_mode(self->model, CORNU_RUN_FIT, NULL), CORNU_ERROR_STATE);
    CHECK_INT(run_mode(self->sharing, CORNU_RUN_TRAIN, NULL), CORNU_ERROR_STATE);
    CHECK_INT(run_mode(self->model, CORNU_RUN_GRADIENT, NULL), CORNU_ERROR_STATE);
    CHECK_INT(cornu_model_lock(self->model, true, UINT64_MAX, CORNU_NO_POLL, &error),
              CORNU_ERROR_STATE);
    CHECK_INT(cornu_model_lock(self->sharing, true, 0, CORNU_NO_POLL, NULL), CORNU_ERROR_STATE);
    CHECK_INT(cornu_model_unlock(self->model, NULL), CORNU_ERROR_STATE);
    CHECK_INT(cornu_model_lock(self->model, false, 0, CORNU_NO_POLL, NULL), CORNU_OK);
    CHECK_INT(cornu_model_unlock(self->model, NULL), CORNU_OK);
    /* A model that has nothing to do with it. */
    CHECK_INT(run_mode(self->other, CORNU_RUN_TRAIN, NULL), CORNU_OK);
    CHECK_INT(cornu_model_lock(self->other, true, 0, CORNU_NO_POLL, NULL), CORNU_OK);
    CHECK_INT(cornu_model_unlock(self->other, NULL), CORNU_OK);
    return true;
}

/* One row, `rows` times. */
static cornu_array repeated(const double *row, size_t rows, size_t columns) {
    cornu_array array = matrix(row, rows, columns);
    array.strides[0] = 0;
    return array;
}

/* With so many rows that the poll is asked within, however fast the machine is: the first time is
 * before the step. Returns whether it was. */
static bool run_long(nested *self, cornu_run_mode mode, size_t rows, cornu_poll poll) {
    cornu_array x = repeated(x_values, rows, FEATURES), y = repeated(y_values, rows, 2);
    double *output = malloc(rows * 2 * sizeof *output);
    cornu_run_options options = predict_options(&x, rows, output, rows * 2);
    options.mode = mode;
    options.y = &y;
    options.poll = poll;
    self->asked = 0;
    CHECK_INT(run_whole(self->model, &options, NULL, NULL), CORNU_OK);
    free(output);
    return self->asked >= 3;
}

static void test_from_a_poll(cornu_run_mode mode) {
    bool within = false;
    for (size_t rows = 2000; !within && rows < 1000000; rows *= 2) {
        cornu_layer *shared = dense_layer("shared", FEATURES, "tanh");
        nested self = {
            .model = model_with(shared), .sharing = model_with(shared), .other = model_with(NULL)};
        cornu_model *twin = model_with(NULL);
        CHECK_INT(predict(self.model, self.before[0]), CORNU_OK);
        CHECK_INT(predict(self.sharing, self.before[1]), CORNU_OK);
        within = run_long(&self, mode, rows, (cornu_poll){read_and_try_to_change, &self});
        /* And what was done in the poll made no difference. */
        nested alone = {.model = twin};
        double came[ROWS * 2], expected[ROWS * 2];
        run_long(&alone, mode, rows, CORNU_NO_POLL);
        CHECK_INT(predict(self.model, came), CORNU_OK);
        CHECK_INT(predict(twin, expected), CORNU_OK);
        CHECK_BYTES(came, expected, sizeof came);
        if (self.asked_after > 0) CHECK_BYTES(self.after, came, sizeof came);
        CHECK((memcmp(came, self.before[0], sizeof came) == 0) == (mode != CORNU_RUN_TRAIN));
        CHECK_INT(cornu_model_lock(self.model, true, 0, CORNU_NO_POLL, NULL), CORNU_OK);
        CHECK_INT(cornu_model_unlock(self.model, NULL), CORNU_OK);
        cornu_model_release(self.model);
        cornu_model_release(self.sharing);
        cornu_model_release(self.other);
        cornu_model_release(twin);
        cornu_layer_release(shared);
    }
    CHECK(within);
}

/* ---- From the poll of a wait ---- */

/* A step in a thread of its own, whose poll keeps it (and the lock) until told. */
typedef struct long_step {
    cornu_model *model;
    atomic_bool begun, may_end;
    cornu_status status;
} long_step;

static bool wait_until_told(void *argument) {
    long_step *self = argument;
    atomic_store(&self->begun, true);
    while (!atomic_load(&self->may_end)) pause_ms(1);
    return true;
}

static void *take_long_step(void *argument) {
    long_step *self = argument;
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = {
        .mode = CORNU_RUN_TRAIN, .x = &x, .y = &y, .poll = {wait_until_told, self}};
    self->status = run_whole(self->model, &options, NULL, NULL);
    return NULL;
}

typedef struct waiting {
    long_step *step;
    cornu_model *model, *other;
    cornu_run_mode mode;
    size_t asked;
} waiting;

/* The thread stands in the queue for the model's lock, as a writer perhaps, when it comes for it
 * again to read: behind itself it would wait for ever. */
static bool predict_while_waiting(void *argument) {
    waiting *self = argument;
    double output[ROWS * 2];
    if (self->asked++ > 0) return true;
    CHECK_INT(predict(self->other, output), CORNU_OK);
    CHECK_INT(run_mode(self->other, CORNU_RUN_TRAIN, NULL), CORNU_OK);
    CHECK_INT(cornu_model_lock(self->model, false, 0, CORNU_NO_POLL, NULL), CORNU_BUSY);
    atomic_store(&self->step->may_end, true);
    CHECK_INT(predict(self->model, output), CORNU_OK);
    return true;
}

static void test_from_the_poll_of_a_wait(cornu_run_mode mode, bool sharing) {
    cornu_layer *shared = dense_layer("shared", FEATURES, "tanh");
    long_step step = {.model = model_with(shared)};
    /* A model that shares a layer has more than one lock to take, and may have the first already
     * while it waits for the second. */
    waiting self = {.step = &step,
                    .model = sharing ? model_with(shared) : step.model,
                    .other = model_with(NULL),
                    .mode = mode};
    pthread_t thread;
    pthread_create(&thread, NULL, take_long_step, &step);
    while (!atomic_load(&step.begun)) pause_ms(1);
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    double output[ROWS * 2];
    cornu_run_options options = predict_options(&x, ROWS, output, ROWS * 2);
    options.mode = mode;
    options.y = &y;
    options.poll = (cornu_poll){predict_while_waiting, &self};
    CHECK_INT(run_whole(self.model, &options, NULL, NULL), CORNU_OK);
    CHECK(self.asked > 0);
    pthread_join(thread, NULL);
    CHECK_INT(step.status, CORNU_OK);
    CHECK_INT(cornu_model_lock(self.model, true, 0, CORNU_NO_POLL, NULL), CORNU_OK);
    CHECK_INT(cornu_model_unlock(self.model, NULL), CORNU_OK);
    if (sharing) cornu_model_release(self.model);
    cornu_model_release(step.model);
    cornu_model_release(self.other);
    cornu_layer_release(shared);
}

/* ---- Two model locks of one thread ---- */

typedef struct attempt {
    cornu_model *model;
    bool exclusive;
    cornu_status status;
} attempt;

static void *try_lock(void *argument) {
    attempt *self = argument;
    self->status = cornu_model_lock(self->model, self->exclusive, 0, CORNU_NO_POLL, NULL);
    if (self->status == CORNU_OK) CHECK_INT(cornu_model_unlock(self->model, NULL), CORNU_OK);
    return NULL;
}

/* What another thread would get. */
static cornu_status from_another_thread(cornu_model *model, bool exclusive) {
    attempt self = {.model = model, .exclusive = exclusive};
    pthread_t thread;
    pthread_create(&thread, NULL, try_lock, &self);
    pthread_join(thread, NULL);
    return self.status;
}

/* The layer's lock is taken once, by the first hold, and stays taken until the last that needs it
 * goes, in whatever order they do. */
static void test_unlocking_in_any_order(bool first_exclusive, bool in_order) {
    cornu_layer *shared = dense_layer("shared", FEATURES, "tanh");
    cornu_model *one = model_with(shared), *two = model_with(shared), *third = model_with(shared);
    CHECK_INT(cornu_model_lock(one, first_exclusive, 0, CORNU_NO_POLL, NULL), CORNU_OK);
    CHECK_INT(cornu_model_lock(two, true, 0, CORNU_NO_POLL, NULL), CORNU_ERROR_STATE);
    CHECK_INT(cornu_model_lock(two, false, 0, CORNU_NO_POLL, NULL), CORNU_OK);
    CHECK_INT(cornu_model_unlock(in_order ? two : one, NULL), CORNU_OK);
    CHECK_INT(cornu_model_unlock(in_order ? two : one, NULL), CORNU_ERROR_STATE);
    CHECK_INT(from_another_thread(third, true), CORNU_BUSY);
    CHECK_INT(from_another_thread(third, false), first_exclusive ? CORNU_BUSY : CORNU_OK);
    CHECK_INT(cornu_model_unlock(in_order ? one : two, NULL), CORNU_OK);
    CHECK_INT(from_another_thread(third, true), CORNU_OK);
    CHECK_INT(from_another_thread(one, true), CORNU_OK);
    CHECK_INT(from_another_thread(two, true), CORNU_OK);
    cornu_model_release(one);
    cornu_model_release(two);
    cornu_model_release(third);
    cornu_layer_release(shared);
}

/* ---- Several changes under one lock ---- */

static bool try_to_change(void *argument) {
    nested *self = argument;
    double output[ROWS * 2];
    self->asked++;
    CHECK_INT(run_mode(self->model, CORNU_RUN_TRAIN, NULL), CORNU_ERROR_STATE);
    CHECK_INT(run_mode(self->sharing, CORNU_RUN_TRAIN, NULL), CORNU_ERROR_STATE);
    CHECK_INT(cornu_model_lock(self->sharing, true, 0, CORNU_NO_POLL, NULL), CORNU_ERROR_STATE);
    CHECK_INT(cornu_model_lock_state(self->sharing, true, 0, CORNU_NO_POLL, NULL),
              CORNU_ERROR_STATE);
    CHECK_INT(predict(self->sharing, output), CORNU_OK);
    return true;
}

/* Steps of this thread are taken under it; of a step that is on its way nothing is changed, there
 * neither. */
static void test_changing_under_a_lock(void) {
    bool within = false;
    for (size_t rows = 2000; !within && rows < 1000000; rows *= 2) {
        cornu_layer *shared = dense_layer("shared", FEATURES, "tanh");
        nested self = {
            .model = model_with(shared), .sharing = model_with(shared), .other = model_with(NULL)};
        double output[ROWS * 2];
        CHECK_INT(cornu_model_lock_state(self.model, true, 0, CORNU_NO_POLL, NULL), CORNU_OK);
        CHECK_INT(from_another_thread(self.model, false), CORNU_BUSY);
        CHECK_INT(from_another_thread(self.sharing, false), CORNU_BUSY);
        CHECK_INT(predict(self.model, self.before[0]), CORNU_OK);
        CHECK_INT(cornu_model_lock(self.sharing, true, 0, CORNU_NO_POLL, NULL), CORNU_OK);
        CHECK_INT(cornu_model_unlock(self.sharing, NULL), CORNU_OK);
        CHECK_INT(run_mode(self.model, CORNU_RUN_TRAIN, NULL), CORNU_OK);
        CHECK_INT(predict(self.model, output), CORNU_OK);
        CHECK(memcmp(output, self.before[0], sizeof output) != 0);
        within = run_long(&self, CORNU_RUN_TRAIN, rows, (cornu_poll){try_to_change, &self});
        CHECK_INT(from_another_thread(self.model, false), CORNU_BUSY);
        CHECK_INT(cornu_model_unlock(self.model, NULL), CORNU_OK);
        CHECK_INT(from_another_thread(self.sharing, true), CORNU_OK);
        cornu_model_release(self.model);
        cornu_model_release(self.sharing);
        cornu_model_release(self.other);
        cornu_layer_release(shared);
    }
    CHECK(within);
}

int main(void) {
    fill_numbers(x_values, ROWS * FEATURES, 1);
    fill_numbers(y_values, ROWS * 2, 2);
    test_from_a_poll(CORNU_RUN_TRAIN);
    test_from_a_poll(CORNU_RUN_PREDICT);
    for (int sharing = 0; sharing < 2; sharing++) {
        test_from_the_poll_of_a_wait(CORNU_RUN_TRAIN, sharing);
        test_from_the_poll_of_a_wait(CORNU_RUN_PREDICT, sharing);
        test_from_the_poll_of_a_wait(CORNU_RUN_EVALUATE, sharing);
    }
    for (int i = 0; i < 4; i++) test_unlocking_in_any_order(i / 2, i % 2);
    test_changing_under_a_lock();
    return check_report();
}
