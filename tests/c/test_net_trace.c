/* Traces: the derivatives of a batch's way through layers are finite differences, and a trace that
 * can't be made leaves what layers move as it was. */
#include <pthread.h>

#include "net_fixture.h"

enum { ROWS = 5, FEATURES = 3, UNITS = 4 };

static cornu_trace_options options_of(const double *x, double *output) {
    return (cornu_trace_options){.rows = ROWS,
                                 .x = x,
                                 .x_nbytes = ROWS * FEATURES * sizeof *x,
                                 .output = output,
                                 .output_nbytes = ROWS * UNITS * sizeof *output};
}

/* Of single layers, whose weights' gradients a trace tells. */
static cornu_model *dense_model(void) {
    cornu_layer *layer = dense_layer("dense", UNITS, "tanh");
    return model_of(1, &layer, FEATURES);
}

static cornu_model *normalizing_model(void) {
    cornu_layer *layer = NULL;
    CHECK_INT(cornu_layer_new_batch_normalization("normalization", CORNU_FLOAT64, -1, 0.9, 0.1,
                                                  true, true, NULL, &layer, NULL),
              CORNU_OK);
    cornu_layer_retain(layer);
    cornu_model *model = model_of(1, &layer, FEATURES);
    double *variances = cornu_span_data(cornu_layer_span(layer, 3));
    for (size_t i = 0; i < FEATURES; i++) variances[i] = 0.5 + (double)i;
    cornu_layer_release(layer);
    return model;
}

/* The sum of the outputs, each multiplied by its number in dy. */
static double weighed(cornu_model *model, const cornu_trace_options *options, const double *dy,
                      size_t count) {
    double total = 0.0;
    const double *output = options->output;
    cornu_trace *trace;
    CHECK_INT(cornu_trace_new(model, options, &trace, NULL), CORNU_OK);
    for (size_t i = 0; i < count; i++) total += output[i] * dy[i];
    cornu_trace_release(trace);
    return total;
}

static double slope(cornu_model *model, const cornu_trace_options *options, const double *dy,
                    size_t count, double *number) {
    const double step = 1e-6, before = *number;
    *number = before + step;
    const double above = weighed(model, options, dy, count);
    *number = before - step;
    const double below = weighed(model, options, dy, count);
    *number = before;
    return (above - below) / (2.0 * step);
}

/* In no training, so that nothing is moved between two traces. */
static void check_derivatives(cornu_model *model, size_t units, size_t weights) {
    double x[ROWS * FEATURES], y[ROWS * UNITS], dy[ROWS * UNITS], dx[ROWS * FEATURES];
    fill_numbers(x, ROWS * FEATURES, 1);
    fill_numbers(dy, ROWS * UNITS, 2);
    cornu_trace_options options = options_of(x, y);
    options.output_nbytes = ROWS * units * sizeof *y;
    cornu_trace *trace;
    CHECK_INT(cornu_trace_new(model, &options, &trace, NULL), CORNU_OK);
    /* Twice: a trace stays what it is. */
    for (size_t i = 0; i < 2; i++) {
        CHECK_INT(cornu_trace_pull_back(trace, dy, options.output_nbytes, dx, sizeof dx,
                                        CORNU_NO_POLL, NULL),
                  CORNU_OK);
        for (size_t at = 0; at < ROWS * FEATURES; at++)
            CHECK_NEAR(dx[at], slope(model, &options, dy, ROWS * units, &x[at]), 1e-7);
    }
    for (size_t i = 0; i < weights; i++) {
        const double *gradient = cornu_trace_gradient(trace, i);
        cornu_span *span = cornu_trace_span(trace, i);
        double *data = cornu_span_data(span);
        for (size_t at = 0; at < cornu_span_count(span); at++)
            CHECK_NEAR(gradient[at], slope(model, &options, dy, ROWS * units, &data[at]), 1e-7);
    }
    /* Those of a normalization that no gradient moves. */
    for (size_t i = weights; i < cornu_trace_span_count(trace); i++)
        CHECK(cornu_trace_gradient(trace, i) == NULL);
    CHECK(cornu_trace_gradient(trace, 7) == NULL);
    CHECK_INT(cornu_trace_pull_back(trace, dy, 8, dx, sizeof dx, CORNU_NO_POLL, NULL),
              CORNU_ERROR_VALUE);
    cornu_trace_release(trace);
}

static bool stop(void *argument) {
    (void)argument;
    return false;
}

static void *stop_often(void *model) {
    double x[ROWS * FEATURES] = {0}, y[ROWS * FEATURES];
    cornu_trace_options options = options_of(x, y);
    options.output_nbytes = sizeof y;
    options.poll = (cornu_poll){.ask = stop};
    for (size_t i = 0; i < 100; i++) {
        cornu_trace *trace = NULL;
        CHECK_INT(cornu_trace_new(model, &options, &trace, NULL), CORNU_INTERRUPTED);
    }
    return NULL;
}

/* What only reads the moving statistics, as several threads may at once, puts none back. */
static void check_stops_of_two_threads(cornu_model *model) {
    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++) pthread_create(&threads[i], NULL, stop_often, model);
    for (size_t i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}

static void check_failures(void) {
    double x[ROWS * FEATURES], y[ROWS * FEATURES], means[FEATURES];
    cornu_model *model = normalizing_model();
    cornu_trace_options options = options_of(x, y);
    options.output_nbytes = sizeof y;
    options.training = true;
    fill_numbers(x, ROWS * FEATURES, 1);
    cornu_trace *trace = NULL;
    options.x_nbytes--;
    CHECK_INT(cornu_trace_new(model, &options, &trace, NULL), CORNU_ERROR_VALUE);
    options.x_nbytes++;
    CHECK_INT(cornu_trace_new(model, &options, &trace, NULL), CORNU_OK);
    memcpy(means, cornu_span_data(cornu_trace_span(trace, 2)), sizeof means);
    double *moving = cornu_span_data(cornu_trace_span(trace, 2));
    cornu_status status = CORNU_ERROR_MEMORY;
    cornu_trace *another = NULL;
    for (int64_t count = 0; status == CORNU_ERROR_MEMORY && count < 20; count++) {
        CHECK_BYTES(moving, means, sizeof means);
        cornu_fail_allocation_after(count);
        status = cornu_trace_new(model, &options, &another, NULL);
        cornu_fail_allocation_after(-1);
    }
    CHECK_INT(status, CORNU_OK);
    CHECK(memcmp(moving, means, sizeof means) != 0);
    memcpy(means, moving, sizeof means);
    cornu_trace_release(another);
    /* Stopped behind the layer: all of it is put back. */
    options.poll = (cornu_poll){.ask = stop};
    CHECK_INT(cornu_trace_new(model, &options, &another, NULL), CORNU_INTERRUPTED);
    CHECK_BYTES(moving, means, sizeof means);
    cornu_trace_release(trace);
    cornu_model_release(model);
}

int main(void) {
    cornu_model *dense = dense_model(), *normalizing = normalizing_model();
    cornu_layer *frozen = dense_layer("frozen", UNITS, "gelu");
    cornu_layer_set_trainable(frozen, false);
    cornu_model *still = model_of(1, &frozen, FEATURES);
    check_derivatives(dense, UNITS, 2);
    check_derivatives(normalizing, FEATURES, 2);
    check_derivatives(still, UNITS, 0);
    check_failures();
    check_stops_of_two_threads(normalizing);
    cornu_model_release(still);
    cornu_model_release(normalizing);
    cornu_model_release(dense);
    return check_report();
}
