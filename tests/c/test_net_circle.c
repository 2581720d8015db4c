/* A poll predicts with a model that shares a layer with the one that is in a step, while another
 * thread trains it: who waits holds nothing, so there is no circle of waiting, whatever the order
 * of the locks' addresses. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/clock.h"
#include "net/model.h"
#include "net_fixture.h"

#define ROWS 5
#define FEATURES 150
#define MOST_NS (UINT64_C(10) * 1000000000)

static double x_values[ROWS * FEATURES], y_values[ROWS * 2];

typedef struct pair {
    cornu_model *stepping, *other; /* with a layer in common */
    pthread_t trainer;             /* of the other */
    size_t asked;
    uint64_t end_ns;
    cornu_status nested;
} pair;

static cornu_status run_mode(cornu_model *model, cornu_run_mode mode, cornu_poll poll) {
    double output[ROWS * 2];
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = predict_options(&x, ROWS, output, ROWS * 2);
    options.mode = mode;
    options.y = &y;
    options.poll = poll;
    return run_whole(model, &options, NULL, NULL);
}

static void *train_other(void *argument) {
    pair *both = argument;
    CHECK_INT(run_mode(both->other, CORNU_RUN_TRAIN, CORNU_NO_POLL), CORNU_OK);
    return NULL;
}

/* A circle would last for ever. */
static bool is_in_time(void *argument) {
    const pair *both = argument;
    return cornu_clock_ns() < both->end_ns;
}

static bool predict_with_other(void *argument) {
    pair *both = argument;
    if (both->asked++ > 0) return true;
    pthread_create(&both->trainer, NULL, train_other, both);
    /* Until the thread waits for the shared layer. */
    struct timespec time = {0, 50000000};
    nanosleep(&time, NULL);
    both->end_ns = cornu_clock_ns() + MOST_NS;
    both->nested = run_mode(both->other, CORNU_RUN_PREDICT, (cornu_poll){is_in_time, both});
    return true;
}

static pair make_pair(void) {
    cornu_layer *shared = dense_layer("shared", FEATURES, "tanh");
    cornu_model *models[2];
    for (size_t i = 0; i < 2; i++) {
        cornu_layer *layers[] = {shared, dense_layer("own", 2, "linear")};
        cornu_layer_retain(shared);
        models[i] = model_of(2, layers, FEATURES);
        compile_sgd(models[i], CORNU_MEAN_SQUARED_ERROR, 0.1);
    }
    cornu_layer_release(shared);
    return (pair){.stepping = models[0], .other = models[1]};
}

int main(void) {
    fill_numbers(x_values, ROWS * FEATURES, 1);
    fill_numbers(y_values, ROWS * 2, 2);
    size_t before = 0, after = 0;
    void *holes[64] = {NULL};
    for (size_t i = 0; i < 64 && (before < 2 || after < 2); i++) {
        pair both = make_pair();
        bool ascends = (uintptr_t)both.stepping->lock < (uintptr_t)both.other->lock;
        size_t *count = ascends ? &before : &after;
        if ((*count)++ < 2) {
            cornu_run_mode mode = *count % 2 ? CORNU_RUN_TRAIN : CORNU_RUN_PREDICT;
            CHECK_INT(run_mode(both.stepping, mode, (cornu_poll){predict_with_other, &both}),
                      CORNU_OK);
            pthread_join(both.trainer, NULL);
            CHECK_INT(both.nested, CORNU_OK);
        }
        cornu_model_release(both.stepping);
        cornu_model_release(both.other);
        /* So that the next pair's locks lie otherwise. */
        holes[i] = malloc((i + 1) * 100);
    }
    for (size_t i = 0; i < 64; i++) free(holes[i]);
    CHECK(before + after >= 4);
    return check_report();
}
