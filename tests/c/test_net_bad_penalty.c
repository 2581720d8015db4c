/* A loss that is not finite by what is the caller's own, or by a penalty: whose it is said to be,
 * and that nothing was added or moved by then. */
#include <string.h>

#include "net_fixture.h"

#define ROWS 9
#define FEATURES 3
#define OUTPUTS 2
#define BATCH 4
#define WIDE 200 /* more than a network of a few numbers */

static double x_values[ROWS * FEATURES], y_values[ROWS * OUTPUTS];

/* ---- The caller's own ---- */

static void ignore(void *object) {
    (void)object;
}

static cornu_status count_batches(void *object, const cornu_foreign_batch *batch, double *result) {
    size_t *count = object;
    *result = (double)(*count += batch->rows);
    return CORNU_OK;
}

/* What it is told to give for each; the sum is the loss, and its first bad row is known. */
static double own_losses[ROWS];

static cornu_status own_loss(void *object, const cornu_foreign_batch *batch, double *loss,
                             void *gradient) {
    (void)object;
    memset(gradient, 0, batch->rows * OUTPUTS * sizeof(double));
    *loss = 0.0;
    for (size_t i = 0; i < batch->rows; i++) *loss += own_losses[i];
    return CORNU_OK;
}

static cornu_status own_bad_row(void *object, const cornu_foreign_batch *batch, size_t *row) {
    (void)object;
    for (size_t i = batch->rows; i-- > 0;) {
        if (!isfinite(own_losses[i])) *row = i;
    }
    return CORNU_OK;
}

static const cornu_foreign_functions counting = {
    .retain = ignore, .release = ignore, .metric = count_batches};
static const cornu_foreign_functions losing = {
    .retain = ignore, .release = ignore, .loss = own_loss, .bad_row = own_bad_row};
static const cornu_foreign_functions losing_somewhere = {
    .retain = ignore, .release = ignore, .loss = own_loss};

static bool infinite_penalty(void *argument, cornu_own_call *what) {
    (void)argument;
    size_t count = what->rows;
    for (size_t i = 0; i < what->shape->rank; i++) count *= what->shape->sizes[i];
    what->value = (double)INFINITY;
    if (what->result) memset(what->result, 0, count * sizeof(double));
    return true;
}

/* Hands x on, and adds what it is told to the loss. */
static cornu_status same_shape(void *object, const cornu_shape *input, cornu_shape *output) {
    (void)object;
    *output = *input;
    return CORNU_OK;
}

static cornu_status add_to_loss(void *object, const cornu_foreign_pass *pass) {
    memcpy(pass->y, pass->x, pass->rows * pass->input->sizes[0] * sizeof(double));
    *pass->penalty += *(const double *)object;
    return CORNU_OK;
}

static cornu_status hand_on(void *object, const cornu_foreign_pass *pass) {
    (void)object;
    if (pass->dx) memcpy(pass->dx, pass->dy, pass->rows * pass->input->sizes[0] * sizeof(double));
    return CORNU_OK;
}

static const cornu_foreign_layer adding = {.retain = ignore,
                                           .release = ignore,
                                           .output_shape = same_shape,
                                           .forward = add_to_loss,
                                           .backward = hand_on};

/* ---- Runs ---- */

static cornu_run *fit_of(cornu_model *model, unsigned listen) {
    cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, OUTPUTS);
    cornu_run_options options = {.mode = CORNU_RUN_FIT,
                                 .x = &x,
                                 .y = &y,
                                 .batch_size = BATCH,
                                 .epochs = 2,
                                 .listen = listen,
                                 .own = {infinite_penalty, NULL}};
    cornu_run *run = NULL;
    CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
    return run;
}

static cornu_bad_loss next_bad(cornu_run *run) {
    cornu_event event = 0;
    cornu_bad_loss bad = {0};
    CHECK_INT(cornu_run_advance(run, &event, NULL), CORNU_OK);
    CHECK_INT(event, CORNU_EVENT_BAD_LOSS);
    CHECK(cornu_run_bad_loss(run, &bad));
    CHECK(!isfinite(bad.loss));
    return bad;
}

/* ---- Penalties ---- */

static cornu_model *penalized(size_t wide, size_t index, cornu_regularizer_kind kind,
                              cornu_layer **layers) {
    const cornu_regularizer regularizer = {kind, 0.0, 1e-3};
    layers[0] = dense_layer("hidden", wide, "tanh");
    layers[1] = dense_layer("out", OUTPUTS, "linear");
    CHECK_INT(cornu_layer_set_regularizer(layers[0], index, &regularizer, NULL), CORNU_OK);
    return model_of(2, layers, FEATURES);
}

/* By a training that nobody watches, or somebody: results, a weight and what a metric has seen. */
typedef struct outcome {
    double results[3], weight;
    size_t seen;
} outcome;

