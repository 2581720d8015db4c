/* Losses, metrics and layers of the caller's own: the same numbers as the library's, each object
 * released once, and a stop before the update. */
#include <math.h>
#include <string.h>

#include "net_fixture.h"

enum { ROWS = 7, INPUTS = 3, OUTPUTS = 2 };

typedef struct counter {
    int references, calls;
    int stop_at; /* the call that stops; 0: none */
} counter;

static void retain(void *object) {
    ((counter *)object)->references++;
}

static void release(void *object) {
    ((counter *)object)->references--;
}

static cornu_status count_call(void *object) {
    counter *self = object;
    return ++self->calls == self->stop_at ? CORNU_INTERRUPTED : CORNU_OK;
}

static cornu_status squared(void *object, const cornu_foreign_batch *batch, double *loss,
                            void *gradient) {
    const double *target = batch->target, *prediction = batch->prediction;
    double *to = gradient;
    const size_t count = batch->rows * batch->prediction_row.sizes[0];
    double total = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double error = prediction[i] - target[i];
        total += error * error;
        if (to) to[i] = 2.0 * error / (double)count;
    }
    *loss = total / (double)count;
    return count_call(object);
}

static cornu_status largest(void *object, const cornu_foreign_batch *batch, double *result) {
    const double *prediction = batch->prediction;
    *result = batch->is_first ? 0.0 : 100.0;
    for (size_t i = 0; i < batch->rows; i++) *result = fmax(*result, fabs(prediction[i * OUTPUTS]));
    return count_call(object);
}

static const cornu_foreign_functions loss_functions = {retain, release, squared, NULL};
static const cornu_foreign_functions metric_functions = {retain, release, NULL, largest};

/* y = scale x, with one weight. */
static cornu_status same_shape(void *object, const cornu_shape *input, cornu_shape *output) {
    (void)object;
    *output = *input;
    return CORNU_OK;
}

static cornu_status scale_forward(void *object, const cornu_foreign_pass *pass) {
    const double scale = *(double *)cornu_span_data(cornu_layer_span(pass->layer, 0));
    const double *x = pass->x;
    double *y = pass->y;
    for (size_t i = 0; i < pass->rows * pass->input->sizes[0]; i++) y[i] = scale * x[i];
    return count_call(object);
}

static cornu_status scale_backward(void *object, const cornu_foreign_pass *pass) {
    const double scale = *(double *)cornu_span_data(cornu_layer_span(pass->layer, 0));
    const double *x = pass->x, *dy = pass->dy;
    double *dx = pass->dx, sum = 0.0;
    for (size_t i = 0; i < pass->rows * pass->input->sizes[0]; i++) {
        sum += x[i] * dy[i];
        if (dx) dx[i] = scale * dy[i];
    }
    if (pass->gradients[0]) {
        double *gradient = pass->gradients[0];
        *gradient = pass->accumulate[0] ? *gradient + sum : sum;
    }
    return count_call(object);
}

static const cornu_foreign_layer scale_functions = {retain,        release,        same_shape,
                                                    scale_forward, scale_backward, false};

static cornu_layer *scale_layer(counter *object) {
    cornu_layer *layer = NULL;
    const cornu_shape scalar = {0};
    CHECK_INT(
        cornu_layer_new_foreign("scale", CORNU_FLOAT64, &scale_functions, object, &layer, NULL),
        CORNU_OK);
    CHECK_INT(cornu_layer_add_span(layer, CORNU_FLOAT64, &scalar, true, NULL), CORNU_OK);
    CHECK_INT(cornu_layer_add_span(layer, CORNU_FLOAT32, &scalar, true, NULL), CORNU_ERROR_VALUE);
    *(double *)cornu_span_data(cornu_layer_span(layer, 0)) = 1.5;
    return layer;
}

static double x[ROWS * INPUTS], y[ROWS * OUTPUTS];

static cornu_run *run_of(cornu_model *model, cornu_run_mode mode) {
    const cornu_array xs = {x, CORNU_FLOAT64, false, 2, {ROWS, INPUTS}, {8 * INPUTS, 8}};
    const cornu_array ys = {y, CORNU_FLOAT64, false, 2, {ROWS, OUTPUTS}, {8 * OUTPUTS, 8}};
    const cornu_run_options options = {
        .mode = mode, .x = &xs, .y = &ys, .batch_size = 3, .epochs = 1};
    cornu_run *run = NULL;
    CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
    return run;
}

static cornu_status finish(cornu_run *run) {
    cornu_event event = CORNU_EVENT_EPOCH_BEGIN;
    cornu_status status = CORNU_OK;
    while (status == CORNU_OK && event != CORNU_EVENT_DONE)
        status = cornu_run_advance(run, &event, NULL);
    return status;
}

static cornu_model *dense_model(void) {
    cornu_layer *layers[] = {dense_layer("a", 4, "tanh"), dense_layer("b", OUTPUTS, "linear")};
    return model_of(2, layers, INPUTS);
}

