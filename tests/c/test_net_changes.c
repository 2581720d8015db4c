/* What may change under a run: the floating-point environment, the number of threads, which layers
 * are frozen. And arguments that there are not. */
#define _GNU_SOURCE
#include <fenv.h>
#include <pthread.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "kernels/kernels.h"
#include "net_fixture.h"

#define ROWS 211
#define FEATURES 61
#define HIDDEN 131

static double x_values[ROWS * FEATURES], y_values[ROWS * 2];

static void keep_weights(cornu_layer *const *layers, double *kept) {
    for (size_t i = 0; i < 6; i++) {
        cornu_span *span = cornu_layer_span(layers[i / 2], i % 2);
        memcpy(kept, cornu_span_data(span), cornu_span_count(span) * sizeof *kept);
        kept += cornu_span_count(span);
    }
}

#define WEIGHTS (FEATURES * HIDDEN + HIDDEN + HIDDEN * HIDDEN + HIDDEN + HIDDEN * 2 + 2)

static double weights[2][WEIGHTS];

/* ---- The floating-point environment ---- */

/* As a program's handler might leave it. It runs in the caller's, not in cornu's. */
static bool upset_environment(void *argument) {
    ++*(size_t *)argument;
    fesetround(FE_UPWARD);
#if defined(__x86_64__)
    _mm_setcsr(_mm_getcsr() | 0x8040u); /* flush to zero, denormals are zero */
#endif
    return true;
}

static void train_with(cornu_poll poll, double *kept, double *output, size_t epochs) {
    cornu_layer *layers[3];
    cornu_model *model = dense_chain(layers, FEATURES, HIDDEN);
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    cornu_run_options options = {.mode = CORNU_RUN_FIT,
                                 .x = &x,
                                 .y = &y,
                                 .batch_size = ROWS,
                                 .epochs = epochs,
                                 .shuffle = true,
                                 .poll = poll};
    CHECK_INT(run_whole(model, &options, NULL, NULL), CORNU_OK);
    cornu_run_options predict = predict_options(&x, 7, output, ROWS * 2);
    predict.poll = poll;
    CHECK_INT(run_whole(model, &predict, NULL, NULL), CORNU_OK);
    keep_weights(layers, kept);
    cornu_model_release(model);
}

/* The environment of the computation is set again after each poll: the first is asked before the
 * first step, so what it leaves would be in force in all of it. */
static void test_a_poll_that_changes_the_environment(void) {
    static double outputs[2][ROWS * 2];
    size_t asked = 0;
    fenv_t mine;
    train_with(CORNU_NO_POLL, weights[0], outputs[0], 3);
    fegetenv(&mine);
    train_with((cornu_poll){upset_environment, &asked}, weights[1], outputs[1], 3);
    CHECK_INT(fegetround(), FE_UPWARD);
    fesetenv(&mine);
    CHECK(asked >= 2);
    CHECK_BYTES(weights[1], weights[0], sizeof weights[0]);
    CHECK_BYTES(outputs[1], outputs[0], sizeof outputs[0]);
}

/* ---- The number of threads ---- */

/* Each workspace has scratch for as many threads as there were when it was made: a run must not use
 * more, and a later one with a workspace that was kept neither. */
static void test_thread_counts_change(void) {
    const size_t counts[] = {1, 8, 2, 16, 3, 1, 8};
    for (size_t time = 0; time < 2; time++) {
        cornu_layer *layers[3];
        cornu_set_num_threads(1);
        cornu_model *model = dense_chain(layers, FEATURES, HIDDEN);
        cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
        cornu_run_options options = {.mode = CORNU_RUN_FIT,
                                     .x = &x,
                                     .y = &y,
                                     .batch_size = 100,
                                     .epochs = 2,
                                     .listen = ~0u,
                                     .validation_x = &x,
                                     .validation_y = &y,
                                     .validation_batch_size = ROWS,
                                     .validation_frequency = 1};
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            if (time > 0) cornu_set_num_threads(counts[i]);
            cornu_run *run = NULL;
            cornu_event event = 0;
            CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
            for (size_t events = 0; event != CORNU_EVENT_DONE; events++) {
                if (time > 0) cornu_set_num_threads(counts[(i + events) % 7]);
                if (!CHECK_INT(cornu_run_advance(run, &event, NULL), CORNU_OK)) break;
            }
            cornu_run_release(run);
        }
        keep_weights(layers, weights[time]);
        cornu_model_release(model);
    }
    cornu_set_num_threads(0);
    CHECK_BYTES(weights[1], weights[0], sizeof weights[0]);
}

