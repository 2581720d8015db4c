/* Schedules: their values at the edges, and who gives a step its learning rate. */
#include <math.h>

#include "net/optimizer.h"
#include "net_fixture.h"

#define ROWS 5

static double rate_of(cornu_schedule_kind kind, size_t count, const double *numbers,
                      uint64_t step) {
    double rate = -1.0;
    CHECK_INT(cornu_schedule_rate(kind, count, numbers, (double)step, &rate), CORNU_OK);
    return rate;
}

static void test_values_at_edges(void) {
    const double halved[] = {0.5, 2.0, 0.5, 1.0}, pieces[] = {2.0, 4.0, 0.5, 0.25, 0.125};
    const double risen[] = {0.0, 10.0, 0.0, 0.5, 4.0, 1.0}, again[] = {0.5, 4.0, 2.0, 0.5, 0.0};
    const double line[] = {0.5, 4.0, 0.25, 1.0, 0.0}, last = (double)CORNU_MAX_ITERATIONS;
    CHECK(rate_of(CORNU_EXPONENTIAL_DECAY, 4, halved, 1) == 0.5);
    CHECK(fabs(rate_of(CORNU_EXPONENTIAL_DECAY, 4, halved, 2) - 0.25) < 1e-15);
    CHECK(rate_of(CORNU_INVERSE_TIME_DECAY, 4, halved, 5) == 0.25);
    CHECK(rate_of(CORNU_PIECEWISE_CONSTANT_DECAY, 5, pieces, 2) == 0.5);
    CHECK(rate_of(CORNU_PIECEWISE_CONSTANT_DECAY, 5, pieces, 3) == 0.25);
    CHECK(rate_of(CORNU_PIECEWISE_CONSTANT_DECAY, 5, pieces, 5) == 0.125);
    CHECK(rate_of(CORNU_PIECEWISE_CONSTANT_DECAY, 1, pieces, 5) == 2.0);
    CHECK(rate_of(CORNU_COSINE_DECAY, 6, risen, 2) == 0.25);
    CHECK(rate_of(CORNU_COSINE_DECAY, 6, risen, 4) == 0.5);
    CHECK(rate_of(CORNU_COSINE_DECAY, 6, risen, CORNU_MAX_ITERATIONS) == 0.0);
    CHECK(rate_of(CORNU_COSINE_DECAY_RESTARTS, 5, again, 4) == 0.25);
    CHECK(rate_of(CORNU_COSINE_DECAY_RESTARTS, 5, again, 12) == 0.125);
    CHECK(rate_of(CORNU_POLYNOMIAL_DECAY, 5, line, 2) == 0.375);
    CHECK(rate_of(CORNU_POLYNOMIAL_DECAY, 5, line, CORNU_MAX_ITERATIONS) == 0.25);
    /* As many restarts as steps: found without a search. */
    const double slow[] = {0.5, 1.0, 1.0 + 1e-12, 1.0, 0.0};
    const double rate = rate_of(CORNU_COSINE_DECAY_RESTARTS, 5, slow, (uint64_t)last);
    CHECK(rate >= 0.0 && rate <= 0.5);
}

static void test_wrong_numbers(void) {
    const double numbers[6] = {0.5, 1.0, 1.0};
    double rate = 7.0;
    cornu_error error;
    cornu_optimizer *optimizer = sgd(0.5, 0.0);
    for (unsigned kind = 0; kind <= CORNU_SCHEDULE_COUNT; kind++) {
        /* Each has another count. */
        CHECK_INT(cornu_schedule_rate((cornu_schedule_kind)kind, 2, numbers, 0, &rate),
                  CORNU_ERROR_VALUE);
        CHECK_INT(
            cornu_optimizer_set_schedule(optimizer, (cornu_schedule_kind)kind, 2, numbers, &error),
            CORNU_ERROR_VALUE);
    }
    CHECK(rate == 7.0);
    CHECK(cornu_optimizer_scheduled_rate(optimizer) == 0.5);
    cornu_fail_allocation_after(0);
    CHECK_INT(cornu_optimizer_set_schedule(optimizer, CORNU_INVERSE_TIME_DECAY, 4, numbers, &error),
              CORNU_ERROR_MEMORY);
    cornu_fail_allocation_after(-1);
    CHECK(!cornu_optimizer_asks(optimizer));
    CHECK(cornu_optimizer_scheduled_rate(optimizer) == 0.5);
    cornu_optimizer_release(optimizer);
}

