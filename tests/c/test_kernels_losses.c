/* Losses against Keras's formulas in long double, their derivatives against differences, and the
 * edges of both. */
#include "kernels_losses_fixture.h"

enum { ROWS = 4, WIDEST = 700 };

typedef struct batch {
    cornu_dtype dtype;
    size_t columns;
    void *target, *prediction, *gradient;
    int32_t ids[ROWS];
    double scales[ROWS], losses[ROWS];
} batch;

static const void *target_of(const batch *b, const cornu_loss *loss) {
    return cornu_loss_is_sparse(loss) ? (const void *)b->ids : b->target;
}

static void run(batch *b, const cornu_loss *loss) {
    const cornu_kernels *kernels = cornu_kernels_for(b->dtype);
    kernels->loss_forward(loss, ROWS, b->columns, target_of(b, loss), b->prediction, NULL,
                          b->losses);
    kernels->loss_backward(loss, ROWS, b->columns, target_of(b, loss), b->prediction, NULL,
                           b->scales, b->gradient);
}

/* The probabilities given make no difference beyond rounding. */
static void check_given_probabilities(const batch *b, const cornu_loss *loss) {
    const cornu_kernels *kernels = cornu_kernels_for(b->dtype);
    size_t count = ROWS * b->columns;
    void *probabilities = new_reals(b->dtype, count), *gradient = new_reals(b->dtype, count);
    cornu_activation activation = {
        loss->kind == CORNU_BINARY_CROSSENTROPY ? CORNU_SIGMOID : CORNU_SOFTMAX, {0}};
    kernels->activation_forward(&activation, ROWS, b->columns, b->prediction, probabilities);
    kernels->loss_backward(loss, ROWS, b->columns, target_of(b, loss), b->prediction, probabilities,
                           b->scales, gradient);
    double tolerance = b->dtype == CORNU_FLOAT32 ? 1e-6 : 1e-14;
    for (size_t i = 0; i < count; i++) {
        CHECK_NEAR(real_get(b->dtype, gradient, i), real_get(b->dtype, b->gradient, i), tolerance);
    }
    cornu_memory_free(probabilities);
    cornu_memory_free(gradient);
}

static void check_batch(batch *b, const cornu_loss *loss) {
    run(b, loss);
    wide target[WIDEST], prediction[WIDEST];
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < b->columns; j++) {
            target[j] = (wide)real_get(b->dtype, b->target, i * b->columns + j);
            prediction[j] = (wide)real_get(b->dtype, b->prediction, i * b->columns + j);
        }
        loss_row row = {loss, b->columns, (size_t)b->ids[i], target, prediction};
        double expected = (double)expected_loss(&row);
        const double digits = b->dtype == CORNU_FLOAT32 ? 4e-6 : 1e-13;
        check_that(fabs(b->losses[i] - expected) <= digits * largest(1, fabs(expected)), __FILE__,
                   __LINE__,
                   "%s loss %d (logits %d, smoothing %g, %zu columns) is %.17g, expected %.17g",
                   cornu_dtype_name(b->dtype), (int)loss->kind, loss->from_logits,
                   loss->label_smoothing, b->columns, b->losses[i], expected);
        for (size_t j = 0; j < b->columns; j += b->columns / 6 + 1) {
            double slope = expected_slope(&row, j) * b->scales[i];
            double came = real_get(b->dtype, b->gradient, i * b->columns + j);
            /* The last part is what the difference of two large losses loses. */
            const double allowed =
                (b->dtype == CORNU_FLOAT32 ? 2e-5 : 1e-8) * largest(1, fabs(slope)) +
                1e-10 * fabs(expected);
            check_that(fabs(came - slope) <= allowed, __FILE__, __LINE__,
                       "%s gradient of loss %d (logits %d, smoothing %g, %zu columns) is %.17g, "
                       "expected %.12g",
                       cornu_dtype_name(b->dtype), (int)loss->kind, loss->from_logits,
                       loss->label_smoothing, b->columns, came, slope);
        }
    }
    if (loss->from_logits && is_crossentropy(loss)) check_given_probabilities(b, loss);
}

/* As many as a loss can have: shares, one a column where it has one a column. */
static double some_values[WIDEST];

static void give_values(cornu_loss *loss, size_t columns, bool few) {
    for (size_t j = 0; j < WIDEST; j++) some_values[j] = 0.1 + (double)(j % 5) * 0.2;
    loss->values = some_values;
    switch ((int)loss->kind) {
        case CORNU_BINARY_FOCAL_CROSSENTROPY:
            loss->value_count = few ? 0 : 1;
            break;
        case CORNU_CATEGORICAL_FOCAL_CROSSENTROPY:
            loss->value_count = few ? 1 : columns;
            break;
        case CORNU_QUANTILE_LOSS:
            loss->value_count = columns;
            break;
        case CORNU_TVERSKY:
            loss->value_count = 1;
            break;
        default:
            break;
    }
}

