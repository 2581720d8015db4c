/* What belongs together, read at one moment: the locks are those of what the model has then. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "net/model_lock.h"
#include "net_fixture.h"

enum { FEATURES = 3, HIDDEN = 4 };

typedef struct reader {
    cornu_model *model;
    cornu_optimizer *other;
    bool has_locked;
    atomic_bool compiled, locked, done;
} reader;

static void pause_ms(long ms) {
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* In the poll of a wait, as a signal handler would. */
static bool compile_anew(void *argument) {
    reader *self = argument;
    if (!atomic_load(&self->compiled)) {
        const cornu_loss loss = {.kind = CORNU_MEAN_SQUARED_ERROR};
        CHECK_INT(cornu_model_compile(self->model, &loss, self->other, 0, NULL, NULL), CORNU_OK);
        atomic_store(&self->compiled, true);
    }
    return true;
}

static void *read_state(void *argument) {
    reader *self = argument;
    const cornu_poll poll = {compile_anew, self};
    self->has_locked =
        cornu_model_lock_state(self->model, false, UINT64_MAX, poll, NULL) == CORNU_OK;
    atomic_store(&self->locked, true);
    while (!atomic_load(&self->done)) pause_ms(1);
    if (self->has_locked) CHECK_INT(cornu_model_unlock(self->model, NULL), CORNU_OK);
    return NULL;
}

static bool give_up(void *argument) {
    (void)argument;
    return false;
}

/* Of a model that gets another optimizer while its lock is waited for, that one is locked. */
static void test_an_optimizer_that_comes_meanwhile(void) {
    cornu_layer *layers[3];
    double kernel[FEATURES * HIDDEN];
    reader self = {.model = dense_chain(layers, FEATURES, HIDDEN), .other = sgd(0.1, 0.9)};
    cornu_span *span = cornu_layer_span(layers[0], 0);
    const cornu_poll impatient = {give_up, NULL};
    pthread_t thread;
    memset(kernel, 0, sizeof kernel);
    CHECK_INT(cornu_optimizer_build(self.other, 1, &span, CORNU_NO_POLL, NULL), CORNU_OK);
    CHECK_INT(cornu_model_lock(self.model, true, UINT64_MAX, CORNU_NO_POLL, NULL), CORNU_OK);
    pthread_create(&thread, NULL, read_state, &self);
    while (!atomic_load(&self.compiled)) pause_ms(1);
    CHECK_INT(cornu_model_unlock(self.model, NULL), CORNU_OK);
    while (!atomic_load(&self.locked)) pause_ms(1);
    CHECK(self.has_locked);
    CHECK_INT(cornu_optimizer_write(self.other, span, 0, kernel, impatient, NULL),
              CORNU_INTERRUPTED);
    atomic_store(&self.done, true);
    pthread_join(thread, NULL);
    CHECK_INT(cornu_optimizer_write(self.other, span, 0, kernel, impatient, NULL), CORNU_OK);
    cornu_optimizer_release(self.other);
    cornu_model_release(self.model);
}

int main(void) {
    test_an_optimizer_that_comes_meanwhile();
    return check_report();
}