/* ---- A layer that stands twice, frozen and thawed by another thread ---- */

typedef struct toggler {
    cornu_layer *layer;
    atomic_bool stop;
} toggler;

static void *toggle(void *argument) {
    toggler *self = argument;
    for (size_t i = 0; !atomic_load(&self->stop); i++) {
        cornu_layer_set_trainable(self->layer, i % 2);
        if (i % 63 == 0) usleep(100);
    }
    return NULL;
}

/* Far apart, so that the layer is often toggled between a look at its first place and its second.
 */
#define BETWEEN 61

/* Were one of its places trained and the other not, its gradient would be half of it, or be added
 * to what was there. */
static void test_a_layer_that_stands_twice_is_toggled(void) {
    cornu_layer *twice = dense_layer("twice", 7, "tanh"), *layers[BETWEEN + 4];
    cornu_activation linear = {.kind = CORNU_LINEAR};
    layers[0] = dense_layer("a", 7, "tanh");
    layers[1] = layers[BETWEEN + 2] = twice;
    layers[BETWEEN + 3] = dense_layer("b", 2, "linear");
    for (size_t i = 2; i < BETWEEN + 2; i++)
        CHECK_INT(cornu_layer_new_activation("c", CORNU_FLOAT64, &linear, &layers[i], NULL),
                  CORNU_OK);
    cornu_layer_retain(twice);
    cornu_layer_retain(twice);
    cornu_model *model = model_of(BETWEEN + 4, layers, FEATURES);
    compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, 0.1);
    cornu_array x = matrix(x_values, 5, FEATURES), y = matrix(y_values, 5, 2);
    cornu_run_options options = {.mode = CORNU_RUN_GRADIENT, .x = &x, .y = &y};
    double expected[6][FEATURES * 7], output[2][5 * 2];
    const cornu_span *spans[6];
    cornu_run_options predict = predict_options(&x, 2, output[0], 5 * 2);
    CHECK_INT(run_whole(model, &predict, NULL, NULL), CORNU_OK);
    predict.output = output[1];
    toggler other = {.layer = twice};
    pthread_t thread;
    size_t with = 0, without = 0;
    for (size_t i = 0; i < 5000 && (i < 500 || !with || !without); i++) {
        cornu_run *run = NULL;
        CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
        CHECK_INT(finish_run(run, NULL, NULL), CORNU_OK);
        size_t count = 0;
        for (const cornu_span *span; (span = cornu_run_gradient_span(run, count)); count++) {
            size_t nbytes = cornu_span_count(span) * sizeof(double), at = 0;
            if (i == 0) {
                memcpy(expected[count], cornu_run_gradient(run, count), nbytes);
                spans[count] = span;
            }
            while (spans[at] != span) at++;
            CHECK_BYTES(cornu_run_gradient(run, count), expected[at], nbytes);
        }
        CHECK(count == 4 || count == 6);
        *(count == 6 ? &with : &without) += 1;
        cornu_run_release(run);
        CHECK_INT(run_whole(model, &predict, NULL, NULL), CORNU_OK);
        CHECK_BYTES(output[1], output[0], sizeof output[0]);
        if (i == 0) pthread_create(&thread, NULL, toggle, &other);
    }
    atomic_store(&other.stop, true);
    pthread_join(thread, NULL);
    CHECK(with > 0 && without > 0);
    cornu_layer_release(twice);
    cornu_model_release(model);
}

/* ---- Rows of another shape ---- */

/* Six rows of two steps. */
static cornu_array steps_of(const double *values, size_t columns) {
    const ptrdiff_t step = (ptrdiff_t)(columns * sizeof(double));
    return (cornu_array){.data = values,
                         .dtype = CORNU_FLOAT64,
                         .rank = 3,
                         .shape = {6, 2, columns},
                         .strides = {2 * step, step, sizeof(double)}};
}