static outcome train_penalized(size_t wide, size_t index, cornu_regularizer_kind kind, bool look) {
    outcome found = {{0}, 0, 0};
    cornu_layer *layers[2];
    cornu_model *model = penalized(wide, index, kind, layers);
    const cornu_loss loss = {.kind = CORNU_MEAN_SQUARED_ERROR};
    const cornu_metric metrics[] = {
        {.kind = CORNU_METRIC_LOSS, .loss = {.kind = CORNU_MEAN_ABSOLUTE_ERROR}},
        {.kind = CORNU_METRIC_FOREIGN, .foreign = {&counting, &found.seen}}};
    cornu_optimizer *optimizer = sgd(0.01, 0.5);
    CHECK_INT(cornu_model_compile(model, &loss, optimizer, 2, metrics, NULL), CORNU_OK);
    double *weight =
        cornu_span_data(cornu_layer_span(layers[0], index == CORNU_OUTPUT ? 0 : index));
    /* Its square is too large; tanh of it is not. */
    if (kind == CORNU_L1_L2) weight[1] = 1e200;
    cornu_run *run = fit_of(model, look ? CORNU_EVENT_BAD_LOSS : 0);
    if (look) {
        const double before = weight[0];
        const cornu_bad_loss bad = next_bad(run);
        CHECK_INT(bad.origin, CORNU_ORIGIN_PENALTY);
        CHECK_SIZE(bad.layer, 0);
        CHECK_SIZE(bad.weight, index);
        CHECK_SIZE(bad.row, CORNU_NO_ROW);
        CHECK(isinf(bad.value));
        CHECK_SIZE(found.seen, 0);
        CHECK(weight[0] == before);
        CHECK(cornu_optimizer_iterations(optimizer) == 0);
    }
    CHECK_INT(finish_run(run, NULL, NULL), CORNU_OK);
    CHECK(cornu_run_results(run, found.results));
    CHECK_SIZE(found.seen, 2 * ROWS);
    found.weight = weight[0];
    cornu_run_release(run);
    cornu_model_release(model);
    cornu_optimizer_release(optimizer);
    return found;
}

static void test_penalties(void) {
    const size_t indexes[] = {0, 1, CORNU_OUTPUT};
    for (size_t wide = 5; wide <= WIDE; wide += WIDE - 5) {
        for (size_t i = 0; i < 3; i++) {
            for (int own = i == 2; own < 2; own++) {
                const cornu_regularizer_kind kind = own ? CORNU_OWN_REGULARIZER : CORNU_L1_L2;
                const outcome watched = train_penalized(wide, indexes[i], kind, true);
                const outcome alone = train_penalized(wide, indexes[i], kind, false);
                CHECK(memcmp(watched.results, alone.results, sizeof alone.results) == 0);
                CHECK(isinf(alone.results[0]));
                CHECK(watched.weight == alone.weight);
            }
        }
    }
}

/* Of a weight that is not finite itself, though tanh makes a finite output of it. */
static void test_a_penalty_of_a_bad_weight(void) {
    cornu_layer *layers[2];
    cornu_model *model = penalized(5, 1, CORNU_L1_L2, layers);
    ((double *)cornu_span_data(cornu_layer_span(layers[0], 1)))[2] = (double)INFINITY;
    compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, 0.1);
    cornu_run *run = fit_of(model, CORNU_EVENT_BAD_LOSS);
    const cornu_bad_loss bad = next_bad(run);
    CHECK_INT(bad.origin, CORNU_ORIGIN_WEIGHT);
    CHECK_SIZE(bad.layer, 0);
    CHECK_SIZE(bad.weight, 1);
    cornu_run_release(run);
    cornu_model_release(model);
}

static void test_what_layers_add(void) {
    const double added[] = {0.5, (double)NAN, 0.0};
    const double huge[] = {0.0, 1.7e308, 1.7e308};
    for (int sums = 0; sums < 2; sums++) {
        cornu_layer *layers[4] = {dense_layer("a", OUTPUTS, "tanh")};
        for (size_t i = 0; i < 3; i++) {
            const double *adds = sums ? &huge[i] : &added[i];
            CHECK_INT(cornu_layer_new_foreign("adds", CORNU_FLOAT64, &adding, (void *)adds,
                                              &layers[i + 1], NULL),
                      CORNU_OK);
        }
        cornu_model *model = model_of(4, layers, FEATURES);
        compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, 0.1);
        cornu_run *run = fit_of(model, CORNU_EVENT_BAD_LOSS);
        const cornu_bad_loss bad = next_bad(run);
        CHECK_INT(bad.origin, CORNU_ORIGIN_ADDED);
        CHECK_SIZE(bad.layer, sums ? 3 : 2);
        CHECK_SIZE(bad.row, CORNU_NO_ROW);
        CHECK(sums ? isinf(bad.value) : isnan(bad.value));
        cornu_run_release(run);
        cornu_model_release(model);
    }
}

/* ---- Losses of the caller's own ---- */

static void test_rows_of_an_own_loss(void) {
    const cornu_foreign_functions *functions[] = {&losing, &losing_somewhere};
    for (size_t i = 0; i < 2; i++) {
        cornu_layer *layers[] = {dense_layer("out", OUTPUTS, "linear")};
        cornu_model *model = model_of(1, layers, FEATURES);
        const cornu_loss loss = {.kind = CORNU_FOREIGN_LOSS, .foreign = {functions[i], model}};
        cornu_optimizer *optimizer = sgd(0.1, 0.0);
        CHECK_INT(cornu_model_compile(model, &loss, optimizer, 0, NULL, NULL), CORNU_OK);
        for (size_t row = 0; row < ROWS; row++) own_losses[row] = row < 2 ? 1.0 : (double)NAN;
        cornu_run *run = fit_of(model, CORNU_EVENT_BAD_LOSS);
        const cornu_bad_loss bad = next_bad(run);
        CHECK_INT(bad.origin, CORNU_ORIGIN_LOSS);
        CHECK_SIZE(bad.row, i == 0 ? 2 : CORNU_NO_ROW);
        cornu_run_release(run);
        cornu_model_release(model);
        cornu_optimizer_release(optimizer);
    }
}

int main(void) {
    fill_numbers(x_values, ROWS * FEATURES, 1);
    fill_numbers(y_values, ROWS * OUTPUTS, 2);
    test_penalties();
    test_a_penalty_of_a_bad_weight();
    test_what_layers_add();
    test_rows_of_an_own_loss();
    return check_report();
}
