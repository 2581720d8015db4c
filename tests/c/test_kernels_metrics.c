/* Metrics: small rows spelled out, ties and NaN included. */
#include "kernels_fixture.h"

enum { ROWS = 6, COLUMNS = 4 };

static const double predictions[ROWS][COLUMNS] = {
    {0.1, 0.7, 0.2, 0.0},           /* argmax 1 */
    {0.4, 0.4, 0.1, 0.1},           /* a tie: the first, 0 */
    {0.0, 0.1, 0.1, 0.8},           /* 3 */
    {0.25, 0.25, 0.25, 0.25},       /* all equal: 0 */
    {0.1, NOT_A_NUMBER, 0.6, 0.3},  /* never right */
    {-INFINITE, 0.5, INFINITE, 0.5} /* 2 */
};
static const int32_t ids[ROWS] = {1, 1, 2, 3, 2, 2};

/* For dense targets one-hot rows of the ids, but for row 3, which is a tie between 0 and 3. */
static double dense_target(size_t i, size_t j) {
    if (i == 3) return j == 0 || j == 3 ? 1 : 0;
    return j == (size_t)ids[i] ? 1 : 0;
}

static void check_metric(cornu_metric metric, bool sparse, const double *expected) {
    for (size_t t = 0; t < 2; t++) {
        cornu_dtype dtype = real_dtypes[t];
        double target[ROWS * COLUMNS], prediction[ROWS * COLUMNS], values[ROWS];
        for (size_t i = 0; i < ROWS; i++) {
            for (size_t j = 0; j < COLUMNS; j++) {
                real_set(dtype, target, i * COLUMNS + j, dense_target(i, j));
                real_set(dtype, prediction, i * COLUMNS + j, predictions[i][j]);
            }
        }
        cornu_kernels_for(dtype)->metric_rows(
            &metric, ROWS, COLUMNS, sparse ? (const void *)ids : target, prediction, values);
        for (size_t i = 0; i < ROWS; i++) {
            check_that(values[i] == expected[i], __FILE__, __LINE__,
                       "metric %d (k %zu) of row %zu is %g, expected %g", (int)metric.kind,
                       metric.k, i, values[i], expected[i]);
        }
    }
}

static void check_sums(const cornu_metric *metric, size_t columns, const double *weights,
                       const double *expected) {
    const double target[] = {1, 0, 0, 2, 1, 0}, prediction[] = {0.5, 0.3, 0, 1, -1, 7};
    for (size_t t = 0; t < 2; t++) {
        cornu_dtype dtype = real_dtypes[t];
        double t_memory[6], p_memory[6], sums[32] = {0};
        for (size_t i = 0; i < 6; i++) {
            real_set(dtype, t_memory, i, target[i]);
            real_set(dtype, p_memory, i, prediction[i]);
        }
        cornu_kernels_for(dtype)->metric_sums(metric, 6 / columns, columns, t_memory, p_memory,
                                              weights, sums);
        for (size_t i = 0; i < 2 * cornu_metric_pair_count(metric); i++) {
            CHECK_NEAR(sums[i], expected[i], 1e-6);
        }
    }
}

