/* The layers that are neither dense nor activations: forward against plain loops, over enough rows
 * for several threads, and backward against central differences. */
#include "net/span.h"
#include "net_fixture.h"

#define A 3
#define B 4
#define ROWS 20011 /* some 240,000 elements: work for two threads */

/* Numbers in every span but counts; those of `positive` are. */
static void fill_spans(cornu_layer *layer, uint64_t seed, size_t positive) {
    for (size_t s = 0; s < cornu_layer_span_count(layer); s++) {
        cornu_span *span = cornu_layer_span(layer, s);
        double *values = cornu_span_data(span);
        if (cornu_span_dtype(span) != CORNU_FLOAT64) continue;
        fill_numbers(values, cornu_span_count(span), seed + s);
        for (size_t i = 0; s == positive && i < cornu_span_count(span); i++)
            values[i] = fabs(values[i]) + 0.1;
    }
}

/* The layers' references are taken over. */
static cornu_model *chain(size_t count, cornu_layer **layers, const cornu_shape *input) {
    cornu_model *model = NULL;
    cornu_error error = {0};
    CHECK_INT(cornu_model_new("model", &model, NULL), CORNU_OK);
    if (cornu_model_set_layers(model, count, layers, input, &error) != CORNU_OK)
        CHECK_TEXT(error.message, "");
    for (size_t i = 0; i < count; i++) cornu_layer_release(layers[i]);
    return model;
}

static double *weight(const cornu_layer *layer, size_t index) {
    return cornu_span_data(cornu_layer_span(layer, index));
}

/* ---- Forward ---- */

typedef void reference(const cornu_layer *layer, const double *x, double *y);

static void check_forward(cornu_layer *layer, size_t positive, size_t output_count,
                          reference *expect) {
    const cornu_shape input = {2, {A, B}};
    cornu_model *model = chain(1, &layer, &input);
    double *x = malloc(ROWS * A * B * sizeof *x), *y = malloc(ROWS * output_count * sizeof *y);
    double *expected = malloc(output_count * sizeof *expected);
    if (!CHECK(x && y && expected)) return;
    fill_spans(layer, 40, positive);
    fill_numbers(x, ROWS * A * B, 3);
    const cornu_array array = {
        .data = x,
        .dtype = CORNU_FLOAT64,
        .rank = 3,
        .shape = {ROWS, A, B},
        .strides = {A * B * sizeof *x, B * sizeof *x, sizeof *x},
    };
    cornu_run_options options = predict_options(&array, ROWS, y, ROWS * output_count);
    CHECK_INT(run_whole(model, &options, NULL, NULL), CORNU_OK);
    size_t wrong = 0;
    for (size_t row = 0; row < ROWS; row++) {
        expect(layer, x + row * A * B, expected);
        for (size_t i = 0; i < output_count; i++) {
            if (!(fabs(y[row * output_count + i] - expected[i]) < 1e-9)) wrong++;
        }
    }
    CHECK_SIZE(wrong, 0);
    free(x);
    free(y);
    free(expected);
    cornu_model_release(model);
}

static void expect_rescaled(const cornu_layer *layer, const double *x, double *y) {
    (void)layer;
    for (size_t i = 0; i < A * B; i++) y[i] = x[i] * (double)(i % B + 1) - (double)(i % B);
}

static void expect_permuted(const cornu_layer *layer, const double *x, double *y) {
    (void)layer;
    for (size_t i = 0; i < A * B; i++) y[i % B * A + i / B] = x[i];
}

static void expect_prelu(const cornu_layer *layer, const double *x, double *y) {
    for (size_t i = 0; i < A * B; i++) y[i] = x[i] > 0 ? x[i] : weight(layer, 0)[i % B] * x[i];
}

/* Mean and inverse deviation of some elements; gamma and beta are the caller's. */
static void normalize(size_t count, const size_t *places, double epsilon, const double *x,
                      double *y) {
    double mean = 0, square = 0;
    for (size_t i = 0; i < count; i++) mean += x[places[i]] / (double)count;
    for (size_t i = 0; i < count; i++)
        square += (x[places[i]] - mean) * (x[places[i]] - mean) / (double)count;
    for (size_t i = 0; i < count; i++)
        y[places[i]] = (x[places[i]] - mean) / sqrt(square + epsilon);
}

static void scale_and_shift(const cornu_layer *layer, double *y) {
    for (size_t i = 0; i < A * B; i++)
        y[i] = y[i] * weight(layer, 0)[i % B] + weight(layer, 1)[i % B];
}

static void expect_layer_norm(const cornu_layer *layer, const double *x, double *y) {
    for (size_t a = 0; a < A; a++) {
        const size_t places[] = {B * a, B * a + 1, B * a + 2, B * a + 3};
        normalize(B, places, 0.01, x, y);
    }
    scale_and_shift(layer, y);
}

static void expect_unit(const cornu_layer *layer, const double *x, double *y) {
    (void)layer;
    double square = 0;
    for (size_t i = 0; i < A * B; i++) square += x[i] * x[i];
    for (size_t i = 0; i < A * B; i++) y[i] = x[i] / sqrt(square);
}

