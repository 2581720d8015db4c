/* Small models for the tests of csrc/net. Everything is float64 unless a test says otherwise. */
#ifndef CORNU_TESTS_NET_FIXTURE_H
#define CORNU_TESTS_NET_FIXTURE_H

#include <stdlib.h>

#include "check.h"
#include "cornu.h"

static inline cornu_activation activation_named(const char *name) {
    cornu_activation activation = {.kind = CORNU_LINEAR};
    CHECK(cornu_activation_find(name, &activation));
    return activation;
}

static inline cornu_layer *dense_layer(const char *name, size_t units, const char *activation) {
    cornu_activation kind = activation_named(activation);
    cornu_layer *layer = NULL;
    CHECK_INT(cornu_layer_new_dense(name, CORNU_FLOAT64, units, &kind, true, &layer, NULL),
              CORNU_OK);
    return layer;
}

static inline cornu_shape row_shape(size_t columns) {
    return (cornu_shape){1, {columns}};
}

/* Numbers in (-1, 1), the same at each call with the same seed. */
static inline void fill_numbers(double *values, size_t count, uint64_t seed) {
    CHECK_INT(cornu_random_fill(CORNU_UNIFORM, CORNU_FLOAT64, count, seed, 0, -1.0, 1.0, values,
                                CORNU_NO_POLL),
              CORNU_OK);
}

static inline void fill_layer(cornu_layer *layer, uint64_t seed) {
    for (size_t i = 0; i < cornu_layer_span_count(layer); i++) {
        cornu_span *span = cornu_layer_span(layer, i);
        fill_numbers(cornu_span_data(span), cornu_span_count(span), seed + i);
    }
}

/* A model of the layers, whose references it takes over; weights filled. */
static inline cornu_model *model_of(size_t count, cornu_layer **layers, size_t columns) {
    cornu_model *model = NULL;
    cornu_error error = {0};
    CHECK_INT(cornu_model_new("model", &model, NULL), CORNU_OK);
    cornu_shape input = row_shape(columns);
    if (cornu_model_set_layers(model, count, layers, &input, &error) != CORNU_OK) {
        CHECK_TEXT(error.message, "");
    }
    for (size_t i = 0; i < count; i++) fill_layer(layers[i], 100 + 10 * i);
    for (size_t i = 0; i < count; i++) cornu_layer_release(layers[i]);
    return model;
}

static inline cornu_optimizer *sgd(double learning_rate, double momentum) {
    cornu_optimizer_options options = {.kind = CORNU_SGD, .momentum = momentum};
    cornu_optimizer *optimizer = NULL;
    CHECK_INT(cornu_optimizer_new(&options, learning_rate, &optimizer, NULL), CORNU_OK);
    return optimizer;
}

/* Compiles with plain SGD and without metrics. */
static inline void compile_sgd(cornu_model *model, cornu_loss_kind kind, double learning_rate) {
    cornu_loss loss = {.kind = kind};
    cornu_optimizer *optimizer = sgd(learning_rate, 0.0);
    CHECK_INT(cornu_model_compile(model, &loss, optimizer, 0, NULL, NULL), CORNU_OK);
    cornu_optimizer_release(optimizer);
}

/* Three dense layers with two outputs, compiled with plain SGD. */
static inline cornu_model *dense_chain(cornu_layer **layers, size_t features, size_t hidden) {
    layers[0] = dense_layer("a", hidden, "tanh");
    layers[1] = dense_layer("b", hidden, "sigmoid");
    layers[2] = dense_layer("c", 2, "linear");
    cornu_model *model = model_of(3, layers, features);
    compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, 0.1);
    return model;
}

/* A matrix without gaps. */
static inline cornu_array matrix(const double *values, size_t rows, size_t columns) {
    return (cornu_array){.data = values,
                         .dtype = CORNU_FLOAT64,
                         .rank = 2,
                         .shape = {rows, columns},
                         .strides = {(ptrdiff_t)(columns * sizeof(double)), sizeof(double)}};
}

/* Advances to the end; every event but the last is counted in *events when it is not NULL. */
static inline cornu_status finish_run(cornu_run *run, size_t *events, cornu_error *error) {
    cornu_event event = 0;
    cornu_status status = CORNU_OK;
    if (events) *events = 0;
    while (status == CORNU_OK && event != CORNU_EVENT_DONE) {
        status = cornu_run_advance(run, &event, error);
        if (events && status == CORNU_OK && event != CORNU_EVENT_DONE) ++*events;
    }
    return status;
}

/* Runs the options from new to released; *result (NULL: not wanted) is the loss. */
static inline cornu_status run_whole(cornu_model *model, const cornu_run_options *options,
                                     double *result, cornu_error *error) {
    cornu_run *run;
    cornu_status status = cornu_run_new(model, options, &run, error);
    if (status != CORNU_OK) return status;
    status = finish_run(run, NULL, error);
    double values[16] = {0};
    if (status == CORNU_OK && result && cornu_run_results(run, values)) *result = values[0];
    cornu_run_release(run);
    return status;
}

/* A prediction into `count` numbers. */
static inline cornu_run_options predict_options(const cornu_array *x, size_t batch_size,
                                                double *output, size_t count) {
    return (cornu_run_options){.mode = CORNU_RUN_PREDICT,
                               .x = x,
                               .batch_size = batch_size,
                               .output = output,
                               .output_dtype = CORNU_FLOAT64,
                               .output_nbytes = count * sizeof *output};
}

/* Predicts for `rows` rows of `columns` numbers, two of them a batch; two results a row. */
static inline cornu_status predict_pairs(cornu_model *model, const double *values, size_t rows,
                                         size_t columns, double *output) {
    cornu_array x = matrix(values, rows, columns);
    cornu_run_options options = predict_options(&x, 2, output, rows * 2);
    return run_whole(model, &options, NULL, NULL);
}

#endif