/* A run that there is goes on with the rows that it began with. */
static void test_rows_of_another_shape(void) {
    cornu_layer *layers[] = {dense_layer("a", 2, "linear")};
    cornu_model *model = NULL;
    cornu_shape input = {.rank = 2, .sizes = {2, FEATURES}}, shape;
    CHECK_INT(cornu_model_new("m", &model, NULL), CORNU_OK);
    CHECK_INT(cornu_model_set_layers(model, 1, layers, &input, NULL), CORNU_OK);
    cornu_layer_release(layers[0]);
    compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, 0.1);
    cornu_array x = steps_of(x_values, FEATURES), y = steps_of(y_values, 2);
    cornu_run_options options = {
        .mode = CORNU_RUN_FIT, .x = &x, .y = &y, .batch_size = 2, .epochs = 2};
    cornu_run *run = NULL;
    size_t events;
    CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
    input.sizes[0] = 5;
    CHECK_INT(cornu_model_set_input(model, &input, NULL), CORNU_OK);
    CHECK_INT(cornu_model_shape(model, 0, &shape), CORNU_OK);
    CHECK(shape.rank == 2 && shape.sizes[0] == 5 && shape.sizes[1] == 2);
    CHECK_INT(finish_run(run, &events, NULL), CORNU_OK);
    CHECK_SIZE(events, 2);
    cornu_run_release(run);
    CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_ERROR_VALUE);
    input.sizes[1] = FEATURES - 1;
    CHECK_INT(cornu_model_set_input(model, &input, NULL), CORNU_ERROR_VALUE);
    cornu_model_release(model);
}

/* ---- Arguments that there are not ---- */

static void test_layers_that_there_are_not(void) {
    cornu_model *model = NULL;
    cornu_layer *layer = NULL, *dense = dense_layer("d", 2, "linear");
    cornu_error error = {0};
    CHECK_INT(cornu_model_new("m", &model, NULL), CORNU_OK);
    cornu_shape input = row_shape(3), deep = {.rank = CORNU_MAX_RANK + 1};
    for (size_t i = 0; i < CORNU_MAX_RANK; i++) deep.sizes[i] = 1;
    CHECK_INT(cornu_model_set_layers(model, 0, NULL, &input, &error), CORNU_ERROR_VALUE);
    CHECK_INT(error.status, CORNU_ERROR_VALUE);
    CHECK_INT(cornu_model_set_layers(model, 1, &dense, &deep, &error), CORNU_ERROR_VALUE);
    deep.rank = SIZE_MAX;
    CHECK_INT(cornu_model_set_layers(model, 1, &dense, &deep, &error), CORNU_ERROR_VALUE);
    CHECK(!cornu_layer_is_built(dense));
    CHECK_INT(cornu_layer_build(dense, &deep, &error), CORNU_ERROR_VALUE);
    CHECK_INT(cornu_layer_output_shape(dense, &deep, &input, &error), CORNU_ERROR_VALUE);
    CHECK(!cornu_layer_is_built(dense));
    CHECK_INT(cornu_model_shape(model, 0, &input), CORNU_ERROR_STATE);
    input = row_shape(3);
    CHECK_INT(cornu_model_set_input(model, &input, &error), CORNU_ERROR_STATE);

    const cornu_dtype dtypes[] = {CORNU_BOOL, CORNU_INT32, CORNU_FLOAT16, CORNU_DTYPE_COUNT,
                                  (cornu_dtype)77};
    cornu_activation linear = {.kind = CORNU_LINEAR};
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++) {
        cornu_dtype dtype = dtypes[i];
        const int64_t sizes[] = {-1};
        CHECK_INT(cornu_layer_new_dense("n", dtype, 2, &linear, true, &layer, &error),
                  CORNU_ERROR_VALUE);
        CHECK_INT(cornu_layer_new_activation("n", dtype, &linear, &layer, NULL), CORNU_ERROR_VALUE);
        CHECK_INT(cornu_layer_new_flatten("n", dtype, &layer, NULL), CORNU_ERROR_VALUE);
        CHECK_INT(cornu_layer_new_reshape("n", dtype, 1, sizes, &layer, NULL), CORNU_ERROR_VALUE);
        CHECK_INT(cornu_layer_new_dropout("n", dtype, 0.5, 0, NULL, 1, &layer, NULL),
                  CORNU_ERROR_VALUE);
    }
    const int kinds[] = {CORNU_LOSS_COUNT, 1000, -1};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        cornu_loss loss = {.kind = (cornu_loss_kind)kinds[i]};
        cornu_loss reduced = {.reduction = (cornu_reduction)kinds[i]};
        cornu_metric metric = {.kind = (cornu_metric_kind)kinds[i]};
        CHECK_INT(cornu_model_compile(model, &loss, NULL, 0, NULL, NULL), CORNU_ERROR_VALUE);
        CHECK_INT(cornu_model_compile(model, &reduced, NULL, 0, NULL, NULL), CORNU_ERROR_VALUE);
        loss.kind = CORNU_MEAN_SQUARED_ERROR;
        CHECK_INT(cornu_model_compile(model, &loss, NULL, 1, &metric, NULL), CORNU_ERROR_VALUE);
        cornu_optimizer_options options = {.kind = (cornu_optimizer_kind)kinds[i]};
        cornu_optimizer *optimizer = NULL;
        CHECK_INT(cornu_optimizer_new(&options, 0.1, &optimizer, &error), CORNU_ERROR_VALUE);
    }
    const int activations[] = {CORNU_ACTIVATION_COUNT, 1000, -1};
    for (size_t i = 0; i < sizeof activations / sizeof *activations; i++) {
        cornu_activation unknown = {.kind = (cornu_activation_kind)activations[i]};
        double x = 1, y = 1;
        CHECK_INT(cornu_layer_new_dense("n", CORNU_FLOAT64, 2, &unknown, true, &layer, &error),
                  CORNU_ERROR_VALUE);
        CHECK_INT(cornu_layer_new_activation("n", CORNU_FLOAT64, &unknown, &layer, &error),
                  CORNU_ERROR_VALUE);
        CHECK_INT(cornu_activation_apply(&unknown, CORNU_FLOAT64, 1, 1, &x, &y, CORNU_NO_POLL),
                  CORNU_ERROR_VALUE);
        CHECK_INT(cornu_activation_derivative(&unknown, CORNU_FLOAT64, 1, 1, &x, &x, &x, &y,
                                              CORNU_NO_POLL),
                  CORNU_ERROR_VALUE);
    }
    CHECK(layer == NULL);
    cornu_layer_release(dense);
    cornu_model_release(model);
}

