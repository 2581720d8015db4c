/* Several models in the pool at once: two are fitted and a third predicts in four threads, all with
 * products that are cut among threads. Each comes out as it does alone on one thread, to the bit.
 * The pool is included, so that the test can see that it was used. */
#include "base/pool.c"

#include <sched.h>

#include "net_fixture.h"

enum {
    FEATURES = 100,
    HIDDEN = 300,
    CLASSES = 33,
    BATCH = 131,
    ROWS = 3 * BATCH - 1, /* the last batch is another size */
    FITTERS = 2,
    PREDICTORS = 4,
    OUTPUTS = BATCH * CLASSES,
};

static atomic_size_t fits_under_way, predictors_begun;
static double x_values[ROWS * FEATURES], y_values[ROWS * CLASSES], alone[OUTPUTS];

typedef struct fitter {
    cornu_model *model;
    cornu_layer *layers[2];
    double loss;
} fitter;

typedef struct predictor {
    cornu_model *model;
    size_t count, wrong; /* predictions */
    double output[OUTPUTS];
} predictor;

static cornu_model *wide_model(cornu_layer **kept, double learning_rate) {
    cornu_layer *layers[] = {dense_layer("a", HIDDEN, "tanh"), dense_layer("b", CLASSES, "linear")};
    for (size_t i = 0; i < 2; i++) {
        if (kept) cornu_layer_retain(kept[i] = layers[i]);
    }
    cornu_model *model = model_of(2, layers, FEATURES);
    compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, learning_rate);
    return model;
}

/* The two differ in what they are trained with. */
static fitter new_fitter(size_t index) {
    fitter self = {0};
    self.model = wide_model(self.layers, index == 0 ? 0.01 : 0.02);
    return self;
}

static void free_fitter(fitter *self) {
    for (size_t i = 0; i < 2; i++) cornu_layer_release(self->layers[i]);
    cornu_model_release(self->model);
}

/* Waits between two epochs until all predictors are at work. */
static void *fit(void *argument) {
    fitter *self = argument;
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, CLASSES);
    cornu_run_options options = {.mode = CORNU_RUN_FIT,
                                 .x = &x,
                                 .y = &y,
                                 .batch_size = BATCH,
                                 .epochs = 2,
                                 .shuffle = true,
                                 .shuffle_seed = 5,
                                 .listen = CORNU_EVENT_EPOCH_END};
    cornu_run *run = NULL;
    cornu_event event = 0;
    if (!CHECK_INT(cornu_run_new(self->model, &options, &run, NULL), CORNU_OK)) exit(1);
    CHECK_INT(cornu_run_advance(run, &event, NULL), CORNU_OK);
    CHECK_INT(event, CORNU_EVENT_EPOCH_END);
    while (atomic_load(&predictors_begun) < PREDICTORS) sched_yield();
    CHECK_INT(finish_run(run, NULL, NULL), CORNU_OK);
    CHECK(cornu_run_results(run, &self->loss));
    cornu_run_release(run);
    atomic_fetch_sub(&fits_under_way, 1);
    return NULL;
}

static cornu_status predict(cornu_model *model, double *output) {
    cornu_array x = matrix(x_values, BATCH, FEATURES);
    cornu_run_options options = predict_options(&x, BATCH, output, OUTPUTS);
    return run_whole(model, &options, NULL, NULL);
}

/* Until the fits are over, which begin their second epochs when each has begun. */
static void *predict_meanwhile(void *argument) {
    predictor *self = argument;
    atomic_fetch_add(&predictors_begun, 1);
    do {
        memset(self->output, 0x55, sizeof self->output);
        self->wrong += predict(self->model, self->output) != CORNU_OK ||
                       memcmp(self->output, alone, sizeof alone) != 0;
        self->count++;
    } while (atomic_load(&fits_under_way) > 0);
    return NULL;
}

static void check_same_fit(const fitter *came, const fitter *expected) {
    CHECK_SAME_F64(came->loss, expected->loss);
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < cornu_layer_span_count(came->layers[i]); j++) {
            cornu_span *span = cornu_layer_span(came->layers[i], j);
            CHECK_BYTES(cornu_span_data(span),
                        cornu_span_data(cornu_layer_span(expected->layers[i], j)),
                        cornu_span_count(span) * sizeof(double));
        }
    }
}

static size_t runs_of_the_pool(void) {
    return atomic_load(&pool.joined);
}

static size_t threads_of_the_pool(void) {
    cornu_guard_enter(&pool.guard);
    const size_t count = pool.threads;
    cornu_guard_leave(&pool.guard);
    return count;
}

/* On one thread, which needs no pool. */
static void compute_alone(cornu_model *third, fitter *expected) {
    cornu_set_num_threads(1);
    atomic_store(&fits_under_way, FITTERS);
    atomic_store(&predictors_begun, PREDICTORS);
    CHECK_INT(predict(third, alone), CORNU_OK);
    for (size_t i = 0; i < FITTERS; i++) {
        expected[i] = new_fitter(i);
        fit(&expected[i]);
    }
    CHECK(expected[0].loss != expected[1].loss);
    CHECK_SIZE(runs_of_the_pool(), 0);
}

/* The number of predictions. */
static size_t compute_together(cornu_model *third, fitter *fitters) {
    static predictor predictors[PREDICTORS];
    pthread_t threads[FITTERS + PREDICTORS];
    size_t predictions = 0;
    atomic_store(&fits_under_way, FITTERS);
    atomic_store(&predictors_begun, 0);
    for (size_t i = 0; i < FITTERS; i++) {
        fitters[i] = new_fitter(i);
        pthread_create(&threads[i], NULL, fit, &fitters[i]);
    }
    for (size_t i = 0; i < PREDICTORS; i++) {
        predictors[i].model = third;
        pthread_create(&threads[FITTERS + i], NULL, predict_meanwhile, &predictors[i]);
    }
    for (size_t i = 0; i < FITTERS + PREDICTORS; i++) pthread_join(threads[i], NULL);
    for (size_t i = 0; i < PREDICTORS; i++) {
        CHECK_SIZE(predictors[i].wrong, 0);
        predictions += predictors[i].count;
    }
    return predictions;
}

int main(void) {
    fill_numbers(x_values, ROWS * FEATURES, 1);
    fill_numbers(y_values, ROWS * CLASSES, 2);
    fitter expected[FITTERS], fitters[FITTERS];
    cornu_model *third = wide_model(NULL, 0.0);
    compute_alone(third, expected);
    cornu_set_num_threads(3);
    static double output[OUTPUTS];
    CHECK_INT(predict(third, output), CORNU_OK);
    CHECK_BYTES(output, alone, sizeof alone);
    const size_t runs_a_prediction = runs_of_the_pool();
    const size_t predictions = 1 + compute_together(third, fitters);
    CHECK(runs_a_prediction > 0);
    /* Each fit shares at least the forward and the backward products of its first step, before it
     * tries how one thread does. */
    CHECK(runs_of_the_pool() >= runs_a_prediction * predictions + FITTERS * 2);
    CHECK(threads_of_the_pool() >= 2);
    for (size_t i = 0; i < FITTERS; i++) {
        check_same_fit(&fitters[i], &expected[i]);
        free_fitter(&fitters[i]);
        free_fitter(&expected[i]);
    }
    cornu_model_release(third);
    return check_report();
}
