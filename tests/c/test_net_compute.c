/* Single computations on plain memory: what functions called outside a model use. */
#include "net_fixture.h"

static void test_activations(void) {
    const double x[] = {-1.0, 0.0, 2.0, -3.0}, ones[] = {1.0, 1.0, 1.0, 1.0};
    double y[4], dx[4];
    cornu_activation relu = activation_named("relu"), glu = activation_named("glu");
    size_t columns = 0;
    cornu_error error = {0};
    CHECK_INT(cornu_activation_apply(&relu, CORNU_FLOAT64, 2, 2, x, y, CORNU_NO_POLL), CORNU_OK);
    CHECK_NEAR(y[2], 2.0, 0.0);
    CHECK_NEAR(y[3], 0.0, 0.0);
    CHECK_INT(
        cornu_activation_derivative(&relu, CORNU_FLOAT64, 2, 2, x, y, ones, dx, CORNU_NO_POLL),
        CORNU_OK);
    CHECK_NEAR(dx[1], 0.0, 0.0);
    CHECK_NEAR(dx[2], 1.0, 0.0);
    CHECK_INT(cornu_activation_apply(&relu, CORNU_INT32, 2, 2, x, y, CORNU_NO_POLL),
              CORNU_ERROR_VALUE);
    CHECK_INT(cornu_activation_derivative(&relu, CORNU_BOOL, 2, 2, x, y, ones, dx, CORNU_NO_POLL),
              CORNU_ERROR_VALUE);
    CHECK_INT(cornu_activation_output_columns(&glu, 4, &columns, &error), CORNU_OK);
    CHECK_SIZE(columns, 2);
    CHECK_INT(cornu_activation_output_columns(&glu, 3, &columns, &error), CORNU_ERROR_VALUE);
    CHECK_CONTAINS(error.message, "`glu`");
    CHECK_INT(cornu_activation_apply(&glu, CORNU_FLOAT64, 1, 3, x, y, CORNU_NO_POLL),
              CORNU_ERROR_VALUE);
    CHECK_INT(cornu_activation_apply(&glu, CORNU_FLOAT64, 1, 4, x, y, CORNU_NO_POLL), CORNU_OK);
    CHECK_NEAR(y[1], 0.0, 0.0);
    CHECK_NEAR(y[0], -1.0 / (1.0 + exp(-2.0)), 1e-15);
}

/* More rows than are turned into ids at a time. */
#define MANY 2500

static void test_rows(void) {
    static double predictions[MANY * 2], labels[MANY], values[MANY];
    for (size_t i = 0; i < MANY; i++) {
        predictions[2 * i] = 0.25;
        predictions[2 * i + 1] = 0.75;
        labels[i] = (double)(i % 2);
    }
    cornu_loss sparse = {.kind = CORNU_SPARSE_CATEGORICAL_CROSSENTROPY},
               mse = {.kind = CORNU_MEAN_SQUARED_ERROR};
    cornu_metric accuracy = {.kind = CORNU_METRIC_SPARSE_CATEGORICAL_ACCURACY};
    cornu_metric mean = {.kind = CORNU_METRIC_LOSS, .loss = {.kind = CORNU_MEAN_ABSOLUTE_ERROR}};
    cornu_error error = {0};
    CHECK_INT(cornu_loss_rows(&sparse, CORNU_FLOAT64, MANY, 2, NULL, labels, predictions, values,
                              CORNU_NO_POLL, &error),
              CORNU_OK);
    for (size_t i = 0; i < MANY; i++) CHECK_NEAR(values[i], -log(i % 2 ? 0.75 : 0.25), 1e-15);
    CHECK_INT(cornu_metric_rows(&accuracy, CORNU_FLOAT64, MANY, 2, NULL, labels, predictions,
                                values, CORNU_NO_POLL, &error),
              CORNU_OK);
    for (size_t i = 0; i < MANY; i++) CHECK_NEAR(values[i], (double)(i % 2), 0.0);
    CHECK_INT(cornu_loss_rows(&mse, CORNU_FLOAT64, 3, 2, predictions, NULL, predictions, values,
                              CORNU_NO_POLL, &error),
              CORNU_OK);
    CHECK_NEAR(values[2], 0.0, 0.0);
    CHECK_INT(cornu_metric_rows(&mean, CORNU_FLOAT64, 3, 2, predictions + 1, NULL, predictions,
                                values, CORNU_NO_POLL, &error),
              CORNU_OK);
    CHECK_NEAR(values[0], 0.5, 1e-15);
    labels[2000] = 2.0;
    CHECK_INT(cornu_loss_rows(&sparse, CORNU_FLOAT64, MANY, 2, NULL, labels, predictions, values,
                              CORNU_NO_POLL, &error),
              CORNU_ERROR_DATA);
    CHECK_CONTAINS(error.message, "2 in row 2000");
    CHECK_INT(cornu_loss_rows(&sparse, CORNU_FLOAT64, 1, 0, NULL, labels, predictions, values,
                              CORNU_NO_POLL, &error),
              CORNU_ERROR_VALUE);
    CHECK_INT(cornu_loss_rows(&mse, CORNU_FLOAT64, 1, 0, predictions, NULL, predictions, values,
                              CORNU_NO_POLL, &error),
              CORNU_ERROR_VALUE);
    CHECK_INT(cornu_loss_rows(&mse, CORNU_UINT8, 1, 1, predictions, NULL, predictions, values,
                              CORNU_NO_POLL, &error),
              CORNU_ERROR_VALUE);
}

static void test_random_fill(void) {
    double all[9], part[9];
    for (int kind = CORNU_UNIFORM; kind <= CORNU_TRUNCATED_NORMAL; kind++) {
        CHECK_INT(cornu_random_fill((cornu_distribution)kind, CORNU_FLOAT64, 9, 1, 2, 0.0, 1.0, all,
                                    CORNU_NO_POLL),
                  CORNU_OK);
        CHECK_INT(cornu_random_fill((cornu_distribution)kind, CORNU_FLOAT64, 5, 1, 2, 0.0, 1.0,
                                    part, CORNU_NO_POLL),
                  CORNU_OK);
        CHECK_BYTES(part, all, 5 * sizeof *all);
    }
    CHECK_INT(cornu_random_fill(CORNU_UNIFORM, CORNU_INT8, 9, 1, 2, 0.0, 1.0, all, CORNU_NO_POLL),
              CORNU_ERROR_VALUE);
}

static void test_process(void) {
    CHECK(cornu_isa() != NULL && *cornu_isa() != '\0');
    cornu_set_num_threads(3);
    CHECK_SIZE(cornu_num_threads(), 3);
    cornu_set_num_threads(0);
    CHECK(cornu_num_threads() >= 1);
}

int main(void) {
    test_activations();
    test_rows();
    test_random_fill();
    test_process();
    return check_report();
}