static void test_objective(void) {
    counter of_loss = {0}, of_metric = {0};
    const cornu_metric metric = {.kind = CORNU_METRIC_FOREIGN,
                                 .foreign = {&metric_functions, &of_metric}};
    double results[2][2];
    for (int own = 0; own < 2; own++) {
        cornu_model *model = dense_model();
        cornu_optimizer *optimizer = sgd(0.1, 0.9);
        cornu_loss loss = {.kind = CORNU_MEAN_SQUARED_ERROR};
        if (own)
            loss = (cornu_loss){.kind = CORNU_FOREIGN_LOSS, .foreign = {&loss_functions, &of_loss}};
        CHECK_INT(cornu_model_compile(model, &loss, optimizer, 1, &metric, NULL), CORNU_OK);
        CHECK_INT(of_metric.references, 1);
        cornu_run *run = run_of(model, CORNU_RUN_FIT);
        CHECK_INT(finish(run), CORNU_OK);
        CHECK(cornu_run_results(run, results[own]));
        cornu_run_release(run);
        cornu_model_release(model);
        cornu_optimizer_release(optimizer);
        CHECK_INT(of_loss.references, 0);
        CHECK_INT(of_metric.references, 0);
    }
    CHECK_INT(of_loss.calls, 3);
    CHECK(fabs(results[0][0] - results[1][0]) < 1e-12);
    /* The first batch began anew, the others did not. */
    CHECK(results[1][1] == 100.0);
    const cornu_loss none = {.kind = CORNU_FOREIGN_LOSS};
    cornu_model *model = dense_model();
    CHECK_INT(cornu_model_compile(model, &none, NULL, 0, NULL, NULL), CORNU_ERROR_VALUE);
    cornu_model_release(model);
}

static void test_stops_before_the_update(void) {
    for (int stop_at = 1; stop_at <= 4; stop_at++) {
        counter of_loss = {.stop_at = stop_at == 1}, of_layer = {.stop_at = stop_at - 1};
        cornu_layer *scale = scale_layer(&of_layer);
        cornu_layer *layers[] = {dense_layer("a", OUTPUTS, "tanh"), scale, scale};
        cornu_layer_retain(scale);
        cornu_model *model = model_of(3, layers, INPUTS);
        const double before = *(double *)cornu_span_data(cornu_layer_span(layers[0], 0));
        cornu_optimizer *optimizer = sgd(0.1, 0.0);
        const cornu_loss loss = {.kind = CORNU_FOREIGN_LOSS,
                                 .foreign = {&loss_functions, &of_loss}};
        CHECK_INT(cornu_model_compile(model, &loss, optimizer, 0, NULL, NULL), CORNU_OK);
        cornu_run *run = run_of(model, CORNU_RUN_TRAIN);
        CHECK_INT(finish(run), CORNU_INTERRUPTED);
        CHECK(*(double *)cornu_span_data(cornu_layer_span(layers[0], 0)) == before);
        CHECK(cornu_optimizer_iterations(optimizer) == 0);
        cornu_run_release(run);
        run = run_of(model, CORNU_RUN_TRAIN);
        CHECK_INT(finish(run), CORNU_OK);
        CHECK(cornu_optimizer_iterations(optimizer) == 1);
        cornu_run_release(run);
        cornu_model_release(model);
        cornu_optimizer_release(optimizer);
        CHECK_INT(of_layer.references, 0);
        CHECK_INT(of_loss.references, 0);
    }
}

static double loss_at(cornu_model *model, const double *weight, double *gradient) {
    cornu_run *run = run_of(model, CORNU_RUN_GRADIENT);
    double loss = 0.0;
    CHECK_INT(finish(run), CORNU_OK);
    CHECK(cornu_run_results(run, &loss));
    for (size_t i = 0; gradient && cornu_run_gradient_span(run, i); i++) {
        if (cornu_span_data(cornu_run_gradient_span(run, i)) == weight)
            *gradient = *(const double *)cornu_run_gradient(run, i);
    }
    cornu_run_release(run);
    return loss;
}

/* A span that two layers hold, at three places: its gradients are added. */
static void test_a_shared_span(void) {
    counter of_layer = {0};
    cornu_layer *scale = scale_layer(&of_layer), *other = NULL;
    CHECK_INT(
        cornu_layer_new_foreign("other", CORNU_FLOAT64, &scale_functions, &of_layer, &other, NULL),
        CORNU_OK);
    CHECK_INT(cornu_layer_share_span(other, cornu_layer_span(scale, 0), NULL), CORNU_OK);
    cornu_layer *dense = dense_layer("a", OUTPUTS, "tanh");
    cornu_layer *layers[] = {scale, dense, scale, other};
    cornu_layer_retain(scale);
    double *weight = cornu_span_data(cornu_layer_span(scale, 0));
    cornu_model *model = model_of(4, layers, INPUTS);
    CHECK_INT(cornu_layer_share_span(scale, cornu_layer_span(scale, 0), NULL), CORNU_ERROR_STATE);
    const cornu_loss loss = {.kind = CORNU_MEAN_SQUARED_ERROR};
    CHECK_INT(cornu_model_compile(model, &loss, NULL, 0, NULL, NULL), CORNU_OK);
    double gradient = 0.0;
    *weight = 0.7;
    loss_at(model, weight, &gradient);
    *weight = 0.7 + 1e-6;
    double slope = loss_at(model, weight, NULL);
    *weight = 0.7 - 1e-6;
    slope = (slope - loss_at(model, weight, NULL)) / 2e-6;
    CHECK(fabs(slope - gradient) < 1e-6);
    cornu_model_release(model);
    CHECK_INT(of_layer.references, 0);
}

int main(void) {
    fill_numbers(x, ROWS * INPUTS, 1);
    fill_numbers(y, ROWS * OUTPUTS, 2);
    test_objective();
    test_stops_before_the_update();
    test_a_shared_span();
    return check_report();
}