static void check_kept_sums(void) {
    static const double thresholds[] = {0.25, 0.5}, even[] = {-1e-7, 0.5, 1 + 1e-7};
    const double weights[] = {1, 2, 3, 4, 5, 6};
    cornu_metric counts = {.kind = CORNU_METRIC_COUNTS,
                           .counts = {.thresholds = thresholds,
                                      .threshold_count = 2,
                                      .columns = 1,
                                      .class_id = CORNU_EVERY_CLASS}};
    /* Bins up to 1/4, up to 1/2, above: where the target is not 0, and where it is. */
    check_sums(&counts, 1, NULL, (const double[]){1, 1, 1, 1, 1, 1});
    check_sums(&counts, 3, weights, (const double[]){5, 3, 1, 2, 4, 6});
    counts.counts.class_id = 1; /* 0.3, -1 */
    check_sums(&counts, 3, NULL, (const double[]){1, 0, 0, 1, 0, 0});
    counts.counts.class_id = CORNU_EVERY_CLASS;
    counts.counts.columns = 3;
    check_sums(&counts, 3, NULL,
               (const double[]){0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1});
    counts.counts.columns = 1;
    counts.k = 1; /* 0.5 and 7; the others fall below */
    check_sums(&counts, 3, NULL, (const double[]){2, 2, 1, 0, 0, 1});
    counts.k = 0;
    counts.counts.thresholds = even;
    counts.counts.threshold_count = 3;
    counts.counts.even = counts.counts.widened = true;
    /* What is outside counts as 0 or 1, which are above the first and below the last. */
    check_sums(&counts, 1, NULL, (const double[]){0, 0, 2, 2, 1, 1, 0, 0});
    cornu_metric score = {
        .kind = CORNU_METRIC_COUNTS,
        .counts = {.soft = true, .by_maximum = true, .columns = 3, .class_id = CORNU_EVERY_CLASS}};
    check_sums(&score, 3, NULL, (const double[]){2, -1, 1, 0, 1, 1, 0, 0, 0, 1, 0, 1});
    cornu_metric squares = {.kind = CORNU_METRIC_SQUARES, .counts = {.columns = 1}};
    const double error = 0.25 + 0.09 + 0 + 1 + 4 + 49;
    check_sums(&squares, 1, NULL, (const double[]){6, 4, error, 6});
}

/* The k largest of a row, of which the first of equal ones come first: by looking at all others. */
static void check_top(void) {
    enum { WIDTH = 70, WAYS = 40 };
    static const double threshold = -2000.0;
    cornu_metric counts = {.kind = CORNU_METRIC_COUNTS,
                           .counts = {.thresholds = &threshold,
                                      .threshold_count = 1,
                                      .columns = WIDTH,
                                      .class_id = CORNU_EVERY_CLASS}};
    for (size_t way = 0; way < 2 * WAYS; way++) {
        cornu_dtype dtype = real_dtypes[way % 2];
        void *row = new_reals(dtype, WIDTH), *target = new_reals(dtype, WIDTH);
        fill_awkward(dtype, row, WIDTH, way, false);
        for (size_t j = 0; j < WIDTH; j += 3) real_set(dtype, row, j, (double)(j % 4) - 1);
        counts.k = 1 + way * 3 % (WIDTH + 5);
        double sums[4 * WIDTH] = {0};
        cornu_kernels_for(dtype)->metric_sums(&counts, 1, WIDTH, target, row, NULL, sums);
        for (size_t j = 0; j < WIDTH; j++) {
            const double x = real_get(dtype, row, j);
            size_t before = 0;
            for (size_t i = 0; i < WIDTH; i++) {
                const double other = real_get(dtype, row, i);
                before += other > x || (other == x && i < j);
            }
            CHECK_SAME_F64(sums[4 * j + 3], before < counts.k && x > threshold ? 1 : 0);
        }
        cornu_memory_free(target);
        cornu_memory_free(row);
    }
}

/* Six numbers as rows of three classes, as class numbers and as decisions; and how many targets are
 * covered. */
static void check_confusion(void) {
    const double weights[] = {1, 2, 3, 4, 5, 6};
    cornu_metric confusion = {.kind = CORNU_METRIC_CATEGORICAL_CONFUSION,
                              .counts = {.columns = 3, .class_id = CORNU_EVERY_CLASS}};
    CHECK(cornu_metric_pair_count(&confusion) == 5);
    check_sums(&confusion, 3, weights, (const double[]){1, 0, 4, 0, 0, 0, 0, 0, 0, 0});
    confusion.kind = CORNU_METRIC_CONFUSION;
    check_sums(&confusion, 1, NULL, (const double[]){2, 0, 0, 1, 0, 0, 0, 1, 0, 0});
    confusion.counts.class_id = 1;
    check_sums(&confusion, 1, NULL, (const double[]){2, 0, 0, 0, 0, 0, 0, 1, 0, 0});
    confusion.counts.class_id = CORNU_EVERY_CLASS;
    confusion.kind = CORNU_METRIC_BINARY_CONFUSION;
    confusion.threshold = 0.5;
    check_sums(&confusion, 1, weights, (const double[]){5, 6, 0, 5, 1, 0, 0, 4, 0, 0});
    cornu_metric covered = {.kind = CORNU_METRIC_COVERED, .counts = {.columns = 1}};
    check_sums(&covered, 1, weights, (const double[]){11, 21});
}