static void expect_groups(const cornu_layer *layer, const double *x, double *y) {
    for (size_t group = 0; group < 2; group++) {
        size_t places[2 * A];
        for (size_t i = 0; i < 2 * A; i++) places[i] = i / 2 * B + 2 * group + i % 2;
        normalize(2 * A, places, 0.01, x, y);
    }
    scale_and_shift(layer, y);
}

static void expect_normalized(const cornu_layer *layer, const double *x, double *y) {
    for (size_t i = 0; i < A * B; i++)
        y[i] = (x[i] - weight(layer, 0)[i / B]) / sqrt(weight(layer, 1)[i / B]);
}

static void expect_moving(const cornu_layer *layer, const double *x, double *y) {
    for (size_t i = 0; i < A * B; i++)
        y[i] = (x[i] - weight(layer, 2)[i % B]) / sqrt(weight(layer, 3)[i % B] + 0.01);
    scale_and_shift(layer, y);
}

static const int64_t first_axis[] = {1}, last_axis[] = {-1}, both_axes[] = {1, 2};
static const int64_t swapped[] = {2, 1};

static cornu_layer *rescaling_layer(void) {
    const double scales[] = {1, 2, 3, 4}, shifts[] = {0, -1, -2, -3};
    cornu_layer *layer = NULL;
    CHECK_INT(cornu_layer_new_rescaling("rescaling", CORNU_FLOAT64, B, scales, shifts, false,
                                        &layer, NULL),
              CORNU_OK);
    return layer;
}

static cornu_layer *permute_layer(void) {
    cornu_layer *layer = NULL;
    CHECK_INT(cornu_layer_new_permute("permute", CORNU_FLOAT64, 2, swapped, &layer, NULL),
              CORNU_OK);
    return layer;
}

static cornu_layer *prelu_layer(void) {
    cornu_layer *layer = NULL;
    CHECK_INT(cornu_layer_new_prelu("prelu", CORNU_FLOAT64, 1, first_axis, &layer, NULL), CORNU_OK);
    return layer;
}

static cornu_layer *row_layer(const char *kind, size_t count, const int64_t *axes, bool weighted) {
    cornu_layer *layer = NULL;
    const double epsilon = weighted ? 0.01 : 1e-12;
    CHECK_INT(cornu_layer_new_row_normalization(kind, CORNU_FLOAT64, kind, count, axes, epsilon,
                                                weighted, weighted, &layer, NULL),
              CORNU_OK);
    return layer;
}

static cornu_layer *group_layer(int64_t groups, int64_t axis) {
    cornu_layer *layer = NULL;
    CHECK_INT(cornu_layer_new_group_normalization("groups", CORNU_FLOAT64, groups, axis, 0.01, true,
                                                  true, &layer, NULL),
              CORNU_OK);
    return layer;
}

static cornu_layer *data_layer(bool inverts) {
    cornu_layer *layer = NULL;
    CHECK_INT(cornu_layer_new_normalization("data", CORNU_FLOAT64, 1, first_axis, 1e-7, inverts,
                                            &layer, NULL),
              CORNU_OK);
    return layer;
}

static cornu_layer *batch_layer(int64_t axis) {
    cornu_layer *layer = NULL;
    CHECK_INT(cornu_layer_new_batch_normalization("batch", CORNU_FLOAT64, axis, 0.9, 0.01, true,
                                                  true, NULL, &layer, NULL),
              CORNU_OK);
    return layer;
}

static void test_forward(void) {
    check_forward(rescaling_layer(), 9, A * B, expect_rescaled);
    check_forward(permute_layer(), 9, A * B, expect_permuted);
    check_forward(prelu_layer(), 9, A * B, expect_prelu);
    check_forward(row_layer("layer", 1, last_axis, true), 9, A * B, expect_layer_norm);
    check_forward(row_layer("unit", 2, both_axes, false), 9, A * B, expect_unit);
    check_forward(group_layer(2, 2), 9, A * B, expect_groups);
    check_forward(data_layer(false), 1, A * B, expect_normalized);
    check_forward(batch_layer(-1), 3, A * B, expect_moving);
}

/* ---- Backward ---- */

#define FEW 5
#define INPUTS 4

/* In training mode, whose state is put back: what is random stays the same. */
static double loss_of(cornu_model *model, const cornu_array *x, const cornu_array *y,
                      cornu_run **kept) {
    cornu_run_options options = {.mode = CORNU_RUN_GRADIENT, .x = x, .y = y};
    cornu_run *run = NULL;
    double loss = (double)NAN;
    CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
    CHECK_INT(finish_run(run, NULL, NULL), CORNU_OK);
    CHECK(cornu_run_results(run, &loss));
    if (kept) {
        *kept = run;
    } else {
        cornu_run_release(run);
    }
    return loss;
}