static void check_losses(void) {
    static const size_t widths[] = {1, 2, 3, 8, 10, 64, 513, 700};
    static const double smoothings[] = {0, 0.1, 1};
    for (size_t way = 0; way < 2 * 8 * CORNU_CIRCLE * 2 * 3; way++) {
        batch b = {.dtype = real_dtypes[way % 2], .columns = widths[way / 2 % 8]};
        cornu_loss loss = {.kind = (cornu_loss_kind)(way / 16 % CORNU_CIRCLE),
                           .from_logits = way / (16 * CORNU_CIRCLE) % 2 == 1,
                           .label_smoothing = smoothings[way / (32 * CORNU_CIRCLE)],
                           .parameter = 0.75,
                           .binary_labels = way / (16 * CORNU_CIRCLE) % 2 == 1};
        give_values(&loss, b.columns, way % 3 == 0);
        /* Powers that are worked out in their own way, and others. */
        if (loss.kind == CORNU_BINARY_FOCAL_CROSSENTROPY ||
            loss.kind == CORNU_CATEGORICAL_FOCAL_CROSSENTROPY)
            loss.parameter = (double[]){2, 0, 1, 2.5, 3}[way % 5];
        bool probabilities = takes_probabilities(&loss);
        size_t count = ROWS * b.columns;
        b.target = new_reals(b.dtype, count);
        b.prediction = new_reals(b.dtype, count);
        b.gradient = new_reals(b.dtype, count);
        fill_between(b.dtype, b.target, count, way, 0, 1);
        fill_between(b.dtype, b.prediction, count, way + 1, probabilities ? 0.01 : -3,
                     probabilities ? 0.99 : 3);
        fill_between(CORNU_FLOAT64, b.scales, ROWS, way + 2, -2, 2);
        for (size_t i = 0; i < ROWS; i++) {
            b.ids[i] = (int32_t)((way + 7 * i) % b.columns);
            /* One-hot rows among the soft ones. */
            for (size_t j = 0; i % 2 == 0 && j < b.columns; j++) {
                real_set(b.dtype, b.target, i * b.columns + j, j == (size_t)b.ids[i] ? 1 : 0);
            }
        }
        check_batch(&b, &loss);
        cornu_memory_free(b.target);
        cornu_memory_free(b.prediction);
        cornu_memory_free(b.gradient);
    }
}

/* Four rows of one or two columns, spelled out. */
static void check_rows(cornu_loss loss, size_t columns, const double *target,
                       const double *prediction, const double *losses, const double *gradients) {
    for (size_t t = 0; t < 2; t++) {
        double memory[3][2 * ROWS];
        batch b = {.dtype = real_dtypes[t],
                   .columns = columns,
                   .target = memory[0],
                   .prediction = memory[1],
                   .gradient = memory[2],
                   .scales = {1, 1, 1, 1}};
        for (size_t i = 0; i < ROWS * columns; i++) {
            real_set(b.dtype, b.target, i, target[i]);
            real_set(b.dtype, b.prediction, i, prediction[i]);
        }
        for (size_t i = 0; i < ROWS; i++) b.ids[i] = (int32_t)target[i * columns];
        run(&b, &loss);
        const double digits = b.dtype == CORNU_FLOAT32 ? 1e-6 : 1e-14;
        for (size_t i = 0; i < ROWS; i++) {
            CHECK_NEAR(b.losses[i], losses[i],
                       isfinite(losses[i]) ? digits * largest(1e-30, fabs(losses[i])) : 0);
        }
        for (size_t i = 0; i < ROWS * columns; i++) {
            CHECK_NEAR(real_get(b.dtype, b.gradient, i), gradients[i],
                       isfinite(gradients[i]) ? digits * largest(1e-30, fabs(gradients[i])) : 0);
        }
    }
}