static void check_elementwise(void) {
    for (size_t t = 0; t < 2; t++) {
        cornu_dtype dtype = real_dtypes[t];
        const double target[] = {1, 0, 1, 0, 1, 2, 0, 1},
                     prediction[] = {0.5, 0.5, 0.6, 0.4, 1, 2, NOT_A_NUMBER, 1};
        double t_memory[8], p_memory[8], values[4];
        for (size_t i = 0; i < 8; i++) {
            real_set(dtype, t_memory, i, target[i]);
            real_set(dtype, p_memory, i, prediction[i]);
        }
        const cornu_kernels *kernels = cornu_kernels_for(dtype);
        cornu_metric metric = {.kind = CORNU_METRIC_BINARY_ACCURACY, .threshold = 0.5};
        kernels->metric_rows(&metric, 4, 2, t_memory, p_memory, values);
        /* 0.5 is not above 0.5; a target of 2 is neither answer; NaN is wrong even where the target
         * is 0. */
        const double binary[] = {0.5, 1, 0.5, 0.5}, equal[] = {0, 0, 1, 0.5};
        for (size_t i = 0; i < 4; i++) CHECK_SAME_F64(values[i], binary[i]);
        metric.kind = CORNU_METRIC_ACCURACY;
        kernels->metric_rows(&metric, 4, 2, t_memory, p_memory, values);
        for (size_t i = 0; i < 4; i++) CHECK_SAME_F64(values[i], equal[i]);
        metric.kind = CORNU_METRIC_BINARY_ACCURACY;
        metric.threshold = 0.45;
        kernels->metric_rows(&metric, 1, 2, t_memory, p_memory, values);
        CHECK_SAME_F64(values[0], 0.5);
        metric =
            (cornu_metric){.kind = CORNU_METRIC_LOSS, .loss = {.kind = CORNU_MEAN_SQUARED_ERROR}};
        kernels->metric_rows(&metric, 1, 2, t_memory, p_memory, values);
        CHECK_SAME_F64(values[0], 0.25);
    }
}

int main(void) {
    check_metric((cornu_metric){.kind = CORNU_METRIC_SPARSE_CATEGORICAL_ACCURACY}, true,
                 (double[]){1, 0, 0, 0, 0, 1});
    check_metric((cornu_metric){.kind = CORNU_METRIC_CATEGORICAL_ACCURACY}, false,
                 (double[]){1, 0, 0, 1, 0, 1});
    /* Top k: one more than the number of strictly greater predictions is at most k. */
    check_metric((cornu_metric){.kind = CORNU_METRIC_SPARSE_TOP_K_CATEGORICAL_ACCURACY, .k = 1},
                 true, (double[]){1, 1, 0, 1, 0, 1});
    check_metric((cornu_metric){.kind = CORNU_METRIC_SPARSE_TOP_K_CATEGORICAL_ACCURACY, .k = 2},
                 true, (double[]){1, 1, 1, 1, 0, 1});
    check_metric((cornu_metric){.kind = CORNU_METRIC_TOP_K_CATEGORICAL_ACCURACY, .k = 1}, false,
                 (double[]){1, 1, 0, 1, 0, 1});
    check_metric((cornu_metric){.kind = CORNU_METRIC_TOP_K_CATEGORICAL_ACCURACY, .k = 100}, false,
                 (double[]){1, 1, 1, 1, 0, 1});
    check_metric((cornu_metric){.kind = CORNU_METRIC_TOP_K_CATEGORICAL_ACCURACY, .k = 0}, false,
                 (double[]){0, 0, 0, 0, 0, 0});
    check_elementwise();
    check_kept_sums();
    check_top();
    check_confusion();
    return check_report();
}