/* Dense, the layer on rows of A x B, dense. */
static void check_backward(cornu_layer *layer, size_t positive) {
    const int64_t sizes[] = {A, B};
    cornu_layer *layers[5] = {dense_layer("a", A * B, "tanh"), NULL, layer, NULL,
                              dense_layer("b", 2, "linear")};
    CHECK_INT(cornu_layer_new_reshape("in", CORNU_FLOAT64, 2, sizes, &layers[1], NULL), CORNU_OK);
    CHECK_INT(cornu_layer_new_flatten("out", CORNU_FLOAT64, &layers[3], NULL), CORNU_OK);
    const cornu_shape input = {1, {INPUTS}};
    cornu_model *model = chain(5, layers, &input);
    fill_spans(layers[0], 20, 9);
    fill_spans(layer, 30, positive);
    fill_spans(layers[4], 40, 9);
    compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, 0.1);
    double x_values[FEW * INPUTS], y_values[FEW * 2];
    fill_numbers(x_values, FEW * INPUTS, 1);
    fill_numbers(y_values, FEW * 2, 2);
    const cornu_array x = matrix(x_values, FEW, INPUTS), y = matrix(y_values, FEW, 2);
    cornu_run *run = NULL;
    loss_of(model, &x, &y, &run);
    size_t index = 0;
    const double step = 1e-6;
    for (size_t i = 0; i < 5; i++) {
        for (size_t s = 0; s < cornu_layer_span_count(layers[i]); s++) {
            cornu_span *span = cornu_layer_span(layers[i], s);
            if (!cornu_span_is_trained(span)) continue;
            const double *gradient = cornu_run_gradient(run, index++);
            double *values = cornu_span_data(span);
            if (!CHECK(gradient != NULL)) continue;
            for (size_t at = 0; at < cornu_span_count(span); at++) {
                const double kept = values[at];
                values[at] = kept + step;
                const double above = loss_of(model, &x, &y, NULL);
                values[at] = kept - step;
                const double below = loss_of(model, &x, &y, NULL);
                values[at] = kept;
                CHECK_NEAR(gradient[at], (above - below) / (2 * step),
                           2e-7 * fmax(1.0, fabs(above)));
            }
        }
    }
    CHECK(cornu_run_gradient(run, index) == NULL);
    cornu_run_release(run);
    cornu_model_release(model);
}

static void test_backward(void) {
    cornu_layer *noise = NULL, *alpha = NULL, *einsum = NULL;
    check_backward(rescaling_layer(), 9);
    check_backward(permute_layer(), 9);
    check_backward(prelu_layer(), 9);
    check_backward(row_layer("layer", 1, last_axis, true), 9);
    check_backward(row_layer("layer", 1, first_axis, true), 9);
    check_backward(row_layer("rms", 2, both_axes, true), 9);
    check_backward(row_layer("unit", 1, last_axis, false), 9);
    check_backward(group_layer(2, 2), 9);
    check_backward(group_layer(3, 1), 9);
    check_backward(group_layer(-1, -1), 9);
    check_backward(data_layer(false), 1);
    check_backward(data_layer(true), 1);
    check_backward(batch_layer(-1), 3);
    check_backward(batch_layer(1), 3);
    for (int multiplies = 0; multiplies < 2; multiplies++) {
        CHECK_INT(cornu_layer_new_gaussian_noise("noise", CORNU_FLOAT64, 0.5, multiplies, 3, &noise,
                                                 NULL),
                  CORNU_OK);
        check_backward(noise, 9);
    }
    CHECK_INT(cornu_layer_new_alpha_dropout("alpha", CORNU_FLOAT64, 0.3, 0, NULL, 5, &alpha, NULL),
              CORNU_OK);
    check_backward(alpha, 9);
    const cornu_einsum sums = {.taken = 2, .units = {2, {2, 3}}};
    const cornu_activation tanh = activation_named("tanh");
    CHECK_INT(
        cornu_layer_new_einsum_dense("einsum", CORNU_FLOAT64, &sums, &tanh, true, &einsum, NULL),
        CORNU_OK);
    check_backward(einsum, 9);
}

static void test_repeat_vector(void) {
    cornu_layer *layers[] = {dense_layer("a", 3, "tanh"), NULL};
    CHECK_INT(cornu_layer_new_repeat_vector("repeat", CORNU_FLOAT64, 2, &layers[1], NULL),
              CORNU_OK);
    const cornu_shape input = {1, {INPUTS}};
    cornu_model *model = chain(2, layers, &input);
    fill_spans(layers[0], 20, 9);
    double x_values[FEW * INPUTS], y[FEW * 6];
    fill_numbers(x_values, FEW * INPUTS, 1);
    const cornu_array x = matrix(x_values, FEW, INPUTS);
    cornu_run_options options = predict_options(&x, 2, y, FEW * 6);
    CHECK_INT(run_whole(model, &options, NULL, NULL), CORNU_OK);
    for (size_t row = 0; row < FEW; row++) {
        for (size_t i = 0; i < 3; i++) CHECK_SAME_F64(y[row * 6 + i], y[row * 6 + 3 + i]);
    }
    cornu_model_release(model);
}

int main(void) {
    test_forward();
    test_backward();
    test_repeat_vector();
    return check_report();
}