static void check_edges(void) {
    /* Logits far out: the loss is linear there, and small where it is right. */
    check_rows((cornu_loss){.kind = CORNU_BINARY_CROSSENTROPY, .from_logits = true}, 1,
               (double[]){1, 0, 1, 0}, (double[]){1000, 1000, -1000, -80},
               (double[]){0, 1000, 1000, exp(-80.0)}, (double[]){0, 1, -1, exp(-80.0)});
    check_rows((cornu_loss){.kind = CORNU_CATEGORICAL_CROSSENTROPY, .from_logits = true}, 2,
               (double[]){1, 0, 0, 1, 1, 0, 0.5, 0.5},
               (double[]){1000, -1000, 1000, -1000, 0, -INFINITE, 7, 7},
               (double[]){0, 2000, 0, log(2.0)}, (double[]){0, 0, 1, -1, 0, 0, 0, 0});
    check_rows((cornu_loss){.kind = CORNU_SPARSE_CATEGORICAL_CROSSENTROPY, .from_logits = true}, 2,
               (double[]){0, 0, 1, 0, 0, 0, 1, 0},
               (double[]){1000, -1000, 1000, -1000, 0, -INFINITE, 7, 7},
               (double[]){0, 2000, 0, log(2.0)}, (double[]){0, 0, 1, -1, 0, 0, 0.5, -0.5});
    /* A perfect fit of absolute errors is at rest; NaN stays NaN. */
    check_rows((cornu_loss){.kind = CORNU_MEAN_ABSOLUTE_ERROR}, 1, (double[]){2, 2, 2, 2},
               (double[]){2, 5, -1, NOT_A_NUMBER}, (double[]){0, 3, 3, NOT_A_NUMBER},
               (double[]){0, 1, -1, NOT_A_NUMBER});
    check_rows((cornu_loss){.kind = CORNU_MEAN_SQUARED_ERROR}, 1, (double[]){2, 2, 2, 2},
               (double[]){2, 5, -1, NOT_A_NUMBER}, (double[]){0, 9, 9, NOT_A_NUMBER},
               (double[]){0, 6, -6, NOT_A_NUMBER});
}

/* Probabilities of 0 and 1 are clipped to 1e-7 of it, as the type holds that, and move nothing. */
static void check_clipping(void) {
    for (size_t t = 0; t < 2; t++) {
        bool single = real_dtypes[t] == CORNU_FLOAT32;
        const double low = single ? (double)(float)1e-7 : 1e-7,
                     high = single ? (double)(float)(1 - 1e-7) : 1 - 1e-7;
        double memory[3][2 * ROWS];
        batch b = {.dtype = real_dtypes[t],
                   .columns = 1,
                   .target = memory[0],
                   .prediction = memory[1],
                   .gradient = memory[2],
                   .scales = {1, 1, 1, 1}};
        const double target[] = {1, 0, 1, 0}, prediction[] = {0, 1, 1, low};
        const double losses[] = {-log(low), -log(1 - high), -log(high), -log(1 - low)};
        /* On the border itself the derivative is halved, as jax's clip does it. */
        const double gradients[] = {0, 0, 0, 0.5 / (1 - low)};
        for (size_t i = 0; i < ROWS; i++) {
            real_set(b.dtype, b.target, i, target[i]);
            real_set(b.dtype, b.prediction, i, prediction[i]);
        }
        run(&b, &(cornu_loss){.kind = CORNU_BINARY_CROSSENTROPY});
        for (size_t i = 0; i < ROWS; i++) {
            CHECK_NEAR(b.losses[i], losses[i], 1e-7 * largest(losses[i], single ? 1 : 1e-7));
            CHECK_NEAR(real_get(b.dtype, b.gradient, i), gradients[i], 1e-7);
        }
        b.columns = 2;
        const double dense[] = {1, 0, 0, 1, 0, 1, 1, 0}, rows[] = {0, 5, 0, 5, 3, 0, 3, 0};
        for (size_t i = 0; i < 2 * ROWS; i++) {
            real_set(b.dtype, b.target, i, dense[i]);
            real_set(b.dtype, b.prediction, i, rows[i]);
        }
        for (size_t i = 0; i < ROWS; i++) b.ids[i] = dense[2 * i] == 1 ? 0 : 1;
        for (int sparse = 0; sparse < 2; sparse++) {
            run(&b, &(cornu_loss){.kind = sparse ? CORNU_SPARSE_CATEGORICAL_CROSSENTROPY
                                                 : CORNU_CATEGORICAL_CROSSENTROPY});
            for (size_t i = 0; i < ROWS; i++) {
                CHECK_NEAR(b.losses[i], i % 2 == 0 ? -log(low) : -log(high), single ? 1e-6 : 1e-14);
            }
            for (size_t i = 0; i < 2 * ROWS; i++)
                CHECK_NEAR(real_get(b.dtype, b.gradient, i), 0, 0);
        }
    }
}

int main(void) {
    check_losses();
    check_edges();
    check_clipping();
    return check_report();
}