/* One weight of 1 and a gradient of 1: what a fit takes off it is the sum of the rates. */
static cornu_model *summing_model(cornu_optimizer *optimizer) {
    cornu_activation linear = activation_named("linear");
    cornu_layer *layer = NULL;
    cornu_loss loss = {.kind = CORNU_MEAN_ABSOLUTE_ERROR};
    CHECK_INT(cornu_layer_new_dense("sum", CORNU_FLOAT64, 1, &linear, false, &layer, NULL),
              CORNU_OK);
    cornu_layer_retain(layer);
    cornu_model *model = model_of(1, &layer, 1);
    *(double *)cornu_span_data(cornu_layer_span(layer, 0)) = 64.0;
    cornu_layer_release(layer);
    CHECK_INT(cornu_model_compile(model, &loss, optimizer, 0, NULL, NULL), CORNU_OK);
    return model;
}

static double weight_after(cornu_model *model, cornu_optimizer *optimizer, const double *rates,
                           size_t *asked) {
    const double x_values[ROWS] = {1.0, 1.0, 1.0, 1.0, 1.0}, y_values[ROWS] = {0.0};
    cornu_array x = matrix(x_values, ROWS, 1), y = matrix(y_values, ROWS, 1);
    cornu_run_options options = {
        .mode = CORNU_RUN_FIT, .x = &x, .y = &y, .batch_size = 1, .epochs = 1};
    cornu_run *run = NULL;
    cornu_event event = 0;
    double weight = 0.0;
    CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
    for (*asked = 0; event != CORNU_EVENT_DONE;) {
        CHECK_INT(cornu_run_advance(run, &event, NULL), CORNU_OK);
        if (event != CORNU_EVENT_BATCH_BEGIN) continue;
        CHECK_INT(cornu_optimizer_set_learning_rate(optimizer, rates[*asked], NULL), CORNU_OK);
        ++*asked;
    }
    cornu_run_release(run);
    const double one = 1.0;
    cornu_array single = matrix(&one, 1, 1);
    cornu_run_options predict = predict_options(&single, 1, &weight, 1);
    CHECK_INT(run_whole(model, &predict, NULL, NULL), CORNU_OK);
    return weight;
}

static void test_a_step_takes_the_rate_of_its_number(void) {
    const double pieces[] = {1.0, 3.0, 0.5, 2.0, 8.0}, rates[] = {1.0, 2.0, 3.0, 4.0, 5.0};
    size_t asked;
    cornu_optimizer *optimizer = sgd(4.0, 0.0);
    cornu_model *model = summing_model(optimizer);
    CHECK_INT(
        cornu_optimizer_set_schedule(optimizer, CORNU_PIECEWISE_CONSTANT_DECAY, 5, pieces, NULL),
        CORNU_OK);
    CHECK(weight_after(model, optimizer, rates, &asked) == 64.0 - (0.5 + 0.5 + 2.0 + 2.0 + 8.0));
    CHECK_INT((int64_t)asked, 0);
    /* From here on the caller is asked; nobody listens to batches. Until then the rate stays. */
    CHECK_INT(
        cornu_optimizer_set_schedule(optimizer, CORNU_PIECEWISE_CONSTANT_DECAY, 0, NULL, NULL),
        CORNU_OK);
    CHECK(cornu_optimizer_asks(optimizer));
    CHECK(cornu_optimizer_learning_rate(optimizer) == 8.0);
    CHECK(weight_after(model, optimizer, rates, &asked) == 51.0 - 15.0);
    CHECK_INT((int64_t)asked, ROWS);
    /* And back. */
    CHECK_INT(
        cornu_optimizer_set_schedule(optimizer, CORNU_PIECEWISE_CONSTANT_DECAY, 1, pieces, NULL),
        CORNU_OK);
    CHECK(weight_after(model, optimizer, rates, &asked) == 36.0 - 5.0);
    CHECK_INT((int64_t)asked, 0);
    cornu_optimizer_release(optimizer);
    cornu_model_release(model);
}

int main(void) {
    test_values_at_edges();
    test_wrong_numbers();
    test_a_step_takes_the_rate_of_its_number();
    return check_report();
}
