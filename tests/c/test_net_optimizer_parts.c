/* Optimizers that share the weights of one model: when they are divided, and what others do with
 * them meanwhile. */
#include <pthread.h>

#include "net/model_lock.h"
#include "net_fixture.h"

enum { ROWS = 4, FEATURES = 3, OUTPUTS = 2, KERNEL = FEATURES * OUTPUTS };

/* A dense layer, whose kernel one part moves and whose bias another. */
typedef struct divided {
    cornu_layer *layer;
    cornu_model *model;
    cornu_optimizer *whole, *parts[2];
    double x[ROWS * FEATURES], y[ROWS * OUTPUTS];
} divided;

static cornu_optimizer *optimizer_of(cornu_optimizer_kind kind) {
    const cornu_optimizer_options options = {
        .kind = kind, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7};
    cornu_optimizer *optimizer = NULL;
    CHECK_INT(cornu_optimizer_new(&options, 0.5, &optimizer, NULL), CORNU_OK);
    return optimizer;
}

static void begin(divided *self) {
    *self = (divided){.layer = dense_layer("a", OUTPUTS, "linear")};
    cornu_layer_retain(self->layer);
    self->model = model_of(1, &self->layer, FEATURES);
    self->whole = optimizer_of(CORNU_MULTI_OPTIMIZER);
    self->parts[0] = sgd(0.5, 0.0);
    self->parts[1] = optimizer_of(CORNU_ADAM);
    fill_numbers(self->x, ROWS * FEATURES, 1);
    fill_numbers(self->y, ROWS * OUTPUTS, 2);
    const cornu_loss loss = {.kind = CORNU_MEAN_SQUARED_ERROR};
    CHECK_INT(cornu_model_compile(self->model, &loss, self->whole, 0, NULL, NULL), CORNU_OK);
}

static void end(divided *self) {
    cornu_layer_release(self->layer);
    cornu_model_release(self->model);
    cornu_optimizer_release(self->whole);
    for (size_t i = 0; i < 2; i++) cornu_optimizer_release(self->parts[i]);
}

static cornu_status divide(divided *self, cornu_error *error) {
    cornu_span *spans[] = {cornu_layer_span(self->layer, 0), cornu_layer_span(self->layer, 1)};
    const size_t owners[] = {0, 1};
    return cornu_optimizer_divide(self->whole, 2, self->parts, 2, spans, owners, error);
}

static cornu_status step(divided *self, cornu_error *error) {
    const cornu_array x = matrix(self->x, ROWS, FEATURES), y = matrix(self->y, ROWS, OUTPUTS);
    const cornu_run_options options = {.mode = CORNU_RUN_TRAIN, .x = &x, .y = &y};
    return run_whole(self->model, &options, NULL, error);
}

static void copy_weights(const divided *self, double *weights) {
    memcpy(weights, cornu_span_data(cornu_layer_span(self->layer, 0)), KERNEL * sizeof *weights);
    memcpy(weights + KERNEL, cornu_span_data(cornu_layer_span(self->layer, 1)),
           OUTPUTS * sizeof *weights);
}

static void check_whether_moved(const divided *self, const double *before, bool moved) {
    double after[KERNEL + OUTPUTS];
    copy_weights(self, after);
    for (size_t i = 0; i < KERNEL + OUTPUTS; i++) CHECK((after[i] != before[i]) == moved);
}

/* Without parts nothing moves, and it can get them still. */
static void test_division_after_a_step(void) {
    divided self;
    double before[KERNEL + OUTPUTS];
    begin(&self);
    copy_weights(&self, before);
    CHECK_INT(step(&self, NULL), CORNU_OK);
    check_whether_moved(&self, before, false);
    CHECK_INT(divide(&self, NULL), CORNU_OK);
    CHECK_INT(divide(&self, NULL), CORNU_ERROR_STATE);
    CHECK_INT(step(&self, NULL), CORNU_OK);
    check_whether_moved(&self, before, true);
    end(&self);
}

static void test_one_part_twice(void) {
    divided self;
    cornu_error error = {0};
    begin(&self);
    cornu_optimizer *const part = self.parts[1];
    self.parts[1] = self.parts[0];
    CHECK_INT(divide(&self, &error), CORNU_ERROR_VALUE);
    CHECK_TEXT(error.message, "Parts 0 and 1 must not be the same.");
    self.parts[1] = part;
    end(&self);
}

/* A part that another model's weights have taken since can't go on with these: that is said before
 * the other part has moved any. */
static void test_part_taken_away(void) {
    divided self;
    double before[KERNEL + OUTPUTS];
    const float gradient[KERNEL] = {0};
    const cornu_activation linear = activation_named("linear");
    const cornu_shape input = row_shape(FEATURES);
    cornu_layer *narrow = NULL;
    cornu_model *other = NULL;
    cornu_error error = {0};
    begin(&self);
    CHECK_INT(divide(&self, NULL), CORNU_OK);
    CHECK_INT(step(&self, NULL), CORNU_OK);
    /* As if none of its steps had been taken: then it may begin with others. */
    cornu_optimizer_set_iterations(self.parts[1], 0, NULL);
    CHECK_INT(
        cornu_layer_new_dense("narrow", CORNU_FLOAT32, OUTPUTS, &linear, false, &narrow, NULL),
        CORNU_OK);
    CHECK_INT(cornu_model_new("other", &other, NULL), CORNU_OK);
    CHECK_INT(cornu_model_set_layers(other, 1, &narrow, &input, NULL), CORNU_OK);
    cornu_span *const kernel = cornu_layer_span(narrow, 0);
    const void *const gradients[] = {gradient};
    const cornu_excluded none = {0};
    CHECK_INT(
        cornu_optimizer_apply(self.parts[1], 1, &kernel, gradients, &none, CORNU_NO_POLL, NULL),
        CORNU_OK);
    copy_weights(&self, before);
    CHECK_INT(step(&self, &error), CORNU_ERROR_STATE);
    CHECK(strstr(error.message, "has trained another model") != NULL);
    check_whether_moved(&self, before, false);
    cornu_layer_release(narrow);
    cornu_model_release(other);
    end(&self);
}

static void *read_often(void *argument) {
    const divided *self = argument;
    for (size_t i = 0; i < 200; i++) {
        const cornu_status status =
            cornu_model_lock_state(self->model, false, UINT64_MAX, CORNU_NO_POLL, NULL);
        if (!CHECK_INT(status, CORNU_OK)) break;
        CHECK_INT(cornu_model_unlock(self->model, NULL), CORNU_OK);
    }
    return NULL;
}

/* As a fit that begins while another thread saves: the thread sanitizer sees it, and where the
 * locks were counted before and collected behind, some would be written behind their room. */
static void test_divided_while_others_read(void) {
    for (size_t i = 0; i < 20; i++) {
        divided self;
        pthread_t reader;
        begin(&self);
        pthread_create(&reader, NULL, read_often, &self);
        CHECK_INT(divide(&self, NULL), CORNU_OK);
        pthread_join(reader, NULL);
        CHECK_INT(step(&self, NULL), CORNU_OK);
        end(&self);
    }
}

int main(void) {
    test_division_after_a_step();
    test_divided_while_others_read();
    test_one_part_twice();
    test_part_taken_away();
    return check_report();
}