/* A time that compares with nothing would never come, or always. */
static void test_ticks(void) {
    cornu_layer *layers[3];
    cornu_model *model = dense_chain(layers, FEATURES, HIDDEN);
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 2);
    const double seconds[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, -1e-9, 1.1e9};
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
        cornu_run_options options = {.mode = CORNU_RUN_FIT,
                                     .x = &x,
                                     .y = &y,
                                     .batch_size = 100,
                                     .epochs = 1,
                                     .listen = CORNU_EVENT_TICK,
                                     .tick_seconds = seconds[i]};
        cornu_run *run = NULL;
        cornu_error error = {0};
        CHECK_INT(cornu_run_new(model, &options, &run, &error), CORNU_ERROR_VALUE);
        CHECK_CONTAINS(error.message, "tick_seconds");
        CHECK(run == NULL && !cornu_model_in_training(model));
    }
    cornu_model_release(model);
}

/* The last id there is, and the first that an int32 can't hold, which would be an address. */
static void test_labels_at_the_end_of_the_ids(void) {
    const size_t most = (size_t)INT32_MAX;
    int32_t id[2] = {-5, -5};
    const double last[] = {2147483646.0, 2147483647.0}, beyond[] = {0.0, 2147483648.0};
    CHECK_SIZE(cornu_labels_to_ids(2, last, most, id), 1);
    CHECK_INT(id[0], INT32_MAX - 1);
    CHECK_INT(id[1], -5);
    CHECK_SIZE(cornu_labels_to_ids(2, last, most + 1, id), 2);
    CHECK_INT(id[1], INT32_MAX);
    CHECK_SIZE(cornu_labels_to_ids(2, beyond, most, id), 1);
    CHECK_SIZE(cornu_labels_to_ids(2, beyond, SIZE_MAX, id), 1);
    const double low[] = {-0.0, -1.0, 4294967296.0};
    CHECK_SIZE(cornu_labels_to_ids(2, low, most, id), 1);
    CHECK_SIZE(cornu_labels_to_ids(1, low + 2, most, id), 0);
    CHECK_SIZE(cornu_labels_to_ids(1, low, 0, id), 0);
}

int main(void) {
    fill_numbers(x_values, ROWS * FEATURES, 1);
    fill_numbers(y_values, ROWS * 2, 2);
    test_a_poll_that_changes_the_environment();
    test_thread_counts_change();
    test_a_layer_that_stands_twice_is_toggled();
    test_rows_of_another_shape();
    test_layers_that_there_are_not();
    test_ticks();
    test_labels_at_the_end_of_the_ids();
    return check_report();
}
