/* Fork while other threads are at work with models: the child can always predict. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net_fixture.h"

#define ROWS 3
#define FEATURES 3
#define THREADS 3
/* The allocator of AddressSanitizer (of gcc 12) does not wait for other threads when it is forked:
 * the child would hang in malloc. */
#if defined(__SANITIZE_ADDRESS__)
static const size_t fork_count = 0;
#else
static const size_t fork_count = 300;
#endif

static double x_values[ROWS * FEATURES], y_values[ROWS * 2], expected[ROWS * 2];

static cornu_model *small_model(void) {
    cornu_layer *layers[] = {dense_layer("a", 4, "tanh"), dense_layer("b", 2, "linear")};
    return model_of(2, layers, FEATURES);
}

static cornu_status predict(cornu_model *model, double *output) {
    return predict_pairs(model, x_values, ROWS, FEATURES, output);
}

static bool predicts_right(cornu_model *model) {
    double output[ROWS * 2] = {0};
    return predict(model, output) == CORNU_OK && memcmp(output, expected, sizeof output) == 0;
}

typedef struct worker {
    cornu_model *model;
    atomic_bool stop;
    atomic_size_t wrong;
} worker;

static void *keep_predicting(void *argument) {
    worker *self = argument;
    while (!atomic_load(&self->stop)) {
        if (!predicts_right(self->model)) atomic_fetch_add(&self->wrong, 1);
    }
    return NULL;
}

/* Models come and go, with the guards that every fork takes. */
static void *keep_making(void *argument) {
    worker *self = argument;
    while (!atomic_load(&self->stop)) {
        cornu_model *model = small_model();
        if (!predicts_right(model)) atomic_fetch_add(&self->wrong, 1);
        cornu_model_release(model);
    }
    return NULL;
}

/* In the child, which the alarm ends should it wait for a thread that it does not have. */
static int predict_and_train(cornu_model *model) {
    alarm(30);
    if (!predicts_right(model) || !predicts_right(model)) return 1;
    if (cornu_model_lock(model, true, 0, CORNU_NO_POLL, NULL) != CORNU_OK) return 2;
    if (cornu_model_unlock(model, NULL) != CORNU_OK) return 3;
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = {
        .mode = CORNU_RUN_FIT, .x = &x, .y = &y, .batch_size = 2, .epochs = 1};
    if (run_whole(model, &options, NULL, NULL) != CORNU_OK) return 4;
    cornu_model_release(small_model());
    return 0;
}

static void test_fork_among_predictions(void) {
    worker self = {.model = small_model()};
    compile_sgd(self.model, CORNU_MEAN_SQUARED_ERROR, 0.1);
    CHECK_INT(predict(self.model, expected), CORNU_OK);
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, i == 0 ? keep_making : keep_predicting, &self);
    fflush(NULL);
    for (size_t i = 0; i < fork_count; i++) {
        pid_t child = fork();
        if (child == 0) _exit(predict_and_train(self.model));
        int status = -1;
        waitpid(child, &status, 0);
        if (!CHECK_INT(status, 0)) break;
    }
    atomic_store(&self.stop, true);
    for (size_t i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    CHECK_SIZE(self.wrong, 0);
    cornu_model_release(self.model);
}

/* ---- A thread that holds the model for writing ---- */

typedef struct locker {
    cornu_model *model;
    atomic_bool held, stop;
} locker;

static void *hold_exclusively(void *argument) {
    locker *self = argument;
    CHECK_INT(cornu_model_lock(self->model, true, UINT64_MAX, CORNU_NO_POLL, NULL), CORNU_OK);
    atomic_store(&self->held, true);
    while (!atomic_load(&self->stop)) usleep(1000);
    CHECK_INT(cornu_model_unlock(self->model, NULL), CORNU_OK);
    return NULL;
}

/* ThreadSanitizer (of gcc 12) ends a child that starts a thread where a lost one lay. */
#if defined(__SANITIZE_THREAD__)
static const size_t child_threads = 0;
#else
static const size_t child_threads = 4;
#endif

static void *predict_in_child(void *argument) {
    double output[ROWS * 2];
    locker *self = argument;
    return predict(self->model, output) == CORNU_ERROR_FORKED ? self : NULL;
}

/* The weights may be half written: an error for every thread that the child starts, the first that
 * comes to the model among them, and for the child's first thread. Another model works. */
static void test_fork_while_another_thread_writes(void) {
    locker self = {.model = small_model()};
    cornu_model *other = small_model();
    pthread_t thread;
    pthread_create(&thread, NULL, hold_exclusively, &self);
    while (!atomic_load(&self.held)) usleep(1000);
    size_t count = check_skips_under_qemu("threads of a forked child") ? 0 : child_threads;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(30);
        bool right = true;
        for (size_t i = 0; i < count; i++) {
            void *result = NULL;
            right = right && pthread_create(&thread, NULL, predict_in_child, &self) == 0;
            pthread_join(thread, &result);
            right = right && result;
        }
        right = right && predict_in_child(&self) && predicts_right(other);
        right = right &&
                cornu_model_lock(self.model, true, 0, CORNU_NO_POLL, NULL) == CORNU_ERROR_FORKED;
        _exit(right ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
    atomic_store(&self.stop, true);
    pthread_join(thread, NULL);
    CHECK(predicts_right(self.model));
    cornu_model_release(self.model);
    cornu_model_release(other);
}

/* ---- A fork in the middle of a prediction, from its poll ---- */

typedef struct forking {
    cornu_model *model;
    pid_t child; /* -1: not forked yet */
    cornu_status status;
} forking;

static void *try_to_write(void *argument) {
    forking *self = argument;
    self->status = cornu_model_lock(self->model, true, 0, CORNU_NO_POLL, NULL);
    if (self->status == CORNU_OK) CHECK_INT(cornu_model_unlock(self->model, NULL), CORNU_OK);
    return NULL;
}

static cornu_status write_from_another_thread(forking *self) {
    pthread_t thread;
    CHECK_INT(pthread_create(&thread, NULL, try_to_write, self), 0);
    pthread_join(thread, NULL);
    return self->status;
}

static bool fork_and_try_to_write(void *argument) {
    forking *self = argument;
    if (self->child != -1) return true;
    fflush(NULL);
    self->child = fork();
    if (self->child == 0) alarm(30);
    CHECK_INT(write_from_another_thread(self), CORNU_BUSY);
    return true;
}

/* The prediction goes on in both, and nobody changes the weights under it. */
static void test_fork_within_a_prediction(void) {
    forking self = {.model = small_model(), .child = -1};
    double output[ROWS * 2];
    cornu_array x = matrix(x_values, ROWS, FEATURES);
    cornu_run_options options = predict_options(&x, ROWS, output, ROWS * 2);
    options.poll = (cornu_poll){fork_and_try_to_write, &self};
    CHECK_INT(run_whole(self.model, &options, NULL, NULL), CORNU_OK);
    CHECK_BYTES(output, expected, sizeof output);
    CHECK_INT(write_from_another_thread(&self), CORNU_OK);
    if (self.child == 0) _exit(check_report());
    int status = -1;
    CHECK(waitpid(self.child, &status, 0) == self.child);
    CHECK_INT(status, 0);
    cornu_model_release(self.model);
}

int main(void) {
    fill_numbers(x_values, ROWS * FEATURES, 1);
    fill_numbers(y_values, ROWS * 2, 2);
    test_fork_among_predictions();
    test_fork_while_another_thread_writes();
    test_fork_within_a_prediction();
    return check_report();
}
